import { planBundle, type PlanOptions, type TextToBundle, writeBundle } from "../bundle/mod.ts";
import { FileSource } from "../bytes/file_source.ts";
import { gunzipIfCompressed, MemorySource, readAll, readerOfSource } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { Recording } from "../input/mod.ts";
import { baseName } from "../profile/mod.ts";
import type { FileProvider } from "../resolve/mod.ts";
import { missingText, planText, writtenText } from "./collect_text.ts";
import { DiskFiles } from "./disk_files.ts";
import { checkFolders, explain, openInput, openVmlinux } from "./input_files.ts";
import { LiveFiles } from "./live_files.ts";
import { isRefused, type LiveProcess, readLiveProcess } from "./live_process.ts";
import type { Options } from "./options.ts";
import { pipeToFile, pipeToStandardOutput, writeStandardOutput } from "./output_files.ts";
import { codeMapFile, mapsFiles } from "./process_files.ts";
import { readSnapshot } from "./read_snapshots.ts";
import { machinesOf } from "./resolve_recordings.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/** What `collect` tells, and what it needs of the other commands. */
export interface CollectEvents {
  /** Something that the user is to know. */
  say(message: string): void;
  /** Something that could not be done: the exit code tells, too. */
  lose(message: string): void;
  /** Reads the recordings that were named. */
  readRecordings(): Promise<Recording[]>;
}

/**
 * The command `symfold collect`: writes a bundle, or says what would be in it.
 *
 * @throws {Error} With a message for the user, if nothing can be collected or written.
 */
export async function collect(options: Options, events: CollectEvents): Promise<void> {
  const { pid, output, dryRun, inputs } = options;
  const path = output ?? `symfold-${pid ?? "bundle"}.tar.gz`;
  checkUsage(options, path);
  checkFolders(options);
  const maps = await readMaps(options, events.lose);
  const recordings = inputs.length === 0 ? [] : await events.readRecordings();
  const live = pid === undefined ? undefined : readLiveProcess(pid, options.proc);
  using opened = new DisposableStack();
  const snapshots = maps.map(({ snapshot }) => snapshot);
  const files = opened.use(filesOf(options, live, snapshots));
  const { returnAddresses } = options;
  const machines = await machinesOf(recordings, { snapshots, files, returnAddresses });
  const all = [...snapshots, ...machines.flatMap(({ machine }) => machine.snapshots)];
  const kallsyms = await readKallsyms(options, live);
  const vmlinux = options.vmlinux && opened.use(await openVmlinux(options.vmlinux));
  const plan = await planBundle({
    createdBy: `symfold ${VERSION}`,
    pid,
    command: live?.command ?? "",
    kernel: live?.kernel ?? "",
    maps,
    codeMaps: await codeMapsOf(options, live, snapshots, files, opened, knowProcesses(all)),
    kallsyms: kallsyms.text,
    vmlinux: vmlinux || undefined,
    modules: live?.modules && textOf("modules", live.modules),
    buildIds: options.buildIds === undefined ? "" : Deno.readTextFileSync(options.buildIds),
    files,
    recordings: machines.map(({ profile, machine }) => ({ profile, ...machine })),
    ...(!options.code && { code: "none" }),
    whole: options.whole,
    dwarf: options.dwarf,
    notes: [...live?.notes ?? [], ...kallsyms.notes],
  });
  const { manifest } = plan;
  if (maps.length === 0 && manifest.files.length === 0 && manifest.missing.length === 0) {
    const detail = "no file is known that the recordings have addresses in";
    throw new Error(`There is nothing to collect: ${detail}, use --pid PID or --maps FILE`);
  }
  const counter = { size: 0 };
  const chunks = counted(writeBundle(plan), counter);
  if (dryRun) {
    for await (const _ of chunks);
    const text = planText(plan, path, counter.size);
    writeStandardOutput((write) => write(new TextEncoder().encode(text)));
  } else {
    await (path === "-" ? pipeToStandardOutput(chunks) : pipeToFile(path, chunks));
    events.say(writtenText(manifest, path === "-" ? "standard output" : path, counter.size));
  }
  for (const note of manifest.notes) events.say(note);
  const [vdso, missing] = [
    manifest.missing.filter((file) => file.path === VDSO),
    manifest.missing.filter((file) => file.path !== VDSO && file.role === "mapped"),
  ];
  for (const message of missingText(vdso)) events.say(message);
  for (const message of missingText(missing)) events.lose(message);
}

const VDSO = "[vdso]";

function checkUsage({ pid, maps, inputs, dryRun }: Options, path: string): void {
  if (pid === undefined && maps.length === 0 && inputs.length === 0) {
    throw new UsageError("There is nothing to collect: use --pid PID or --maps FILE");
  }
  if (path === "-" && !dryRun && Deno.stdout.isTerminal()) {
    throw new UsageError("Standard output is a terminal: use --output FILE, or a pipe");
  }
}

/**
 * The snapshots that were named, or else that of the process as it is now; none if no process was
 * named: then recordings have them.
 */
async function readMaps(
  { maps, pid, proc }: Options,
  lose: (message: string) => void,
): Promise<PlanOptions["maps"]> {
  const taken = new Set<string>();
  const texts: (TextToBundle & { readonly snapshot: MapsSnapshot })[] = [];
  const add = async (bytes: Uint8Array, path: string, process: number | undefined) => {
    const source = new MemorySource(path, bytes);
    const snapshot = await readSnapshot(readerOfSource(source), process, lose);
    const entry = uniqueName(process === undefined ? "maps" : `${process}.maps`, taken);
    texts.push({ entry, source, process, snapshot });
  };
  if (maps.length === 0 && pid !== undefined) {
    await add(readLiveMaps(`${proc}/${pid}/maps`), `${proc}/${pid}/maps`, undefined);
  }
  for (const { path, process } of maps.flatMap(mapsFiles)) {
    await add(await readFile(path), path, process);
  }
  return texts;
}

function readLiveMaps(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    const detail = isRefused(error)
      ? `Deno opens no files there for a program that may only read and write: add --maps <(cat ${path})`
      : explain(error);
    throw new Error(`Cannot read "${path}": ${detail}`);
  }
}

function filesOf(
  options: Options,
  live: LiveProcess | undefined,
  snapshots: readonly MapsSnapshot[],
): FileProvider & Disposable {
  if (live === undefined) return new DiskFiles(options);
  const folder = `${options.proc}/${options.pid}`;
  return new LiveFiles({ ...options, folder, root: live.root, snapshots });
}

function knowProcesses(snapshots: readonly MapsSnapshot[]): boolean {
  return snapshots.some(({ process }) => process !== undefined);
}

/** Perf maps and jitdumps that were named, that runtimes leave in `/tmp`, and that are mapped. */
async function codeMapsOf(
  { perfMaps, pid }: Options,
  live: LiveProcess | undefined,
  snapshots: readonly MapsSnapshot[],
  files: FileProvider,
  opened: DisposableStack,
  knowsProcesses: boolean,
): Promise<TextToBundle[]> {
  const taken = new Set<string>();
  const texts: TextToBundle[] = [];
  if (live !== undefined) {
    // In a container of which nothing but the PID is known it would be that of another process.
    const ownPid = live.ownPid ?? pid;
    const path = `${live.root ?? ""}/tmp/perf-${ownPid}.map`;
    if ((live.root !== undefined || ownPid === pid) && isFile(path)) {
      const source = opened.use(FileSource.open(path));
      texts.push({ entry: uniqueName(`perf-${ownPid}.map`, taken), source });
    }
  }
  const mapped = new Map(
    snapshots.flatMap(({ mappings, process }) =>
      mappings.filter(({ path }) => JITDUMP_REGEXP.test(path))
        .map((mapping) => [mapping.path, { ...mapping, process }])
    ),
  );
  for (const { path, deleted, process } of mapped.values()) {
    const answer = await files.open({ path, deleted });
    if (!("source" in answer)) continue;
    texts.push({ entry: uniqueName(baseName(path), taken), source: answer.source, process });
  }
  for (const value of perfMaps) {
    const { path, process } = codeMapFile(value);
    const source = isFile(path)
      ? opened.use(FileSource.open(path))
      : new MemorySource(path, await readFile(path));
    const entry = uniqueName(baseName(path), taken);
    texts.push({ entry, source, process: knowsProcesses ? process : undefined });
  }
  return texts;
}

const JITDUMP_REGEXP = /\/jit-\d+\.dump$/;

/** The kernel's symbols; if it hides their addresses, a line of them is as good as all. */
async function readKallsyms(
  { kallsyms: path }: Options,
  live: LiveProcess | undefined,
): Promise<{ text: TextToBundle | undefined; notes: string[] }> {
  const bytes = path === undefined ? live?.kallsyms : await readFile(path);
  if (bytes === undefined) return { text: undefined, notes: [] };
  if (!areHidden(bytes)) return { text: textOf("kallsyms", bytes), notes: [] };
  const line = bytes.subarray(0, bytes.indexOf(NEWLINE) + 1);
  const note = `The kernel hides its addresses: "${path ?? "/proc/kallsyms"}" has only zeros, ` +
    "read it as root";
  return { text: textOf("kallsyms", line), notes: [note] };
}

const NEWLINE = 0x0a;
const [ZERO, SPACE] = [0x30, 0x20];

/** Whether every line begins with zeros and a blank. */
function areHidden(kallsyms: Uint8Array): boolean {
  for (let at = 0; at < kallsyms.length;) {
    while (kallsyms[at] === ZERO) at++;
    if (kallsyms[at] !== SPACE) return false;
    const end = kallsyms.indexOf(NEWLINE, at);
    if (end < 0) break;
    at = end + 1;
  }
  return kallsyms.length > 0;
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using file = openInput(path);
  return await readAll(await gunzipIfCompressed(file), Infinity);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  counter: { size: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    counter.size += chunk.length;
    yield chunk;
  }
}

function textOf(entry: string, bytes: Uint8Array): TextToBundle {
  return { entry, source: new MemorySource(entry, bytes) };
}

/** Two of the same name are told apart by a number. */
function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${number}-${name}`;
  taken.add(unique);
  return unique;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
