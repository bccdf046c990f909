import type { ByteReader } from "../bytes/mod.ts";
import { hex } from "../errors.ts";
import { chooseWeight } from "./choose_weight.ts";
import { MapsList, parseRange } from "./maps_list.ts";
import { parseHexAddress, symbolOnly } from "./raw_frame.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/**
 * Reads what gdb prints: stacks (`bt`, `thread apply all bt`), each of which weighs 1, and the maps
 * (`info proc mappings`). What `eu-stack` and `pstack` print looks much the same. Frames without an
 * address, which are inlined functions, are names.
 *
 * Addresses of callers become those of their calls, one byte less, but not that of a frame that a
 * signal interrupted: gdb says where that is the case.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readGdb(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const output = new GdbOutput(builder);
  const failure = await readLines(reader, options, (lines) => output.readLine(lines.text()));
  output.endStack();
  const maps = [{ process: undefined, text: output.maps.text() }];
  return builder.recording({ maps, returnAddresses: "none", failure });
}

/** gdb's, with the name in quotes, and that of eu-stack. */
const THREAD_REGEXP = /^(?:Thread \d+ \((.*)\):|TID (\d+):)\s*$/;
const FRAME_REGEXP = /^#(\d+)\s+(?:0x([0-9a-f]+)(?:\s+|$)(?:- 1(?:\s+|$))?(?:in\s+)?)?(.*)$/;
/** Start, end, size, offset, permissions (newer gdb only), file. */
const MAPPING_REGEXP =
  /^\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)(?:\s+([r-][w-][x-][psSm-]))?(?:\s+(\S.*?))?\s*$/;

class GdbOutput {
  readonly maps = new MapsList();
  readonly #builder: RecordingBuilder;
  /** The thread that the next stack is of; empty if it is not known. */
  #thread = "";
  /** Whether the next frame was interrupted by a signal. */
  #isInterrupted = false;

  constructor(builder: RecordingBuilder) {
    this.#builder = builder;
  }

  readLine(line: string): void {
    const text = line.replace(/\r$/, "");
    const frame = FRAME_REGEXP.exec(text);
    if (frame !== null) {
      if (Number(frame[1]) === 0) this.endStack();
      const isExact = this.#builder.depth === 0 || this.#isInterrupted;
      this.#builder.push(this.#frame(frame[2], frame[3]!, isExact));
      this.#isInterrupted = frame[3]!.trim() === "<signal handler called>";
      return;
    }
    this.#builder.skip();
    const mapping = MAPPING_REGEXP.exec(text);
    if (mapping !== null) return this.#addMapping(mapping);
    const thread = THREAD_REGEXP.exec(text);
    if (thread === null && text.trim() !== "") return;
    this.endStack();
    if (thread !== null) this.#thread = threadName(thread[1], thread[2]);
  }

  /** Counts the stack that was read last, if there is one. */
  endStack(): void {
    if (this.#builder.depth === 0) return;
    if (this.#thread !== "") {
      this.#builder.push(this.#builder.frameAt(this.#thread, { kind: "name" }));
    }
    this.#builder.finish(1);
    this.#thread = "";
    this.#isInterrupted = false;
  }

  #frame(digits: string | undefined, rest: string, isExact: boolean): number {
    const symbol = symbolOnly(functionOf(rest));
    if (digits === undefined) {
      return this.#builder.frameAt(symbol || rest.trim() || "[unknown]", { kind: "name" });
    }
    const recorded = parseHexAddress(digits);
    const address = isExact || recorded === 0 ? recorded : recorded - 1;
    const spelled = Number.isNaN(address) ? `0x${digits}` : hex(address);
    return this.#builder.frameAt(symbol === "" ? spelled : `${spelled} ${symbol}`, {
      kind: "address",
      address,
      bare: false,
      perfModule: "",
      symbol,
      annotation: "",
    });
  }

  #addMapping(match: RegExpExecArray): void {
    const [, first = "", behind = "", offset = "", permissions, path = ""] = match;
    const fallback = path.startsWith("/") ? "r-xp" : "rw-p";
    this.maps.add({
      ...parseRange(first, behind),
      permissions: permissions ?? fallback,
      fileOffset: parseHexAddress(offset),
      device: "00:00",
      inode: 0,
      path,
    });
  }
}

/** `Thread 0x7f.. (LWP 12) "name"`: the name, or else the number. */
function threadName(gdb: string | undefined, tid: string | undefined): string {
  if (gdb === undefined) return `TID ${tid}`;
  const name = /"(.*)"/.exec(gdb)?.[1];
  return name ?? /LWP \d+/.exec(gdb)?.[0] ?? gdb;
}

/** The name of a function without its arguments, its file and its library. */
function functionOf(rest: string): string {
  // Behind the dash is the file of `eu-stack -m`.
  const text = rest.replace(/ (?:at \S.*:\d+|from \S.*|- [/[]\S.*)$/, "").trimEnd();
  if (!text.endsWith(")")) return text.replace(/ \(.*$/, "");
  let depth = 0;
  for (let at = text.length - 1; at > 0; at--) {
    if (text[at] === ")") depth++;
    else if (text[at] === "(" && --depth === 0) {
      return text[at - 1] === " " ? text.slice(0, at - 1) : text;
    }
  }
  return text;
}
