import type { FrameKind } from "../../profile/mod.ts";
import type { OutputFunction } from "../functions.ts";

/** Of text; easy to read on all colours of frames, which are light. */
export const TEXT_COLOR = "#1c1917";
/** Of what is not drawn frame by frame. */
export const LEFT_OUT_COLOR = "#e7e5e4";

/**
 * The colour of a function as `#rrggbb`, always the same. The hue says what it is: orange for the
 * kernel, green for code made at run time, aqua for inlined functions, gray for what has no name;
 * that of other functions is their file's, and warm if no file is known. Shades tell neighbours apart.
 */
export function frameColor({ name, kind, image, detail }: OutputFunction): string {
  const hash = hashOf(name);
  const shade = (hash & 0xff) / 0xff;
  if (detail?.reason !== undefined) return spellHsl(30, 0.05, 0.74 + 0.1 * shade);
  const hue = HUES[kind] ?? (image === "" ? warmHue(hash) : hueOfImage(image));
  return spellHsl(hue, 0.62 + 0.18 * shade, 0.74 + 0.08 * shade);
}

/**
 * The colour of a function that weighs more (red) or less (blue) than before, the stronger the more;
 * almost white where nothing changed.
 *
 * @param change Of `[-1, 1]`, as part of the greatest change.
 */
export function changeColor(change: number): string {
  // Most changes are small beside the greatest; the root lets them be seen.
  const strength = Math.sqrt(Math.min(1, Math.abs(change)));
  return spellHsl(change < 0 ? 212 : 6, 0.85 * strength, 0.94 - 0.26 * strength);
}

/** In degrees; undefined where the file decides. */
const HUES: Readonly<Record<FrameKind, number | undefined>> = {
  kernel: 24,
  jit: 110,
  inlined: 176,
  native: undefined,
  name: undefined,
};
/** Those that no kind has. */
const IMAGE_HUES = [48, 350, 312, 272, 234, 204];

function hueOfImage(image: string): number {
  return IMAGE_HUES[hashOf(image) % IMAGE_HUES.length]!;
}

function warmHue(hash: number): number {
  return 12 + (hash >>> 8) % 40;
}

/** FNV-1a on UTF-16 units, with its bits mixed once more, for its low ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}

/** CSS Color Module Level 4, section 7.1. */
function spellHsl(hue: number, saturation: number, lightness: number): string {
  const range = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - range * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
