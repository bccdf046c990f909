import { type ByteReader, readAll, readerOfBytes } from "../bytes/mod.ts";
import { pidOf, type Recording } from "../input/mod.ts";
import { type MapsSnapshot, parseMaps } from "../maps/mod.ts";
import type { RawProfile } from "../profile/mod.ts";
import {
  type FileProvider,
  type MachineOptions,
  mergeResolved,
  resolve,
  type Resolved,
  type ResolveOptions,
  type ReturnAddresses,
} from "../resolve/mod.ts";
import type { NamedCode } from "../symbols/mod.ts";
import { ofProcess } from "./read_code_maps.ts";

/** How {@linkcode resolveRecordings} resolves. */
export interface ResolveRecordingsOptions extends Omit<ResolveOptions, "returnAddresses"> {
  /** Given instead of what the recordings say; undefined to do as they say. */
  readonly returnAddresses: ReturnAddresses | undefined;
}

/**
 * Resolves recordings, each with the maps that it has itself, unless snapshots are given: then these
 * hold for all.
 *
 * @param recordings At least one.
 */
export async function resolveRecordings(
  recordings: readonly Recording[],
  options: ResolveRecordingsOptions,
): Promise<Resolved> {
  const resolved: Resolved[] = [];
  for (const { profile, machine } of await machinesOf(recordings, options)) {
    resolved.push(await resolve(profile, { ...options, ...machine }));
  }
  return mergeResolved(resolved);
}

/** A recording, and what holds for it. */
export interface RecordingOnMachine {
  /** Its stacks; their processes are those of the snapshots. */
  readonly profile: RawProfile;
  /** The machine with the maps and build-ids that the recording has itself. */
  readonly machine: MachineOptions & { readonly returnAddresses: ReturnAddresses };
}

/** Says of each recording what it is resolved with. */
export async function machinesOf(
  recordings: readonly Recording[],
  options: MachineOptions & Pick<ResolveRecordingsOptions, "returnAddresses">,
): Promise<RecordingOnMachine[]> {
  const { snapshots: given, files, generated = [], vmlinux } = options;
  const kallsyms = options.kallsyms && await repeatable(options.kallsyms, recordings.length);
  const machines: RecordingOnMachine[] = [];
  for (const recording of recordings) {
    const profile = profileFor(recording, given);
    const machine = {
      snapshots: given.length > 0 ? given : await recordedSnapshots(recording),
      files: withBuildIds(files, recording.buildIds),
      generated: generated.flatMap((code) => ofPrograms(code, profile)),
      returnAddresses: options.returnAddresses ?? recording.returnAddresses,
      kallsyms: kallsyms?.(),
      vmlinux,
    };
    machines.push({ profile, machine });
  }
  return machines;
}

/** In bytes; a copy of `/proc/kallsyms` has some ten million. */
const MAX_KALLSYMS = 1 << 30;

/** Kept in memory only if it is read more than once. */
async function repeatable(reader: ByteReader, times: number): Promise<() => ByteReader> {
  if (times === 1) return () => reader;
  const bytes = await readAll(reader, MAX_KALLSYMS);
  return () => readerOfBytes(reader.name, bytes);
}

/** Code that is known of a PID holds for each program that it ran. */
function ofPrograms(code: NamedCode, { processes }: RawProfile): NamedCode[] {
  if (code.process === undefined || processes === undefined) return [code];
  return [...new Set(processes)].filter((process) => pidOf(process) === code.process)
    .map((process) => ofProcess(code, process));
}

async function recordedSnapshots({ maps }: Recording): Promise<MapsSnapshot[]> {
  const snapshots: MapsSnapshot[] = [];
  for (const { process, label, text } of maps) {
    const whose = process === undefined ? "the recording" : `process ${pidOf(process)}`;
    const name = label === undefined ? whose : `${whose}, ${label}`;
    const parsed = await parseMaps(name, [new TextEncoder().encode(text)]);
    const snapshot = { ...parsed, isRecorded: true };
    snapshots.push(process === undefined ? snapshot : { ...snapshot, process });
  }
  return snapshots;
}

/** Who gives snapshots knows PIDs, and not which of its programs a process was running. */
function profileFor({ profile }: Recording, given: readonly MapsSnapshot[]): RawProfile {
  const { processes } = profile;
  if (given.length === 0 || processes === undefined) return profile;
  return { ...profile, processes: processes.map(pidOf) };
}

/** What the user gave comes first. */
function withBuildIds(files: FileProvider, recorded: Recording["buildIds"]): FileProvider {
  if (recorded.size === 0) return files;
  return {
    debugDirs: files.debugDirs ?? [],
    open: (request) => files.open(request),
    openDebugFile: (path) => files.openDebugFile?.(path) ?? Promise.resolve(undefined),
    buildIdsOf(path) {
      const given = files.buildIdsOf?.(path) ?? [];
      const buildId = recorded.get(path);
      return given.length > 0 || buildId === undefined ? given : [buildId];
    },
    ...files.prepare && { prepare: (requests) => files.prepare!(requests) },
    ...files.searchFiles && { searchFiles: () => files.searchFiles!() },
  };
}
