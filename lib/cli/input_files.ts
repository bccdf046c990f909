import { FileSource } from "../bytes/file_source.ts";
import type { ByteReader } from "../bytes/mod.ts";
import { readFileHeader } from "../elf/mod.ts";
import { FormatError, isSourceError } from "../errors.ts";

/** A file that the user named, as bytes one after the other. */
export interface InputFile extends ByteReader, Disposable {
  /** In bytes; undefined if it is not known, as of a pipe. */
  readonly size: number | undefined;
  /** When it was written last, in milliseconds since 1970; now, if it comes out of a pipe. */
  readonly modified: number;
}

/**
 * Opens a file that the user named; `-` is standard input. It may be a pipe or a FIFO.
 *
 * @throws {Error} With a message for the user, if it cannot be read.
 */
export function openInput(path: string): InputFile {
  if (path === "-") return readerOf(Deno.stdin, "standard input", PIPE);
  try {
    const file = Deno.openSync(path);
    const info = file.statSync();
    if (info.isDirectory) {
      file.close();
      throw new Deno.errors.IsADirectory("it is a directory, want a file");
    }
    return readerOf(file, path, info.isFile ? info : PIPE);
  } catch (error) {
    throw new Error(`Cannot read "${path}": ${explain(error)}`);
  }
}

/**
 * Opens an ELF file that the user named.
 *
 * @throws {Error} With a message for the user, if it cannot be read or is none.
 */
export async function openElf(path: string): Promise<FileSource> {
  let source: FileSource | undefined;
  try {
    source = FileSource.open(path);
    await readFileHeader(source);
    return source;
  } catch (error) {
    source?.[Symbol.dispose]();
    // Its own errors, and those of what it is, are complete.
    if (isSourceError(error) || error instanceof TypeError) throw error;
    throw new Error(`Cannot read "${path}": ${explain(error)}`);
  }
}

/**
 * Opens the kernel's ELF file.
 *
 * @throws {Error} With a message for the user, who may have the file that is started instead.
 */
export async function openVmlinux(path: string): Promise<FileSource> {
  try {
    return await openElf(path);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(`${error.message}; a vmlinuz has to be unpacked first, with extract-vmlinux`);
  }
}

/**
 * Checks that the folders that the user named are such.
 *
 * @throws {Error} With a message for the user, if one is none.
 */
export function checkFolders(options: {
  readonly sysroot: string | undefined;
  readonly debugDirs: readonly string[];
  readonly search: readonly string[];
}): void {
  const { sysroot, debugDirs, search } = options;
  for (const folder of [sysroot, ...debugDirs, ...search]) {
    if (folder !== undefined) checkFolder(folder);
  }
}

function checkFolder(path: string): void {
  let isFolder: boolean;
  try {
    isFolder = Deno.statSync(path).isDirectory;
  } catch (error) {
    throw new Error(`Cannot read "${path}": ${explain(error)}`);
  }
  if (!isFolder) throw new Error(`Cannot read "${path}": it is a file, want a directory`);
}

/** What is known of a file besides its bytes. */
interface FileFacts {
  readonly size: number | undefined;
  readonly mtime: Date | null;
}

const PIPE: FileFacts = { size: undefined, mtime: null };

/** Reads synchronously: a thread pool costs more than the page cache or a pipe takes. */
function readerOf(
  file: { readSync(into: Uint8Array): number | null; close(): void },
  name: string,
  { size, mtime }: FileFacts,
): InputFile {
  return {
    name,
    size,
    modified: mtime?.getTime() ?? Date.now(),
    read(into: Uint8Array): Promise<number> {
      try {
        return Promise.resolve(file.readSync(into) ?? 0);
      } catch (error) {
        return Promise.reject(new Error(`Cannot read "${name}": ${explain(error)}`));
      }
    },
    [Symbol.dispose](): void {
      if (file !== Deno.stdin) file.close();
    },
  };
}

/**
 * What the system says, in words that help.
 *
 * @param instead What to do with a file of the system that Deno does not open.
 */
export function explain(
  error: unknown,
  instead = "copy it first, as in cp /proc/4711/maps 4711.maps",
): string {
  if (error instanceof Deno.errors.NotCapable) {
    const [, kind] = /^Requires (\w+) access/.exec(error.message) ?? [];
    if (kind === "all") return `Deno does not open files in /proc, /dev and /sys: ${instead}`;
    return `Deno has no permission for it: run it with --allow-${kind ?? "read"}`;
  }
  if (error instanceof Deno.errors.NotFound) return "there is no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
