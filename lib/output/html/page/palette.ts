import { cssOf, oklch, type Rgb } from "./oklch.ts";

/** The colours of a theme that the graph is drawn in. */
export interface Palette {
  /** Behind everything. */
  readonly background: Rgb;
  /** What is written on frames, and on those that are dimmed. */
  readonly text: Rgb;
  readonly dimText: Rgb;
  /** What a search found. */
  readonly match: Rgb;
  /** A frame of a hue; `shade` of -1 to 1 tells neighbours apart. */
  frame(tint: Tint, shade: number): Rgb;
  /** The same where something else is what counts. */
  dim(tint: Tint): Rgb;
  /** A frame of a differential profile: -1 is gone, 0 as before, 1 is new. */
  change(part: number): Rgb;
}

/** A hue and how much of it there is. */
export interface Tint {
  /** In degrees. */
  readonly hue: number;
  /** 0 to 1. */
  readonly strength: number;
}

/** What has no name, and what is not worth a hue. */
export const GREY: Tint = { hue: 260, strength: 0.06 };
/** Hues that can be told apart, the warmest first; none is that of matches. */
export const HUES: readonly Tint[] = [62, 250, 145, 25, 200, 98, 280, 172, 120, 225].map((hue) => ({
  hue,
  strength: 1,
}));

const GONE_HUE = 250;
const NEW_HUE = 27;
const MATCH_HUE = 328;

/** The palette of bright surroundings. */
export const LIGHT: Palette = {
  background: [255, 255, 255],
  text: [24, 24, 27],
  dimText: [95, 95, 105],
  match: oklch(0.78, 0.17, MATCH_HUE),
  frame: ({ hue, strength }, shade) => oklch(0.83 + 0.025 * shade, 0.11 * strength, hue),
  dim: ({ hue, strength }) => oklch(0.95, 0.02 * strength, hue),
  change: (part) => {
    const size = Math.sqrt(Math.abs(part));
    return oklch(0.93 - 0.2 * size, 0.15 * size, part < 0 ? GONE_HUE : NEW_HUE);
  },
};

/** The palette of dark surroundings. */
export const DARK: Palette = {
  background: [24, 24, 27],
  text: [250, 250, 250],
  dimText: [160, 160, 170],
  match: oklch(0.53, 0.21, MATCH_HUE),
  frame: ({ hue, strength }, shade) => oklch(0.51 + 0.02 * shade, 0.105 * strength, hue),
  dim: ({ hue, strength }) => oklch(0.28, 0.02 * strength, hue),
  change: (part) => {
    const size = Math.sqrt(Math.abs(part));
    return oklch(0.34 + 0.16 * size, 0.15 * size, part < 0 ? GONE_HUE : NEW_HUE);
  },
};

/** A shade of -1 to 1 that a name always has. */
export function shadeOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0;
  return ((hash >>> 0) % 9) / 4 - 1;
}

/** The colours of a scale from -1 to 1 in equal steps, as CSS has them. */
export function changeScale(palette: Palette, steps: number): string[] {
  return Array.from(
    { length: 2 * steps + 1 },
    (_, at) => cssOf(palette.change((at - steps) / steps)),
  );
}
