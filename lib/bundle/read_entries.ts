import type { ParsedTarEntry, TarHeader } from "modern-tar";
import { type ByteSource, chunksOf, gunzipIfCompressed, readerOfSource } from "../bytes/mod.ts";
import { FormatError, isSourceError } from "../errors.ts";
import { checkEntryName } from "./entry_name.ts";

/** An entry of a bundle. */
export interface BundleEntry {
  /** A path that stays in the bundle. */
  readonly name: string;
  /** Of the file in bytes: for a sparse file with its holes. */
  readonly size: number;
  /** Whether it is a sparse file: a map comes first, see `sparse_map.ts`. */
  readonly isSparse: boolean;
  /** Bytes of the body. */
  readonly bodySize: number;
  /** The body, which is there until the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** In bytes: 4 GiB. */
const DEFAULT_MAX_SIZE = 2 ** 32;
/** Small bundles may unpack to this much. */
const ALWAYS_ALLOWED = 1 << 26;
/** What is worth taking along does not get 256 times smaller. */
const MAX_RATIO = 256;
/** More files than a process has mapped. */
const MAX_ENTRIES = 1 << 16;

/**
 * Reads the entries of a bundle, a tar archive that may be compressed by gzip, one after the other.
 * Nothing is written anywhere.
 *
 * @param maxSize How many bytes it may unpack to; by default 4 GiB, and no more than 64 MiB and 256
 * times what it has packed.
 * @throws {FormatError} If it is no such archive, is cut or damaged, unpacks to more, has more than
 * 65,536 entries, two of the same name, one that is no regular file, or a name that leads out.
 */
export async function* readEntries(
  bundle: ByteSource,
  maxSize: number = Math.min(DEFAULT_MAX_SIZE, ALWAYS_ALLOWED + MAX_RATIO * bundle.size),
): AsyncGenerator<BundleEntry> {
  // Loaded here, because most runs read no bundle.
  const { createTarDecoder } = await import("modern-tar");
  const names = new Set<string>();
  const decoder = createTarDecoder({ strict: true });
  try {
    const unpacked = ReadableStream.from(unpackedChunks(bundle, maxSize));
    for await (const entry of unpacked.pipeThrough(decoder)) {
      const { header } = entry;
      const name = nameOf(header, bundle.name);
      checkEntryName(name, bundle.name);
      checkKind(header, name, bundle.name);
      if (names.has(name)) throw entryError(bundle.name, name, "is there twice");
      if (names.size === MAX_ENTRIES) {
        throw entriesError(bundle.name, `there are more than ${MAX_ENTRIES}`);
      }
      names.add(name);
      const body = new Body(entry, bundle.name);
      yield { name, ...sizesOf(header, name, bundle.name), body };
      await body.skip();
    }
  } catch (error) {
    throw asFormatError(error, bundle.name, names.size === 0 ? `${NO_BUNDLE}: ` : "");
  }
}

/** What is said of an archive that is none, or another one. */
export const NO_BUNDLE = "it is no bundle of symfold collect";

async function* unpackedChunks(bundle: ByteSource, maxSize: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunksOf(await gunzipIfCompressed(readerOfSource(bundle)), 1 << 18)) {
    size += chunk.length;
    if (size > maxSize) {
      const detail = `they unpack to more than ${maxSize} bytes (see --max-bundle-size)`;
      throw entriesError(bundle.name, detail);
    }
    yield chunk;
  }
}

/** Sparse files have their name among the extended attributes. */
function nameOf({ name, pax }: TarHeader, bundle: string): string {
  const sparse = Object.keys(pax ?? {}).filter((key) => key.startsWith("GNU.sparse."));
  if (sparse.length === 0) return name;
  const { [SPARSE.major]: major, [SPARSE.minor]: minor, [SPARSE.name]: real } = pax!;
  if (major === "1" && minor === "0" && real !== undefined) return real;
  throw entryError(bundle, name, "is a sparse file of another version than 1.0");
}

const SPARSE = {
  major: "GNU.sparse.major",
  minor: "GNU.sparse.minor",
  name: "GNU.sparse.name",
  size: "GNU.sparse.realsize",
} as const;

/** The extended attributes of a sparse file. */
export function sparseAttributes(name: string, size: number): Record<string, string> {
  return {
    [SPARSE.major]: "1",
    [SPARSE.minor]: "0",
    [SPARSE.name]: name,
    [SPARSE.size]: `${size}`,
  };
}

function checkKind({ type = "file" }: TarHeader, name: string, bundle: string): void {
  if (type === "file") return;
  throw entryError(bundle, name, `is a ${type.replace("-", " ")}, want a regular file`);
}

function sizesOf(
  { size, pax }: TarHeader,
  name: string,
  bundle: string,
): Pick<BundleEntry, "size" | "isSparse" | "bodySize"> {
  const isSparse = pax?.[SPARSE.major] !== undefined;
  const fileSize = isSparse ? Number(pax![SPARSE.size] ?? NaN) : size;
  if (Number.isSafeInteger(fileSize) && fileSize >= 0 && Number.isSafeInteger(size) && size >= 0) {
    return { size: fileSize, isSparse, bodySize: size };
  }
  throw entryError(bundle, name, "has a size that is no number");
}

/** The decoder waits until the body of an entry was read. */
class Body implements AsyncIterable<Uint8Array> {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #bundle: string;
  #isTaken = false;

  constructor({ body }: ParsedTarEntry, bundle: string) {
    this.#stream = body;
    this.#bundle = bundle;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#isTaken = true;
    try {
      yield* this.#stream;
    } catch (error) {
      throw asFormatError(error, this.#bundle);
    }
  }

  /** To cancel a short one, which has come whole already, would stop that of the next entry. */
  async skip(): Promise<void> {
    if (!this.#isTaken) { for await (const _ of this); }
  }
}

function entryError(bundle: string, name: string, problem: string): FormatError {
  return entriesError(bundle, `entry ${JSON.stringify(name)} ${problem}`);
}

function entriesError(source: string, detail: string): FormatError {
  return new FormatError({ action: "read the entries", source, detail });
}

/** The decoder has no errors of its own, only messages. */
function asFormatError(error: unknown, bundle: string, prefix = ""): unknown {
  if (isSourceError(error) || !(error instanceof Error)) return error;
  const message = error.message.replace(/\.$/, "");
  return entriesError(bundle, prefix + message.charAt(0).toLowerCase() + message.slice(1));
}
