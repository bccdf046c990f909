import { FileSource } from "../bytes/file_source.ts";
import { chunksOf, gunzipIfCompressed } from "../bytes/mod.ts";
import { FormatError, hex } from "../errors.ts";
import { type MapsSnapshot, parseMaps } from "../maps/mod.ts";
import { writeFolded } from "../output/mod.ts";
import type { RawProfile } from "../profile/mod.ts";
import { type Report, resolve, type Resolved } from "../resolve/mod.ts";
import { isJitdump, type NamedCode, readJitdump, readPerfMap } from "../symbols/mod.ts";
import { checkOutputs } from "./check_outputs.ts";
import { DiskFiles } from "./disk_files.ts";
import { checkFolder, openElf, openInput } from "./input_files.ts";
import { helpText, type Options, parseOptions, UsageError } from "./options.ts";
import { ClosedPipeError, writeFile, writeStandardOutput } from "./output_files.ts";
import { Progress } from "./progress.ts";
import { readProfile } from "./reading_thread.ts";
import { invalidLineText, percentResolved, reportText } from "./report_text.ts";
import { VERSION } from "./version.ts";

/** All was done. */
export const EXIT_DONE = 0;
/** Something could not be done; what could be was. */
export const EXIT_FAILED = 1;
/** The command line is wrong. */
export const EXIT_USAGE = 2;

/**
 * The command `symfold`.
 *
 * @param args Without the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) return print(helpText());
    if (options.version) return print(`symfold ${VERSION}\n`);
    checkStandardStreams(options);
    checkOutputs(options);
    dropPermissions(options);
    return await new Run(options).run();
  } catch (error) {
    if (error instanceof ClosedPipeError) return EXIT_DONE;
    const message = error instanceof Error ? error.message : String(error);
    complain(message);
    if (!(error instanceof UsageError)) return EXIT_FAILED;
    complain("Try --help");
    return EXIT_USAGE;
  }
}

/** One run of the command: read, resolve, write, report. */
class Run {
  readonly #options: Options;
  readonly #progress: Progress;
  /** Whether something was lost on the way that the exit code has to tell. */
  #isIncomplete = false;

  constructor(options: Options) {
    this.#options = options;
    this.#progress = new Progress(!options.quiet);
  }

  async run(): Promise<number> {
    const options = this.#options;
    const { sysroot, debugDirs, search } = options;
    for (const folder of [sysroot, ...debugDirs, ...search]) {
      if (folder !== undefined) checkFolder(folder);
    }
    if (options.vdso !== undefined) (await openElf(options.vdso))[Symbol.dispose]();
    const snapshots: MapsSnapshot[] = [];
    for (const path of options.maps) snapshots.push(await this.#readMaps(path));
    const raw = await this.#readRecordings();
    using files = new DiskFiles(options);
    const generated: NamedCode[] = [];
    for (const path of options.perfMaps.toReversed()) generated.push(await this.#readCodeMap(path));
    using kallsyms = options.kallsyms === undefined ? undefined : openInput(options.kallsyms);
    using vmlinux = options.vmlinux === undefined ? undefined : await openVmlinux(options.vmlinux);
    this.#progress.show(() => "symfold: reading symbols");
    const resolved = await resolve(raw, {
      ...options,
      snapshots,
      files,
      generated,
      kallsyms: kallsyms && await gunzipIfCompressed(kallsyms),
      vmlinux,
    });
    if (raw.samples.size > 0) this.#write(resolved);
    this.#report(resolved.report);
    return this.#isIncomplete ? EXIT_FAILED : EXIT_DONE;
  }

  async #readMaps(path: string): Promise<MapsSnapshot> {
    using file = openInput(path);
    const snapshot = await parseMaps(file.name, chunksOf(await gunzipIfCompressed(file)));
    const { firstInvalid, invalidCount } = snapshot;
    if (firstInvalid !== undefined) {
      this.#lose(
        `Ignored ${invalidCount} of the lines of "${path}", which are no mappings; the first is ` +
          `line ${firstInvalid.line}: ${JSON.stringify(firstInvalid.text.slice(0, 200))}`,
      );
    }
    return snapshot;
  }

  /** Reads a perf map or a jitdump, whichever it is; of several the last is the newest. */
  async #readCodeMap(path: string): Promise<NamedCode> {
    const head = await firstBytes(path, 4);
    if (isJitdump(head)) {
      using source = FileSource.open(path);
      const { cut, firstInvalid, ...code } = await readJitdump(source);
      const problem = firstInvalid ?? cut;
      if (problem !== undefined) {
        const place = `at file offset ${hex(problem.fileOffset)}`;
        this.#lose(`Cannot read all of "${path}": ${problem.detail} ${place}`);
      }
      return code;
    }
    using file = openInput(path);
    const map = await readPerfMap(await gunzipIfCompressed(file));
    const { invalid, firstInvalid } = map;
    if (firstInvalid !== undefined) {
      this.#lose(
        `Ignored ${invalid} of the lines of "${path}"; the first is line ${firstInvalid.line} ` +
          `(${firstInvalid.detail}): ${JSON.stringify(firstInvalid.text)}`,
      );
    }
    return map;
  }

  /** Reads all recordings; one that fails does not stop the others. */
  async #readRecordings(): Promise<RawProfile> {
    const { inputs: paths, merge } = this.#options;
    const profile = await readProfile({ paths, merge }, {
      onProgress: (...of) => this.#progress.show(() => readingText(...of)),
      onFailure: (message) => this.#lose(message),
    });
    const { invalid, firstInvalid } = profile.skipped;
    if (firstInvalid !== undefined) this.#lose(invalidLineText(invalid, firstInvalid));
    if (profile.samples.size === 0) this.#lose("Found no stacks: there is nothing to write");
    return profile;
  }

  #write({ profile }: Resolved): void {
    const { output, merge } = this.#options;
    const fill = (write: (bytes: Uint8Array) => void) => {
      for (const chunk of writeFolded(profile, { merge })) write(chunk);
    };
    this.#progress.show(() => "symfold: writing");
    if (output === undefined || output === "-") writeStandardOutput(fill);
    else writeFile(output, fill);
    this.#progress.clear();
  }

  #report(report: Report): void {
    const { report: path, quiet, verbose, failUnder } = this.#options;
    if (path !== undefined) {
      const text = JSON.stringify({ symfold: VERSION, ...report }, undefined, 2) + "\n";
      if (path === "-") print(text);
      else writeFile(path, (write) => write(new TextEncoder().encode(text)));
    }
    if (!quiet) complain(reportText(report, verbose).trimEnd(), "");
    if (report.reasons.some(({ reason }) => reason === "no-maps")) {
      this.#lose("Cannot resolve addresses: no maps snapshot was given, use --maps FILE");
    }
    if (failUnder !== undefined && percentResolved(report) < failUnder) {
      const share = percentResolved(report).toFixed(2);
      this.#lose(`Resolved ${share} % of the native frames, want at least ${failUnder} %`);
    }
  }

  #lose(message: string): void {
    this.#isIncomplete = true;
    this.#progress.clear();
    complain(message);
  }
}

/** What a pipe or a terminal cannot do. */
function checkStandardStreams({ inputs, maps, output = "-", report }: Options): void {
  const readers = [...inputs, ...maps].filter((path) => path === "-");
  if (readers.length > 1) {
    throw new UsageError(`Standard input is to be read ${readers.length} times, want it once`);
  }
  if (readers.length > 0 && Deno.stdin.isTerminal()) {
    throw new UsageError("Standard input is a terminal: name a recording, or pipe one in");
  }
  if (report === "-" && output === "-") {
    throw new UsageError(
      'Standard output cannot take both the stacks and the report: use "--output FILE"',
    );
  }
}

/** @throws {Error} With a message for the user, who may have the file that is started instead. */
async function openVmlinux(path: string): Promise<FileSource> {
  try {
    return await openElf(path);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Error(`${error.message}; a vmlinuz has to be unpacked first, with extract-vmlinux`);
  }
}

/** The first bytes of a regular file; none of anything else, which can be read only once. */
async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  using file = openInput(path);
  const bytes = new Uint8Array(count);
  return file.size === undefined ? bytes.subarray(0, 0) : bytes.subarray(0, await file.read(bytes));
}

/** Nothing needs to write unless the user asked for a file. */
function dropPermissions({ output, report }: Options): void {
  if (output === undefined && report === undefined) {
    Deno.permissions.revokeSync({ name: "write" });
  }
}

function readingText(name: string, size: number | undefined, bytesRead: number): string {
  const megabytes = (bytesRead / 1e6).toFixed(0);
  const share = size ? `, ${Math.min(100, 100 * bytesRead / size).toFixed(0)} %` : "";
  return `symfold: reading ${name}: ${megabytes} MB${share}`;
}

function print(text: string): number {
  writeStandardOutput((write) => write(new TextEncoder().encode(text)));
  return EXIT_DONE;
}

function complain(message: string, prefix = "symfold: "): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${prefix}${message}\n`));
  } catch {
    // Nobody can be told. That must not keep the work from being done.
  }
}
