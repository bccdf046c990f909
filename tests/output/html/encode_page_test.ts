import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../../lib/errors.ts";
import { encodePage } from "../../../lib/output/html/encode_page.ts";
import {
  type FrameDetail,
  FrameTable,
  MAX_WEIGHT,
  type Profile,
  SampleTable,
  StackTable,
  UNRESOLVED_REASONS,
} from "../../../lib/profile/mod.ts";
import { pageDataOf } from "../../support/page_tree.ts";
import { profileOf } from "../../support/profile_of.ts";

const DETAIL: FrameDetail = {
  kind: "native",
  symbol: "",
  file: undefined,
  address: NaN,
  vaddr: NaN,
  position: undefined,
  reason: undefined,
};

Deno.test("encodePage() writes columns of small numbers", () => {
  const profile = profileOf([
    [["main", "parse", "read"], 4],
    [["main", "read"], 2],
    [["main"], 1],
  ]);
  assertEquals(pageDataOf(profile, { title: "t", exporter: "e" }), {
    title: "t",
    exporter: "e",
    weight: { decimals: 0, weightType: { name: "samples", unit: "count" } },
    strings: ["", "main", "parse", "read"],
    functions: { name: [1, 2, 3], image: [0, 0, 0], kind: [4, 4, 4] },
    places: { function: [0, 0, 0], file: [0, 0, 0], line: [0, 0, 0], reason: [0, 0, 0] },
    // main, its parse, its read, and main's read: two levels up from that, at a place that is there.
    nodes: { up: [0, 0, 0, 2], place: [0, 0, 0, 1], self: [1, 0, 4, 2] },
  });
});

Deno.test("encodePage() writes both weights of a differential profile", () => {
  const { nodes } = pageDataOf(profileOf([[["a"], 2, 5], [["b"], 0, 7]]));
  assertEquals(nodes, { up: [0, 1], place: [0, 0], self: [2, 0], base: [5, 7] });
});

Deno.test("encodePage() writes what is known of places", () => {
  const file = { path: "/lib/x.so", buildId: "", start: NaN, end: NaN, fileOffset: NaN };
  const position = { file: "x.c", line: 12, column: 3 };
  const data = pageDataOf(profileWith([
    ["work", { ...DETAIL, file, position }],
    ["work", { ...DETAIL, file, position: { ...position, line: 14 } }],
    ["[y+0x1]", { ...DETAIL, kind: "inlined", reason: "no-symbols" }],
  ]));
  const text = (number: number | undefined) => data.strings[number!];
  assertEquals(data.functions.name.map(text), ["[y+0x1]", "work"]);
  assertEquals(data.functions.image.map(text), ["", "/lib/x.so"]);
  assertEquals(data.functions.kind, [1, 0]);
  const { meaning, advice } = UNRESOLVED_REASONS["no-symbols"];
  assertEquals(data.places.reason.map(text), [`${meaning}: ${advice}`, ""]);
  assertEquals(data.places.file.map(text), ["", "x.c"]);
  // Both are one node, whose place is that of the heaviest stack.
  assertEquals(data.places.line, [0, 14]);
  assertEquals(data.nodes.self, [3, 3]);
});

Deno.test("encodePage() writes what weights count", () => {
  const profile = { ...profileOf([[["a"], 150]]), decimals: 2 };
  const weightType = { name: "cpu", unit: "nanoseconds" };
  assertEquals(pageDataOf({ ...profile, weightType }).weight, { decimals: 2, weightType });
});

for (const name of ["</script><b>", "<!--<script>", "]]>", "\ud800", '"\\']) {
  Deno.test(`encodePage() writes the name ${JSON.stringify(name)} so that it ends nothing`, () => {
    const text = [...encodePage(profileOf([[[name], 1]]), { title: name })].join("");
    assert(!text.includes("<"), text);
    const data: { title: string; strings: string[] } = JSON.parse(text);
    assertEquals(data.title, name);
    assertEquals(data.strings[1], new TextDecoder().decode(new TextEncoder().encode(name)));
  });
}

Deno.test("encodePage() spells characters that hide or turn others around", () => {
  const { strings } = pageDataOf(profileOf([[["a\0\x1b[2J\u202eb\u200b\ufeff\x9f"], 1]]));
  assertEquals(strings[1], "a\\x00\\x1b[2J\\u202eb\\u200b\\ufeff\\x9f");
});

Deno.test("encodePage() writes many nodes in pieces", () => {
  const samples = Array.from({ length: 20_000 }, (_, at) => [[`f${at}`], 1] as const);
  const pieces = [...encodePage(profileOf(samples), {})];
  assert(Math.max(...pieces.map(({ length }) => length)) < 1 << 18);
  const data = JSON.parse(pieces.join(""));
  assertEquals(data.nodes.self.length, 20_000);
  assertEquals(data.strings.length, 20_001);
});

Deno.test("encodePage() refuses weights whose sum is not exact", () => {
  const profile = profileOf([[["a"], MAX_WEIGHT], [["b"], 1]]);
  assertThrows(
    () => [...encodePage(profile, {})],
    FormatError,
    'Cannot add the weights of "output": all stacks together weigh more than 2^53 - 1',
  );
});

/** A profile with a stack of one frame for each of these, which weigh 1, 2, 3, ... */
function profileWith(frames: readonly (readonly [string, FrameDetail])[]): Profile {
  const table = new FrameTable();
  const stacks = new StackTable();
  const samples = new SampleTable();
  for (const [at, [text]] of frames.entries()) {
    stacks.push(table.append(text));
    samples.push(stacks.finish(), at + 1);
  }
  return { frames: table, stacks, samples, decimals: 0, details: frames.map(([, of]) => of) };
}
