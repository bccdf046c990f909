import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { writeFolded, type WriteFoldedOptions } from "../../lib/output/mod.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { bytesOf, foldedText } from "../support/resolve_text.ts";
import { sortLines } from "../support/sort_lines.ts";

function write(samples: readonly SampleText[], options?: WriteFoldedOptions): string {
  return foldedText(writeFolded(profileOf(samples), options));
}

const MAX = Number.MAX_SAFE_INTEGER;

Deno.test("writeFolded() writes root first, one space, the weight, a line feed", () => {
  assertEquals(write([[["main", "f", "g"], 42]]), "main;f;g 42\n");
});

Deno.test("writeFolded() writes nothing for no samples", () => {
  assertEquals(write([]), "");
});

Deno.test("writeFolded() adds up samples with the same stack", () => {
  assertEquals(write([[["a", "b"], 1], [["c"], 5], [["a", "b"], 2]]), "a;b 3\nc 5\n");
});

Deno.test("writeFolded() adds up stacks that have the same frames under two numbers", () => {
  const profile = profileOf([[["a", "b"], 1], [["c"], 1]]);
  profile.stacks.push(profile.frames.internText("a"));
  profile.stacks.push(profile.frames.internText("b"));
  profile.samples.push(profile.stacks.finish(), 10);
  assertEquals(foldedText(writeFolded(profile)), "a;b 11\nc 1\n");
});

Deno.test("writeFolded() writes valid UTF-8, whatever the bytes of a frame are", () => {
  const profile = profileOf([[["a"], 1]]);
  const frame = profile.frames.intern(new DataView(Uint8Array.of(0x62, 0xff).buffer), 0, 2);
  profile.stacks.push(frame);
  profile.stacks.push(frame);
  profile.samples.push(profile.stacks.finish(), 2);
  const bytes = [...writeFolded(profile)].flatMap((chunk) => [...chunk]);
  assertEquals(bytes, [...new TextEncoder().encode("a 1\nb\ufffd;b\ufffd 2\n")]);
});

Deno.test("writeFolded() leaves out stacks without a sample", () => {
  const profile = profileOf([[["b"], 1]]);
  profile.stacks.push(profile.frames.internText("a"));
  profile.stacks.finish();
  assertEquals(foldedText(writeFolded(profile)), "b 1\n");
});

Deno.test("writeFolded() keeps a weight of 0", () => {
  assertEquals(write([[["a"], 0]]), "a 0\n");
});

Deno.test("writeFolded() writes large weights without an exponent", () => {
  assertEquals(write([[["a"], MAX]]), "a 9007199254740991\n");
});

Deno.test("writeFolded() writes the base before the weight", () => {
  assertEquals(write([[["a"], 5, 3], [["a"], 50, 30], [["b"], 0, 7]]), "a 33 55\nb 7 0\n");
});

Deno.test("writeFolded() keeps samples with two counts apart from those with one", () => {
  assertEquals(write([[["a"], 5, 3], [["a"], 4], [["a"], 1]]), "a 3 5\na 5\n");
});

Deno.test("writeFolded() with merge: false keeps samples and their order", () => {
  const samples: SampleText[] = [[["b"], 1], [["a"], 2], [["b"], 1], [["a"], 5, 4]];
  assertEquals(write(samples, { merge: false }), "b 1\na 2\nb 1\na 4 5\n");
});

Deno.test("writeFolded() with merge: false changes leaves that end like a count, too", () => {
  assertEquals(write([[["a", "cb 3"], 1]], { merge: false }), "a;cb_3 1\n");
});

for (
  const [leaf, written] of [
    ["cb 3", "cb_3"],
    ["cb  3", "cb_3"],
    ["cb 3.5", "cb_3.5"],
    ["cb 3.", "cb_3."],
    ["cb 3 4", "cb 3_4"],
    ["cb .5", "cb .5"],
    ["cb 3x", "cb 3x"],
    ["cb3", "cb3"],
    ["cb -3", "cb -3"],
    ["foo [clone .part.114]", "foo [clone .part.114]"],
    ["3", "3"],
  ] as const
) {
  Deno.test(`writeFolded() writes the leaf "${leaf}" as "${written}"`, () => {
    assertEquals(write([[["a", leaf], 10]]), `a;${written} 10\n`);
  });
}

Deno.test("writeFolded() leaves a caller that ends like a count as it is", () => {
  assertEquals(write([[["cb 3", "f"], 10]]), "cb 3;f 10\n");
});

Deno.test("writeFolded() adds up leaves that are written alike", () => {
  assertEquals(write([[["a", "cb 3"], 1], [["a", "cb_3"], 10]]), "a;cb_3 11\n");
});

for (
  const [title, first, second] of [
    ["weights", [["a"], MAX], [["a"], 1]],
    ["bases", [["a"], 1, MAX], [["a"], 1, 1]],
    ["weights of leaves that are written alike", [["cb 3"], MAX], [["cb_3"], 1]],
  ] as const satisfies readonly (readonly [string, SampleText, SampleText])[]
) {
  Deno.test(`writeFolded() throws if ${title} add up to too much`, () => {
    const error = assertThrows(() => write([first, second]), FormatError);
    assertEquals(
      error.message,
      'Cannot add the weights of "output": those of one stack add up to more than 2^53 - 1',
    );
  });
}

const SORTED: Readonly<Record<string, readonly SampleText[]>> = {
  "stacks and their callers": [
    [["a"], 9],
    [["a", "b"], 10],
    [["a", "b", "c"], 1],
    [["a", "c"], 3],
    [["b"], 1],
  ],
  "names that are prefixes": [[["ab"], 1], [["a"], 1], [["abc"], 1], [["a", "b"], 1], [
    ["ab", "c"],
    1,
  ]],
  "names that go on with what sorts before a semicolon": [
    [["a", "b"], 1],
    [["a-x"], 1],
    [["a"], 1],
    [["a x", "b"], 1],
    [["a!"], 1],
    [["a:x", "b"], 1],
    [["a9"], 1],
  ],
  "names with a digit behind a blank": [
    [["a"], 7],
    [["a 5", "b"], 1],
    [["a 50x"], 1],
    [["a 8"], 1],
    [["a 7x", "c"], 2],
  ],
  "weights of different length": [[["a"], 5, 10], [["a"], 100], [["b"], 10, 9], [["b"], 9]],
  "names that are no ASCII": [[["é"], 1], [["z"], 1], [["日本"], 1], [["\u{1f600}"], 1], [[
    "\uffee",
  ], 1]],
  "upper and lower case": [[["B"], 1], [["a"], 1], [["_"], 1], [["Ab"], 1]],
  "control characters": [[["a\tb"], 1], [["a"], 1], [["a\x01", "b"], 1], [["a b"], 1]],
};

for (const [title, samples] of Object.entries(SORTED)) {
  Deno.test(`writeFolded() sorts ${title} as sort(1) does`, async () => {
    const output = write(samples);
    assertEquals(output, await sortLines(output));
    assertEquals(output, write([...samples].reverse()));
    assertEquals(output.trimEnd().split("\n").length, samples.length);
  });
}

Deno.test("writeFolded() hands out chunks that together are the text", () => {
  const samples = Array.from(
    { length: 40_000 },
    (_, at): SampleText => [["main", `function_${"x".repeat(200)}_${10 ** 9 + at}`, "leaf"], at],
  );
  const chunks = Array.from(writeFolded(profileOf(samples)), (chunk) => chunk.slice());
  assert(chunks.length > 1, `${chunks.length} chunks`);
  assert(chunks.every((chunk) => chunk.length <= 4 << 20));
  const wanted = samples.map(([stack, weight]) => `${stack.join(";")} ${weight}\n`).join("");
  assert(foldedText(chunks) === wanted);
});

for (const place of ["root", "leaf"]) {
  Deno.test(`writeFolded() writes a ${place} of 3 MB`, () => {
    const long = "x".repeat(3_000_000);
    const stack = place === "root" ? [long, "f"] : ["f", long];
    const output = write([[["a"], 1], [stack, 2], [["y"], 3]]);
    const lines = ["a 1", `${stack.join(";")} 2`, "y 3"];
    assert(output === lines.join("\n") + "\n");
  });
}

Deno.test("writeFolded() writes what readFolded() reads back", async () => {
  const samples: SampleText[] = [
    [["main", "a b", "operator new(unsigned long)"], 5],
    [["main", "cb 3", "[kernel]"], 7],
    [["höhe", "日本"], 1],
    [["main"], 3, 2],
    [["main", "<a as b>::c", "std::map<int, int>"], MAX],
  ];
  const output = write(samples);
  const again = await readFolded([readerOfBytes("output", bytesOf(output))]);
  assertEquals(again.skipped, { comments: 0, invalid: 0, firstInvalid: undefined });
  assertEquals(foldedText(writeFolded(again)), output);
});

Deno.test("writeFolded() looks through a name of blanks once", () => {
  const name = `é${" ".repeat(200_000)}x`;
  const start = performance.now();
  assertEquals(write([[[name], 7]]), `${name} 7\n`);
  // Blank by blank it would be 2 * 10^10 steps.
  assert(performance.now() - start < 2000);
});
