import { ByteCursor } from "../bytes/mod.ts";
import { hex, UnsupportedError } from "../errors.ts";
import type { ElfFile } from "../elf/mod.ts";
import { readStrings } from "../elf/mod.ts";
import { readInlinedCalls } from "../elf/go_inline_tree.ts";
import { findGoModuleData, type GoModuleData } from "../elf/go_module_data.ts";
import { findGoTable, type GoTable } from "../elf/gopclntab.ts";
import { readRecords } from "../elf/records.ts";
import { findSection } from "../elf/section_data.ts";
import { searchSortedTable } from "../elf/sorted_table.ts";

/** The Go function that a vaddr lies in. */
export interface GoFunction {
  /** With its package, as Go's linker spells it: `net/http.(*conn).serve`. */
  readonly name: string;
  /** The vaddr of its first instruction. */
  readonly start: number;
  /** The vaddr that the next function begins at. */
  readonly end: number;
  /** Names of the functions that are inlined at this very vaddr, outermost first. */
  readonly inlined: readonly string[];
}

/** Of each vaddr its function; undefined if it is not in Go code. */
export type GoLookup = readonly (GoFunction | undefined)[];

/**
 * Finds the functions of a Go program that vaddrs lie in, by the table that Go's runtime needs
 * itself and that stripping leaves: `.gopclntab`. It is searched by ranged reads.
 *
 * Names are read from all versions of the table (Go 1.2, 1.16, 1.18, 1.20 and later), inlined
 * functions from those of Go 1.20 and later.
 *
 * @param vaddrs Ascending and different.
 * @returns Undefined if the file is no Go program.
 * @throws {FormatError} If the table is malformed.
 * @throws {UnsupportedError} If its magic number is unknown, or nothing says which vaddr the
 * functions are relative to, or there is more than one such vaddr.
 */
export async function findGoFunctions(
  elf: ElfFile,
  vaddrs: Float64Array,
): Promise<GoLookup | undefined> {
  const table = await findGoTable(elf);
  if (table === undefined) return undefined;
  const isRelative = table.version === "1.18" || table.version === "1.20";
  const moduleData = isRelative ? await findGoModuleData(elf, table) : undefined;
  const textStart = await findTextStart(elf, table, moduleData);
  const entries = await searchFunctions(elf, table, textStart, vaddrs);
  const descriptions = await describeFunctions(elf, table, entries);
  const inlined = await findInlined(elf, table, moduleData, descriptions, entries, vaddrs);
  const names = await readStrings(
    elf.source,
    { stringsOffset: table.namesOffset, stringsSize: table.namesEnd - table.namesOffset },
    [...[...descriptions.values()].map(({ nameOffset }) => nameOffset), ...inlined.flat()],
  );
  return entries.map((entry, at) => {
    if (entry === undefined) return undefined;
    const { start, end } = entry;
    const name = names.get(descriptions.get(entry)!.nameOffset)!;
    return { name, start, end, inlined: inlined[at]!.map((offset) => names.get(offset)!) };
  });
}

/** Behind the last function there are at most some bytes of padding in the section. */
const MAX_PADDING = 64;

async function findTextStart(
  elf: ElfFile,
  table: GoTable,
  moduleData: GoModuleData | undefined,
): Promise<number> {
  const { functionsOffset, functionCount, fieldSize } = table;
  const lastOffset = functionsOffset + 2 * functionCount * fieldSize;
  const last = readField(await cursorOf(elf, lastOffset, fieldSize), fieldSize);
  if (table.version === "1.2" || table.version === "1.16") {
    if (last !== 0) return 0;
    throw new UnsupportedError(elf.source.name, ".gopclntab whose addresses are not relocated");
  }
  if (moduleData !== undefined) {
    const { textStart, functionsEnd } = moduleData;
    if (textStart + last === functionsEnd) return textStart;
    throw new UnsupportedError(elf.source.name, "Go code in more than one text section");
  }
  if (table.textStart !== 0) return table.textStart;
  // Go's own linker begins .text with Go code; a system linker may put other code there as well.
  const text = await findSection(elf, ".text");
  const end = text === undefined ? NaN : text.vaddr + text.size;
  if (text !== undefined && end >= text.vaddr + last && end - text.vaddr - last <= MAX_PADDING) {
    return text.vaddr;
  }
  throw new UnsupportedError(elf.source.name, ".gopclntab without moduledata");
}

/** An entry of the table of functions. */
interface FunctionEntry {
  /** Vaddrs. */
  readonly start: number;
  readonly end: number;
  /** File offset of its description. */
  readonly descriptionOffset: number;
}

async function searchFunctions(
  elf: ElfFile,
  table: GoTable,
  textStart: number,
  vaddrs: Float64Array,
): Promise<(FunctionEntry | undefined)[]> {
  const { source, header: { littleEndian } } = elf;
  const { functionsOffset: fileOffset, functionCount: count, fieldSize } = table;
  const entrySize = 2 * fieldSize;
  const keyAt = (cursor: ByteCursor) => textStart + readField(cursor, fieldSize);
  const sorted = { source, littleEndian, fileOffset, count, entrySize, keyAt };
  const found = await searchSortedTable(sorted, vaddrs);
  const indexes = Float64Array.from(new Set(found.filter((index) => index >= 0))).sort();
  const fileOffsets = indexes.map((index) => fileOffset + index * entrySize);
  // The address behind the last function stands where the next one would.
  const records = await readRecords(source, fileOffsets, entrySize + fieldSize, table.end);
  const entries = new Map<number, FunctionEntry>();
  for (const [at, bytes] of records.entries()) {
    const options = { source: source.name, fileOffset: fileOffsets[at]!, littleEndian };
    const cursor = new ByteCursor(bytes, options);
    const start = keyAt(cursor);
    const descriptionOffset = table.functionDataOffset + readField(cursor, fieldSize);
    const end = keyAt(cursor);
    if (!(start < end && descriptionOffset < table.end)) {
      const detail = `function has addresses ${hex(start)} to ${hex(end)}, want ascending ones, ` +
        `and a description at ${hex(descriptionOffset)}`;
      throw cursor.error(0, detail);
    }
    entries.set(indexes[at]!, { start, end, descriptionOffset });
  }
  return Array.from(found, (index, at) => {
    const entry = entries.get(index);
    return entry !== undefined && vaddrs[at]! < entry.end ? entry : undefined;
  });
}

/** What is needed of a function's description (`_func` in Go's `runtime/runtime2.go`). */
interface FunctionDescription {
  /** Bytes from the start of the names. */
  readonly nameOffset: number;
  /** Bytes from the start of the tables of values; 0 if there is none. */
  readonly inlineIndexOffset: number;
  /** Bytes from where function data begins; -1 if there is none. */
  readonly inlineTreeOffset: number;
}

/** A description with five tables of values and eight pieces of function data takes 96 bytes. */
const DESCRIPTION_SIZE = 128;
// Since Go 1.20 a description has 44 bytes, and behind them two arrays of offsets of 32 bits.
const PCDATA_COUNT_POSITION = 28;
const FUNCDATA_COUNT_POSITION = 43;
const ARRAYS_POSITION = 44;
const PCDATA_INL_TREE_INDEX = 2;
const FUNCDATA_INL_TREE = 3;
const NO_FUNCDATA = 0xffffffff;

async function describeFunctions(
  elf: ElfFile,
  table: GoTable,
  entries: readonly (FunctionEntry | undefined)[],
): Promise<Map<FunctionEntry, FunctionDescription>> {
  const { source, header: { littleEndian } } = elf;
  const sorted = [...new Set(entries.filter((entry) => entry !== undefined))]
    .sort((a, b) => a.descriptionOffset - b.descriptionOffset);
  const fileOffsets = Float64Array.from(sorted, ({ descriptionOffset }) => descriptionOffset);
  const records = await readRecords(source, fileOffsets, DESCRIPTION_SIZE, table.end);
  const descriptions = new Map<FunctionEntry, FunctionDescription>();
  for (const [at, bytes] of records.entries()) {
    const options = { source: source.name, fileOffset: fileOffsets[at]!, littleEndian };
    descriptions.set(sorted[at]!, parseDescription(new ByteCursor(bytes, options), table));
  }
  return descriptions;
}

function parseDescription(cursor: ByteCursor, table: GoTable): FunctionDescription {
  cursor.skip(table.fieldSize); // the address
  const nameOffset = cursor.u32();
  let [inlineIndexOffset, inlineTreeOffset] = [0, -1];
  if (table.version === "1.20") {
    cursor.position = PCDATA_COUNT_POSITION;
    const pcDataCount = cursor.u32();
    cursor.position = FUNCDATA_COUNT_POSITION;
    const functionDataCount = cursor.u8();
    if (pcDataCount > PCDATA_INL_TREE_INDEX && functionDataCount > FUNCDATA_INL_TREE) {
      cursor.position = ARRAYS_POSITION + 4 * PCDATA_INL_TREE_INDEX;
      inlineIndexOffset = cursor.u32();
      cursor.position = ARRAYS_POSITION + 4 * (pcDataCount + FUNCDATA_INL_TREE);
      const offset = cursor.u32();
      inlineTreeOffset = offset === NO_FUNCDATA ? -1 : offset;
    }
  }
  return { nameOffset, inlineIndexOffset, inlineTreeOffset };
}

/** Of each vaddr the offsets of the names of inlined functions. */
async function findInlined(
  elf: ElfFile,
  table: GoTable,
  moduleData: GoModuleData | undefined,
  descriptions: ReadonlyMap<FunctionEntry, FunctionDescription>,
  entries: readonly (FunctionEntry | undefined)[],
  vaddrs: Float64Array,
): Promise<number[][]> {
  const inlined = entries.map((): number[] => []);
  for (let first = 0; first < entries.length;) {
    const entry = entries[first];
    let last = first + 1;
    while (last < entries.length && entries[last] === entry) last++;
    const places = Array.from(vaddrs.subarray(first, last), (vaddr) => vaddr - (entry?.start ?? 0));
    const { inlineIndexOffset = 0, inlineTreeOffset = -1 } = (entry && descriptions.get(entry)) ??
      {};
    const treeOffset = moduleData && inlineTreeOffset >= 0
      ? elf.fileOffsetOf(moduleData.functionData + inlineTreeOffset)
      : undefined;
    if (entry !== undefined && treeOffset !== undefined && inlineIndexOffset !== 0) {
      const found = await readInlinedCalls({
        source: elf.source,
        littleEndian: elf.header.littleEndian,
        indexOffset: table.pcValuesOffset + inlineIndexOffset,
        indexEnd: table.functionDataOffset,
        treeOffset,
        quantum: table.quantum,
        functionSize: entry.end - entry.start,
      }, places);
      for (const [at, names] of found.entries()) inlined[first + at] = names;
    }
    first = last;
  }
  return inlined;
}

async function cursorOf(elf: ElfFile, fileOffset: number, length: number): Promise<ByteCursor> {
  const bytes = await elf.source.readAt(fileOffset, length);
  const { littleEndian } = elf.header;
  return new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
}

function readField(cursor: ByteCursor, size: number): number {
  return size === 8 ? cursor.address64() : cursor.u32();
}
