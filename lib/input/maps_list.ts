import { parseHexAddress } from "./raw_frame.ts";

/** A mapping as a recorder wrote it. */
export interface RecordedMapping {
  /** The address of its first byte. */
  readonly start: number;
  /** The address behind it. */
  readonly end: number;
  /** Four letters, `r-xp`. */
  readonly permissions: string;
  /** Bytes from the start of the file to what is mapped at `start`. */
  readonly fileOffset: number;
  /** `major:minor` in hexadecimal; `00:00` if it is not known. */
  readonly device: string;
  /** 0 if it is not known. */
  readonly inode: number;
  /** Empty if there is no file. */
  readonly path: string;
}

/** The mappings of a process, of which later ones replace earlier ones where they overlap. */
export class MapsList {
  /** By start, not overlapping. */
  #mappings: RecordedMapping[] = [];

  /** Whether there are no mappings. */
  get isEmpty(): boolean {
    return this.#mappings.length === 0;
  }

  /** The same mappings, for a process that was forked. */
  copy(): MapsList {
    const copy = new MapsList();
    copy.#mappings = [...this.#mappings];
    return copy;
  }

  /**
   * Whether a mapping would take the place of other code: that is not there any more then, and what
   * was recorded before is of it. Memory without files is all the same.
   */
  replacesCode(mapping: RecordedMapping): boolean {
    return this.#overlapping(mapping).some((old) => isOtherCode(old, mapping));
  }

  /**
   * Adds a mapping. Of other files that lose code to it nothing is left: they were unmapped before,
   * which recorders do not see. But a part of a text may be moved to huge pages.
   */
  replace(mapping: RecordedMapping): void {
    const isWhole = mapping.path !== "" && !isHuge(mapping);
    const gone = this.#overlapping(mapping).filter((old) =>
      isWhole && isOtherCode(old, mapping) && !isSameFile(old, mapping)
    );
    this.add(mapping);
    const isGone = (one: RecordedMapping) =>
      gone.some((old) => isSameFile(old, one) && shiftOf(old) === shiftOf(one));
    if (gone.length > 0) this.#mappings = this.#mappings.filter((one) => !isGone(one));
  }

  /** Whether all mappings of another list are in this one. */
  includes(list: MapsList): boolean {
    const others = list.#mappings;
    return others.length <= this.#mappings.length && others.every((other) => {
      const own = this.#mappings[this.#firstBehind(other.start)];
      return own !== undefined && own.start === other.start && own.end === other.end &&
        own.permissions === other.permissions && own.fileOffset === other.fileOffset &&
        isSameFile(own, other);
    });
  }

  /** Adds a mapping; one that is empty or no range is left out. */
  add(mapping: RecordedMapping): void {
    const { start, end } = mapping;
    if (!(start < end)) return;
    const first = this.#firstBehind(start);
    let last = first;
    const rest: RecordedMapping[] = [];
    for (; last < this.#mappings.length && this.#mappings[last]!.start < end; last++) {
      const old = this.#mappings[last]!;
      if (old.start < start) rest.push({ ...old, end: start });
      if (old.end > end) {
        rest.push({ ...old, start: end, fileOffset: old.fileOffset + end - old.start });
      }
    }
    const at = rest.findIndex((old) => old.start > start);
    rest.splice(at < 0 ? rest.length : at, 0, mapping);
    this.#mappings.splice(first, last - first, ...rest);
  }

  /** The lines of `/proc/PID/maps`; empty if there are no mappings. */
  text(): string {
    return this.#mappings.map(lineOf).join("");
  }

  #overlapping({ start, end }: RecordedMapping): RecordedMapping[] {
    const found: RecordedMapping[] = [];
    for (let at = this.#firstBehind(start); at < this.#mappings.length; at++) {
      if (this.#mappings[at]!.start >= end) break;
      found.push(this.#mappings[at]!);
    }
    return found;
  }

  /** The first mapping that ends behind an address. */
  #firstBehind(address: number): number {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#mappings[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The digits of a range as numbers; the end of the last page, 2^64, is 0. */
export function parseRange(start: string, end: string): { start: number; end: number } {
  const first = parseHexAddress(start);
  const behind = /^10{16}$/.test(end) ? 0 : parseHexAddress(end);
  return { start: first, end: behind };
}

/** Whether it is what `perf inject --jit` makes of a function, over memory without a file. */
export function isJitted({ path }: RecordedMapping): boolean {
  return /\/jitted-\d+-\d+\.so$/.test(path);
}

/** Huge pages begin and end at multiples of it, the code of a library hardly ever does. */
const HUGE_PAGE = 0x100000;

function isHuge({ start, end }: RecordedMapping): boolean {
  return start % HUGE_PAGE === 0 && end % HUGE_PAGE === 0;
}

function isSameFile(one: RecordedMapping, other: RecordedMapping): boolean {
  return one.path === other.path && one.inode === other.inode && one.device === other.device;
}

/** The address that the start of the file would have. */
function shiftOf({ start, fileOffset }: RecordedMapping): number {
  return start - fileOffset;
}

/** Loaders map some segments of a file over others, the data over the code too. */
function isOtherCode(old: RecordedMapping, mapping: RecordedMapping): boolean {
  if (old.permissions[2] !== "x") return false;
  if (!isSameFile(old, mapping)) return old.path !== "" || !isJitted(mapping);
  return mapping.path !== "" && mapping.permissions[2] === "x" &&
    shiftOf(old) !== shiftOf(mapping);
}

function lineOf(mapping: RecordedMapping): string {
  const { start, end, permissions, fileOffset, device, inode, path } = mapping;
  const fields = `${digits(start)}-${digits(end)} ${permissions} ${digits(fileOffset)} ${device}`;
  return `${fields} ${inode} ${path.replaceAll("\n", "\\012")}`.trimEnd() + "\n";
}

function digits(value: number): string {
  const positive = value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
  return positive.toString(16).padStart(8, "0");
}
