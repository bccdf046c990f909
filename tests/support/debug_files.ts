import { type ByteSource, MemorySource } from "../../lib/bytes/mod.ts";
import { SHT_SYMTAB, STT_FUNC } from "../../lib/elf/constants.ts";
import { ElfFile, findSymbolTables, readStrings, SymbolReader } from "../../lib/elf/mod.ts";
import { testdata } from "./testdata.ts";

/** The architectures of testdata/debug_files: 64 bits, 32 bits, big-endian. */
export const ARCHITECTURES = ["x86_64", "armhf", "s390x"] as const;

/** A file of testdata/debug_files in memory, named after its last part. */
export function debugFile(path: string): MemorySource {
  const bytes = Deno.readFileSync(testdata(`debug_files/${path}`));
  return new MemorySource(path.slice(path.lastIndexOf("/") + 1), bytes);
}

/** The same as an ELF file. */
export function debugElf(path: string): Promise<ElfFile> {
  return ElfFile.open(debugFile(path));
}

/** A text of testdata/debug_files without blanks around it. */
export function debugText(path: string): string {
  return Deno.readTextFileSync(testdata(`debug_files/${path}`)).trim();
}

/** All bytes of a source. */
export function readAllOf(source: ByteSource): Promise<Uint8Array> {
  return source.readAt(0, source.size);
}

/** The functions in `.symtab` as `0xVADDR NAME`, sorted; none if there is no `.symtab`. */
export async function functionsOf(elf: ElfFile): Promise<string[]> {
  if (!(await elf.sections()).some(({ type }) => type === SHT_SYMTAB)) return [];
  const table = (await findSymbolTables(elf)).find(({ kind }) => kind === "symtab")!;
  const symbols = new SymbolReader(elf, table);
  const found: [number, number][] = [];
  while (await symbols.fill()) {
    while (symbols.next()) {
      if (symbols.type === STT_FUNC) found.push([symbols.value, symbols.nameOffset]);
    }
  }
  const names = await readStrings(elf.source, table, found.map(([, name]) => name));
  return found.map(([vaddr, name]) => `0x${vaddr.toString(16)} ${names.get(name)}`).sort();
}

/** The functions as `nm` has them, in the same spelling; `t` for static ones only. */
export function functionsOfNm(architecture: string, kinds = "tT"): string[] {
  return debugText(`${architecture}/nm`).split("\n").flatMap((line) => {
    const [vaddr, size, kind, name] = line.split(" ");
    if (size === undefined || kind === undefined || !kinds.includes(kind)) return [];
    return [`0x${parseInt(vaddr!, 16).toString(16)} ${name}`];
  }).sort();
}

/** Opens files of testdata/debug_files that stand for other paths, and keeps what was asked for. */
export class DebugFileOpener {
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #files: Readonly<Record<string, string | ByteSource>>;

  /** Of each path the file in testdata/debug_files, or the file itself. */
  constructor(files: Readonly<Record<string, string | ByteSource>>) {
    this.#files = files;
  }

  /** See `FileOpener`. */
  readonly open = (path: string): Promise<ByteSource | undefined> => {
    this.asked.push(path);
    const file = this.#files[path];
    return Promise.resolve(typeof file === "string" ? debugFile(file) : file);
  };
}
