import { type ByteSource, MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
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

/** A function as `nm -S` has it. */
export interface KnownFunction {
  readonly name: string;
  readonly vaddr: number;
  /** In bytes. */
  readonly size: number;
}

/** The functions of the library; `t` for static ones only. Sorted by vaddr. */
export function knownFunctions(architecture: string, kinds = "tT"): KnownFunction[] {
  return functionsOf(`${architecture}/nm`, kinds);
}

/** The functions of what `nm -S` wrote to a file of testdata/debug_files. */
export function functionsOf(path: string, kinds = "tT"): KnownFunction[] {
  return debugText(path).split("\n").flatMap((line) => {
    const [vaddr, size, kind, name] = line.split(" ");
    if (size === undefined || kind === undefined || !kinds.includes(kind)) return [];
    return [{ name: name!, vaddr: parseInt(vaddr!, 16), size: parseInt(size, 16) }];
  });
}

/** The names that a file gives the first and the last byte of each function; "" for none. */
export async function namesOf(
  elf: ElfFile,
  functions: readonly KnownFunction[],
): Promise<[string, string][]> {
  const vaddrs = functions.flatMap(({ vaddr, size }) => [vaddr, vaddr + size - 1]);
  const found = await lookupSymbols(elf, Float64Array.from(vaddrs));
  const names = found.functions.map((named) => named?.name ?? "");
  return functions.map((_, at) => [names[2 * at]!, names[2 * at + 1]!]);
}

/** What {@linkcode namesOf} gives if a file has all of the functions. */
export function expectedNames(functions: readonly KnownFunction[]): [string, string][] {
  return functions.map(({ name }) => [name, name]);
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
