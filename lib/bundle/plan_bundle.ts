import { type ByteSource, type Extent, MemorySource } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { FileProvider } from "../resolve/mod.ts";
import type { RecordedFile } from "../resolve/recorded_file.ts";
import { parseBuildIdList } from "../symbols/mod.ts";
import {
  type BundledCode,
  type BundledFile,
  type BundleManifest,
  identityOf,
  MANIFEST_ENTRY,
  type MissingFile,
  type ProcessEntry,
  spellManifest,
} from "./manifest.ts";
import { allOf, byPath, planDebugFiles, planKernel, planMapped } from "./plan_files.ts";
import { TracingFiles } from "./tracing_files.ts";
import { TracingSource } from "./tracing_source.ts";
import { type BundledRecording, traceReads } from "./trace_reads.ts";

/** A file that is taken along as it is. */
export interface TextToBundle {
  /** The entry that it becomes, such as `maps`. */
  readonly entry: string;
  /** Its bytes. */
  readonly source: ByteSource;
  /** The PID of the process whose it is; left out if it is for all stacks. */
  readonly process?: number | undefined;
}

/** What {@linkcode planBundle} needs. */
export interface PlanOptions {
  /** What makes the bundle, such as `symfold 0.1.0`. */
  readonly createdBy: string;
  /** Snapshots of the process, with what they were read from; none if the recordings have all. */
  readonly maps: readonly (TextToBundle & { readonly snapshot: MapsSnapshot })[];
  /** Where the files of the process are. */
  readonly files: FileProvider;
  /** See {@linkcode BundleManifest}. */
  readonly pid?: number | undefined;
  /** See {@linkcode BundleManifest}. */
  readonly command?: string;
  /** See {@linkcode BundleManifest}. */
  readonly kernel?: string;
  /** Perf maps and jitdumps. */
  readonly codeMaps?: readonly TextToBundle[];
  /** A copy of `/proc/kallsyms`. */
  readonly kallsyms?: TextToBundle | undefined;
  /** The ELF file of the kernel. */
  readonly vmlinux?: ByteSource | undefined;
  /** A copy of `/proc/modules`. */
  readonly modules?: TextToBundle | undefined;
  /** A list of build-ids, as `perf buildid-list` prints it. */
  readonly buildIds?: string;
  /** Recordings that shall be resolved from the bundle. */
  readonly recordings?: readonly BundledRecording[];
  /** Which code to take; by default that of the recordings if there are any, all if there are none. */
  readonly code?: BundledCode;
  /** Whether to take files whole. */
  readonly whole?: boolean;
  /** Whether to take debug information, for lines and inlined functions. */
  readonly dwarf?: boolean;
  /** What could not be read so far, as sentences for people. */
  readonly notes?: readonly string[];
}

/** An entry of a bundle that is about to be written. */
export interface PlannedEntry {
  /** Its name. */
  readonly name: string;
  /** What the bytes are of. */
  readonly source: ByteSource;
  /** Which bytes of it are taken: ascending, not overlapping. */
  readonly extents: readonly Extent[];
}

/** A bundle that is about to be written. */
export interface BundlePlan {
  /** What will be in it. */
  readonly manifest: BundleManifest;
  /** All entries in order, the manifest first. */
  readonly entries: readonly PlannedEntry[];
}

/**
 * Decides what is to be taken along so that recordings of a process can be resolved elsewhere.
 *
 * Which bytes of a file are needed is found by resolving addresses in all of its code, and the
 * recordings if there are any, while all reads are traced; and by what the file's headers say, see
 * {@linkcode traceNeeded}.
 */
export async function planBundle(options: PlanOptions): Promise<BundlePlan> {
  const { maps, recordings = [], whole = false, dwarf = false } = options;
  const code = options.code ?? (recordings.length === 0 ? "all" : "recordings");
  const files = new TracingFiles(options.files);
  const snapshots = maps.map(({ snapshot }) => snapshot);
  const vmlinux = options.vmlinux && new TracingSource(options.vmlinux);
  const kallsyms = options.kallsyms?.source;
  const found = await traceReads({ ...options, snapshots, files, kallsyms, vmlinux, code });
  const parts = { whole, dwarf, code: code === "all" };
  const planned = [
    ...await planMapped(found, parts),
    ...await planDebugFiles(files, parts),
    ...vmlinux === undefined ? [] : [await planKernel(vmlinux, parts)],
  ];
  const missing = [...found.flatMap(missingOf), ...files.missingDebugFiles.values()];
  const { modules, codeMaps = [] } = options;
  const buildIds = buildIdsText(options.buildIds ?? "", planned.map(({ file }) => file));
  const listed = buildIds === "" ? undefined : textEntry("build-ids", buildIds);
  const manifest: BundleManifest = {
    createdBy: options.createdBy,
    pid: options.pid,
    command: options.command ?? "",
    kernel: options.kernel ?? "",
    code,
    maps: maps.map(entryOf),
    codeMaps: codeMaps.map(entryOf),
    kallsyms: options.kallsyms?.entry ?? "",
    modules: modules?.entry ?? "",
    buildIds: listed?.entry ?? "",
    debugDirs: files.debugDirs,
    files: planned.map(({ file }) => file),
    missing: missing.sort(byPath),
    notes: options.notes ?? [],
  };
  const texts = [
    textEntry(MANIFEST_ENTRY, spellManifest(manifest)),
    ...maps,
    ...[listed, modules, options.kallsyms].filter((text) => text !== undefined),
    ...codeMaps,
  ];
  const entries = [
    ...texts.map(({ entry, source }) => ({ name: entry, source, extents: allOf(source) })),
    ...planned.map(({ file, source, extents }) => ({ name: file.entry, source, extents })),
  ];
  return { manifest, entries };
}

function missingOf(file: RecordedFile): MissingFile[] {
  if (file.elf !== undefined || file.source !== undefined || file.failure === undefined) return [];
  return [{ ...identityOf(file.request), ...file.failure }];
}

/** The list that was given, and the build-ids of the files that it does not have. */
function buildIdsText(given: string, files: readonly BundledFile[]): string {
  const known = parseBuildIdList(given).buildIds;
  const lines = files
    .filter(({ role, buildId, path }) => role === "mapped" && buildId !== "" && !known.has(path))
    .map(({ buildId, path }) => `${buildId} ${path}\n`);
  return given + (given === "" || given.endsWith("\n") ? "" : "\n") + lines.join("");
}

function entryOf({ entry, process }: TextToBundle): ProcessEntry {
  return { entry, process };
}

function textEntry(entry: string, text: string): TextToBundle {
  return { entry, source: new MemorySource(entry, new TextEncoder().encode(text)) };
}
