import { assertEquals } from "@std/assert";
import { parseRawFrame } from "../../lib/input/mod.ts";
import type { FrameLocation, UnresolvedReason } from "../../lib/profile/mod.ts";
import { FrameDescriber } from "../../lib/resolve/describe_frame.ts";
import { EXACT, RETURN } from "../../lib/resolve/frame_roles.ts";
import { OutputFrames } from "../../lib/resolve/output_frames.ts";
import type { CodePlace, Place } from "../../lib/resolve/place.ts";
import { RecordedFile } from "../../lib/resolve/recorded_file.ts";
import type { SpellOptions } from "../../lib/resolve/spell_frame.ts";
import type { FoundFunction } from "../../lib/symbols/mod.ts";

const PLAIN: SpellOptions = {
  unresolved: "offset",
  annotate: [],
  lines: false,
  imagePrefix: false,
};
const CODE: CodePlace = {
  kind: "code",
  file: new RecordedFile({ path: "/opt/app", deleted: false }),
  vaddr: 0x1234,
  lookupVaddr: 0x1233,
  loadBias: 0x7f0000000000,
  hasBuildId: false,
};
const FOUND: FoundFunction = {
  name: "work",
  start: 0x1200,
  position: { file: "/src/app/work.c", line: 12, column: 3 },
  inlined: [
    { name: "add", position: { file: "../add.h", line: 7, column: 0 } },
    { name: "", position: undefined },
  ],
};
const ADDRESS = parseRawFrame("0x7f0000001234");

function kernelWithout(reason: UnresolvedReason) {
  return { failure: { reason, detail: "" }, namesFrom: [] };
}

function outputOf(
  rows: readonly (readonly [Place, FoundFunction | undefined])[],
  options: Partial<SpellOptions> = {},
  describer?: FrameDescriber,
): OutputFrames {
  const spell = (name: string) => name.replace("_Z4work", "work");
  const output = new OutputFrames(spell, { ...PLAIN, ...options }, describer);
  for (const [place, found] of rows) output.add(() => "0x7f0000001234", ADDRESS, place, found);
  return output;
}

function textsOf(output: OutputFrames): string[] {
  return output.numbers.map((frame) => output.table.textOf(frame));
}

Deno.test("OutputFrames.add() puts inlined functions behind the one that has them", () => {
  const output = outputOf([[CODE, { ...FOUND, name: "_Z4work" }], [CODE, {
    ...FOUND,
    inlined: [],
  }]]);
  assertEquals(textsOf(output), ["work", "add", "[inlined]", "work"]);
  assertEquals(output.starts, [0, 3, 4]);
  assertEquals(output.numbers, [0, 1, 2, 0]);
  assertEquals(output.isExpanding, true);
});

Deno.test("OutputFrames.addUnused() gives a key no frames", () => {
  const output = outputOf([[CODE, { name: "a", start: 0 }]]);
  output.addUnused();
  output.add(() => "main", { kind: "name" }, { kind: "name" }, undefined);
  assertEquals(textsOf(output), ["a", "main"]);
  assertEquals(output.starts, [0, 1, 1, 2]);
  assertEquals(output.isExpanding, false);
});

Deno.test("OutputFrames.add() annotates inlined functions on request", () => {
  const output = outputOf([[CODE, FOUND]], { annotate: ["inline"] });
  assertEquals(textsOf(output), ["work", "add_[i]", "[inlined]_[i]"]);
});

Deno.test("OutputFrames.add() writes lines so that nothing takes the frame for Java", () => {
  const texts = textsOf(outputOf([[CODE, FOUND]], { lines: true }));
  assertEquals(texts, ["[work.c:12] work", "[add.h:7] add", "[inlined]"]);
  const unknown = textsOf(outputOf([[CODE, { name: "", start: 0x1200 }]], { lines: true }));
  assertEquals(unknown, ["[app+0x1200]"]);
  const noLine = { ...FOUND, inlined: [], position: { file: "a.S", line: 0, column: 0 } };
  assertEquals(textsOf(outputOf([[CODE, noLine]], { lines: true })), ["[a.S] work"]);
});

Deno.test("OutputFrames.add() writes the file in front of names if that is wanted", () => {
  const kernel: Place = { kind: "kernel", lookupAddress: -1 };
  const rows = [[CODE, FOUND], [CODE, undefined], [kernel, { name: "do_exit", start: 0 }]] as const;
  assertEquals(textsOf(outputOf(rows, { imagePrefix: true })), [
    "[app] work",
    "[app] add",
    "[app] [inlined]",
    "[app+0x1234]",
    "do_exit",
  ]);
  const both = textsOf(outputOf(rows, { imagePrefix: true, lines: true }));
  assertEquals(both.slice(0, 2), ["[app work.c:12] work", "[app add.h:7] add"]);
});

Deno.test("OutputFrames.add() describes each frame if that is wanted", () => {
  const output = outputOf(
    [[CODE, FOUND], [CODE, FOUND]],
    {},
    new FrameDescriber(kernelWithout("kernel")),
  );
  assertEquals(output.numbers, [0, 1, 2, 3, 4, 5]);
  const [work, add, unknown, again] = output.details!;
  assertEquals([work!.kind, add!.kind, unknown!.kind], ["native", "inlined", "inlined"]);
  assertEquals([work!.address, add!.address], [0x7f0000001234, 0x7f0000001234]);
  assertEquals(work!.vaddr, 0x1234);
  assertEquals([work!.position, add!.position], [FOUND.position, FOUND.inlined![0]!.position]);
  assertEquals(work!.reason, undefined);
  assertEquals(work!.file?.path, "/opt/app");
  assertEquals(work!.file === again!.file, true);
});

Deno.test("FrameDescriber.describe() says what each kind of place is, and why it has no name", () => {
  const places: Place[] = [
    { kind: "name" },
    { kind: "kernel", lookupAddress: -1 },
    { kind: "generated", name: "f" },
    {
      kind: "missing",
      reason: "file-not-found",
      detail: "",
      image: "/lib/y.so",
      label: "[y.so@0x12]",
      shortLabel: "[y.so]",
    },
  ];
  const describer = new FrameDescriber(kernelWithout("kernel-hidden"));
  const details = places.map((place) => describer.describe(ADDRESS, place, undefined));
  assertEquals(details.map(({ kind }) => kind), ["name", "kernel", "jit", "native"]);
  assertEquals(details.map(({ file }) => file?.path), [
    undefined,
    "[kernel]",
    "[jit]",
    "/lib/y.so",
  ]);
  assertEquals(details.map(({ reason }) => reason), [
    undefined,
    "kernel-hidden",
    "kernel-hidden",
    "file-not-found",
  ]);
});

Deno.test("FrameDescriber.describe() says what is a return address, and where its function begins", () => {
  const describer = new FrameDescriber(kernelWithout("kernel"));
  const caller = describer.describe(ADDRESS, CODE, FOUND, RETURN);
  assertEquals([caller.isReturnAddress, caller.functionStart], [true, 0x1200]);
  assertEquals(caller.file?.loadBias, 0x7f0000000000);
  assertEquals(describer.describeInlined(caller, FOUND.inlined![0]!).isReturnAddress, true);
  assertEquals("isReturnAddress" in describer.describe(ADDRESS, CODE, FOUND, EXACT), false);
  // A signal handler begins where its frame says, which no call led to.
  const handler = describer.describe(ADDRESS, CODE, { ...FOUND, start: CODE.vaddr }, RETURN);
  assertEquals("isReturnAddress" in handler, false);
  const name = describer.describe({ kind: "name" }, { kind: "name" }, undefined, RETURN);
  assertEquals("isReturnAddress" in name, false);
});

Deno.test("FrameDescriber.describe() knows the mapping and the build-id of a missing file", () => {
  const describer = new FrameDescriber(kernelWithout("kernel"));
  const missing: Place = {
    kind: "missing",
    reason: "file-not-found",
    detail: "",
    image: "/lib/y.so",
    label: "[y.so@0x2012]",
    shortLabel: "[y.so]",
    mapping: MAPPING,
    buildId: "abcd",
  };
  const { file, isReturnAddress } = describer.describe(ADDRESS, missing, undefined, RETURN);
  assertEquals(file, {
    path: "/lib/y.so",
    buildId: "abcd",
    start: MAPPING.start,
    end: MAPPING.end,
    fileOffset: 0x2000,
  });
  assertEquals(isReturnAddress, true);
});

const MAPPING = {
  start: 0x7f0000001000,
  end: 0x7f0000002000,
  readable: true,
  writable: false,
  executable: true,
  fileOffset: 0x2000,
  device: "00:00",
  inode: 0,
  path: "/lib/y.so",
  deleted: false,
};

Deno.test("OutputFrames.copies counts functions that are inlined into themselves", () => {
  const inlinedOf = (...names: string[]) => names.map((name) => ({ name, position: undefined }));
  const output = outputOf([
    [CODE, { ...FOUND, inlined: inlinedOf("work", "work", "add", "work") }],
    [CODE, { ...FOUND, inlined: inlinedOf("add", "work") }],
    [CODE, undefined],
  ]);
  const merged = { ...ADDRESS, inlined: ["add"] } as FrameLocation;
  output.add(() => "", merged, CODE, { ...FOUND, inlined: inlinedOf("work") });
  assertEquals(output.copies, [3, 1, 1, 1]);
});
