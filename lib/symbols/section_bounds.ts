/** Where the kernel begins. */
const FIRST_BOUND = "_text";
/** How the other names from the linker script end; they all begin with an underscore. */
const BOUND_ENDINGS = [
  // Of copies of the name for code that runs before the kernel is where it belongs: `__pi__text`.
  "__text",
  "_stext",
  "_sinittext",
  "_text_start",
  "text_begin",
  "_etext",
  "_einittext",
  "text_end",
];

/**
 * Whether a name is one that the linker script of the kernel gives to the start or end of a section,
 * such as `_stext` and `__sched_text_end`, and not a function's own.
 *
 * @example
 * ```ts
 * import { isSectionBound } from "./section_bounds.ts";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isSectionBound("_text"));
 * assert(isSectionBound("__sched_text_end"));
 * assertFalse(isSectionBound("core_kernel_text"));
 * ```
 */
export function isSectionBound(name: string): boolean {
  return name === FIRST_BOUND ||
    name.startsWith("_") && BOUND_ENDINGS.some((ending) => name.endsWith(ending));
}

const UNDERSCORE = 0x5f;
const FIRST_BOUND_BYTES = bytesOf(FIRST_BOUND);
const BOUND_ENDING_BYTES = BOUND_ENDINGS.map(bytesOf);

/** The same of a name that is the bytes `[start, end)` of a view. */
export function isSectionBoundAt(view: DataView, start: number, end: number): boolean {
  const size = end - start;
  if (size < FIRST_BOUND_BYTES.length || view.getUint8(start) !== UNDERSCORE) return false;
  if (size === FIRST_BOUND_BYTES.length && endsWith(view, end, FIRST_BOUND_BYTES)) return true;
  for (const ending of BOUND_ENDING_BYTES) {
    if (size >= ending.length && endsWith(view, end, ending)) return true;
  }
  return false;
}

function endsWith(view: DataView, end: number, wanted: Uint8Array): boolean {
  const start = end - wanted.length;
  for (let at = wanted.length - 1; at >= 0; at--) {
    if (view.getUint8(start + at) !== wanted[at]) return false;
  }
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
