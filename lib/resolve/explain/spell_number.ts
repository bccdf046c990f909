import { hex } from "../../errors.ts";
import type { Hex } from "./explanation.ts";

/** An address, offset or size in hexadecimal; empty if a damaged file has none there. */
export function spellNumber(number: number): Hex {
  return Number.isNaN(number) ? "" : hex(number);
}
