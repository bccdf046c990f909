import { explain } from "./input_files.ts";

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
    const target = existing(path);
    if (target !== undefined && !target.isFile) writeTo(path, { write: true }, fill);
    else replaceFile(target?.path ?? path, fill);
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${explain(error)}`);
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

/** What is at a path, behind symbolic links; undefined if nothing is. */
function existing(path: string): { path: string; isFile: boolean } | undefined {
  try {
    return { path: Deno.realPathSync(path), isFile: Deno.statSync(path).isFile };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
