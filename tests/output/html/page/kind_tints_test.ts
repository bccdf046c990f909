import { assertEquals } from "@std/assert";
import { colourTree } from "../../../../lib/output/html/page/colouring.ts";
import { KIND_TINTS } from "../../../../lib/output/html/page/kind_tints.ts";
import { cssOf } from "../../../../lib/output/html/page/oklch.ts";
import { LIGHT, shadeOf } from "../../../../lib/output/html/page/palette.ts";
import { frameColor } from "../../../../lib/output/svg/frame_color.ts";
import { pageTree } from "../../../support/page_tree.ts";

Deno.test("KIND_TINTS are different", () => {
  const hues = Object.values(KIND_TINTS).map(({ hue }) => hue);
  assertEquals(new Set(hues).size, hues.length);
});

for (const [kind, suffix] of [["kernel", "_[k]"], ["inlined", "_[i]"], ["jit", "_[j]"]] as const) {
  Deno.test(`KIND_TINTS colour ${kind} frames of pages and pictures the same`, () => {
    const name = `f${suffix}`;
    const color = cssOf(LIGHT.frame(KIND_TINTS[kind], shadeOf(name)));
    assertEquals(colourTree(pageTree([[[name], 1]]), "kind", LIGHT).fillOf(1), color);
    const inPicture = frameColor({ name, kind, image: "/lib/f.so", detail: undefined });
    assertEquals(inPicture, color);
  });
}
