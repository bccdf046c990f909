import { type Bundle, openBundle } from "../bundle/mod.ts";
import { FileSource } from "../bytes/file_source.ts";
import { BlockBuffer, type ByteSource, chunksOf, MemorySource } from "../bytes/mod.ts";
import { type InputFile, openInput } from "./input_files.ts";

/** A bundle that the user named. */
export interface BundleFile extends Bundle, Disposable {}

/** A pipe is held in memory: 1 GiB. */
const MAX_PIPE_SIZE = 1 << 30;

/**
 * Opens a bundle that the user named; `-` is standard input. It may be a pipe.
 *
 * @param maxSize How many bytes it may unpack to.
 * @throws {Error} With a message for the user, if it cannot be read or is none.
 */
export async function openBundleFile(
  path: string,
  maxSize: number | undefined,
): Promise<BundleFile> {
  // Opened once: what a pipe gave is gone.
  using file = openInput(path);
  const source = file.size === undefined ? await readPipe(file) : FileSource.open(path);
  const close = () => {
    if (source instanceof FileSource) source[Symbol.dispose]();
  };
  try {
    return { ...await openBundle(source, { maxSize }), [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readPipe(file: InputFile): Promise<ByteSource> {
  const bytes = new BlockBuffer();
  for await (const chunk of chunksOf(file)) {
    bytes.append(chunk);
    if (bytes.length <= MAX_PIPE_SIZE) continue;
    const detail = `a pipe may give ${MAX_PIPE_SIZE} bytes, write it to a file first`;
    throw new Error(`Cannot read "${file.name}": ${detail}`);
  }
  return new MemorySource(file.name, bytes.read(0, bytes.length));
}
