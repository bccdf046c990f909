import { ByteCursor, ByteInterner, type ByteSource } from "../bytes/mod.ts";
import { FormatError, hex, UnsupportedError } from "../errors.ts";
import { type NamedCode, NamedRanges } from "./named_ranges.ts";

/** A record that could not be read. */
export interface InvalidRecord {
  /** Where it begins, in bytes from the start of the file. */
  readonly fileOffset: number;
  /** What is wrong with it. */
  readonly detail: string;
}

/** What a jitdump says of the code that a process generated. */
export interface Jitdump extends NamedCode {
  /** The machine that the code is for, as ELF numbers them (`e_machine`). */
  readonly machine: number;
  /** The process that wrote it, as itself sees it. */
  readonly processId: number;
  /** How many records could not be read, although the next one is known to begin behind them. */
  readonly invalid: number;
  /** The first of them; undefined if there is none. */
  readonly firstInvalid: InvalidRecord | undefined;
  /**
   * The record at which reading had to end: the file ends inside of it (the process was killed while
   * it wrote), or its size makes no sense. What came before counts. Undefined if there is none.
   */
  readonly cut: InvalidRecord | undefined;
}

/** Whether a file begins as a jitdump does, in either byte order; four bytes are enough. */
export function isJitdump(head: Uint8Array): boolean {
  return head.length >= 4 && littleEndianOf(head) !== undefined;
}

/**
 * Reads `jit-PID.dump`, which runtimes with a JIT write for `perf inject --jit`
 * (`jitdump-specification.txt`, version 1, in `tools/perf/Documentation` of Linux), in either byte
 * order.
 *
 * JIT_CODE_LOAD gives a name to a range, JIT_CODE_MOVE gives it to another one as well: what was
 * sampled before the move lies in the old one. Where ranges overlap the later record wins. Ranges
 * begin at `code_addr`, as in perf, not at `vma`. All other records are skipped, those of unknown
 * types too. Timestamps are not looked at: stacks that were folded have none.
 *
 * The file is read in pieces of 256 KiB; code that fills whole pieces is not read.
 *
 * @param keepsPlaces Whether ranges say at which file offset their record is; it takes memory.
 * @throws {FormatError} If it does not begin as a jitdump, or the header does not lie inside it.
 * @throws {UnsupportedError} If it is of another version, or has unknown flags.
 *
 * @example
 * ```ts
 * import { readJitdump } from "./jitdump.ts";
 * import { MemorySource } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // A header, and one JIT_CODE_LOAD of 60 bytes: "f" at 0x1000, with two bytes of code.
 * const words = [0x4a695444, 1, 40, 62, 0, 42, 0, 0, 0, 0];
 * words.push(0, 60, 0, 0, 42, 42, 0x1000, 0, 0x1000, 0, 2, 0, 1, 0, 0x90c3_0066);
 * const bytes = new Uint8Array(new Uint32Array(words).buffer);
 * const dump = await readJitdump(new MemorySource("jit-42.dump", bytes));
 * assertEquals(dump.rangeAt(0x1001), { name: "f", start: 0x1000, end: 0x1002 });
 * ```
 */
export async function readJitdump(source: ByteSource, keepsPlaces = false): Promise<Jitdump> {
  const header = await readHeader(source);
  const ranges = new NamedRanges(keepsPlaces);
  const records = new JitdumpRecords(ranges);
  let invalid = 0;
  let firstInvalid: InvalidRecord | undefined;
  let cut: InvalidRecord | undefined;
  let piece = new Uint8Array();
  let pieceOffset = 0;
  let fileOffset = header.headerSize;
  while (fileOffset < source.size) {
    const left = source.size - fileOffset;
    // What of the record is looked at must lie in one piece.
    const wanted = Math.min(left, MAX_RECORD);
    if (fileOffset + wanted > pieceOffset + piece.length) {
      pieceOffset = fileOffset;
      piece = new Uint8Array(await source.readAt(fileOffset, Math.min(left, PIECE_SIZE)));
    }
    const bytes = piece.subarray(fileOffset - pieceOffset);
    const { littleEndian } = header;
    const cursor = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
    if (left < PREFIX_SIZE) {
      cut = { fileOffset, detail: `need ${PREFIX_SIZE} bytes, ${left} are left` };
      break;
    }
    const type = cursor.u32();
    const size = cursor.u32();
    if (size < PREFIX_SIZE) {
      cut = { fileOffset, detail: `record has ${hex(size)} bytes, want ${hex(PREFIX_SIZE)}` };
      break;
    }
    if (size > left) {
      cut = { fileOffset, detail: `record has ${hex(size)} bytes, ${hex(left)} are left` };
      break;
    }
    cursor.position = PREFIX_SIZE;
    records.fileOffset = fileOffset;
    const detail = records.read(type, size, bytes, cursor);
    if (detail !== "" && invalid++ === 0) firstInvalid = { fileOffset, detail };
    fileOffset += size;
  }
  return {
    machine: header.machine,
    processId: header.processId,
    size: ranges.size,
    empty: ranges.empty,
    invalid,
    firstInvalid,
    cut,
    rangeAt: (address) => ranges.rangeAt(address),
  };
}

/** "JiTD" as a number, which a file holds in the byte order of its machine. */
const MAGIC = 0x4a695444;
const VERSION = 1;
const HEADER_SIZE = 40;
/** `id`, `total_size`, `timestamp`. */
const PREFIX_SIZE = 16;
const JIT_CODE_LOAD = 0;
const JIT_CODE_MOVE = 1;
/** Behind the prefix: `pid`, `tid`, `vma`, `code_addr`, `code_size`, `code_index`. */
const LOAD_SIZE = 40;
/** Behind the prefix: the same with `old_code_addr` and `new_code_addr`. */
const MOVE_SIZE = 48;
/** A name that is longer is none. */
const MAX_NAME = 1 << 14;
const MAX_RECORD = PREFIX_SIZE + LOAD_SIZE + MAX_NAME;
const PIECE_SIZE = 1 << 18;
/** JITDUMP_FLAGS_ARCH_TIMESTAMP: where the timestamps come from, which we do not look at. */
const KNOWN_FLAGS = 1;

interface JitdumpHeader {
  readonly littleEndian: boolean;
  /** In bytes; the first record begins there. */
  readonly headerSize: number;
  readonly machine: number;
  readonly processId: number;
}

async function readHeader(source: ByteSource): Promise<JitdumpHeader> {
  const { name } = source;
  const magic = await source.readAt(0, Math.min(4, source.size));
  const littleEndian = isJitdump(magic) ? littleEndianOf(magic) : undefined;
  if (littleEndian === undefined) throw headerError(name, 0, 'want "JiTD" or "DTiJ" at its start');
  if (source.size < HEADER_SIZE) {
    throw headerError(name, 0, `need ${HEADER_SIZE} bytes, file ends at ${hex(source.size)}`);
  }
  const bytes = await source.readAt(0, HEADER_SIZE);
  const cursor = new ByteCursor(bytes, { source: name, littleEndian });
  cursor.position = 4;
  const version = cursor.u32();
  if (version !== VERSION) throw new UnsupportedError(name, `jitdump version ${version}`);
  const headerSize = cursor.u32();
  if (headerSize < HEADER_SIZE || headerSize > source.size) {
    const detail = `header has ${hex(headerSize)} bytes, want ${hex(HEADER_SIZE)} or more, ` +
      `file ends at ${hex(source.size)}`;
    throw headerError(name, 8, detail);
  }
  const machine = cursor.u32();
  cursor.skip(4);
  const processId = cursor.u32();
  cursor.skip(8);
  const [first, second] = [cursor.u32(), cursor.u32()];
  const [low, high] = littleEndian ? [first, second] : [second, first];
  if (high !== 0 || (low & ~KNOWN_FLAGS) !== 0) {
    const flags = (BigInt(high) << 32n) + BigInt(low);
    throw new UnsupportedError(name, `jitdump flags 0x${flags.toString(16)}`);
  }
  return { littleEndian, headerSize, machine, processId };
}

/** Undefined if it is no magic number. */
function littleEndianOf(head: Uint8Array): boolean | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0, true) === MAGIC) return true;
  return view.getUint32(0, false) === MAGIC ? false : undefined;
}

/** Puts what records say into ranges. */
class JitdumpRecords {
  /** Where the record is that is read. */
  fileOffset = 0;
  readonly #ranges: NamedRanges;
  /** The code indexes, as eight bytes each, and by their numbers the names of the functions. */
  readonly #indexes = new ByteInterner();
  readonly #names: number[] = [];

  constructor(ranges: NamedRanges) {
    this.#ranges = ranges;
  }

  /**
   * Reads a record.
   *
   * @param size Of the whole record, all of which lies in the file.
   * @param bytes From the start of the record; of a long one, at least MAX_RECORD.
   * @param cursor Over these bytes, behind the prefix.
   * @returns What is wrong with the record; empty if it is well.
   */
  read(type: number, size: number, bytes: Uint8Array, cursor: ByteCursor): string {
    if (type !== JIT_CODE_LOAD && type !== JIT_CODE_MOVE) return "";
    const fixedSize = PREFIX_SIZE + (type === JIT_CODE_LOAD ? LOAD_SIZE : MOVE_SIZE);
    if (size < fixedSize) return `record has ${hex(size)} bytes, want ${hex(fixedSize)}`;
    // Process and thread, then the address where the code is said to be mapped.
    cursor.skip(16);
    if (type === JIT_CODE_MOVE) cursor.skip(8);
    const start = cursor.address64();
    const codeSize = cursor.address64();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const index = this.#indexes.intern(view, cursor.position, cursor.position + 8);
    if (type === JIT_CODE_MOVE) {
      const name = this.#names[index];
      if (name === undefined) return "no record before it loads the code that it moves";
      return this.#add(start, codeSize, name);
    }
    const room = size - fixedSize - codeSize;
    if (!(codeSize >= 0 && room >= 1)) {
      return `code has ${hexOf(codeSize)} bytes, record has ${hex(size)}`;
    }
    const nameEnd = bytes.subarray(0, fixedSize + Math.min(room, MAX_NAME)).indexOf(0, fixedSize);
    if (nameEnd < 0) return `name has no end in ${Math.min(room, MAX_NAME)} bytes`;
    const name = this.#ranges.addName(view, fixedSize, nameEnd);
    this.#names[index] = name;
    return this.#add(start, codeSize, name);
  }

  readonly #place = () => ({ fileOffset: this.fileOffset });

  #add(start: number, size: number, name: number): string {
    if (this.#ranges.add(start, size, name, this.#place)) return "";
    return `no code can be at ${hexOf(start)} with ${hexOf(size)} bytes`;
  }
}

/** An address that is not canonical is not known any more. */
function hexOf(value: number): string {
  return Number.isNaN(value) ? "a number past 2^53" : hex(value);
}

function headerError(source: string, fileOffset: number, detail: string): FormatError {
  return new FormatError({ action: "read the header", source, place: { fileOffset }, detail });
}
