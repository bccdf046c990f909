import { assert, assertEquals } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../../lib/bytes/mod.ts";
import { readFolded } from "../../../lib/input/mod.ts";
import type { Explanation, RecordingToExplain } from "../../../lib/resolve/mod.ts";
import { explainText, type ExplainTextOptions } from "../../support/explain_text.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { bytesOf, resolveText } from "../../support/resolve_text.ts";
import { FIRST, mapsLine, SECOND, SECOND_CALLS, twoTexts } from "../../support/two_texts.ts";
import { testdata } from "../../support/testdata.ts";

const WALK = testdata("evidence/x86_64");
const [RAW, MAPS] = ["raw.folded", "maps"].map((name) => Deno.readTextFileSync(`${WALK}/${name}`));
const LIBRARY = "/opt/evidence/libwalk.so";

async function recordingOf(folded: string): Promise<RecordingToExplain> {
  const profile = await readFolded([readerOfBytes("raw.folded", bytesOf(folded))]);
  return { profile, returnAddresses: "callers", sources: ["raw.folded"] };
}

async function explain(
  addresses: readonly string[],
  folded: string,
  options: ExplainTextOptions,
): Promise<Explanation[]> {
  return await explainText(addresses, { ...options, recording: await recordingOf(folded) });
}

for (
  const [name, folder, build] of [
    ["cpp-x86_64", testdata("recordings/cpp-x86_64"), "sysroot"],
    ["rust-x86_64", testdata("recordings/rust-x86_64"), "sysroot"],
    ["arm64", testdata("recordings/arm64"), "sysroot"],
    ["the same build", WALK, "same"],
    ["another build", WALK, "other"],
    ["a stripped build", WALK, "no-tables"],
  ] as const
) {
  Deno.test(`explainAddresses() gives every frame of ${name} what resolve() gives it`, async () => {
    const [raw, maps] = ["raw.folded", "maps"].map((file) =>
      Deno.readTextFileSync(`${folder}/${file}`)
    );
    const options = { maps: maps!, sysroot: `${folder}/${build}` };
    const lines = raw!.trimEnd().split("\n").map((line) => line.replace(/ \d+$/, "").split(";"));
    const addresses = [...new Set(lines.flat())].filter((frame) => /^0x/.test(frame));
    const framesOf = async (areReturnAddresses: boolean) => {
      const explained = await explain(addresses, raw!, { ...options, areReturnAddresses });
      return new Map(explained.map(({ input, frames }) => [input, frames.join(";")]));
    };
    const [leaves, callers] = [await framesOf(false), await framesOf(true)];
    const { output } = await resolveText(raw!, { ...options, merge: false });
    const wanted = output.trimEnd().split("\n").map((line) => line.replace(/ \d+$/, ""));
    const found = lines.map((frames) =>
      frames.map((frame, at) => (at < frames.length - 1 ? callers : leaves).get(frame) ?? frame)
        .join(";")
    );
    assertEquals(found, wanted);
  });
}

Deno.test("explainAddresses() looks a frame up in the role that it has in the recording", async () => {
  const folded = "a;0x7efd265d3127;0x7efd265d2588 3\nb;0x7efd265d3127 2\n0x7efd265d3127;c 4\n";
  const options = { maps: MAPS!, sysroot: `${WALK}/same` };
  const [caller, leaf, other] = await explain(
    ["7efd265d3127", "0x7efd265d2588", "0x7efd265d2525"],
    folded,
    options,
  );
  const roleOf = (explanation?: Explanation) => [
    explanation?.lookup.isReturnAddress,
    explanation?.recorded?.callerWeight,
    explanation?.recorded?.leafWeight,
  ];
  assertEquals(roleOf(caller), [true, 7, 2]);
  assertEquals(roleOf(leaf), [false, 0, 3]);
  assertEquals(roleOf(other), [false, 0, 0]);
  const [asked] = await explain(["0x7efd265d3127"], folded, {
    ...options,
    areReturnAddresses: false,
  });
  assertEquals(roleOf(asked), [false, 7, 2]);
});

Deno.test("explainAddresses() says what the recording shows of the image", async () => {
  const address = "0x7efd265d3127";
  const [same] = await explain([address], RAW!, { maps: MAPS!, sysroot: `${WALK}/same` });
  assertEquals(same?.frames, ["walk"]);
  assertEquals([same?.recorded?.evidence?.verdict, same?.recorded?.doubt], ["fits", ""]);
  assertEquals(same?.recorded?.evidence?.checked, 100);
  const wrong = { maps: MAPS!, sysroot: `${WALK}/other` };
  const [other] = await explain([address], RAW!, wrong);
  assertEquals(other?.failure?.reason, "file-differs");
  assertEquals(other?.recorded?.evidence?.verdict, "differs");
  assertEquals(other?.recorded?.doubt, other?.failure?.detail);
  const [trusted] = await explain([address], RAW!, { ...wrong, trustFiles: true });
  assertEquals([trusted?.failure, trusted?.recorded?.evidence?.verdict], [undefined, "differs"]);
});

Deno.test("explainAddresses() says which snapshot return addresses chose", async () => {
  const old = MAPS!.replaceAll(LIBRARY, "/opt/old/libwalk.so");
  const files = new MemoryFiles({
    [LIBRARY]: Deno.readFileSync(`${WALK}/same${LIBRARY}`),
    "/opt/old/libwalk.so": Deno.readFileSync(`${WALK}/other${LIBRARY}`),
  });
  const [explanation] = await explain(["0x7efd265d3127"], RAW!, { maps: [old, MAPS!], files });
  assertEquals(
    explanation?.contested?.map(({ snapshot, path, isChosen }) => [snapshot, path, isChosen]),
    [["maps 0", "/opt/old/libwalk.so", false], ["maps 1", LIBRARY, true]],
  );
  const [wrong, right] = explanation!.contested!;
  assertEquals([right!.returns, right!.calls], [100, 100]);
  assert(wrong!.calls < 0.2 * wrong!.returns, `${wrong!.calls} of ${wrong!.returns}`);
  assertEquals(explanation?.mapping?.snapshot, "maps 1");
  // Without a recording it is the first.
  const [first] = await explainText(["0x7efd265d3127"], { maps: [old, MAPS!], files });
  assertEquals(first?.contested?.map(({ isChosen, returns }) => [isChosen, returns]), [
    [true, 0],
    [false, 0],
  ]);
});

Deno.test("explainAddresses() says that return addresses chose the load bias", async () => {
  const { files, text } = twoTexts();
  const pages = [0, 0x4000].flatMap((copy) => [copy + FIRST, copy + SECOND]);
  const maps = pages.slice(1).map((page) => mapsLine(page, "r-xp")).join("");
  const hexOf = (value: number) => `0x${value.toString(16)}`;
  const second = text[1] + 0x4000;
  const folded = SECOND_CALLS.map((end) => `${hexOf(second + end)};leaf 1\n`).join("");
  const [explanation] = await explain([hexOf(second + SECOND_CALLS[0]!)], folded, { maps, files });
  assertEquals(explanation?.frames, ["second"]);
  assertEquals(
    explanation?.candidates?.map(({ loadBias, score, outcome }) => [loadBias, score, outcome]),
    [
      ["0x7f0000004000", 26, "chosen by evidence"],
      // The page that is left is the end of this copy, or the start of that one.
      ["0x7f0000002000", 26, "another copy"],
      ["0x7f0000000000", 13, "lost"],
      ["0x7f0000006000", 13, "lost"],
    ],
  );
  const [untold] = await explainText([hexOf(second)], { maps, files });
  assertEquals(untold?.failure?.reason, "ambiguous-base");
});

Deno.test("explainAddresses() explains the heaviest frames without a name if none is named", async () => {
  const folded = "0x10;0x7efd265d3127;0x7efd2640d305 5\n0x20;0x7efd2640d24a;leaf 3\n";
  const options = { maps: MAPS!, sysroot: `${WALK}/same` };
  const explanations = await explain([], folded, options);
  assertEquals(explanations.map(({ input, failure }) => [input, failure?.reason]), [
    ["0x10", "outside-mappings"],
    ["0x7efd2640d305", "file-not-found"],
  ]);
  assertEquals(await explainText([], options), []);
});

Deno.test("explainAddresses() checks vmlinux by the return addresses of the recording", async () => {
  const kernel = testdata("kernel/x86_64");
  const read = (name: string) => Deno.readTextFileSync(`${kernel}/${name}`);
  const slide = 0x1e000000n;
  const moved = (text: string) => `0x${(BigInt(`0x${text}`) + slide).toString(16)}`;
  const returns = read("returns").trimEnd().split("\n").map(moved);
  const folded = `app;${returns.join(";")};0xffffffff9f000010 1\n`;
  for (const [name, frame] of [["vmlinux", "account"], ["vmlinux-other", "[kernel]"]] as const) {
    const bytes = Deno.readFileSync(`${kernel}/${name}`);
    const [explanation] = await explain(["0xffffffff9f000010"], folded, {
      vmlinux: new MemorySource(name, bytes),
      kallsyms: readerOfBytes("kallsyms", bytesOf(read("kallsyms-start"))),
    });
    assertEquals(explanation?.frames, [frame]);
    const heaviest = await explain([], folded, {
      vmlinux: new MemorySource(name, bytes),
      kallsyms: readerOfBytes("kallsyms", bytesOf(read("kallsyms-start"))),
    });
    assertEquals(
      heaviest.map(({ failure }) => failure?.reason),
      name === "vmlinux" ? [] : ["kernel-mismatch"],
    );
  }
});

Deno.test("explainAddresses() takes a leaf to be of the snapshot that its stacks are of", async () => {
  const old = MAPS!.replaceAll(LIBRARY, "/opt/old/libwalk.so");
  const files = new MemoryFiles({
    [LIBRARY]: Deno.readFileSync(`${WALK}/same${LIBRARY}`),
    "/opt/old/libwalk.so": Deno.readFileSync(`${WALK}/other${LIBRARY}`),
  });
  const leaf = "0x7efd265d25c8";
  const folded = RAW!.replaceAll(/ 1$/gm, `;${leaf} 1`);
  for (const maps of [[old, MAPS!], [MAPS!, old]]) {
    const [explanation] = await explain([leaf], folded, { maps, files });
    assertEquals(explanation?.file?.path, LIBRARY);
    const chosen = explanation?.contested?.filter(({ isChosen }) => isChosen);
    assertEquals(chosen?.map(({ path }) => path), [LIBRARY]);
  }
});
