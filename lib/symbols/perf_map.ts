import { type ByteReader, LineReader } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { InvalidLine } from "../profile/mod.ts";
import { HexField } from "./hex_field.ts";
import { type NamedCode, NamedRanges } from "./named_ranges.ts";

/** What a perf map says of the code that a process generated. */
export interface PerfMap extends NamedCode {
  /** How many lines could not be read. */
  readonly invalid: number;
  /** The first of them; undefined if there is none. */
  readonly firstInvalid: InvalidLine | undefined;
}

/**
 * Reads `/tmp/perf-PID.map`, which runtimes with a JIT write for perf (`jit-interface.txt` in
 * `tools/perf/Documentation` of Linux): lines `START SIZE NAME`, numbers in hexadecimal with or
 * without `0x`, and the name all the rest of the line, with blanks, semicolons and what else is in
 * it. Blanks at its ends are cut, and so is a carriage return. A name may be empty.
 *
 * Runtimes append to the file and use addresses again. Where two lines overlap the later one wins;
 * what it leaves of the earlier one keeps its name.
 *
 * @param keepsPlaces Whether ranges say which line they are from; it takes memory.
 * @throws {FormatError} If there are lines, but not a single one is a range, or if one is longer
 * than 64 MiB.
 *
 * @example
 * ```ts
 * import { readPerfMap } from "./perf_map.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "7f0000001000 40 JS:*add file:///a b.js:1:2\n7f0000001020 8 stub\n";
 * const map = await readPerfMap(readerOfBytes("perf-42.map", new TextEncoder().encode(text)));
 * assertEquals(map.rangeAt(0x7f0000001021)?.name, "stub");
 * assertEquals(map.rangeAt(0x7f0000001028), {
 *   name: "JS:*add file:///a b.js:1:2",
 *   start: 0x7f0000001000,
 *   end: 0x7f0000001040,
 * });
 * ```
 */
export async function readPerfMap(reader: ByteReader, keepsPlaces = false): Promise<PerfMap> {
  const lines = new LineReader(reader);
  const line = new PerfMapLine();
  const ranges = new NamedRanges(keepsPlaces);
  const placeOf = () => ({ line: lines.lineNumber });
  let invalid = 0;
  let firstInvalid: InvalidLine | undefined;
  while (await lines.fill()) {
    while (lines.next()) {
      const { view } = lines;
      let detail = line.parse(view, lines.start, lines.end);
      if (detail === "") {
        const name = ranges.addName(view, line.nameStart, line.nameEnd);
        if (ranges.add(line.start, line.size, name, placeOf)) continue;
        detail = "range past the end of the address space";
      }
      if (line.isBlank || invalid++ > 0) continue;
      const text = lines.text().replace(/\r$/, "").slice(0, MAX_SHOWN);
      firstInvalid = { source: reader.name, line: lines.lineNumber, text, detail };
    }
  }
  if (firstInvalid !== undefined && ranges.size + ranges.empty === 0) {
    throw noRanges(reader.name, firstInvalid);
  }
  const { size, empty } = ranges;
  return { size, empty, invalid, firstInvalid, rangeAt: (address) => ranges.rangeAt(address) };
}

const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const MAX_SHOWN = 200;

/** Splits a line. One object serves all lines, its fields are those of the line parsed last. */
class PerfMapLine {
  /** The address of the first byte of code. */
  start = 0;
  /** In bytes; negative if it is 2^63 or more. */
  size = 0;
  /** Where the name begins. */
  nameStart = 0;
  /** Where the name ends. */
  nameEnd = 0;
  /** Whether there is nothing on the line. */
  isBlank = false;
  readonly #field = new HexField();

  /** Gives what is wrong with the line; empty if it is a range. */
  parse(view: DataView, lineStart: number, lineEnd: number): string {
    let end = lineEnd;
    while (end > lineStart && isBlank(view.getUint8(end - 1))) end--;
    const start = skipBlanks(view, lineStart, end);
    this.isBlank = start === end;
    const field = this.#field;
    if (!field.parse(view, start, end)) return "no address at its start";
    this.start = field.value;
    const sizeStart = skipBlanks(view, field.end, end);
    if (sizeStart === field.end || !field.parse(view, sizeStart, end)) {
      return "no size behind its address";
    }
    this.size = field.value;
    this.nameStart = skipBlanks(view, field.end, end);
    this.nameEnd = end;
    if (this.nameStart === field.end && field.end < end) return "no size behind its address";
    return "";
  }
}

function skipBlanks(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(view.getUint8(at))) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

function noRanges(source: string, { line, text, detail }: InvalidLine): FormatError {
  return new FormatError({
    action: "find a range",
    source,
    place: { line },
    detail: `line is "${text}" (${detail}), want "START SIZE NAME" in hexadecimal`,
  });
}
