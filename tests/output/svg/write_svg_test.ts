import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { FormatError } from "../../../lib/errors.ts";
import { writeSvg } from "../../../lib/output/svg/write_svg.ts";
import { MAX_WEIGHT, type Profile } from "../../../lib/profile/mod.ts";
import { detailedProfile } from "../../support/detailed_profile.ts";
import { profileOf } from "../../support/profile_of.ts";
import { HOSTILE_NAMES } from "../../support/random_samples.ts";
import { foldedText } from "../../support/resolve_text.ts";
import { readSvg, type SvgPicture } from "../../support/svg_frames.ts";

function draw(profile: Profile, title = "x.folded"): SvgPicture {
  return readSvg(foldedText(writeSvg(profile, { title, exporter: "symfold 1.2.3" })));
}

Deno.test("writeSvg() draws the root at the bottom, widths by weight, names where there is room", () => {
  const { title, heading, frames } = draw(profileOf([
    [["main", "parse"], 30],
    [["main", "a_name_that_is_cut"], 8],
    [["main"], 2],
    [["init"], 60],
  ]));
  assertEquals(title, "x.folded");
  assertEquals(heading, ["x.folded", "100 samples"]);
  const rows = frames.map(({ tooltip: [name], label, x, y, width }) => [name, label, x, y, width]);
  assertEquals(rows, [
    ["all", "all", 0, 92, 1199.5],
    ["init", "init", 0, 74, 719.5],
    ["main", "main", 720, 74, 479.5],
    ["a_name_that_is_cut", "a_name_that…", 720, 56, 95.5],
    ["parse", "parse", 816, 56, 359.5],
  ]);
});

Deno.test("writeSvg() writes a picture of fixed bytes", () => {
  const text = foldedText(writeSvg(
    detailedProfile([[["main", "f<int>"], 3]], { main: { image: "/bin/app" } }),
    { title: "x", exporter: "symfold 1.2.3" },
  ));
  assertEquals(
    text.slice(0, text.indexOf("<style>")),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 138"` +
      ` font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"` +
      ` font-size="12" fill="#18181b">
<title>x</title>
<desc>Flame graph by symfold 1.2.3: 3 samples</desc>
`,
  );
  assertEquals(
    text.slice(text.indexOf("</style>"), text.indexOf("<script>")),
    `</style>
<rect class="paper" width="1200" height="138" fill="#ffffff"/>
<text x="8" y="24" font-size="16" font-weight="bold">x</text>
<text x="8" y="44">3 samples</text>
<g class="frame" data-at="0 3 0"><title>all&#10;3 samples (100.0 %)</title>` +
      `<rect x="0" y="92" width="1199.5" height="17" fill="#eeeeef"/><text x="3" y="105">all</text></g>
<g class="frame" data-at="0 3 1"><title>main&#10;3 samples (100.0 %)&#10;/bin/app</title>` +
      `<rect x="0" y="74" width="1199.5" height="17" fill="#fbb77b"/><text x="3" y="87">main</text></g>
<g class="frame" data-at="0 3 2"><title>f&#60;int&#62;&#10;3 samples (100.0 %)</title>` +
      `<rect x="0" y="56" width="1199.5" height="17" fill="#fabf79"/>` +
      `<text x="3" y="69">f&#60;int&#62;</text></g>
<text class="details" x="8" y="128"/>
<g class="tools" display="none">
<text class="matched" x="-8" y="44" text-anchor="end"/>
<g class="button search" role="button" tabindex="0"><text x="-8" y="24" text-anchor="end">Search</text></g>
<g class="button reset hidden" role="button" tabindex="0"><text x="-284" y="24" text-anchor="end">Reset zoom</text></g>
</g>
`,
  );
});

Deno.test("writeSvg() draws calls below a tenth of a pixel as one, and says how many", () => {
  const narrow = Array.from({ length: 30 }, (_, at) => [["main", `f${at}`, "g"], 1] as const);
  const { heading, frames } = draw(profileOf([...narrow, [["main", "h"], 20_000]]));
  assertEquals(heading[1], "20030 samples · 60 calls too narrow to draw");
  assertEquals(
    frames.map(({ tooltip, isRest, start, weight }) => [tooltip[0], isRest, start, weight]),
    [
      ["all", false, 0, 20_030],
      ["main", false, 0, 20_030],
      ["60 calls too narrow to draw", true, 20_000, 30],
      ["h", false, 0, 20_000],
    ],
  );
  assertEquals(frames[2]!.tooltip, ["60 calls too narrow to draw", "30 samples"]);
});

Deno.test("writeSvg() of a differential profile colours what changed, and says what is gone", () => {
  const { heading, frames } = draw(profileOf([
    [["same"], 100, 100],
    [["more"], 150, 50],
    [["less"], 50, 125],
    [["gone", "g"], 0, 40],
  ]));
  assertEquals(heading[1]!.split(" · "), [
    "315 samples before, 300 samples after: -15 (-4.8 %)",
    "red: more than before, blue: less",
    "gone: 40 samples, not drawn",
  ]);
  const fills = Object.fromEntries(frames.map(({ tooltip, fill }) => [tooltip[0], fill]));
  assertEquals(fills, { all: "#b2d2f4", less: "#6cb5ff", more: "#f87f73", same: "#e8e8e8" });
  assertEquals(frames.find(({ tooltip }) => tooltip[0] === "more")!.tooltip, [
    "more",
    "150 samples (50.0 %)",
    "50 samples before, 150 samples after: +100 (+200.0 %)",
  ]);
});

Deno.test("writeSvg() lets no name or title be markup", () => {
  const { title, frames, elements } = draw(
    profileOf(HOSTILE_NAMES.map((name) => [[name], 1])),
    "</title><script>alert(1)</script>\x00",
  );
  assertEquals(title, "</title><script>alert(1)</script>\\x00");
  assertEquals(frames.length, 1 + HOSTILE_NAMES.length);
  assert(frames.some(({ tooltip }) => tooltip[0] === "<script>alert(1)</script>"));
  assertEquals(
    [...elements].sort(),
    ["desc", "g", "rect", "script", "style", "svg", "text", "title"],
  );
});

Deno.test("writeSvg() draws a root for nothing, and for what weighs nothing", () => {
  for (const profile of [profileOf([]), profileOf([[["a"], 0]]), profileOf([[["a"], 0, 3]])]) {
    const { frames } = draw(profile);
    assertEquals(frames.map(({ tooltip: [name], width }) => [name, width]), [["all", 1199.5]]);
  }
});

Deno.test("writeSvg() cuts a long title, and keeps it as the picture's", () => {
  const long = "recording of a long afternoon, ".repeat(10);
  const { title, heading } = draw(profileOf([[["a"], 1]]), long);
  assertEquals(title, long);
  assertMatch(heading[0]!, /^recording of .+…$/);
  assert(heading[0]!.length < 100);
});

Deno.test("writeSvg() has a script that is whole JavaScript and ends no CDATA section", () => {
  const { script } = draw(profileOf([[["a"], 1]]));
  assertMatch(
    script,
    /^\(function viewSvg\([^]*\}\)\(document\.currentScript,function labelText\([^]*\}\)$/,
  );
  assertEquals(typeof new Function(`return () => ${script}`), "function");
  assert(!script.includes("]]>"));
});

Deno.test("writeSvg() comes in chunks", () => {
  const samples = Array.from({ length: 5000 }, (_, at) => [["main", `f${at}`], 1] as const);
  const sizes = Array.from(writeSvg(profileOf(samples)), ({ length }) => length);
  assert(sizes.length > 5 && Math.max(...sizes) < 1 << 18, String(sizes));
});

Deno.test("writeSvg() refuses weights whose sum is not exact", () => {
  assertThrows(
    () => draw(profileOf([[["a"], MAX_WEIGHT], [["b"], 1]])),
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});
