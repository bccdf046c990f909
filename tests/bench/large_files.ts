import { FileSource } from "../../lib/bytes/file_source.ts";
import { ET_EXEC, STT_FUNC } from "../../lib/elf/constants.ts";
import {
  ElfFile,
  findSymbolTables,
  type ProgramHeader,
  readStrings,
  SymbolReader,
} from "../../lib/elf/mod.ts";

/** A function of an ELF file. */
export interface FileFunction {
  readonly name: string;
  /** Its vaddr. */
  readonly start: number;
  /** In bytes; more than 0. */
  readonly size: number;
}

/** A large ELF file of this machine. */
export interface LargeFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The LOAD segments, in order. */
  readonly segments: readonly ProgramHeader[];
  /** Whether it is loaded where it says, `ET_EXEC`. */
  readonly isFixed: boolean;
  /** The functions of all its symbol tables, aliases and repetitions among them. */
  readonly functions: readonly FileFunction[];
}

const MIN_SIZE = 25e6;
const MAX_SIZE = 160e6;
/** Fewer say little about a symbol table. */
const MIN_FUNCTIONS = 5_000;

/** Where distributions and installers put large programs that are not stripped of all symbols. */
function* candidates(): Generator<string> {
  const home = Deno.env.get("HOME") ?? "/root";
  yield "/usr/bin/node";
  yield "/usr/local/bin/node";
  yield* matches(`${home}/.rustup/toolchains`, /^stable-/, "lib", /^librustc_driver-.*\.so$/);
  yield* matches("/usr/lib", /^llvm-\d+$/, "lib", /^libLLVM-\d+\.so(?:\.1)?$/);
  yield* matches("/usr/lib/gcc/x86_64-linux-gnu", /^\d+$/, "", /^(?:cc1plus|lto1)$/);
  yield* matches("/usr/lib", /^llvm-\d+$/, "lib", /^libclang-cpp\.so\.\d+$/);
}

/**
 * Finds ELF files of 25 to 160 MB that have symbols, such that one process may hold them all: at most
 * one has fixed addresses.
 *
 * @param count How many at most.
 */
export async function findLargeFiles(count: number): Promise<LargeFile[]> {
  const files = new Map<string, LargeFile>();
  for (const candidate of candidates()) {
    if (files.size === count) break;
    const path = realPath(candidate);
    if (path === undefined || files.has(path)) continue;
    using source = FileSource.open(path);
    if (source.size < MIN_SIZE || source.size > MAX_SIZE) continue;
    const file = await readLargeFile(source);
    if (file.functions.length < MIN_FUNCTIONS) continue;
    if (file.isFixed && Iterator.from(files.values()).some(({ isFixed }) => isFixed)) continue;
    files.set(path, file);
  }
  return [...files.values()];
}

/** Like {@linkcode findLargeFiles}, of a file that is known. */
export async function readLargeFile(source: FileSource): Promise<LargeFile> {
  const elf = await ElfFile.open(source);
  const segments = elf.loadSegments;
  const functions: FileFunction[] = [];
  for (const table of await findSymbolTables(elf)) {
    const found: { readonly name: number; readonly start: number; readonly size: number }[] = [];
    const symbols = new SymbolReader(elf, table);
    while (await symbols.fill()) {
      while (symbols.next()) {
        const { type, nameOffset, value: start, size } = symbols;
        if (type !== STT_FUNC || size === 0 || nameOffset === 0) continue;
        if (isCode(segments, start)) found.push({ name: nameOffset, start, size });
      }
    }
    const names = await readStrings(source, table, found.map(({ name }) => name));
    for (const { name, start, size } of found) {
      functions.push({ name: names.get(name)!, start, size });
    }
  }
  const { name: path, size } = source;
  return { path, size, segments, isFixed: elf.header.type === ET_EXEC, functions };
}

function isCode(segments: readonly ProgramHeader[], vaddr: number): boolean {
  return segments.some(({ executable, vaddr: start, fileSize }) =>
    executable && vaddr >= start && vaddr < start + fileSize
  );
}

/** The files `folder/A/middle/B` whose names match. */
function* matches(folder: string, a: RegExp, middle: string, b: RegExp): Generator<string> {
  for (const outer of namesIn(folder, a)) {
    const inside = `${folder}/${outer}/${middle}`;
    for (const inner of namesIn(inside, b)) yield `${inside}/${inner}`;
  }
}

function namesIn(folder: string, pattern: RegExp): string[] {
  try {
    const entries = [...Deno.readDirSync(folder)];
    return entries.map(({ name }) => name).filter((name) => pattern.test(name)).sort();
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
