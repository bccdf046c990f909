import { hex } from "../errors.ts";
import { baseName, type FrameLocation, type SourcePosition } from "../profile/mod.ts";
import type { FoundFunction, InlinedFunction } from "../symbols/mod.ts";
import type { Place } from "./place.ts";

/**
 * What stands for a frame that has no name: `offset` is `[file+0xvaddr]`, `file` is `[file]`,
 * `address` is the frame as it was. `stable` is `offset`, and `[unknown]` for an address of which
 * nothing is known, so that recordings of other processes can be compared.
 */
export type UnresolvedStyle = "offset" | "file" | "address" | "stable";

/**
 * Kinds of frames that are marked in the output on request, as `perf` collapsers do: `_[k]` for the
 * kernel's, `_[j]` for code made at run time, `_[i]` for inlined functions.
 */
export type Annotated = "kernel" | "jit" | "inline";

/** How {@linkcode spellFrame} spells. */
export interface SpellOptions {
  readonly unresolved: UnresolvedStyle;
  /** Frames that get `_[k]`, `_[j]` or `_[i]`, besides those that had it. */
  readonly annotate: readonly Annotated[];
  /** Whether names get their place in the source in front, as `[file.c:12] name`. */
  readonly lines: boolean;
  /** Whether names get the name of their file in front, as `[libc.so.6] name`. */
  readonly imagePrefix: boolean;
}

/**
 * Spells a frame of the output so that every flame graph tool reads it back as one frame: no
 * semicolon, no control character, no blank at its ends, never empty. A name that symfold itself
 * would take for an address if it read it is in quotes.
 *
 * @param text Gives the frame as the recording had it; asked only if it is needed.
 * @param found The function; undefined if it was not found.
 */
export function spellFrame(
  text: () => string,
  location: FrameLocation,
  place: Place,
  found: FoundFunction | undefined,
  options: SpellOptions,
): string {
  if (location.kind === "name") {
    return location.inlined === undefined
      ? makeSafe(text())
      : spellInlined({ name: location.inlined, position: undefined }, place, options);
  }
  if (place.kind === "name") return makeName(location.symbol) || makeSafe(text());
  const known = found?.name || location.symbol;
  const spelled = known !== "" ? known : spellUnresolved(place, found, options.unresolved);
  if (spelled === "") {
    const isAddress = location.kind === "address" && options.unresolved === "stable";
    return isAddress ? "[unknown]" : makeSafe(text());
  }
  const named = known === ""
    ? makeSafe(spelled)
    : makeName(prefixed(spelled, place, found?.position, options));
  return named + (location.annotation || annotationOf(place, options.annotate));
}

/** Spells a function that is inlined into another one by the rules of {@linkcode spellFrame}. */
export function spellInlined(
  { name, position }: InlinedFunction,
  place: Place,
  options: SpellOptions,
): string {
  const annotation = options.annotate.includes("inline") ? "_[i]" : "";
  return makeName(prefixed(name || "[inlined]", place, position, options)) + annotation;
}

/**
 * A name with where it is, in front, in brackets and without folders: a slash, or a dot in a name that
 * does not begin with a bracket, makes flame graph tools take a frame for Java.
 */
function prefixed(
  name: string,
  place: Place,
  position: SourcePosition | undefined,
  { imagePrefix, lines }: SpellOptions,
): string {
  const image = imagePrefix && place.kind === "code" ? place.file.baseName : "";
  const line = lines && position !== undefined ? lineText(position) : "";
  const prefix = [image, line].filter((text) => text !== "").join(" ");
  return prefix === "" ? name : `[${prefix}] ${name}`;
}

/** Empty if not even the file is known. */
function lineText({ file, line }: SourcePosition): string {
  const name = baseName(file);
  return name === "" || line === 0 ? name : `${name}:${line}`;
}

function annotationOf(place: Place, annotate: readonly Annotated[]): string {
  if (place.kind === "kernel" && annotate.includes("kernel")) return "_[k]";
  return place.kind === "generated" && annotate.includes("jit") ? "_[j]" : "";
}

/** Empty if the frame shall stay as it was. */
function spellUnresolved(
  place: Exclude<Place, { kind: "name" }>,
  found: FoundFunction | undefined,
  style: UnresolvedStyle,
): string {
  if (style === "address") return "";
  if (place.kind === "missing") return style === "file" ? place.shortLabel : place.label;
  if (place.kind !== "code") return "[kernel]";
  const { baseName } = place.file;
  // Where a function begins is known more often than its name: it is one frame then, not many.
  return style === "file" ? `[${baseName}]` : `[${baseName}+${hex(found?.start ?? place.vaddr)}]`;
}

// What a terminal obeys, and what divides lines: for JavaScript's `.` and `$`, as in speedscope, so
// do U+2028 and U+2029.
// deno-lint-ignore no-control-regex -- those are the characters to find
const CONTROL_REGEXP = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;

// deno-lint-ignore no-control-regex -- those are the characters to find
const UNSAFE_REGEXP = /[;\x00-\x1f\x7f-\x9f\u2028\u2029]/;
const UNSAFE_FIRST_REGEXP = /^[\s#]/;
const LAST_BLANK_REGEXP = /\s/;

/**
 * What `parseRawFrame` reads as the place of code, but for bare digits such as `facade`: those are an
 * address only where code lies. No name of a language looks so, but a symbol may be called anything.
 */
const LOCATION_REGEXPS: readonly RegExp[] = [
  /^0x[0-9a-f]+(?:\s|$)/i,
  /^#\d+ +(?:0x|pc )/i,
  /[+@!`]0x[0-9a-f]+[\])]?$/i,
  /(?:^|\)\s*)\[0x[0-9a-f]+\]$/i,
  / load address 0x/i,
  /^[0-9a-f]{16,}[ :]0x/i,
  /^[0-9a-f]+\s.*(?:\((?:\/.*|\[.*\])\)|\[unknown\])$/i,
  /^\[.+ <(?:0x)?[0-9a-f]+>\]$/i,
  /^[CVJv] +\[.+\+0x/i,
  /^unknown \(\[/i,
];
const ANNOTATION_REGEXP = /_\[[kjiw01]\]$/;

/** A name that was found. In quotes it is a name for whoever reads it. */
function makeName(text: string): string {
  if (text === "") return "";
  const name = makeSafe(text);
  const bare = name.replace(ANNOTATION_REGEXP, "");
  return LOCATION_REGEXPS.some((regexp) => regexp.test(bare)) ? `"${name}"` : name;
}

/** A line that begins with a hash and a blank would be read as a comment: the blank goes. */
function makeSafe(text: string): string {
  // Most frames are; names of templates are long.
  const isSafe = text !== "" && !UNSAFE_FIRST_REGEXP.test(text) &&
    !LAST_BLANK_REGEXP.test(text[text.length - 1]!) && !UNSAFE_REGEXP.test(text);
  if (isSafe) return text;
  const safe = text.replaceAll(";", ":").replace(CONTROL_REGEXP, " ").trim()
    .replace(/^# +/, "#").replace(/^#$/, "[#]");
  return safe === "" ? "[unknown]" : safe;
}
