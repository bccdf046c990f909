import type { ByteReader } from "../bytes/mod.ts";
import { baseName, type FrameLocation } from "../profile/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { isMapsLine } from "./heap_text.ts";
import { parseHexAddress, parseRawFrame } from "./raw_frame.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/**
 * Reads the error log of a JVM, `hs_err_pid*.log`: the stack of the thread that crashed, and under
 * "Dynamic libraries" the maps of the process. Java frames are names without their parameters.
 *
 * Native frames are libraries and distances from where they were loaded, which the maps make
 * addresses of.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readHsErr(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const log = new HsErrLog(builder);
  const failure = await readLines(reader, options, (lines) => log.readLine(lines.text()));
  log.pushStack();
  const maps = [{ process: undefined, text: log.maps.join("") }];
  return builder.recording({ maps, failure });
}

const THREAD_REGEXP = /^Current thread \(0x[0-9a-f]+\):\s+(\w+)(?: "(.*?)")?/;
const SECTION_REGEXP = /^(Native frames|Java frames|Dynamic libraries):/;
const FRAME_REGEXP = /^[CVJjvA]\s/;
const LIBRARY_FRAME_REGEXP = /^[CVA]\s+\[(.+)\+0x([0-9a-f]+)\](?:\s+(.*))?$/;
const ADDRESS_FRAME_REGEXP = /^[CVA]\s+0x([0-9a-f]+)/;
/** A method's name stands before its parameters; its number and compiler before that. */
const JAVA_FRAME_REGEXP = /^(?:J\s+\d+%?\s+(?:[a-z]\w*\s+)?|j\s+)([^\s(]+)\(/;
const STUB_FRAME_REGEXP = /^v\s+(\S+)/;

class HsErrLog {
  /** Lines of the maps. */
  readonly maps: string[] = [];
  readonly #builder: RecordingBuilder;
  #section = "";
  #thread = "";
  readonly #native: string[] = [];
  readonly #java: string[] = [];

  constructor(builder: RecordingBuilder) {
    this.#builder = builder;
  }

  readLine(line: string): void {
    const text = line.trimEnd();
    const section = SECTION_REGEXP.exec(text)?.[1];
    if (section !== undefined) this.#section = section;
    else if (this.#section === "Dynamic libraries" && isMapsLine(text)) this.maps.push(`${text}\n`);
    else if (this.#section.endsWith("frames") && FRAME_REGEXP.test(text)) return this.#keep(text);
    else if (text !== "") this.#section = this.#section.endsWith("frames") ? "" : this.#section;
    const thread = THREAD_REGEXP.exec(text);
    if (thread !== null && this.#thread === "") this.#thread = thread[2] ?? thread[1]!;
    this.#builder.skip();
  }

  /** Makes the stack, once everything was read: the maps come last. */
  pushStack(): void {
    const frames = [...this.#native];
    // The JVM may not have found its way from native code back to Java's.
    if (!frames.some((frame) => /^[JjvV]/.test(frame))) frames.push(...this.#java);
    if (frames.length === 0) return;
    const bases = basesOf(this.maps);
    for (const frame of frames) this.#builder.push(this.#frame(frame, bases));
    if (this.#thread !== "") {
      this.#builder.push(this.#builder.frameAt(this.#thread, { kind: "name" }));
    }
    this.#builder.finish(1);
  }

  #keep(text: string): void {
    (this.#section === "Java frames" ? this.#java : this.#native).push(text);
  }

  #frame(text: string, bases: ReadonlyMap<string, number>): number {
    const library = LIBRARY_FRAME_REGEXP.exec(text);
    if (library !== null) {
      const [, name = "", digits = "", symbol = ""] = library;
      const location = libraryLocation(text, baseOf(bases, name), digits);
      const spelled = `[${name}+0x${digits}]`;
      return this.#builder.frameAt(symbol === "" ? spelled : `C  ${spelled}  ${symbol}`, location);
    }
    const address = ADDRESS_FRAME_REGEXP.exec(text)?.[1];
    if (address !== undefined) return this.#builder.frame(`0x${address}`);
    const name = JAVA_FRAME_REGEXP.exec(text)?.[1] ?? STUB_FRAME_REGEXP.exec(text)?.[1] ?? text;
    return this.#builder.frameAt(name, { kind: "name" });
  }
}

/** The number counts from where the library begins in memory, which need not be vaddr 0. */
function libraryLocation(text: string, base: number, digits: string): FrameLocation {
  const vaddr = parseRawFrame(text.replace(/^[VA]/, "C"));
  if (vaddr.kind !== "vaddr" || Number.isNaN(base)) return vaddr;
  return {
    kind: "address",
    address: base + parseHexAddress(digits),
    bare: false,
    perfModule: "",
    symbol: vaddr.symbol,
    annotation: "",
  };
}

/** The maps have the file, `libz.so.1.2.13`, where the frame has the link to it, `libz.so.1`. */
function baseOf(bases: ReadonlyMap<string, number>, name: string): number {
  const base = bases.get(name);
  if (base !== undefined) return base;
  const found = [...bases].filter(([file]) => file.startsWith(`${name}.`));
  return found.length === 1 ? found[0]![1] : NaN;
}

/** Where each library begins, by the last part of its path; NaN if several have the same. */
function basesOf(maps: readonly string[]): Map<string, number> {
  const bases = new Map<string, number>();
  const paths = new Map<string, string>();
  for (const line of maps) {
    const match = /^\s*([0-9a-f]+)-.*?\s(\/.*?)(?: \(deleted\))?\s*$/.exec(line);
    if (match === null) continue;
    const [, start = "", path = ""] = match;
    const name = baseName(path);
    const known = paths.get(name);
    if (known === path) continue;
    // Maps are sorted, so that the first is the lowest.
    bases.set(name, known === undefined ? parseHexAddress(start) : NaN);
    paths.set(name, path);
  }
  return bases;
}
