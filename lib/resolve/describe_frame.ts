import type { CodeFile, FrameDetail, FrameKind, FrameLocation } from "../profile/mod.ts";
import type { FoundFunction, InlinedFunction } from "../symbols/mod.ts";
import type { CodePlace, MissingPlace, Place } from "./place.ts";
import { EXACT, type FrameRole, RETURN } from "./frame_roles.ts";
import { imageOf, type KernelSummary, whyUnresolved } from "./report.ts";

/** Describes frames of the output; those of one image share one {@linkcode CodeFile}. */
export class FrameDescriber {
  readonly #kernel: KernelSummary;
  readonly #files = new Map<string, CodeFile>();

  /** @param kernel Why kernel frames have no names. */
  constructor(kernel: KernelSummary) {
    this.#kernel = kernel;
  }

  /**
   * What is known of a frame.
   *
   * @param found Its function; undefined if that is not known.
   * @param role Whether its address is that behind a call.
   */
  describe(
    location: FrameLocation,
    place: Place,
    found: FoundFunction | undefined,
    role: FrameRole = EXACT,
  ): FrameDetail {
    const isNamed = place.kind === "name" || found !== undefined && found.name !== "" ||
      location.kind !== "name" && location.symbol !== "";
    return {
      kind: location.kind === "name" && location.inlined !== undefined
        ? "inlined"
        : KINDS[place.kind],
      symbol: found?.name ?? "",
      file: this.#fileOf(place),
      address: location.kind === "address" ? location.address : NaN,
      vaddr: place.kind === "code" ? place.vaddr : NaN,
      ...role === RETURN && mayFollowCall(place, found) && { isReturnAddress: true },
      ...place.kind === "code" && found !== undefined && { functionStart: found.start },
      position: found?.position,
      reason: isNamed ? undefined : whyUnresolved(place, this.#kernel).reason,
    };
  }

  /** What is known of a function that is inlined into a frame, of which this is known. */
  describeInlined(outer: FrameDetail, { name, position }: InlinedFunction): FrameDetail {
    return { ...outer, kind: "inlined", symbol: name, position, reason: undefined };
  }

  #fileOf(place: Place): CodeFile | undefined {
    if (place.kind === "name") return undefined;
    const file = place.kind === "code" ? codeFileOf(place) : {
      path: imageOf(place),
      ...place.kind === "missing" ? missingFileOf(place) : UNKNOWN,
    };
    const { start, loadBias, vaddrs, firstVaddr, buildId, path } = file;
    const key = `${start} ${loadBias} ${vaddrs?.start} ${firstVaddr} ${buildId} ${path}`;
    const known = this.#files.get(key) ?? file;
    this.#files.set(key, known);
    return known;
  }
}

const KINDS: Readonly<Record<Place["kind"], FrameKind>> = {
  name: "name",
  code: "native",
  missing: "native",
  kernel: "kernel",
  generated: "jit",
};

/** Whether what was recorded as a return address may be one. */
function mayFollowCall(place: Place, found: FoundFunction | undefined): boolean {
  // A handler that no call led to is named by its first byte, see `functionAt`.
  if (place.kind === "code") return found?.start !== place.vaddr;
  return place.kind === "missing" ? place.mapping !== undefined : place.kind !== "name";
}

const UNKNOWN = { buildId: "", start: NaN, end: NaN, fileOffset: NaN };

function missingFileOf({ mapping, buildId = "" }: MissingPlace): Omit<CodeFile, "path"> {
  if (mapping === undefined) return { ...UNKNOWN, buildId };
  const { start, end, fileOffset } = mapping;
  return { buildId, start, end, fileOffset };
}

/** The file and where the segment that holds the code was mapped. */
function codeFileOf({ file, vaddr, loadBias = NaN }: CodePlace): CodeFile {
  const segments = file.elf?.loadSegments ?? [];
  const segment = segments.find((one) => vaddr >= one.vaddr && vaddr < one.vaddr + one.memorySize);
  const vaddrs = segment && { start: segment.vaddr, end: segment.vaddr + segment.memorySize };
  return {
    path: file.request.path,
    buildId: file.knownBuildId,
    start: loadBias + (vaddrs?.start ?? NaN),
    end: loadBias + (vaddrs?.end ?? NaN),
    fileOffset: segment?.fileOffset ?? NaN,
    ...vaddrs && { vaddrs },
    ...!Number.isNaN(loadBias) && { loadBias },
    ...segments[0] !== undefined && { firstVaddr: segments[0].vaddr },
    ...file.elf?.header.littleEndian === false && { bigEndian: true },
  };
}
