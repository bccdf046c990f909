import type { FrameKind } from "../../../profile/mod.ts";
import type { Tint } from "./palette.ts";

/** What colour the kinds of frames have, in pages and in pictures. */
export const KIND_TINTS: Readonly<Record<FrameKind, Tint>> = {
  native: { hue: 62, strength: 1 },
  name: { hue: 35, strength: 0.9 },
  inlined: { hue: 100, strength: 1 },
  jit: { hue: 150, strength: 1 },
  kernel: { hue: 250, strength: 1 },
};
