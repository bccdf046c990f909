import {
  type Bundle,
  openBundle,
  type OpenBundleOptions,
  planBundle,
  type PlanOptions,
  writeBundle,
} from "../../lib/bundle/mod.ts";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import type { FileProvider } from "../../lib/resolve/mod.ts";
import { bytesOf } from "./resolve_text.ts";

/** What `makeBundle` makes a bundle of. */
export interface BundleSpec extends Partial<Omit<PlanOptions, "maps" | "recordings">> {
  /** The text of a snapshot. */
  readonly maps: string;
  readonly files: FileProvider;
  /** The text of a recording. */
  readonly folded?: string;
}

/** Plans a bundle and writes it; gives its bytes. */
export async function makeBundle(spec: BundleSpec): Promise<Uint8Array<ArrayBuffer>> {
  const plan = await planBundle(await planOptions(spec));
  return await bytesOfChunks(writeBundle(plan));
}

/** The options for `planBundle`. */
export async function planOptions(
  { maps, folded, ...others }: BundleSpec,
): Promise<PlanOptions> {
  const text = bytesOf(maps);
  const snapshot = await parseMaps("maps", [text]);
  const recording = folded === undefined
    ? undefined
    : await readFolded([readerOfBytes("test.folded", bytesOf(folded))]);
  const source = new MemorySource("maps", text);
  const recordings = recording === undefined
    ? []
    : [{ profile: recording, returnAddresses: "callers" as const }];
  return {
    createdBy: "a test",
    maps: [{ entry: "maps", source, snapshot }],
    recordings,
    ...others,
  };
}

/** Opens a bundle in memory, which messages call `test.tar.gz`. */
export async function openBytes(bytes: Uint8Array, options?: OpenBundleOptions): Promise<Bundle> {
  return await openBundle(new MemorySource("test.tar.gz", bytes), options);
}

/** All chunks as one. */
export async function bytesOfChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(ReadableStream.from(chunks)).arrayBuffer());
}
