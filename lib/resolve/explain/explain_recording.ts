import { hex } from "../../errors.ts";
import type { FrameLocation, RawProfile } from "../../profile/mod.ts";
import type { FoundFunction } from "../../symbols/mod.ts";
import type { Decided } from "../decide.ts";
import type { DoubtedImage } from "../evidence/evidence.ts";
import { EXACT, type FrameRole, RETURN, type ReturnAddresses } from "../frame_roles.ts";
import type { Place } from "../place.ts";
import { byWeight, imageOf, whyUnresolved } from "../report.ts";
import type { ExplainedRecording } from "./explanation.ts";
import type { AddressedLocation, AddressInput } from "./subject.ts";

/** A recording by which addresses are to be explained. */
export interface RecordingToExplain {
  /** What was recorded. */
  readonly profile: RawProfile;
  /** Which frames of it are return addresses. */
  readonly returnAddresses: ReturnAddresses;
  /** The names of its files. */
  readonly sources: readonly string[];
}

/** What a recording knows of the frames that are to be explained. */
export class RecordedFrames {
  readonly #decided: Decided;
  readonly #sources: readonly string[];
  /** By what frames say, as the locator understands it, their numbers. */
  readonly #frames = new Map<string, number[]>();
  /** By key: what the stacks weigh, added up for each time that the frame is there in that role. */
  readonly #weights: Float64Array;

  /** @param decided What was decided for its frames. */
  constructor(decided: Decided, sources: readonly string[]) {
    this.#decided = decided;
    this.#sources = sources;
    const { profile: { locations }, locator } = decided;
    for (const [frame, location] of locations.entries()) {
      const key = keyOf(locator.understand(location));
      const frames = this.#frames.get(key);
      if (frames === undefined) this.#frames.set(key, [frame]);
      else frames.push(frame);
    }
    this.#weights = weightsOf(decided);
  }

  /** Where its frames are, by key; see `resolve`. */
  get places(): readonly (Place | undefined)[] {
    return this.#decided.places;
  }

  /** The role that a frame has in the recording, the heavier one; undefined if it has no such frame. */
  roleOf(location: FrameLocation): FrameRole | undefined {
    const [leaf, caller] = this.#weightsOf(location);
    if (leaf === 0 && caller === 0) return undefined;
    return caller >= leaf ? RETURN : EXACT;
  }

  /**
   * The snapshot that the heaviest stacks with a frame are of; undefined if that makes no difference.
   */
  snapshotOf(location: FrameLocation): number | undefined {
    const weightOf = (frame: number) =>
      this.#weights[2 * frame + EXACT]! + this.#weights[2 * frame + RETURN]!;
    const [heaviest] = (this.#frames.get(keyOf(location)) ?? [])
      .toSorted((a, b) => weightOf(b) - weightOf(a));
    const own = heaviest === undefined ? undefined : this.#decided.profile.locations[heaviest];
    return own?.kind === "address" ? own.snapshot : undefined;
  }

  /** The start of a function that only the calls tell that lead there; undefined if they do not. */
  calledFunction(location: FrameLocation, role: FrameRole): FoundFunction | undefined {
    const { functions, places } = this.#decided;
    for (const frame of this.#frames.get(keyOf(location)) ?? []) {
      const [found, place] = [functions[2 * frame + role], places[2 * frame + role]];
      if (found?.name !== "" || place?.kind !== "code") continue;
      if (place.file.functionAt(place.lookupVaddr) === undefined) return found;
    }
    return undefined;
  }

  /**
   * What the recording says of a frame.
   *
   * @param image The image that holds it; undefined if none does.
   */
  explain(
    location: FrameLocation,
    role: FrameRole,
    image: Pick<DoubtedImage, "file" | "loadBias"> | undefined,
  ): ExplainedRecording {
    const [leafWeight, callerWeight] = this.#weightsOf(location);
    const judged = image && this.#decided.evidence.ofImage(image.file, image.loadBias);
    const called = this.calledFunction(location, role);
    return {
      sources: this.#sources,
      callerWeight,
      leafWeight,
      ...(judged && { evidence: judged.evidence }),
      doubt: judged?.doubt ?? "",
      ...(called && { calledStart: hex(called.start) }),
    };
  }

  /**
   * Of each image, and each reason why frames in it have no name, the heaviest frame; the heaviest
   * first. For the kernel, whose names are not looked up yet, it is the heaviest frame of all.
   */
  heaviestUnresolved(count: number): AddressInput[] {
    const { profile, places, functions, kernel } = this.#decided;
    const heaviest = new Map<string, { readonly frame: number; readonly weight: number }>();
    for (const [key, place] of places.entries()) {
      const weight = this.#weights[key]!;
      if (place === undefined || place.kind === "name" || weight === 0) continue;
      if (functions[key] !== undefined && functions[key].name !== "") continue;
      const group = `${imageOf(place)} ${whyUnresolved(place, kernel).reason}`;
      const other = heaviest.get(group);
      if (other === undefined || other.weight < weight) {
        heaviest.set(group, { frame: key >> 1, weight });
      }
    }
    return [...heaviest.values()].sort(byWeight).slice(0, count).map(({ frame }) => ({
      text: profile.frames.textOf(frame),
      location: profile.locations[frame] as AddressedLocation,
    }));
  }

  /** As a leaf, and as a caller. */
  #weightsOf(location: FrameLocation): [leaf: number, caller: number] {
    let [leaf, caller] = [0, 0];
    for (const frame of this.#frames.get(keyOf(location)) ?? []) {
      leaf += this.#weights[2 * frame + EXACT]!;
      caller += this.#weights[2 * frame + RETURN]!;
    }
    return [leaf, caller];
  }
}

function weightsOf({ profile: { stacks, frames }, keys, weights }: Decided): Float64Array {
  const byKey = new Float64Array(2 * frames.size);
  for (let stack = 0; stack < stacks.size; stack++) {
    for (let at = stacks.startOf(stack); at < stacks.endOf(stack); at++) {
      byKey[keys[at]!]! += weights[stack]!;
    }
  }
  return byKey;
}

/** The same for frames that say the same, however they are spelled. */
function keyOf(location: FrameLocation): string {
  switch (location.kind) {
    case "name":
      return "";
    case "address":
      return `address ${location.process} ${location.address}`;
    case "vaddr":
      return `vaddr ${location.module} ${location.vaddr}`;
    case "fileOffset":
      return `offset ${location.module} ${location.buildId} ${location.fileOffset}`;
  }
}
