import { FileSource } from "../../lib/bytes/file_source.ts";
import { type ByteSource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { ElfFile, findSymbolTables } from "../../lib/elf/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import type { BenchLine, BenchRow } from "./bench_row.ts";
import { findLargeFiles, type LargeFile, readLargeFile } from "./large_files.ts";
import { mapsText } from "./maps_text.ts";

/** How little of a large file is read for one address; counted, not timed. */
export const BYTES_ROW: BenchRow = { name: "bytes", run };

/** A name's length is not known before it was read. */
const BYTES_BAR = 1.001;
/** Of a 64-bit file. */
const FILE_HEADER_SIZE = 64;

async function run(): Promise<BenchLine[]> {
  // Deno itself is always there, and large, but has few symbols.
  const file = (await findLargeFiles(1))[0] ?? await ofDeno();
  const { name, start } = file.functions.find(({ name }) => !name.startsWith("_"))!;
  using disk = FileSource.open(file.path);
  const needed = await neededBytes(disk) + name.length + 1;
  const source = new CountingSource(disk);
  const text = await resolveOne(file, start, source);
  const megabytes = Math.round(file.size / 1e6);
  return [{
    what: `one address in an ELF file of ${megabytes} MB; its headers, symbol tables and one name`,
    bytes: { value: source.bytesRead / needed, bar: BYTES_BAR },
    problem: isNameOf(file, start, text) ? undefined : `want "${name}", got "${text}"`,
  }];
}

/** Counts the bytes that were asked for, each as often as it was. */
class CountingSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  bytesRead = 0;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.name = source.name;
    this.size = source.size;
    this.#source = source;
  }

  readAt(fileOffset: number, length: number): Promise<Uint8Array> {
    this.bytesRead += length;
    return this.#source.readAt(fileOffset, length);
  }
}

async function ofDeno(): Promise<LargeFile> {
  using source = FileSource.open(Deno.execPath());
  return await readLargeFile(source);
}

async function neededBytes(source: ByteSource): Promise<number> {
  const elf = await ElfFile.open(source);
  const { programHeaderSize, sectionHeaderSize } = elf.header;
  const sections = await elf.sections();
  const headers = FILE_HEADER_SIZE + elf.programHeaders.length * programHeaderSize +
    sections.length * sectionHeaderSize;
  const tables = await findSymbolTables(elf);
  return tables.reduce((sum, { count, entrySize }) => sum + count * entrySize, headers);
}

/** The name of the function at a vaddr, by the way that all addresses go. */
async function resolveOne(file: LargeFile, vaddr: number, source: ByteSource): Promise<string> {
  const loadBias = file.isFixed ? 0 : 0x7f3c_0000_0000;
  const encoder = new TextEncoder();
  const maps = mapsText([{ ...file, loadBias }]);
  const line = `0x${(loadBias + vaddr).toString(16)} 1\n`;
  const raw = await readFolded([readerOfBytes("one address", encoder.encode(line))]);
  const { profile } = await resolve(raw, {
    snapshots: [await parseMaps("maps", [encoder.encode(maps)])],
    files: { open: () => Promise.resolve({ source }) },
    demangle: "none",
    // Some of the large files have debug information, which says nothing of the name.
    inlines: false,
  });
  return profile.frames.textOf(0);
}

function isNameOf({ functions }: LargeFile, vaddr: number, text: string): boolean {
  return functions.some(({ name, start }) => start === vaddr && name.replace(/@.*$/, "") === text);
}
