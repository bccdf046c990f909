// @ts-types="./path.d.ts"
import { dirname } from "@std/path/posix/dirname";
import { explain } from "./input_files.ts";

/** The kernel follows at most 40 links, too. */
const MAX_LINKS = 40;

/** Bytes as they come. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Takes bytes, all of them, or throws. */
export type Write = (bytes: Uint8Array) => void;

/** Nobody reads standard output any more: time to stop, and nothing to complain about. */
export class ClosedPipeError extends Error {
  /** There is nothing more to say. */
  constructor() {
    super("Cannot write to standard output: the reader is gone");
    this.name = "ClosedPipeError";
  }
}

/**
 * Writes standard output.
 *
 * @throws {ClosedPipeError} If its reader is gone.
 * @throws {Error} With a message for the user, for anything else.
 */
export function writeStandardOutput(fill: (write: Write) => void): void {
  fill((bytes) => {
    try {
      writeAll(Deno.stdout, bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipeError();
      throw new Error(`Cannot write to standard output: ${explain(error)}`);
    }
  });
}

/**
 * Writes standard output, as {@linkcode writeStandardOutput} does, as the bytes come.
 *
 * @throws {ClosedPipeError} If its reader is gone.
 */
export async function pipeToStandardOutput(chunks: Chunks): Promise<void> {
  for await (const chunk of chunks) writeStandardOutput((write) => write(chunk));
}

/**
 * Writes a file under a temporary name beside it and renames that when it is complete, so that
 * nobody ever sees half of it. A device or a FIFO is written directly.
 *
 * @throws {Error} With a message for the user. The file is then as it was before.
 */
export function writeFile(path: string, fill: (write: Write) => void): void {
  try {
    using file = new OutputFile(path);
    fill((bytes) => file.write(bytes));
    file.finish();
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Writes a file, as {@linkcode writeFile} does, as the bytes come.
 *
 * @throws {Error} With a message for the user. The file is then as it was before.
 */
export async function pipeToFile(path: string, chunks: Chunks): Promise<void> {
  try {
    using file = new OutputFile(path);
    for await (const chunk of chunks) file.write(chunk);
    file.finish();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** A file that is there when it is finished, and not before. */
class OutputFile implements Disposable {
  readonly #target: string;
  /** Empty if the target is no regular file. */
  readonly #temporary: string;
  readonly #file: Deno.FsFile;
  #isFinished = false;

  constructor(path: string) {
    this.#target = behindLinks(path);
    const info = infoOf(Deno.statSync, this.#target);
    if (info?.isDirectory) throw new Error("it is a directory, want a file");
    const isDirect = info !== undefined && !info.isFile;
    this.#temporary = isDirect ? "" : `${this.#target}.${Deno.pid}.tmp`;
    this.#file = isDirect
      ? Deno.openSync(this.#target, { write: true })
      : Deno.openSync(this.#temporary, { write: true, createNew: true });
  }

  write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes);
  }

  finish(): void {
    if (this.#temporary !== "") Deno.renameSync(this.#temporary, this.#target);
    this.#isFinished = true;
  }

  [Symbol.dispose](): void {
    this.#file.close();
    if (!this.#isFinished && this.#temporary !== "") Deno.removeSync(this.#temporary);
  }
}

function writeError(path: string, error: unknown): Error {
  const detail = explain(error, "redirect standard output there");
  return new Error(`Cannot write "${path}": ${detail}`);
}

/** Where a path leads by its symbolic links, also if nothing is there yet. */
function behindLinks(path: string): string {
  let target = path;
  for (let links = 0; links < MAX_LINKS && infoOf(Deno.lstatSync, target)?.isSymlink; links++) {
    const link = Deno.readLinkSync(target);
    // Deno takes ".." away as text, which is right only if the folder before it is no link itself.
    target = link.startsWith("/") ? link : `${Deno.realPathSync(dirname(target))}/${link}`;
  }
  return target;
}

function infoOf(stat: (path: string) => Deno.FileInfo, path: string): Deno.FileInfo | undefined {
  try {
    return stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
