import type { ByteReader } from "../bytes/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { moduleFrame } from "./module_frame.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/**
 * Reads the reports of AddressSanitizer and the other sanitizers of gcc and clang, with names or
 * without (`symbolize=0`). Each stack weighs 1; its root is the line before it. The sanitizers have
 * made addresses of calls of return addresses already, and give a file and a vaddr with each, so
 * that no maps are needed.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readSanitizer(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  const report = new SanitizerReport(builder);
  const failure = await readLines(reader, options, (lines) => report.readLine(lines.text()));
  report.endStack();
  return builder.recording({
    returnAddresses: "none",
    buildIds: report.buildIds,
    failure,
  });
}

const FRAME_REGEXP = /^\s+#(\d+) (?:0x([0-9a-f]+)\s*)?(?:in +)?(.*?)\s*$/;
const BUILD_ID_REGEXP = /\s*\(BuildId: ([0-9a-f]+)\)$/;
const PLACE_REGEXP = /^(.*?)\s*\(([^()]+)\+0x([0-9a-f]+)\)$/;
/** The source file behind a function's name. */
const SOURCE_REGEXP = /\s+\S+:\d+(?::\d+)?$/;
/** What stands for a source file, and with ThreadSanitizer's `symbolize=0` for a function, too. */
const NULLS_REGEXP = /(?:(?:^|\s+)<null>)+$/;

class SanitizerReport {
  readonly buildIds = new Map<string, string>();
  readonly #builder: RecordingBuilder;
  /** The line before the stack. */
  #title = "";

  constructor(builder: RecordingBuilder) {
    this.#builder = builder;
  }

  readLine(line: string): void {
    const frame = FRAME_REGEXP.exec(line);
    if (frame !== null) {
      if (Number(frame[1]) === 0) this.endStack();
      return this.#builder.push(this.#frame(frame[2], frame[3]!));
    }
    this.endStack();
    this.#builder.skip();
    this.#title = titleOf(line) || this.#title;
  }

  /** Counts the stack that was read last, if there is one. */
  endStack(): void {
    if (this.#builder.depth === 0) return;
    if (this.#title !== "") {
      this.#builder.push(this.#builder.frameAt(this.#title, { kind: "name" }));
    }
    this.#builder.finish(1);
  }

  #frame(digits: string | undefined, text: string): number {
    const buildId = BUILD_ID_REGEXP.exec(text)?.[1];
    const rest = text.replace(BUILD_ID_REGEXP, "");
    const place = PLACE_REGEXP.exec(rest);
    if (place === null) {
      const name = rest.replace(SOURCE_REGEXP, "");
      // Its own name, from debug data that it had at hand; or an address outside of all files.
      if (name !== "" && !name.startsWith("(")) {
        return this.#builder.frameAt(name, { kind: "name" });
      }
      return this.#builder.frame(digits === undefined ? "[unknown]" : `0x${digits}`);
    }
    const [, name = "", module = "", vaddr = ""] = place;
    if (buildId !== undefined && module.startsWith("/")) this.buildIds.set(module, buildId);
    const symbol = name.replace(SOURCE_REGEXP, "").replace(NULLS_REGEXP, "");
    return moduleFrame(this.#builder, { module, digits: vaddr, symbol });
  }
}

/** What a line says, without what is another in each run. */
function titleOf(line: string): string {
  return line.trim().replace(/^==\d+== ?/, "").replace(/^=+$/, "")
    .replace(/ (?:on (?:unknown )?address|at) 0x[0-9a-f]+.*?(?= thread |$)/, "")
    .replace(/ \(pid=\d+\)/, "").replace(/:$/, "").slice(0, 100);
}
