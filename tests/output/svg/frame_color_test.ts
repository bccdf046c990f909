import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import type { OutputFunction } from "../../../lib/output/functions.ts";
import {
  changeColor,
  frameColor,
  MATCH_COLOR,
  REST_COLOR,
  TEXT_COLOR,
} from "../../../lib/output/svg/frame_color.ts";

const KINDS = ["native", "inlined", "kernel", "jit", "name"] as const;

function functionOf(of: Partial<OutputFunction>): OutputFunction {
  return { name: "f", kind: "native", image: "/lib/f.so", detail: undefined, ...of };
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(color: string): number {
  return (luminanceOf(color) + 0.05) / (luminanceOf(TEXT_COLOR) + 0.05);
}

Deno.test("frameColor() is the same for the same function", () => {
  assertEquals(frameColor(functionOf({})), frameColor(functionOf({})));
  assertEquals(frameColor(functionOf({ name: "main", image: "", kind: "name" })), "#ffaf91");
});

Deno.test("frameColor() tells kinds, files and names apart", () => {
  const colors = [
    ...KINDS.map((kind) => frameColor(functionOf({ kind }))),
    frameColor(functionOf({ image: "/lib/g.so" })),
    frameColor(functionOf({ name: "g" })),
  ];
  assertEquals(new Set(colors.slice(0, 4)).size, 4);
  assertNotEquals(colors[0], colors[5]);
  assertNotEquals(colors[0], colors[6]);
});

Deno.test("frameColor() is gray where there is no name", () => {
  const detail = {
    kind: "native",
    symbol: "",
    file: undefined,
    address: NaN,
    vaddr: NaN,
    position: undefined,
    reason: "no-symbols",
  } as const;
  const color = frameColor(functionOf({ detail }));
  const channels = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  assert(Math.max(...channels) - Math.min(...channels) < 16, color);
});

Deno.test("frameColor() and changeColor() are easy to read dark text on", () => {
  const colors = [REST_COLOR, MATCH_COLOR];
  for (let at = 0; at < 2000; at++) {
    const kind = KINDS[at % KINDS.length]!;
    colors.push(frameColor(functionOf({ name: `f${at}`, kind, image: `/lib/${at % 77}.so` })));
    colors.push(changeColor(at / 1000 - 1));
  }
  for (const color of colors) {
    // WCAG 2.2 wants 4.5 for text.
    assert(/^#[0-9a-f]{6}$/.test(color), color);
    assertGreater(contrastOf(color), 6, color);
  }
});

Deno.test("changeColor() is red for more, blue for less, and nearly white for the same", () => {
  assertEquals(changeColor(0), "#e8e8e8");
  const [more, less] = [changeColor(1), changeColor(-1)];
  assertEquals([more, less], ["#f87f73", "#55adff"]);
  assertGreater(luminanceOf(changeColor(0.01)), luminanceOf(changeColor(0.5)));
  assertGreater(luminanceOf(changeColor(-0.01)), luminanceOf(changeColor(-0.5)));
});
