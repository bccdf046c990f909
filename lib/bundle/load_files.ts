import { BlockBuffer } from "../bytes/block_buffer.ts";
import { type ByteSource, ExtentSource } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { BundledFile } from "./manifest.ts";
import { type BundleEntry, readEntries } from "./read_entries.ts";
import { SparseMapParser } from "./sparse_map.ts";

/**
 * Unpacks some of the files of a bundle into memory, by reading it once from start to end.
 *
 * @param bundle One that {@linkcode openBundle} has taken for good.
 * @param files Which ones.
 * @returns The files by entry, each called by its path on the recorded machine.
 * @throws {FormatError} If the bundle was changed meanwhile.
 */
export async function loadFiles(
  bundle: ByteSource,
  files: readonly BundledFile[],
  maxSize: number | undefined,
): Promise<Map<string, ByteSource>> {
  const wanted = new Map(files.map((file) => [file.entry, file]));
  const loaded = new Map<string, ByteSource>();
  for await (const entry of readEntries(bundle, maxSize)) {
    const file = wanted.get(entry.name);
    if (file === undefined) continue;
    const data = new BlockBuffer();
    const extents = await readFileEntry(entry, file, bundle.name, (chunk) => data.append(chunk));
    loaded.set(entry.name, new ExtentSource(file.path, file.size, extents, data));
    if (loaded.size === wanted.size) break;
  }
  return loaded;
}

/**
 * Reads the body of a file's entry.
 *
 * @param onData Gets the bytes of the extents, in order.
 * @returns The extents of the file that are in the bundle.
 * @throws {FormatError} If it is not what the manifest says, or its sparse map is damaged.
 */
export async function readFileEntry(
  { name, size, isSparse, body }: BundleEntry,
  file: BundledFile,
  bundle: string,
  onData: (chunk: Uint8Array) => void,
): Promise<Extents> {
  const map = isSparse ? new SparseMapParser(`${bundle}!${name}`, size) : undefined;
  let dataSize = 0;
  for await (const chunk of body) {
    const used = map === undefined || map.isComplete ? 0 : map.push(chunk);
    dataSize += chunk.length - used;
    onData(chunk.subarray(used));
  }
  const extents = map === undefined ? [{ fileOffset: 0, length: size }] : map.extents;
  const kept = extents.reduce((sum, { length }) => sum + length, 0);
  const problem = map?.isComplete === false
    ? "its sparse map is cut"
    : dataSize !== kept
    ? `it has ${dataSize} bytes of data, its sparse map says ${kept}`
    : size !== file.size || kept !== file.kept
    ? `it has ${kept} of ${size} bytes, the manifest says ${file.kept} of ${file.size}`
    : "";
  if (problem === "") return extents;
  const [action, source] = ["read the file", `${bundle}!${name}`];
  throw new FormatError({ action, source, detail: problem });
}

type Extents = SparseMapParser["extents"];
