import {
  type AddressLocation,
  type FrameLocation,
  type RawProfile,
  StackTable,
} from "../profile/mod.ts";
import { type FrameRole, RETURN } from "./frame_roles.ts";
import type { Locator } from "./locator.ts";
import { isSameImage } from "./address_place.ts";
import { areSeveral } from "./contenders.ts";

/**
 * Tells apart what one address meant at different times, where several snapshots of a process have
 * different images there. All frames of a stack were there at the same time: the snapshot by which
 * most of its return addresses follow calls is that of the others, too. Nothing else tells it for
 * leaves, and for what follows a call in both. Where a snapshot has a file that cannot be read, it is
 * taken to be that of all return addresses which follow no call in the others.
 *
 * A frame that would be taken for one of another image becomes a frame of its own, whose location says
 * the snapshot. A return address that follows a call in one image only stays what it is.
 *
 * @param keys The frames of all stacks in their places, see `resolve`.
 */
export function splitBySnapshot(
  profile: RawProfile,
  keys: Uint32Array,
  locator: Locator,
): RawProfile {
  const contests = new Contests(profile, locator);
  if (contests.areNone) return profile;
  const { stacks } = profile;
  const frames = profile.frames.copy();
  const locations: FrameLocation[] = [...profile.locations];
  const split = new StackTable();
  const copies = new Map<string, number>();
  for (let stack = 0; stack < stacks.size; stack++) {
    const [start, last] = [stacks.startOf(stack), stacks.endOf(stack) - 1];
    const snapshot = contests.snapshotOf(stacks.frames.subarray(start, last + 1));
    for (let at = start; at <= last; at++) {
      const frame = stacks.frames[at]!;
      const role = (keys[at]! & 1) as FrameRole;
      const location = contests.locationIn(snapshot, frame, role, at === last);
      if (location === undefined) {
        split.push(frame);
        continue;
      }
      const key = `${frame} ${snapshot}`;
      const copy = copies.get(key) ?? frames.append(frames.textOf(frame));
      copies.set(key, copy);
      locations[copy] = location;
      split.push(copy);
    }
    split.finish();
  }
  return copies.size === 0 ? profile : { ...profile, frames, stacks: split, locations };
}

/** A frame whose address may be in different images of different snapshots. */
interface Contest {
  readonly location: AddressLocation;
  /** Of each snapshot whether the address follows a call in the image that it has there. */
  readonly fits: readonly boolean[];
  /** Whether one of them has code there that cannot be read, and the address follows no call else. */
  readonly isUnread: boolean;
}

class Contests {
  readonly #locator: Locator;
  /** By frame; undefined if one image at most may have it. */
  readonly #byFrame: readonly (Contest | undefined)[];

  constructor({ locations }: RawProfile, locator: Locator) {
    this.#locator = locator;
    this.#byFrame = haveSeveralOfOne(locator.snapshots.map(({ process }) => process))
      ? locations.map((location) => contestOf(location, locator))
      : [];
  }

  get areNone(): boolean {
    return !this.#byFrame.some((contest) => contest !== undefined);
  }

  /** The number of the snapshot that a stack is of; undefined if its return addresses do not tell. */
  snapshotOf(frames: Uint32Array): number | undefined {
    const callers = [...frames.subarray(0, -1)].flatMap((frame) => this.#byFrame[frame] ?? []);
    const scores = this.#locator.snapshots.map((_, snapshot) =>
      callers.filter(({ fits }) => fits[snapshot]).length
    );
    const most = Math.max(...scores);
    if (most <= callers.filter(({ isUnread }) => isUnread).length) return undefined;
    const [best, ...others] = [...scores.keys()].filter((snapshot) => scores[snapshot] === most);
    const contests = [...frames].flatMap((frame) => this.#byFrame[frame] ?? []);
    const isClear = others.every((other) =>
      contests.every(({ location }) => this.#areAlike(best!, other, location))
    );
    return isClear ? best : undefined;
  }

  /**
   * What a frame says, with the snapshot of its stack; undefined if that makes no difference, or if the
   * frame itself knows better.
   */
  locationIn(
    snapshot: number | undefined,
    frame: number,
    role: FrameRole,
    isLeaf: boolean,
  ): AddressLocation | undefined {
    const contest = this.#byFrame[frame];
    if (snapshot === undefined || contest === undefined) return undefined;
    const { location, fits } = contest;
    if (!isLeaf && fits.includes(true) && !fits[snapshot]) return undefined;
    const lookup = this.#locator.lookupAddressOf(location, role);
    const image = this.#locator.imageIn(snapshot, location, lookup);
    const otherwise = this.#locator.whereIs(location, lookup);
    if (image === undefined || otherwise === undefined) return undefined;
    return isSameImage(image.place, otherwise.place) ? undefined : { ...location, snapshot };
  }

  #areAlike(one: number, other: number, location: AddressLocation): boolean {
    return [location.address, location.address - RETURN].every((lookup) => {
      const [a, b] = [one, other].map((snapshot) =>
        this.#locator.imageIn(snapshot, location, lookup)?.place
      );
      return a === b || a !== undefined && b !== undefined && isSameImage(a, b);
    });
  }
}

/** Whether two of some snapshots may be of the same process. */
function haveSeveralOfOne(processes: readonly (number | undefined)[]): boolean {
  return processes.length > 1 &&
    (processes.includes(undefined) || new Set(processes).size < processes.length);
}

function contestOf(location: FrameLocation, locator: Locator): Contest | undefined {
  if (location.kind !== "address" || locator.understand(location) !== location) return undefined;
  const { address } = location;
  const isContested = [address, address - RETURN].some((lookup) =>
    areSeveral(locator.contendersAt(location, lookup))
  );
  if (!isContested) return undefined;
  const fits = locator.snapshots.map((_, snapshot) => {
    const image = locator.imageIn(snapshot, location, address - RETURN);
    return image !== undefined && locator.choices.fits(location, image.place);
  });
  const { unread } = locator.contendersAt(location, address - RETURN);
  return { location, fits, isUnread: unread.length > 0 && !fits.includes(true) };
}
