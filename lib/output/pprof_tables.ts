import type { FunctionInput, LineInput, LocationInput, MappingInput } from "pprof-format";
import type { CodeFile, FrameDetail, Profile } from "../profile/mod.ts";
import { imageOf } from "./image_of.ts";
import { NONE, type PlacedFrames } from "./placed_frames.ts";

/** What samples refer to. Ids begin with 1. */
export class PprofTables {
  /** In the order of their ids. */
  readonly locations: LocationInput[] = [];
  /** In the order of their ids. */
  readonly functions: FunctionInput[] = [];
  readonly #profile: Profile;
  readonly #placed: PlacedFrames;
  readonly #text: (value: string) => number;
  /** By placed frame, the id of the location whose innermost function it is; 0 if there is none. */
  readonly #locationOf: Uint32Array;
  readonly #functionIds = new Map<string, number>();
  readonly #mappings = new Map<string, Mapping>();

  /** @param text Gives the number of a string in the string table. */
  constructor(profile: Profile, placed: PlacedFrames, text: (value: string) => number) {
    this.#profile = profile;
    this.#placed = placed;
    this.#text = text;
    this.#locationOf = new Uint32Array(placed.frameOf.length);
  }

  /** The id of the location whose innermost function a placed frame is. */
  locationOf(placed: number): number {
    return this.#locationOf[placed] ||= this.#addLocation(placed);
  }

  /** What the locations so far lie in; the first is that of the program, if there is one. */
  mappings(): MappingInput[] {
    const all = [...this.#mappings.values()];
    const program = all.findIndex(({ file }) => !NO_PROGRAM_REGEXP.test(file.path));
    if (program > 0) all.unshift(...all.splice(program, 1));
    return all.map(({ file, ...fields }) => ({
      ...fields,
      ...pagesOf(file),
      filename: this.#text(file.path),
      buildId: this.#text(file.buildId),
    }));
  }

  #addLocation(innermost: number): number {
    const { frameOf, outerOf } = this.#placed;
    const id = this.locations.length + 1;
    const line: LineInput[] = [];
    let detail: FrameDetail | undefined;
    for (let placed = innermost; placed !== NONE; placed = outerOf[placed]!) {
      const frame = frameOf[placed]!;
      detail = this.#profile.details?.[frame];
      line.push(this.#lineOf(this.#profile.frames.textOf(frame), detail));
    }
    const file = detail && imageOf(detail);
    const mapping = file && this.#mappingOf(file);
    const address = detail === undefined ? NaN : addressOf(detail);
    const isNamed = line.length > 1 || detail?.reason === undefined || Number.isNaN(address);
    if (isNamed && mapping !== undefined) this.#markNamed(mapping, innermost);
    this.locations.push({
      id,
      mappingId: mapping?.id ?? 0,
      address: address || 0,
      line: isNamed ? line : [],
    });
    return id;
  }

  #lineOf(name: string, detail: FrameDetail | undefined): LineInput {
    const { file, line, column } = detail?.position ?? { file: "", line: 0, column: 0 };
    return { functionId: this.#functionOf(name, detail?.symbol ?? "", file), line, column };
  }

  #functionOf(name: string, symbol: string, file: string): number {
    const key = `${name}\n${symbol}\n${file}`;
    const known = this.#functionIds.get(key);
    if (known !== undefined) return known;
    const id = this.functions.push({
      id: this.functions.length + 1,
      // pprof takes what has no name for not symbolized.
      name: this.#text(name || "[unknown]"),
      systemName: this.#text(symbol || name || "[unknown]"),
      filename: this.#text(file),
    });
    this.#functionIds.set(key, id);
    return id;
  }

  #mappingOf(file: CodeFile): Mapping {
    const key = `${rangeOf(file).start} ${file.buildId} ${file.path}`;
    const known = this.#mappings.get(key);
    if (known !== undefined) return known;
    const mapping = {
      id: this.#mappings.size + 1,
      file,
      hasFunctions: false,
      hasFilenames: false,
      hasLineNumbers: false,
      hasInlineFrames: false,
    };
    this.#mappings.set(key, mapping);
    return mapping;
  }

  /** Says of a mapping what is known of the frames of one of its locations. */
  #markNamed(mapping: Mapping, innermost: number): void {
    const { frameOf, outerOf } = this.#placed;
    for (let placed = innermost; placed !== NONE; placed = outerOf[placed]!) {
      const { reason, position } = this.#profile.details![frameOf[placed]!]!;
      if (reason === undefined) mapping.hasFunctions = true;
      if (position !== undefined) mapping.hasFilenames = true;
      if (position !== undefined && position.line > 0) mapping.hasLineNumbers = true;
      if (outerOf[placed] !== NONE) mapping.hasInlineFrames = true;
    }
  }
}

/** A mapping while its locations come. */
interface Mapping {
  readonly id: number;
  readonly file: CodeFile;
  hasFunctions: boolean;
  hasFilenames: boolean;
  hasLineNumbers: boolean;
  hasInlineFrames: boolean;
}

/** Libraries, and labels such as `[kernel]`. */
const NO_PROGRAM_REGEXP = /^\[|\.so(?:\.|$)/;

const PAGE = 0x1000;

/** Where the code of a file was, or its vaddrs where that is not known: as if it was not moved. */
function rangeOf(file: CodeFile): { start: number; end: number } {
  return isUnmoved(file) ? file.vaddrs : file;
}

function isUnmoved(file: CodeFile): file is CodeFile & Required<Pick<CodeFile, "vaddrs">> {
  return Number.isNaN(file.start) && file.vaddrs !== undefined;
}

/** The pages that the file's code was mapped to; all 0 if that is not known. */
function pagesOf(file: CodeFile): MappingInput {
  const { start, end } = rangeOf(file);
  const { fileOffset } = file;
  if (!(start < end)) return {};
  const before = start - Math.floor(start / PAGE) * PAGE;
  return {
    memoryStart: start - before,
    memoryLimit: Math.ceil(end / PAGE) * PAGE,
    fileOffset: Math.max(0, fileOffset - before) || 0,
  };
}

/**
 * The address that pprof wants: of the process, in the kernel's half a negative number, and within
 * the call, where that is what the recorder wrote the end of. Where the recording does not say where
 * the file was, its vaddr. NaN if not even that is known.
 */
function addressOf({ address, vaddr, file, isReturnAddress }: FrameDetail): number {
  const mapped = vaddr + (file?.loadBias ?? (file && isUnmoved(file) ? 0 : NaN));
  // Where no mapping of a file is known, the number is a file offset: newer perf writes those.
  const isAddress = file?.path.startsWith("/") !== true || !Number.isNaN(file.start);
  const known = isAddress ? address : NaN;
  return (Number.isNaN(mapped) ? known : mapped) - (isReturnAddress ? 1 : 0);
}
