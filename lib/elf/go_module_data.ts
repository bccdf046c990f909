import { ByteCursor } from "../bytes/mod.ts";
import type { ElfFile } from "./elf_file.ts";
import type { GoTable } from "./gopclntab.ts";
import { findRelocationTables, RelocationReader } from "./relocations.ts";
import { findSection } from "./section_data.ts";

/** What is needed of Go's `moduledata` (Go's `runtime/symtab.go`). All are vaddrs. */
export interface GoModuleData {
  /** `text`: what the addresses of functions are relative to. */
  readonly textStart: number;
  /** `maxpc`: the end of the last function. */
  readonly functionsEnd: number;
  /** `gofunc`: what function data is relative to. */
  readonly functionData: number;
}

// The structure begins with pcHeader, a pointer to the table, and six slices of three words each;
// the first of them is that of the names.
const NAMES_WORD = 1;
const FUNCTIONS_END_WORD = 21;
const TEXT_START_WORD = 22;
/** Since Go 1.20; `covctrs` and `ecovctrs` were not there before. */
const FUNCTION_DATA_WORD = 40;
const FUNCTION_DATA_WORD_118 = 38;
const WORD_COUNT = 41;
const CHUNK_SIZE = 1 << 20;

/**
 * Finds the `moduledata` that goes with a table of Go 1.18 or later: in the section `.go.module`
 * (Go 1.26), or in the writable segments, where it is the only thing that points at the table and
 * then at its names.
 *
 * In position-independent programs some link editors leave pointers to the dynamic linker; they are
 * taken from the relocations then, if there is a section `.go.module`.
 *
 * @returns Undefined if there is none.
 * @throws {FormatError} If section headers, segments or relocations do not lie inside the file.
 */
export async function findGoModuleData(
  elf: ElfFile,
  table: GoTable,
): Promise<GoModuleData | undefined> {
  const section = await findSection(elf, ".go.module");
  const size = WORD_COUNT * table.pointerSize;
  if (section !== undefined && section.size >= size) {
    const words = parseWords(elf, table, await elf.source.readAt(section.fileOffset, size));
    if (pointsAtTable(words, table)) return dataOf(words, table);
    if (words[0] === 0) await addRelocations(elf, table, section.vaddr, words);
    return pointsAtTable(words, table) ? dataOf(words, table) : undefined;
  }
  for (const { writable, fileOffset, fileSize } of elf.loadSegments) {
    if (!writable) continue;
    const end = Math.min(fileOffset + fileSize, elf.source.size);
    for (let start = fileOffset; start + size <= end; start += CHUNK_SIZE) {
      const bytes = await elf.source.readAt(start, Math.min(CHUNK_SIZE + size, end - start));
      const found = findInChunk(elf, table, bytes);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function findInChunk(
  elf: ElfFile,
  table: GoTable,
  bytes: Uint8Array,
): GoModuleData | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { littleEndian } = elf.header;
  const { pointerSize } = table;
  const size = WORD_COUNT * pointerSize;
  const low = table.vaddr % 0x100000000;
  const lowOffset = littleEndian || pointerSize === 4 ? 0 : 4;
  for (let at = 0; at + size <= bytes.length; at += pointerSize) {
    if (view.getUint32(at + lowOffset, littleEndian) !== low) continue;
    const words = parseWords(elf, table, bytes.subarray(at, at + size));
    if (pointsAtTable(words, table)) return dataOf(words, table);
  }
  return undefined;
}

function parseWords(elf: ElfFile, { pointerSize }: GoTable, bytes: Uint8Array): number[] {
  const { source: { name }, header: { littleEndian } } = elf;
  const cursor = new ByteCursor(bytes, { source: name, littleEndian });
  return Array.from(
    { length: WORD_COUNT },
    () => pointerSize === 8 ? cursor.address64() : cursor.u32(),
  );
}

function pointsAtTable(words: readonly number[], table: GoTable): boolean {
  const { vaddr, namesOffset, fileOffset } = table;
  return words[0] === vaddr && words[NAMES_WORD] === vaddr + namesOffset - fileOffset;
}

function dataOf(words: readonly number[], { version }: GoTable): GoModuleData {
  const functionDataWord = version === "1.18" ? FUNCTION_DATA_WORD_118 : FUNCTION_DATA_WORD;
  return {
    textStart: words[TEXT_START_WORD]!,
    functionsEnd: words[FUNCTIONS_END_WORD]!,
    functionData: words[functionDataWord]!,
  };
}

/** Adds the addends of relocations to the words that they relocate. */
async function addRelocations(
  elf: ElfFile,
  { pointerSize }: GoTable,
  vaddr: number,
  words: number[],
): Promise<void> {
  for (const table of await findRelocationTables(elf)) {
    const relocations = new RelocationReader(elf, table);
    while (await relocations.fill()) {
      while (relocations.next()) {
        const index = (relocations.place - vaddr) / pointerSize;
        if (index < WORD_COUNT && Number.isInteger(index) && index >= 0) {
          words[index]! += relocations.addend;
        }
      }
    }
  }
}
