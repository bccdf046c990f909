import { type AddressLocation, baseName, type FrameLocation } from "../profile/mod.ts";
import { parseHexAddress, perfModuleOf, symbolOnly } from "./raw_frame.ts";
import type { RecordingBuilder } from "./recording_builder.ts";

const ADDRESS_REGEXP = /^([0-9a-f]{1,16})(?:\s+(.*))?$/i;
/** The file: first as perf writes it, then anything in parentheses behind a blank. */
const MODULE_REGEXP = /^(.*?)\s*\((\/.*|\[.*\])\)$|^(?:(.*)\s)?\(([^()]*)\)$/;
/** Files of the kernel: some versions of perf print distances from their starts, not addresses. */
const KERNEL_REGEXP = /(?:^|\/)vmlinux(?:[-.][^/]*)?$|\.ko(?:\.\w+)?$/;
const INLINED_REGEXP = /^(.*\S)\s+\(inlined\)$/;
/** `  file.c:12`, `  libfoo.so[1234]`: what `-F +srcline` puts behind each frame. */
const SOURCE_LINE_REGEXP = /^ {2}\S/;

/** A line of a stack as `perf script` prints it. */
export interface PerfLine {
  /** The whole line without the blanks around it and behind the address. */
  readonly text: string;
  /** In hexadecimal, without `0x`; empty if the line has none. */
  readonly address: string;
  /** Without the distance behind it; empty if perf knew none. */
  readonly symbol: string;
  /** Where the symbol begins, counted as the address is; NaN if the distance from it is not there. */
  readonly symbolStart: number;
  /** As in the parentheses; empty if there are none. */
  readonly module: string;
  /** Whether perf found that the function is inlined, or took it for that. */
  readonly isInlined: boolean;
}

/**
 * Reads a line of a stack as `perf script` prints it: an address, a symbol, a file in parentheses,
 * each of which may lack.
 *
 * @param line The whole line; blanks at its start matter.
 * @returns Undefined if the line is none of a frame, but belongs to the one before it.
 */
export function parsePerfLine(line: string): PerfLine | undefined {
  const trimmed = line.trim();
  const match = ADDRESS_REGEXP.exec(trimmed);
  if (match === null && SOURCE_LINE_REGEXP.test(line)) return undefined;
  const address = match?.[1] ?? "";
  const rest = match === null ? trimmed : match[2] ?? "";
  const text = `${address} ${rest}`.trim();
  const inlined = INLINED_REGEXP.exec(rest);
  const { symbol, module = "" } = inlined === null ? split(rest) : { symbol: inlined[1]! };
  const distance = /\+0x([0-9a-f]+)$/.exec(symbol)?.[1];
  return {
    text,
    address,
    symbol: symbolOnly(symbol),
    symbolStart: parseHexAddress(address) - parseInt(distance ?? "", 16),
    module,
    isInlined: inlined !== null,
  };
}

/**
 * The frame of a line. Newer perf prints file offsets for addresses; which it did is found out when
 * the frames are resolved.
 *
 * @param inlined What perf found inlined at the address, outermost first; undefined if it printed
 * no line of an inlined function there.
 * @param location Where it is, if that is an address.
 */
export function perfFrame(
  builder: RecordingBuilder,
  line: PerfLine,
  inlined?: readonly string[],
  location: FrameLocation = addressOf(line, inlined),
): number {
  if (isName(line)) return nameFrame(builder, line);
  return builder.frameAt(textOf(line, inlined), location);
}

/** Where the code of a line with an address is. */
export function addressOf(line: PerfLine, inlined?: readonly string[]): AddressLocation {
  return {
    kind: "address",
    address: parseHexAddress(line.address),
    bare: false,
    perfModule: perfModuleOf(line.module),
    symbol: line.symbol,
    annotation: "",
    ...inlined && { inlined },
  };
}

function textOf({ text }: PerfLine, inlined: readonly string[] = []): string {
  return inlined.length === 0 ? text : `${text} inlines ${inlined.join(", ")}`;
}

/** Whether a line gives no address that could be looked up, but a name only. */
export function isName({ address, module }: PerfLine): boolean {
  return address === "" || KERNEL_REGEXP.test(module) && parseHexAddress(address) >= 0;
}

/** A function that perf found inlined into the frame that is pushed after it. */
export function inlinedFrame(builder: RecordingBuilder, name: string): number {
  return builder.frameAt(`${name || "[inlined]"}_[i]`, {
    kind: "name",
    inlined: name || "[inlined]",
  });
}

function nameFrame(builder: RecordingBuilder, line: PerfLine): number {
  const { symbol, module, isInlined, address } = line;
  if (isInlined) return inlinedFrame(builder, symbol);
  const name = address !== ""
    ? `${symbol || "[kernel]"}_[k]`
    : symbol || `[${baseName(module) || "unknown"}]`;
  return builder.frameAt(name, { kind: "name" });
}

function split(text: string): { symbol: string; module: string | undefined } {
  const match = MODULE_REGEXP.exec(text);
  if (match === null) return { symbol: text, module: undefined };
  return { symbol: match[1] ?? match[3] ?? "", module: match[2] ?? match[4] };
}
