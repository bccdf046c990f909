import { assert, assertEquals } from "@std/assert";
import { cssOf, oklch, type Rgb } from "../../../../lib/output/html/page/oklch.ts";
import {
  changeScale,
  DARK,
  GREY,
  HUES,
  LIGHT,
  shadeOf,
} from "../../../../lib/output/html/page/palette.ts";

// CSS Color 4, section 9.4: the primaries.
for (
  const [parts, css] of [
    [[0, 0, 0], "#000000"],
    [[1, 0, 0], "#ffffff"],
    [[0.627955, 0.257683, 29.2339], "#ff0000"],
    [[0.86644, 0.294827, 142.4953], "#00ff00"],
    [[0.452014, 0.313214, 264.052], "#0000ff"],
  ] as const
) {
  Deno.test(`oklch() gives ${css}`, () =>
    assertEquals(cssOf(oklch(parts[0], parts[1], parts[2])), css));
}

for (const [name, palette] of Object.entries({ LIGHT, DARK })) {
  Deno.test(`${name} has text that can be read on all frames (WCAG 2, 4.5:1)`, () => {
    for (const tint of [GREY, ...HUES]) {
      for (const shade of [-1, 0, 1]) {
        assert(contrast(palette.text, palette.frame(tint, shade)) >= 4.5, `${tint.hue} ${shade}`);
      }
      assert(contrast(palette.dimText, palette.dim(tint)) >= 4.5, `dim ${tint.hue}`);
    }
    assert(contrast(palette.text, palette.match) >= 4.5, "match");
    for (const part of [-1, -0.5, -0.1, 0, 0.1, 0.5, 1]) {
      assert(contrast(palette.text, palette.change(part)) >= 4.5, `change ${part}`);
    }
  });
}

Deno.test("changeScale() goes from blue through grey to red", () => {
  for (const palette of [LIGHT, DARK]) {
    const scale = changeScale(palette, 2);
    assertEquals(scale.length, 5);
    const [gone, , same, , fresh] = [-1, -0.5, 0, 0.5, 1].map((part) => palette.change(part));
    assert(gone![2] > gone![0] && fresh![0] > fresh![2]);
    assert(Math.max(...same!) - Math.min(...same!) <= 1);
  }
});

Deno.test("shadeOf() gives a name one shade of -1 to 1, and names several", () => {
  const names = Array.from({ length: 50 }, (_, at) => `function_${at}`);
  const shades = names.map(shadeOf);
  assertEquals(shades, names.map(shadeOf));
  assert(shades.every((shade) => shade >= -1 && shade <= 1));
  assert(new Set(shades).size > 5);
});

/** WCAG 2, "contrast ratio". */
function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
