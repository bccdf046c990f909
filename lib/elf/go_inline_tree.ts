import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { readUleb128 } from "./pointer_encoding.ts";

/** Where the inlined calls of a Go function are described. */
export interface GoInlining {
  /** The file. */
  readonly source: ByteSource;
  /** Byte order. */
  readonly littleEndian: boolean;
  /** File offset of the function's `PCDATA_InlTreeIndex` table. */
  readonly indexOffset: number;
  /** File offset behind the last byte that may belong to that table. */
  readonly indexEnd: number;
  /** File offset of the function's `FUNCDATA_InlTree`. */
  readonly treeOffset: number;
  /** Bytes of the smallest instruction. */
  readonly quantum: number;
  /** Size of the function in bytes, with the padding behind it. */
  readonly functionSize: number;
}

/** `inlinedCall` of Go 1.20 and later: funcID, nameOff, parentPc, startLine, 32 bits each. */
const CALL_SIZE = 16;
/** As many as Go's runtime thinks there may be. */
const MAX_CALLS = 1 << 20;
/** Calls are inlined into calls, but not that deep. */
const MAX_DEPTH = 1000;

/**
 * Finds the functions that were inlined at places of a Go function (Go's `runtime/symtabinl.go`):
 * the index table says which inlined call an instruction belongs to; that one names the function,
 * and an instruction of the caller, whose index is that of the call around it.
 *
 * @param places Bytes from the start of the function.
 * @returns Of each place the offsets of the inlined functions' names, outermost first.
 * @throws {FormatError} If a table is cut, does not ascend, or the calls have a cycle.
 */
export async function readInlinedCalls(
  inlining: GoInlining,
  places: readonly number[],
): Promise<number[][]> {
  const indexes = await readPcValues(inlining);
  const count = indexes.values.reduce((count, value) => Math.max(count, value + 1), 0);
  if (count === 0) return places.map(() => []);
  const { source, treeOffset: fileOffset, littleEndian } = inlining;
  if (count > MAX_CALLS) throw treeError(inlining, `index ${count - 1} of an inlined call`);
  const bytes = await source.readAt(fileOffset, count * CALL_SIZE);
  const tree = new ByteCursor(bytes, { source: source.name, fileOffset, littleEndian });
  return places.map((place) => {
    const names: number[] = [];
    for (let index = valueAt(indexes, place); index >= 0;) {
      if (names.length === MAX_DEPTH) throw treeError(inlining, `${MAX_DEPTH} nested calls`);
      tree.position = index * CALL_SIZE + 4;
      names.push(tree.u32());
      index = valueAt(indexes, tree.u32());
    }
    return names.reverse();
  });
}

/** A table of values by place: value `i` holds from `ends[i - 1]` to `ends[i]`. */
interface PcValues {
  /** Bytes from the start of the function, ascending. */
  readonly ends: readonly number[];
  readonly values: readonly number[];
}

/** Bytes that are read of a table at first; most are shorter. */
const FIRST_GUESS = 256;
const MAX_TABLE_SIZE = 1 << 20;

async function readPcValues(inlining: GoInlining): Promise<PcValues> {
  const { source, indexOffset, indexEnd, littleEndian } = inlining;
  const available = Math.min(indexEnd - indexOffset, MAX_TABLE_SIZE);
  for (let guess = FIRST_GUESS;; guess *= 8) {
    const length = Math.max(0, Math.min(guess, available));
    const bytes = await source.readAt(indexOffset, length);
    const options = { source: source.name, fileOffset: indexOffset, littleEndian };
    const values = parsePcValues(new ByteCursor(bytes, options), inlining, length === available);
    if (values !== undefined) return values;
  }
}

/** No step takes more: two numbers of 32 bits. */
const MAX_STEP_SIZE = 10;

/** Gives nothing if the table goes on behind the bytes. */
function parsePcValues(
  cursor: ByteCursor,
  { quantum, functionSize }: GoInlining,
  isAll: boolean,
): PcValues | undefined {
  const ends: number[] = [];
  const values: number[] = [];
  let value = -1;
  let place = 0;
  while (place < functionSize) {
    if (!isAll && cursor.remaining < MAX_STEP_SIZE) return undefined;
    const start = cursor.position;
    const zigzag = readUleb128(cursor);
    if (zigzag === 0 && ends.length > 0) break;
    value += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    const step = readUleb128(cursor) * quantum;
    if (step === 0) throw cursor.error(start, "want ascending addresses, this one stays");
    place += step;
    ends.push(place);
    values.push(value);
  }
  return { ends, values };
}

function valueAt({ ends, values }: PcValues, place: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! <= place) low = middle + 1;
    else high = middle;
  }
  return values[low] ?? -1;
}

function treeError({ source, treeOffset }: GoInlining, found: string): FormatError {
  return new FormatError({
    action: "read the inlined calls",
    source: source.name,
    place: { fileOffset: treeOffset },
    detail: `want less than ${found}`,
  });
}
