import { parseHexAddress } from "./raw_frame.ts";
import type { RecordingBuilder } from "./recording_builder.ts";

/** What begins the part of a profile that holds a copy of `/proc/self/maps`. */
export const MAPS_REGEXP = /^(?:MAPPED_LIBRARIES:|--- Memory map: ---)\s*$/;
const MAPS_LINE_REGEXP = /^\s*[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][psSm-] [0-9a-f]+ /;

/** Whether a line is one of `/proc/PID/maps`. */
export function isMapsLine(line: string): boolean {
  return MAPS_LINE_REGEXP.test(line);
}

/**
 * Puts the addresses of a stack on a builder.
 *
 * @param text `0x12 0x34`, leaf first.
 * @returns What is wrong with it; empty if it was a stack.
 */
export function pushAddresses(builder: RecordingBuilder, text: string): string {
  for (const word of text.trim().split(/\s+/)) {
    if (word === "") continue;
    const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(word)?.[1];
    if (digits === undefined) {
      builder.drop();
      return `"${word.slice(0, 40)}" is no address`;
    }
    builder.push(addressFrame(builder, digits));
  }
  return "";
}

/** The number of the frame of an address, spelled `0x12`. */
export function addressFrame(builder: RecordingBuilder, digits: string): number {
  const significant = digits.replace(/^0+(?=.)/, "").toLowerCase();
  return builder.frameAt(`0x${significant}`, {
    kind: "address",
    address: parseHexAddress(significant),
    bare: false,
    perfModule: "",
    symbol: "",
    annotation: "",
  });
}
