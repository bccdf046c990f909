import type { ByteReader } from "../bytes/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { MapsList } from "./maps_list.ts";
import { moduleFrame } from "./module_frame.ts";
import { parseHexAddress, symbolOnly } from "./raw_frame.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/**
 * Reads a tombstone of Android (source.android.com, "Diagnosing native crashes"), also as the log
 * has it: the stack of each thread, which weighs 1, and the memory map. Android has made addresses
 * of calls of return addresses already.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readTombstone(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const tombstone = new Tombstone(builder);
  const failure = await readLines(reader, options, (lines) => tombstone.readLine(lines.text()));
  tombstone.endStack();
  const maps = [{ process: undefined, text: tombstone.maps.text() }];
  return builder.recording({
    maps,
    returnAddresses: "none",
    buildIds: tombstone.buildIds,
    failure,
  });
}

/** What the log puts before each line. */
const LOG_PREFIX_REGEXP = /^.*\bDEBUG\s*(?:\(\s*\d+\))?\s*: ?/;
const THREAD_REGEXP = /^pid: \d+, tid: \d+, name: (.*?)(?:\s+>>> .* <<<)?\s*$/;
const FRAME_REGEXP = /^\s*#(\d+) +pc +([0-9a-f]+) +(.*?)\s*$/;
const BUILD_ID_REGEXP = /\s*\(BuildId: ([0-9a-f]+)\)/;
/** `/system/lib/libc.so (abort+12)`; a file within an archive has its offset there, too. */
const PLACE_REGEXP =
  /^(.*?(?: \(deleted\))?)(?: \(offset (0x[0-9a-f]+)\))?(?: \((?!deleted\))(.*)\))?$/;
/** The vDSO of older versions, with its address. */
const VDSO_REGEXP = /^\[vdso:[0-9a-f]+\]$/;
/** Both addresses inclusive, permissions, offset, size, file. */
const MAPPING_REGEXP =
  /^(?:--->)?\s*([0-9a-f']{8,17})-([0-9a-f']{8,17}) ([r-][w-][x-]) +([0-9a-f]+) +([0-9a-f]+)(?: +(\S.*?))?\s*$/;

class Tombstone {
  readonly maps = new MapsList();
  readonly buildIds = new Map<string, string>();
  readonly #builder: RecordingBuilder;
  #thread = "";

  constructor(builder: RecordingBuilder) {
    this.#builder = builder;
  }

  readLine(line: string): void {
    const text = line.trimEnd().replace(LOG_PREFIX_REGEXP, "");
    const frame = FRAME_REGEXP.exec(text);
    if (frame !== null) {
      if (Number(frame[1]) === 0) this.endStack();
      return this.#builder.push(this.#frame(frame[2]!, frame[3]!));
    }
    this.#builder.skip();
    const mapping = MAPPING_REGEXP.exec(text);
    if (mapping !== null) return this.#addMapping(mapping);
    const thread = THREAD_REGEXP.exec(text);
    if (thread === null) return;
    this.endStack();
    this.#thread = thread[1]!;
  }

  /** Counts the stack that was read last, if there is one. */
  endStack(): void {
    if (this.#builder.depth === 0) return;
    if (this.#thread !== "") {
      this.#builder.push(this.#builder.frameAt(this.#thread, { kind: "name" }));
    }
    this.#builder.finish(1);
  }

  #frame(digits: string, rest: string): number {
    const buildId = BUILD_ID_REGEXP.exec(rest)?.[1];
    const place = PLACE_REGEXP.exec(rest.replace(BUILD_ID_REGEXP, ""));
    const [, written = "", offset, symbol] = place!;
    const path = written.replace(VDSO_REGEXP, "[vdso]");
    const module = offset === undefined ? path : `${path} (offset ${offset})`;
    if (buildId !== undefined && path.startsWith("/")) this.buildIds.set(module, buildId);
    return moduleFrame(this.#builder, { module, digits, symbol: symbolOnly(symbol) });
  }

  #addMapping(match: RegExpExecArray): void {
    const [, first = "", last = "", letters = "", offset = "", , rest = ""] = match;
    const path = rest.replace(/ \((?:BuildId|load bias)[^()]*\)/g, "");
    const buildId = BUILD_ID_REGEXP.exec(rest)?.[1];
    if (buildId !== undefined) this.buildIds.set(path, buildId);
    this.maps.add({
      start: parseHexAddress(first.replaceAll("'", "")),
      end: parseHexAddress(last.replaceAll("'", "")) + 1,
      permissions: `${letters}p`,
      fileOffset: parseHexAddress(offset),
      device: "00:00",
      inode: 0,
      path,
    });
  }
}
