import { type ByteSource, readerOfSource } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { RawProfile } from "../profile/mod.ts";
import { resolve, type ReturnAddresses } from "../resolve/mod.ts";
import { EXACT, RETURN } from "../resolve/frame_roles.ts";
import { Locator } from "../resolve/locator.ts";
import { splitByProcess } from "../resolve/processes.ts";
import { RecordedFile } from "../resolve/recorded_file.ts";
import { type BundledCode, identityOf, keyOf } from "./manifest.ts";
import { trace } from "./needed_ranges.ts";
import { probeAddresses } from "./probe_addresses.ts";
import type { TracingFiles } from "./tracing_files.ts";
import type { TracingSource } from "./tracing_source.ts";

/** A recording that shall be resolved from a bundle. */
export interface BundledRecording {
  /** What was recorded. */
  readonly profile: RawProfile;
  /** Which frames of it are return addresses. */
  readonly returnAddresses: ReturnAddresses;
  /** The maps that it has itself, which count for it instead of those of the bundle. */
  readonly snapshots?: readonly MapsSnapshot[];
}

/** What {@linkcode traceReads} resolves. */
export interface TraceOptions {
  /** Of the process, or several; none if the recordings have all that are needed. */
  readonly snapshots: readonly MapsSnapshot[];
  /** Where their files are. */
  readonly files: TracingFiles;
  /** A copy of `/proc/kallsyms`. */
  readonly kallsyms?: ByteSource | undefined;
  /** The ELF file of the kernel. */
  readonly vmlinux?: TracingSource | undefined;
  /** None if there is none yet. */
  readonly recordings?: readonly BundledRecording[];
  /** With "recordings", the code around the addresses of the recordings is read too. */
  readonly code: BundledCode;
}

/**
 * Resolves addresses in all code of a process, and its recordings if there are any, for nothing but to
 * see which files are opened and what is read of them.
 *
 * @returns The files that names may come from, and those that could not be opened.
 */
export async function traceReads(options: TraceOptions): Promise<RecordedFile[]> {
  const { snapshots, files, kallsyms, vmlinux, recordings = [] } = options;
  const found = new Map<string, RecordedFile>();
  const add = (locator: Locator, known: readonly MapsSnapshot[]) => {
    for (const file of locator.files) {
      const key = keyOf(identityOf(file.request));
      if (isWorthTaking(file, known) && found.get(key)?.elf === undefined) found.set(key, file);
    }
  };
  for (const { process: _, ...snapshot } of snapshots) {
    const profile = await probeAddresses(snapshot);
    await resolve(profile, { snapshots: [snapshot], files, inlines: false, demangle: "none" });
    add(await Locator.open(profile.locations, NO_RETURNS, [snapshot], [], files), snapshots);
  }
  for (const { profile, returnAddresses, snapshots: own } of recordings) {
    const known = own ?? snapshots;
    const kernel = { vmlinux, kallsyms: kallsyms && readerOfSource(kallsyms) };
    const wish = { returnAddresses, lines: true, demangle: "none" } as const;
    await resolve(profile, { snapshots: known, files, ...kernel, ...wish });
    const processes = new Set(known.flatMap(({ process }) => process ?? []));
    const { locations } = processes.size > 0 ? splitByProcess(profile, processes) : profile;
    const locator = await Locator.open(locations, NO_RETURNS, known, [], files);
    if (options.code === "recordings") traceCode(locations, locator);
    add(locator, known);
  }
  if (vmlinux !== undefined) await traceKernel(vmlinux, files);
  return [...found.values()];
}

/** Opens the debug files of the kernel, as any kernel address does. */
async function traceKernel(vmlinux: TracingSource, files: TracingFiles): Promise<void> {
  const file = new RecordedFile({ path: vmlinux.name, deleted: false });
  await file.open({ open: () => Promise.resolve({ source: vmlinux }) });
  const text = file.elf?.loadSegments.find(({ executable }) => executable);
  if (text !== undefined) file.want(text.vaddr);
  await file.lookUp(files, { inlines: false, positions: false });
}

/** The code before them was read when the recording was resolved. */
const NO_RETURNS = new Uint8Array(0);

/** The bytes around an address that show whether a call is before it. */
const CODE_BEFORE = 64;
const CODE_BEHIND = 16;

/** Not what was not opened, nor data files that happen to be mapped between code. */
function isWorthTaking(file: RecordedFile, snapshots: readonly MapsSnapshot[]): boolean {
  if (file.elf !== undefined || file.failure === undefined) return file.elf !== undefined;
  const mappings = snapshots.flatMap((snapshot) =>
    snapshot.mappings.filter(({ path }) => path === file.request.path)
  );
  return mappings.length === 0 || mappings.some(({ executable }) => executable);
}

/** Notes the code around the addresses of a recording. */
function traceCode(locations: RawProfile["locations"], locator: Locator): void {
  for (const location of locations) {
    for (const role of [EXACT, RETURN] as const) {
      const place = locator.placeOf(location, role);
      if (place.kind !== "code") continue;
      const { elf } = place.file;
      const fileOffset = elf?.fileOffsetOf(place.vaddr);
      if (elf === undefined || fileOffset === undefined) continue;
      trace(elf.source, fileOffset - CODE_BEFORE, CODE_BEFORE + CODE_BEHIND);
    }
  }
}
