// @ts-types="./path.d.ts"
import { dirname } from "@std/path/posix/dirname";
import { explain } from "./input_files.ts";

/** The kernel follows at most 40 links, too. */
const MAX_LINKS = 40;

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
 * Writes a file under a temporary name beside it and renames that when it is complete, so that
 * nobody ever sees half of it. A device or a FIFO is written directly.
 *
 * @throws {Error} With a message for the user. The file is then as it was before.
 */
export function writeFile(path: string, fill: (write: Write) => void): void {
  try {
    const target = behindLinks(path);
    const info = infoOf(Deno.statSync, target);
    if (info?.isDirectory) throw new Error("it is a directory, want a file");
    if (info !== undefined && !info.isFile) writeTo(target, { write: true }, fill);
    else replaceFile(target, fill);
  } catch (error) {
    const detail = error instanceof Deno.errors.NotCapable
      ? "Deno does not open files in /proc, /dev and /sys: redirect standard output there"
      : explain(error);
    throw new Error(`Cannot write "${path}": ${detail}`);
  }
}

function replaceFile(path: string, fill: (write: Write) => void): void {
  const temporary = `${path}.${Deno.pid}.tmp`;
  writeTo(temporary, { write: true, createNew: true }, (write) => {
    try {
      fill(write);
      Deno.renameSync(temporary, path);
    } catch (error) {
      Deno.removeSync(temporary);
      throw error;
    }
  });
}

function writeTo(path: string, options: Deno.OpenOptions, fill: (write: Write) => void): void {
  using file = Deno.openSync(path, options);
  fill((bytes) => writeAll(file, bytes));
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
