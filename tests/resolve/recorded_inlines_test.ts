import { assertEquals } from "@std/assert";
import { readPerfScript } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { writeFolded } from "../../lib/output/mod.ts";
import { resolve, type ResolveOptions } from "../../lib/resolve/mod.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { linesOf, readText } from "../support/recording_text.ts";
import { bytesOf, foldedText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// A library in which `polynomial` is inlined into `inline_twice` at 0x1048.
const PATH = "/opt/libinlines.so";
const LIBRARY: Readonly<Record<string, Uint8Array>> = {
  [PATH]: Deno.readFileSync(testdata("dwarf/gcc-dwarf5.so")),
};
const MAPS = linesOf(
  `7f0000000000-7f0000001000 r--p 00000000 fe:00 7 ${PATH}`,
  `7f0000001000-7f0000002000 r-xp 00001000 fe:00 7 ${PATH}`,
);

type Options = Partial<ResolveOptions> & { readonly library?: typeof LIBRARY };

/** Resolves one stack of perf, leaf first. */
async function resolvePerf(lines: readonly string[], options: Options = {}): Promise<string> {
  const { profile } = await resolvedOf(lines, options);
  return foldedText(writeFolded(profile, { merge: true })).trim();
}

async function resolvedOf(lines: readonly string[], { library = {}, ...options }: Options = {}) {
  const text = linesOf("app 10/11 1.5:  250 cycles: ", ...lines.map((line) => `\t ${line}`), "");
  const { profile: recorded } = await readText(readPerfScript, text);
  return await resolve(recorded, {
    files: new MemoryFiles(library),
    snapshots: [await parseMaps("maps", [bytesOf(MAPS)])],
    trustFiles: true,
    ...options,
  });
}

const RUN = [
  "7f0000001048 deepest+0x8 (inlined)",
  "7f0000001048 deep+0x8 (inlined)",
  `7f0000001048 outer+0x8 (${PATH})`,
];

for (
  const [title, options, wanted] of [
    ["expands the address itself", { library: LIBRARY }, "app;inline_twice;polynomial 1"],
    ["keeps perf's names without the file", {}, "app;outer;deep;deepest 1"],
    ["marks perf's names on request", { annotate: ["inline"] }, "app;outer;deep_[i];deepest_[i] 1"],
    ["leaves perf's names out without inlines", { inlines: false }, "app;outer 1"],
    ["leaves all out without inlines", { library: LIBRARY, inlines: false }, "app;inline_twice 1"],
  ] as const
) {
  Deno.test(`resolve() of what perf found inlined at an address ${title}`, async () => {
    assertEquals(await resolvePerf(RUN, options), wanted);
  });
}

const NAMES = ["deepest (inlined)", "deep (inlined)", `outer+0x8 (${PATH})`, "main (/bin/app)"];

for (
  const [title, options, wanted] of [
    ["keeps them in their order", {}, "app;main;outer;deep;deepest 1"],
    ["marks them on request", { annotate: ["inline"] }, "app;main;outer;deep_[i];deepest_[i] 1"],
    ["leaves them out without inlines", { inlines: false }, "app;main;outer 1"],
  ] as const
) {
  Deno.test(`resolve() of perf's names without addresses ${title}`, async () => {
    assertEquals(await resolvePerf(NAMES, options), wanted);
  });
}

/** The library with the name of the outer function replaced by that of the one inlined into it. */
function inlinedIntoItself(): Uint8Array {
  const text = Array.from(LIBRARY[PATH]!, (byte) => String.fromCharCode(byte)).join("");
  const renamed = text.replaceAll("inline_twice\0", "polynomial\0\0\0");
  return Uint8Array.from(renamed, (character) => character.charCodeAt(0));
}

const CALLER = `7f0000001049 polynomial+0x9 (${PATH})`;
const LEAF = ["989b8 deep (inlined)", "989b8 leaf+0x8 (/lib/other.so)"];

for (
  const [title, calls, options, wanted] of [
    ["is there twice", 2, { inlines: false }, "app;polynomial;leaf"],
    ["is there twice, with inlines", 2, {}, "app;polynomial;polynomial;leaf;deep"],
    ["called itself", 4, { inlines: false }, "app;polynomial;polynomial;leaf"],
  ] as const
) {
  Deno.test(`resolve() makes one frame of a call of a function inlined into itself that ${title}`, async () => {
    const lines = [...LEAF, ...Array.from({ length: calls }, () => CALLER)];
    const library = { [PATH]: inlinedIntoItself() };
    assertEquals(await resolvePerf(lines, { library, ...options }), `${wanted} 1`);
    const { report } = await resolvedOf(lines, { library, ...options });
    const image = report.images.find(({ image }) => image === PATH);
    assertEquals([image?.weight, image?.resolvedWeight], [calls / 2, calls / 2]);
  });
}

// perf says of another address that something is inlined there, so that it may be so here.
const OTHER = ["989b8 deep (inlined)", "989b8 main+0x8 (/lib/other.so)"];
const INTERRUPTED = `7f0000001048 polynomial+0x8 (${PATH})`;

for (
  const [title, lines, library, wanted] of [
    ["is inlined into itself", [INTERRUPTED, INTERRUPTED], inlinedIntoItself(), "polynomial"],
    [
      "called itself, and is inlined into itself",
      [INTERRUPTED, INTERRUPTED, ...Array.from({ length: 2 }, () => INTERRUPTED)],
      inlinedIntoItself(),
      // As return addresses they are one byte before, where nothing is inlined.
      "polynomial;polynomial;polynomial",
    ],
    [
      "called itself",
      [INTERRUPTED, INTERRUPTED],
      LIBRARY[PATH]!,
      "inline_twice;inline_twice",
    ],
  ] as const
) {
  for (const kernel of [[], ["ffffffff81000010 irq ([kernel.kallsyms])"]]) {
    const where = kernel.length > 0 ? "the kernel interrupted" : "is the leaf";
    Deno.test(`resolve() takes a function that ${title} for that where it ${where}`, async () => {
      const options = { library: { [PATH]: library }, inlines: false };
      const leaf = kernel.length > 0 ? ";irq" : "";
      const stack = [...kernel, ...lines, ...OTHER];
      assertEquals(await resolvePerf(stack, options), `app;main;${wanted}${leaf} 1`);
    });
  }
}

Deno.test("resolve() keeps calls of a function apart that perf gave a frame for each", async () => {
  // perf has said that something is inlined there, so that each repetition is one frame already.
  const call = ["7f0000001049 square (inlined)", CALLER];
  const lines = [...LEAF, ...call, ...call];
  assertEquals(
    await resolvePerf(lines, { library: { [PATH]: inlinedIntoItself() }, inlines: false }),
    "app;polynomial;polynomial;leaf 1",
  );
});

Deno.test("resolve() keeps calls of a function that debug information does not inline apart", async () => {
  const lines = [...LEAF, CALLER, CALLER];
  assertEquals(
    await resolvePerf(lines, { library: LIBRARY, inlines: false }),
    "app;inline_twice;inline_twice;leaf 1",
  );
});

Deno.test("resolve() takes the caller of a function without a file for a caller", async () => {
  const lines = ["989b8 __GI_malloc+0x8 (inlined)", `1049 f+0x9 (${PATH})`];
  // At 0x1049 behind a call is what is at 0x1048.
  assertEquals(
    await resolvePerf(lines, { library: LIBRARY }),
    "app;inline_twice;polynomial;__GI_malloc 1",
  );
});

Deno.test("resolve() says that address 0 needs no maps", async () => {
  const { profile } = await readText(
    readPerfScript,
    linesOf("app 10/11 1.5:  250 cycles: ", "\t 0 [unknown] ([unknown])", "\t 7f0000001048 f (/x)"),
  );
  const { report } = await resolve(profile, { files: new MemoryFiles(), snapshots: [] });
  assertEquals(
    report.reasons.map(({ reason, frames }) => [reason, frames]),
    [["not-canonical", 1], ["no-maps", 1]],
  );
});

Deno.test("resolve() tells what is outside of a recording's own maps apart", async () => {
  const snapshot = { ...await parseMaps("maps", [bytesOf(MAPS)]), isRecorded: true };
  const { profile } = await readText(
    readPerfScript,
    linesOf("app 10/11 1.5:  250 cycles: ", "\t 7f0000009000 [unknown] ([unknown])"),
  );
  const { report } = await resolve(profile, { files: new MemoryFiles(), snapshots: [snapshot] });
  assertEquals(report.reasons.map(({ reason }) => reason), ["outside-recording"]);
});
