import { assert, assertEquals } from "@std/assert";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findImages } from "../../lib/maps/mod.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
import { buildElf } from "../support/elf_builder.ts";
import { CountingSource } from "../support/counting_source.ts";
import { mappingsOf } from "../support/maps_lines.ts";
import { pieceOf, SparseSource } from "../support/sparse_source.ts";

// A file of 400 MB with a million functions, which is made while it is read: what is read of it are
// its headers, its symbol table, and little for each name.

const SYMBOL_COUNT = 1_000_000;
const SYMBOL_SIZE = 24;
/** "function_0123456\0" */
const NAME_SIZE = 17;
const FUNCTION_SIZE = 64;
const TEXT_OFFSET = 0x10_0000;
const TEXT_VADDR = 0x40_0000;
const TEXT_SIZE = SYMBOL_COUNT * FUNCTION_SIZE;
const SYMTAB_OFFSET = 0x1000_0000;
const STRTAB_OFFSET = 0x1400_0000;
const FILE_SIZE = 400_000_000;
const SYMTAB_SIZE = (SYMBOL_COUNT + 1) * SYMBOL_SIZE;
/** Less than all headers together. */
const HEADERS_SIZE = 1024;
/** The most that is read for one name. */
const NAME_READ_SIZE = 256;

Deno.test("lookupSymbols() reads the headers, the symbol table, and little for one name", async () => {
  const source = largeFile();
  const elf = await ElfFile.open(source);
  const vaddr = TEXT_VADDR + 765_432 * FUNCTION_SIZE + 5;
  const { functions } = await lookupSymbols(elf, Float64Array.of(vaddr));
  assertEquals(functions, [{ name: "function_0765432", start: vaddr - 5 }]);
  assert(source.bytesRead >= SYMTAB_SIZE - SYMBOL_SIZE);
  assert(source.bytesRead <= HEADERS_SIZE + SYMTAB_SIZE + NAME_READ_SIZE, `${source.bytesRead}`);
});

Deno.test("lookupSymbols() reads the symbol table once for many vaddrs", async () => {
  const source = largeFile();
  const elf = await ElfFile.open(source);
  const count = 1000;
  const indexes = Array.from({ length: count }, (_, at) => at * 997);
  const vaddrs = Float64Array.from(indexes, (index) => TEXT_VADDR + index * FUNCTION_SIZE);
  const { functions } = await lookupSymbols(elf, vaddrs);
  assertEquals(
    functions.map((found) => found?.name),
    indexes.map((index) => `function_${String(index).padStart(7, "0")}`),
  );
  const limit = HEADERS_SIZE + SYMTAB_SIZE + count * NAME_READ_SIZE;
  assert(source.bytesRead <= limit, `${source.bytesRead} bytes`);
});

Deno.test("lookupSymbols() holds no more than 1 MiB of the file at a time", async () => {
  const source = largeFile();
  const elf = await ElfFile.open(source);
  await lookupSymbols(elf, Float64Array.of(TEXT_VADDR));
  assert(source.longestRead <= 1 << 20, `${source.longestRead} bytes in one read`);
});

Deno.test("lookupSymbols() reads no name where no symbol covers a vaddr", async () => {
  const source = largeFile();
  const elf = await ElfFile.open(source);
  const { functions } = await lookupSymbols(elf, Float64Array.of(TEXT_VADDR + TEXT_SIZE));
  assertEquals(functions, [undefined]);
  assertEquals(source.reads.filter(({ fileOffset }) => fileOffset >= STRTAB_OFFSET), []);
});

Deno.test("findImages() needs no more of the file than its headers", async () => {
  const source = largeFile();
  const elf = await ElfFile.open(source);
  const mappings = await mappingsOf("7f5500400000-7f5504109000 r-xp 00100000 fe:01 42 /opt/x.so");
  const [image] = findImages(mappings, elf.loadSegments, 0x1000);
  assertEquals(image?.loadBias, 0x7f5500000000);
  assert(source.bytesRead <= HEADERS_SIZE, `${source.bytesRead} bytes were read`);
});

function largeFile(): CountingSource {
  const text = { flags: 6, vaddr: TEXT_VADDR, fileOffset: TEXT_OFFSET, size: TEXT_SIZE };
  const built = buildElf({
    sections: [
      { name: ".text", ...text },
      {
        name: ".symtab",
        type: 2,
        link: ".strtab",
        entrySize: SYMBOL_SIZE,
        fileOffset: SYMTAB_OFFSET,
        size: SYMTAB_SIZE,
      },
      {
        name: ".strtab",
        type: 3,
        fileOffset: STRTAB_OFFSET,
        size: 1 + SYMBOL_COUNT * NAME_SIZE,
      },
    ],
    segments: [{ ...text, type: 1, flags: 5, fileSize: TEXT_SIZE }],
  });
  return new CountingSource(
    new SparseSource("large.so", FILE_SIZE, [
      pieceOf(0, built.bytes),
      { fileOffset: SYMTAB_OFFSET, length: SYMTAB_SIZE, fill: fillSymbols },
      { fileOffset: STRTAB_OFFSET + 1, length: SYMBOL_COUNT * NAME_SIZE, fill: fillNames },
    ]),
  );
}

/** Symbols 1, 2, 3, ... are functions one behind the other; reads begin where a symbol does. */
function fillSymbols(start: number, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at + SYMBOL_SIZE <= into.length; at += SYMBOL_SIZE) {
    const index = (start + at) / SYMBOL_SIZE - 1;
    view.setUint32(at, 1 + index * NAME_SIZE, true);
    view.setUint8(at + 4, 0x12); // STB_GLOBAL, STT_FUNC
    view.setUint16(at + 6, 1, true);
    view.setUint32(at + 8, TEXT_VADDR + index * FUNCTION_SIZE, true);
    view.setUint32(at + 16, FUNCTION_SIZE, true);
  }
}

function fillNames(start: number, into: Uint8Array): void {
  for (let at = 0; at < into.length;) {
    const index = Math.floor((start + at) / NAME_SIZE);
    const name = `function_${String(index).padStart(7, "0")}\0`;
    const rest = name.slice((start + at) % NAME_SIZE);
    const { written } = new TextEncoder().encodeInto(rest, into.subarray(at));
    at += written;
  }
}
