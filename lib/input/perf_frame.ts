import { parseHexAddress, perfModuleOf, symbolOnly } from "./raw_frame.ts";
import type { RecordingBuilder } from "./recording_builder.ts";

/** The line is none of a frame, but belongs to the one before it. */
export const NO_FRAME = -1;

const ADDRESS_REGEXP = /^([0-9a-f]{1,16})(?:\s+(.*))?$/i;
/** The file: first as perf writes it, then anything in parentheses behind a blank. */
const MODULE_REGEXP = /^(.*?)\s*\((\/.*|\[.*\])\)$|^(?:(.*)\s)?\(([^()]*)\)$/;
/** Files of the kernel: some versions of perf print distances from their starts, not addresses. */
const KERNEL_REGEXP = /(?:^|\/)vmlinux(?:[-.][^/]*)?$|\.ko(?:\.\w+)?$/;
const INLINED_REGEXP = /^(.*\S)\s+\(inlined\)$/;
/** `  file.c:12`, `  libfoo.so[1234]`: what `-F +srcline` puts behind each frame. */
const SOURCE_LINE_REGEXP = /^ {2}\S/;

/**
 * Reads a line of a stack as `perf script` prints it: an address, a symbol, a file in parentheses,
 * each of which may lack. Newer perf prints file offsets for addresses; which it did is found out
 * when the frames are resolved.
 *
 * @param line The whole line; blanks at its start matter.
 * @returns The number of the frame, or {@linkcode NO_FRAME}.
 */
export function perfFrame(builder: RecordingBuilder, line: string): number {
  const text = line.trim();
  const match = ADDRESS_REGEXP.exec(text);
  if (match === null) {
    return SOURCE_LINE_REGEXP.test(line) ? NO_FRAME : nameFrame(builder, text);
  }
  const [, address = "", rest = ""] = match;
  const inlined = INLINED_REGEXP.exec(rest);
  if (inlined !== null) return inlinedFrame(builder, inlined[1]!);
  const { symbol, module = "" } = split(rest);
  if (KERNEL_REGEXP.test(module) && parseHexAddress(address) >= 0) {
    return builder.frameAt(`${symbolOnly(symbol) || "[kernel]"}_[k]`, { kind: "name" });
  }
  return builder.frameAt(rest === "" ? address : `${address} ${rest.trim()}`, {
    kind: "address",
    address: parseHexAddress(address),
    bare: false,
    perfModule: perfModuleOf(module),
    symbol: symbolOnly(symbol),
    annotation: "",
  });
}

/** Without `-F ip` there are only names. */
function nameFrame(builder: RecordingBuilder, text: string): number {
  const inlined = INLINED_REGEXP.exec(text);
  if (inlined !== null) return inlinedFrame(builder, inlined[1]!);
  const { symbol, module = "" } = split(text);
  const name = symbolOnly(symbol) || `[${module.slice(module.lastIndexOf("/") + 1) || "unknown"}]`;
  return builder.frameAt(name, { kind: "name" });
}

/** perf has put these between the frame of the address and the one that it called. */
function inlinedFrame(builder: RecordingBuilder, symbol: string): number {
  return builder.frameAt(`${symbolOnly(symbol) || "[inlined]"}_[i]`, { kind: "name" });
}

function split(text: string): { symbol: string; module: string | undefined } {
  const match = MODULE_REGEXP.exec(text);
  if (match === null) return { symbol: text, module: undefined };
  return { symbol: match[1] ?? match[3] ?? "", module: match[2] ?? match[4] };
}
