import type { FrameDetail, FrameKind } from "../profile/mod.ts";

/** Colours of the Firefox Profiler; one has to be grey. Of each the first subcategory is itself. */
export const CATEGORIES = [
  { name: "Other", color: "grey", subcategories: ["Other"] },
  { name: "Native", color: "blue", subcategories: ["Other", "Unresolved"] },
  { name: "Kernel", color: "orange", subcategories: ["Other", "Unresolved"] },
  { name: "JIT", color: "green", subcategories: ["Other", "Unresolved"] },
] as const;

const CATEGORY_OF_KIND: Readonly<Record<FrameKind, number>> = {
  name: 0,
  native: 1,
  inlined: 1,
  kernel: 2,
  jit: 3,
};

/** The number of the category of frames that are this. */
export function categoryOf(kind: FrameKind): number {
  return CATEGORY_OF_KIND[kind];
}

/** The number of the subcategory of a frame. */
export function subcategoryOf(detail: FrameDetail | undefined): number {
  return detail?.reason === undefined || detail.kind === "name" ? 0 : 1;
}
