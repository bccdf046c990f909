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
   * Whether a mapping would take the place of another file's code: that file is not there any more
   * then, and what was recorded before is of it.
   */
  replacesCode({ start, end, path }: RecordedMapping): boolean {
    if (!path.startsWith("/")) return false;
    for (let at = this.#firstBehind(start); at < this.#mappings.length; at++) {
      const old = this.#mappings[at]!;
      if (old.start >= end) return false;
      if (old.permissions[2] === "x" && old.path.startsWith("/") && old.path !== path) return true;
    }
    return false;
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

function lineOf(mapping: RecordedMapping): string {
  const { start, end, permissions, fileOffset, device, inode, path } = mapping;
  const fields = `${digits(start)}-${digits(end)} ${permissions} ${digits(fileOffset)} ${device}`;
  return `${fields} ${inode} ${path.replaceAll("\n", "\\012")}`.trimEnd() + "\n";
}

function digits(value: number): string {
  const positive = value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
  return positive.toString(16).padStart(8, "0");
}
