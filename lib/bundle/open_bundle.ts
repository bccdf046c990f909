import { BlockBuffer } from "../bytes/block_buffer.ts";
import { type ByteReader, type ByteSource, MemorySource, readerOfBytes } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { BundleFiles } from "./bundle_files.ts";
import { readFileEntry } from "./load_files.ts";
import {
  type BundledFile,
  type BundleManifest,
  entriesOf,
  MANIFEST_ENTRY,
  type ProcessEntry,
} from "./manifest.ts";
import { parseManifest } from "./parse_manifest.ts";
import { type BundleEntry, NO_BUNDLE, readEntries } from "./read_entries.ts";

/** How {@linkcode openBundle} reads. */
export interface OpenBundleOptions {
  /**
   * How many bytes the bundle may unpack to; by default 4 GiB, and no more than 64 MiB and 256 times
   * its own size.
   */
  readonly maxSize?: number | undefined;
}

/** A text of a bundle that may be that of one process. */
export interface BundledText {
  /** Its bytes; its name is that of the bundle, `!`, and that of the entry. */
  readonly source: ByteSource;
  /** The PID of the process; undefined if it is for all stacks. */
  readonly process: number | undefined;
}

/** What was taken along from a recorded machine. */
export interface Bundle {
  /** What is in it. */
  readonly manifest: BundleManifest;
  /** The snapshots, in the order in which they are to be asked. */
  readonly maps: readonly BundledText[];
  /** Perf maps and jitdumps, the newest last. */
  readonly codeMaps: readonly BundledText[];
  /** The copy of `/proc/kallsyms`, which can be read once; undefined if there is none. */
  readonly kallsyms: ByteReader | undefined;
  /** The kernel's ELF file, by its path on the recorded machine; undefined if there is none. */
  readonly vmlinux: ByteSource | undefined;
  /** The files, as `resolve` takes them; no others are looked for. */
  readonly files: BundleFiles;
}

/** The texts of a bundle are held in memory: 1 GiB. */
const MAX_TEXT_SIZE = 1 << 30;
/** More than 50,000 files need. */
const MAX_MANIFEST_SIZE = 1 << 24;

/**
 * Opens a bundle and checks all of it: it is read from start to end once. Texts are held in memory,
 * files are unpacked into memory when they are asked for. Nothing is written anywhere.
 *
 * @param source A tar archive, as a rule compressed by gzip.
 * @throws {FormatError} If it is no bundle, is damaged, leads out of itself, holds other entries
 * than its manifest says, or unpacks to more than it may.
 *
 * @example
 * ```ts
 * import { openBundle } from "./open_bundle.ts";
 * import { MemorySource } from "../bytes/mod.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const empty = new MemorySource("4711.tar.gz", new Uint8Array(1024));
 * await assertRejects(() => openBundle(empty), Error, "want symfold-bundle.json first");
 * ```
 */
export async function openBundle(
  source: ByteSource,
  { maxSize }: OpenBundleOptions = {},
): Promise<Bundle> {
  let manifest: BundleManifest | undefined;
  const texts = new Map<string, Uint8Array>();
  const missing = new Set<string>();
  const files = new Map<string, BundledFile>();
  let textSize = 0;
  for await (const entry of readEntries(source, maxSize)) {
    if (manifest === undefined) {
      if (entry.name !== MANIFEST_ENTRY) throw noManifest(source, `"${entry.name}"`);
      const bytes = await readText(entry, MAX_MANIFEST_SIZE, source);
      manifest = parseManifest(new TextDecoder().decode(bytes), source.name);
      for (const name of entriesOf(manifest)) missing.add(name);
      for (const file of manifest.files) files.set(file.entry, file);
      continue;
    }
    if (!missing.delete(entry.name)) {
      throw bundleError(source, `entry "${entry.name}" is there, but not in its manifest`);
    }
    const file = files.get(entry.name);
    if (file !== undefined) await readFileEntry(entry, file, source.name, () => {});
    else {
      const bytes = await readText(entry, MAX_TEXT_SIZE - textSize, source);
      textSize += bytes.length;
      texts.set(entry.name, bytes);
    }
  }
  if (manifest === undefined) throw noManifest(source, "nothing");
  for (const name of missing) throw bundleError(source, `entry "${name}" is missing`);
  const { maps, codeMaps, kallsyms, buildIds } = manifest;
  const nameOf = (entry: string) => `${source.name}!${entry}`;
  const textOf = ({ entry, process }: ProcessEntry) => ({
    source: new MemorySource(nameOf(entry), texts.get(entry)!),
    process,
  });
  const list = buildIds === "" ? "" : new TextDecoder().decode(texts.get(buildIds));
  const bundled = new BundleFiles(source, manifest, list, maxSize);
  return {
    manifest,
    maps: maps.map(textOf),
    codeMaps: codeMaps.map(textOf),
    kallsyms: kallsyms === "" ? undefined : readerOfBytes(nameOf(kallsyms), texts.get(kallsyms)!),
    vmlinux: bundled.vmlinux,
    files: bundled,
  };
}

async function readText(
  { name, isSparse, body }: BundleEntry,
  maxSize: number,
  source: ByteSource,
): Promise<Uint8Array> {
  if (isSparse) throw bundleError(source, `entry "${name}" is a sparse file, want a plain one`);
  const text = new BlockBuffer();
  for await (const chunk of body) {
    if (text.length + chunk.length > maxSize) {
      throw bundleError(source, `entry "${name}" is too large: want at most ${maxSize} bytes`);
    }
    text.append(chunk);
  }
  return text.read(0, text.length);
}

function noManifest(source: ByteSource, found: string): FormatError {
  return bundleError(source, `${NO_BUNDLE}: ${found} is there, want ${MANIFEST_ENTRY} first`);
}

function bundleError(source: ByteSource, detail: string): FormatError {
  return new FormatError({ action: "read the entries", source: source.name, detail });
}
