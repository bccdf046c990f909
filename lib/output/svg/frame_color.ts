import type { FrameKind } from "../../profile/mod.ts";
import type { OutputFunction } from "../functions.ts";
import { KIND_TINTS } from "../html/page/kind_tints.ts";
import { cssOf } from "../html/page/oklch.ts";
import { GREY, LIGHT, shadeOf, type Tint } from "../html/page/palette.ts";

/** Of text; easy to read on all colours of frames. */
export const TEXT_COLOR = cssOf(LIGHT.text);
/** Of what a search found, which no frame has otherwise. */
export const MATCH_COLOR = cssOf(LIGHT.match);
/** Of the root, and of what is not drawn call by call. */
export const REST_COLOR = cssOf(LIGHT.dim(GREY));

/**
 * The colour of a function as `#rrggbb`, always the same. The hue says what it is: blue for the
 * kernel, green for code made at run time, yellow for inlined functions, grey for what has no name;
 * that of other functions is their file's, and warm if no file is known. Shades tell neighbours apart.
 */
export function frameColor({ name, kind, image, detail }: OutputFunction): string {
  const tint = detail?.reason === undefined ? tintOf(name, kind, image) : GREY;
  return cssOf(LIGHT.frame(tint, shadeOf(name)));
}

/**
 * The colour of a function that weighs more (red) or less (blue) than before, the stronger the more;
 * almost white where nothing changed.
 *
 * @param change Of `[-1, 1]`, as part of the greatest change.
 */
export function changeColor(change: number): string {
  return cssOf(LIGHT.change(Math.max(-1, Math.min(1, change))));
}

/** The hues of other kinds are their files'. */
const KINDS_WITH_HUE: ReadonlySet<FrameKind> = new Set(["kernel", "jit", "inlined"]);
/** None is that of a kind or of what a search found. */
const IMAGE_HUES = [62, 195, 25, 290, 225];
const WARM_HUES = [40, 50, 60, 70, 80];

function tintOf(name: string, kind: FrameKind, image: string): Tint {
  if (KINDS_WITH_HUE.has(kind)) return KIND_TINTS[kind];
  return { hue: image === "" ? pick(WARM_HUES, name) : pick(IMAGE_HUES, image), strength: 1 };
}

/** One of some, always the same for a text. */
function pick(hues: readonly number[], text: string): number {
  // FNV-1a on UTF-16 units, with its bits mixed once more, for its low ones.
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return hues[hash % hues.length]!;
}
