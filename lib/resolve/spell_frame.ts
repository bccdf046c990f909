import { hex } from "../errors.ts";
import type { FrameLocation } from "../profile/mod.ts";
import type { Place } from "./place.ts";

/**
 * What stands for a frame that has no name: `offset` is `[file+0xvaddr]`, `file` is `[file]`,
 * `address` is the frame as it was.
 */
export type UnresolvedStyle = "offset" | "file" | "address";

/**
 * Spells a frame of the output so that every flame graph tool reads it back as one frame: no
 * semicolon, no control character, no blank at its ends, never empty.
 *
 * @param text The frame as the recording had it.
 * @param name The function's name; undefined if it was not found.
 */
export function spellFrame(
  text: string,
  location: FrameLocation,
  place: Place,
  name: string | undefined,
  style: UnresolvedStyle,
): string {
  if (location.kind === "name" || place.kind === "name") return makeSafe(text);
  const known = name ?? location.symbol;
  const spelled = known !== "" ? known : spellUnresolved(place, style);
  return spelled === "" ? makeSafe(text) : makeSafe(spelled) + location.annotation;
}

/** Empty if the frame shall stay as it was. */
function spellUnresolved(place: Exclude<Place, { kind: "name" }>, style: UnresolvedStyle): string {
  if (style === "address") return "";
  if (place.kind === "missing") return style === "file" ? place.shortLabel : place.label;
  const { baseName } = place.file;
  return style === "file" ? `[${baseName}]` : `[${baseName}+${hex(place.vaddr)}]`;
}

// deno-lint-ignore no-control-regex -- those are the characters to find
const CONTROL_REGEXP = /[\x00-\x1f\x7f]+/g;

/** A line that begins with a hash and a blank would be read as a comment: the blank goes. */
function makeSafe(text: string): string {
  const safe = text.replaceAll(";", ":").replace(CONTROL_REGEXP, " ").trim()
    .replace(/^# +/, "#").replace(/^#$/, "[#]");
  return safe === "" ? "[unknown]" : safe;
}
