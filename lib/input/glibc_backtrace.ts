import type { ByteReader } from "../bytes/mod.ts";
import { chooseWeight } from "./choose_weight.ts";
import { moduleFrame } from "./module_frame.ts";
import { parseHexAddress } from "./raw_frame.ts";
import { readLines } from "./read_lines.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/**
 * Reads what `backtrace_symbols(3)` gives, `/lib/x.so(f+0x12) [0x7f..]`, as many programs print it
 * when they crash. Lines one after the other are a stack, which weighs 1; other lines are left out.
 * All frames are return addresses. A file and a vaddr are made of each where a line without a name
 * says how far the file is from where it was loaded.
 *
 * @throws {FormatError} If a weight other than `samples` is asked for.
 */
export async function readGlibcBacktrace(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  chooseWeight(reader.name, options.weight, ["samples"]);
  const builder = new RecordingBuilder(reader.name, options.merge);
  let frames: RegExpExecArray[] = [];
  const endStack = () => {
    pushStack(builder, frames);
    frames = [];
  };
  const failure = await readLines(reader, options, (lines) => {
    const frame = FRAME_REGEXP.exec(lines.text());
    if (frame !== null) return void frames.push(frame);
    endStack();
    builder.skip();
  });
  endStack();
  return builder.recording({ returnAddresses: "all", failure });
}

/** The file, the symbol and the distance from it or from the file, the address. */
const FRAME_REGEXP = /^\s*(\S.*?)\((\S*?)(?:\+0x([0-9a-f]+))?\) ?\[(?:0x)?([0-9a-f]+)\]\s*$/;

function pushStack(builder: RecordingBuilder, frames: readonly RegExpExecArray[]): void {
  if (frames.length === 0) return;
  const bases = new Map<string, number>();
  for (const [, module = "", symbol = "", distance, address = ""] of frames) {
    if (symbol !== "" || distance === undefined) continue;
    bases.set(module, parseHexAddress(address) - parseHexAddress(distance));
  }
  for (const [, module = "", symbol = "", distance = "", address = ""] of frames) {
    builder.push(frameOf(builder, module, symbol, distance, address, bases.get(module)));
  }
  builder.finish(1);
}

function frameOf(
  builder: RecordingBuilder,
  module: string,
  symbol: string,
  distance: string,
  digits: string,
  base: number | undefined,
): number {
  // No call returns to the first byte of a function: a signal came there, and the name is right.
  if (symbol !== "" && /^0+$/.test(distance)) return builder.frameAt(symbol, { kind: "name" });
  const address = parseHexAddress(digits);
  if (base !== undefined && address >= base) {
    return moduleFrame(builder, { module, digits: (address - base).toString(16), symbol });
  }
  return builder.frameAt(symbol === "" ? `0x${digits}` : `0x${digits} ${symbol}`, {
    kind: "address",
    address,
    bare: false,
    perfModule: "",
    symbol,
    annotation: "",
  });
}
