import { ByteRanges, type ByteSource, type Extent } from "../bytes/mod.ts";
import { readDebugFileBuildId } from "../elf/debug_file_build_id.ts";
import { ElfFile, readBuildId } from "../elf/mod.ts";
import { isSourceError } from "../errors.ts";
import type { RecordedFile } from "../resolve/recorded_file.ts";
import { entryNameOf } from "./entry_name.ts";
import { type BundledFile, type FileIdentity, identityOf } from "./manifest.ts";
import { BLOCK_SIZE } from "./sparse_map.ts";
import { type PartsOptions, traceNeeded } from "./needed_ranges.ts";
import type { TracingFiles } from "./tracing_files.ts";
import { TracingSource } from "./tracing_source.ts";

/** A file, and what of it is taken. */
export interface PlannedFile {
  /** As the manifest has it. */
  readonly file: BundledFile;
  /** Its bytes. */
  readonly source: ByteSource;
  /** Which of them are taken: ascending, not overlapping. */
  readonly extents: readonly Extent[];
}

/** A file of which more than this is needed is taken whole. */
const ALMOST_ALL = 0.9;

/**
 * Decides what of the files of a process is taken.
 *
 * @param files Whose sources are traced, or windows onto such, for files in archives.
 * @returns Sorted by path.
 */
export async function planMapped(
  files: readonly RecordedFile[],
  parts: PartsOptions,
): Promise<PlannedFile[]> {
  // Files in archives come first: what is needed of them is needed of the archives.
  for (const { elf } of files) if (elf !== undefined) await traceNeeded(elf, parts);
  const planned: PlannedFile[] = [];
  const taken = new Set<string>();
  for (const file of files.toSorted((a, b) => byPath(a.request, b.request))) {
    const source = file.elf?.source ?? file.source;
    if (!(source instanceof TracingSource)) continue;
    planned.push(planFile(identityOf(file.request), source, await file.buildId(), taken));
  }
  return planned;
}

/**
 * Decides what of the debug files that were opened is taken.
 *
 * @returns Sorted by path.
 */
export async function planDebugFiles(
  files: TracingFiles,
  parts: PartsOptions,
): Promise<PlannedFile[]> {
  const planned: PlannedFile[] = [];
  const taken = new Set<string>();
  for (const { path, source } of [...files.debugFiles.values()].sort(byPath)) {
    let buildId = "";
    try {
      const elf = await ElfFile.open(source);
      await traceNeeded(elf, { ...parts, code: false });
      buildId = await readDebugFileBuildId(elf);
    } catch (error) {
      // It was of no use: whoever reads the bundle shall find the same.
      if (!isSourceError(error)) throw error;
    }
    planned.push(planFile({ path, deleted: false, role: "debug" }, source, buildId, taken));
  }
  return planned;
}

/**
 * Decides what of the kernel's ELF file is taken.
 *
 * @throws {FormatError} If it is none.
 */
export async function planKernel(source: TracingSource, parts: PartsOptions): Promise<PlannedFile> {
  const elf = await ElfFile.open(source);
  await traceNeeded(elf, parts);
  const identity = { path: source.name, deleted: false, role: "kernel" } as const;
  return planFile(identity, source, await readBuildId(elf), new Set());
}

/** @param taken Names of entries, to which that of the file is added. */
function planFile(
  identity: FileIdentity,
  source: TracingSource,
  buildId: string,
  taken: Set<string>,
): PlannedFile {
  const { path, deleted, role } = identity;
  const plain = role === "kernel" ? "vmlinux" : path === "[vdso]" ? "vdso.so" : entryNameOf(path);
  let entry = role === "debug" ? plain.replace(/^files/, "debug") : plain;
  if (deleted) entry += " (deleted)";
  while (taken.has(entry)) entry += "~";
  taken.add(entry);
  const parts = blocksOf(source);
  const needed = parts.reduce((sum, { length }) => sum + length, 0);
  const extents = needed > ALMOST_ALL * source.size ? allOf(source) : parts;
  const kept = extents.reduce((sum, { length }) => sum + length, 0);
  const file = { ...identity, entry, size: source.size, kept, buildId };
  return { file, source: source.untraced, extents };
}

/** GNU tar begins each piece of a sparse file with a block of its own: pieces are whole blocks. */
function blocksOf({ ranges, size }: TracingSource): Extent[] {
  const blocks = new ByteRanges();
  for (const { fileOffset, length } of ranges.extents()) {
    const end = Math.ceil((fileOffset + length) / BLOCK_SIZE) * BLOCK_SIZE;
    blocks.add(fileOffset - fileOffset % BLOCK_SIZE, Math.min(end, size));
  }
  return blocks.extents();
}

/** All of a source. */
export function allOf({ size }: ByteSource): Extent[] {
  return size === 0 ? [] : [{ fileOffset: 0, length: size }];
}

/** Compares two files by their paths. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
