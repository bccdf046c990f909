import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { readBpftrace, type ReadRecordingOptions } from "../../lib/input/mod.ts";
import {
  linesOf,
  locationOf,
  readText,
  recorderFile,
  samplesOf,
  weightOf,
} from "../support/recording_text.ts";

const read = (text: string, options?: ReadRecordingOptions) =>
  readText(readBpftrace, text, options);

Deno.test("readBpftrace() gives stacks root first, other parts of the key in front", async () => {
  const text = linesOf(
    "Attaching 2 probes...",
    "",
    "@[",
    "    0x7f0000001234",
    "    0x401136",
    ", my app, 12]: 3",
  );
  assertEquals(samplesOf(await read(text)), ["my app;12;0x401136;0x7f0000001234 3"]);
});

Deno.test("readBpftrace() reads parts of the key in front of the stack", async () => {
  const text = linesOf("@[app, 12, ", "    0x401136", "]: 3", "@[b, ", "    0x401136", ", 7]: 4");
  assertEquals(samplesOf(await read(text)), ["app;12;0x401136 3", "b;7;0x401136 4"]);
});

Deno.test("readBpftrace() takes the only number in the key for the process", async () => {
  const text = linesOf("@[12, app, ", "    0x401136", "]: 3", "@[b, ", "    0x401136", "]: 4") +
    linesOf("@[1, 2, ", "    0x401136", "]: 5");
  assertEquals([...(await read(text)).profile.processes!], [12, -1, -1]);
});

Deno.test("readBpftrace() puts the kernel's stack above the user's", async () => {
  const text = linesOf(
    "@[",
    "    do_syscall_64+70",
    "    entry_SYSCALL_64_after_hwframe+118",
    ", ",
    "    0x7f0000001234",
    "    0x401136",
    ", app]: 3",
  );
  assertEquals(samplesOf(await read(text)), [
    "app;0x401136;0x7f0000001234;entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k] 3",
  ]);
});

Deno.test("readBpftrace() puts it there too if the user's was asked for first", async () => {
  const text = linesOf("@[", "401136", ", ", "ffffffff8158e3e1", ", app]: 3");
  assertEquals(samplesOf(await read(text)), ["app;0x401136;0xffffffff8158e3e1 3"]);
});

Deno.test("readBpftrace() reads the kernel's stacks as perf writes them, without files", async () => {
  const text = linesOf(
    "@[",
    "\tffffffff815ec9d3 handle_mm_fault+211",
    "\tffffffffc0123456 f",
    "]: 3",
  );
  const recording = await read(text);
  const [stack] = samplesOf(recording);
  const frame = "0xffffffff815ec9d3 handle_mm_fault ([kernel.kallsyms])";
  assertEquals(stack, `0xffffffffc0123456 f ([kernel.kallsyms]);${frame} 3`);
  assertEquals(locationOf(recording, frame), {
    kind: "address",
    address: -0x7ea1362d,
    bare: false,
    perfModule: "",
    symbol: "handle_mm_fault",
    annotation: "",
  });
});

Deno.test("readBpftrace() reads each mode of stacks", async () => {
  const text = linesOf(
    "@[",
    "    main+12",
    "    operator delete[](void*)+7",
    "    0x401136",
    "401138",
    "\t5649feec4090 readline+0 (/home/b/bash)",
    "\t7fc512345678 0x7fc512345678 ([unknown])",
    "    d4f2d9a8f6cde0c7e5a2b1908f7e6d5c4b3a2918 0x1c4b5",
    "    [inlined] compute@sum.c:9",
    "    run+37@/src/sum.c:14",
    "]: 1",
  );
  const recording = await read(text);
  assertEquals(samplesOf(recording), [
    "run;compute_[i];d4f2d9a8f6cde0c7e5a2b1908f7e6d5c4b3a2918 0x1c4b5;0x7fc512345678;" +
    "0x5649feec4090 readline (/home/b/bash);0x401138;0x401136;operator delete[](void*);main 1",
  ]);
  assertEquals(locationOf(recording, "0x5649feec4090 readline (/home/b/bash)"), {
    kind: "address",
    address: 0x5649feec4090,
    bare: false,
    perfModule: "",
    symbol: "readline",
    annotation: "",
  });
  const buildId = locationOf(recording, "d4f2d9a8f6cde0c7e5a2b1908f7e6d5c4b3a2918 0x1c4b5");
  assertEquals(buildId?.kind, "fileOffset");
});

Deno.test("readBpftrace() keeps the weight of entries whose stack is empty", async () => {
  const text = linesOf("@[, app]: 5", "@[", "    0x401136", ", app]: 3", "@[]: 2");
  assertEquals(samplesOf(await read(text)), ["app;0x401136 3", "app 5", "[unknown] 2"]);
});

Deno.test("readBpftrace() leaves out maps without stacks", async () => {
  const text = linesOf("@calls[app]: 5", "@total: 7", "@x[", "    0x401136", "]: 3");
  const recording = await read(text);
  assertEquals(samplesOf(recording), ["0x401136 3"]);
  assertEquals(recording.profile.skipped, { comments: 2, invalid: 0, firstInvalid: undefined });
});

const TWO_MAPS = linesOf("@a[", "    0x401136", "]: 3", "@b[", "    0x401138", "]: 4");

Deno.test("readBpftrace() reads the first map with stacks, and says so", async () => {
  const recording = await read(TWO_MAPS);
  assertEquals(samplesOf(recording), ["0x401136 3"]);
  assertEquals(recording.notes, [
    "Read the stacks of the map @a only, not of @b: --event NAME chooses",
  ]);
});

Deno.test("readBpftrace() says which maps there are if there is none that is asked for", async () => {
  const { failure, notes } = await read(TWO_MAPS, { event: "c" });
  const message = 'Cannot find the event "@c" of "test": there is @a, @b';
  assertEquals([failure?.message, notes], [message, []]);
});

for (const event of ["b", "@b"]) {
  Deno.test(`readBpftrace() reads the map ${event} if that is asked for`, async () => {
    assertEquals(samplesOf(await read(TWO_MAPS, { event })), ["0x401138 4"]);
  });
}

Deno.test("readBpftrace() reads JSON", async () => {
  const text = linesOf(
    '{"type": "attached_probes", "data": {"probes": 2}}',
    "",
    '{"type": "map", "data": {"@": {"\\n    0x7f0000001234\\n    0x401136\\n,app,12": 3, ",app,13": 1}}}',
    '{"type": "map", "data": {"@total": 3}}',
    '{"type": "stats", "data": {"@s": {"\\n    0x401136\\n": {"count": 1}}}}',
  );
  assertEquals(samplesOf(await read(text)), [
    "app;12;0x401136;0x7f0000001234 3",
    "app;13 1",
  ]);
});

Deno.test("readBpftrace() takes the total of stats()", async () => {
  const text = linesOf("@[", "    0x401136", "]: count 3, average 4, total 12") +
    '{"type": "map", "data": {"@": {"\\n    0x401138\\n": {"count": 3, "total": 9}}}}\n';
  assertEquals(samplesOf(await read(text)), ["0x401136 12", "0x401138 9"]);
});

for (
  const [title, lines, line, shown, detail] of [
    [
      "values that are no counts",
      ["@[", "    0x401136", "]: (1, 2)"],
      1,
      "@[..]: (1, 2)",
      "its value is no whole number",
    ],
    ["a key that is cut", ["@[", "    0x401136"], 1, "@[", "its key has no end"],
    [
      "a key that is cut by another",
      ["@[", "@[", "    0x401136", "]: 3"],
      1,
      "@[",
      "its key has no end",
    ],
    ["other lines", ["what is this"], 1, "what is this", "no entry of a bpftrace map"],
  ] as const
) {
  Deno.test(`readBpftrace() counts ${title}`, async () => {
    const { skipped } = (await read(linesOf(...lines))).profile;
    assertEquals(skipped.firstInvalid, { source: "test", line, text: shown, detail });
  });
}

Deno.test("readBpftrace() refuses to weigh by something else", async () => {
  await assertRejects(
    () => read("", { weight: "period" }),
    FormatError,
    'Cannot find the weight "period" of "test": there is samples',
  );
});

/** The counts at the ends of the entries of a map, as they stand in the file. */
function countsIn(text: string, map: string): number {
  let sum = 0;
  let isIn = false;
  for (const line of text.split("\n")) {
    isIn ||= line.startsWith(`${map}[`);
    const count = /\]: (\d+)$/.exec(line)?.[1];
    if (count === undefined) continue;
    if (isIn) sum += Number(count);
    isIn = false;
  }
  return sum;
}

for (const [name, map] of [["default", "@"], ["perf", "@"], ["several", "@stacks"]] as const) {
  Deno.test(`readBpftrace() keeps the weight of ${name}.txt`, async () => {
    const bytes = recorderFile(`bpftrace/${name}.txt`);
    const recording = await readText(readBpftrace, bytes);
    assertEquals(weightOf(recording), countsIn(new TextDecoder().decode(bytes), map));
    assertEquals(recording.profile.skipped.invalid, 0);
  });
}

for (const [map, comma] of [["@", ","], ["@both", ","]] as const) {
  Deno.test(`readBpftrace() reads the map ${map} of json.txt`, async () => {
    const bytes = recorderFile("bpftrace/json.txt");
    const recording = await readText(readBpftrace, bytes, { event: map });
    const line = new TextDecoder().decode(bytes).split("\n")
      .find((text) => text.includes(`"data": {"${map}":`))!;
    const entries: Record<string, number> = JSON.parse(line).data[map];
    assertEquals(weightOf(recording), Object.values(entries).reduce((a, b) => a + b));
    const [key] = Object.keys(entries).filter((one) => one.includes("\n"));
    const leaf = key!.split("\n").find((text) => text.trim() !== "" && !text.startsWith(comma))!;
    const address = /0x[0-9a-f]+/.exec(leaf)?.[0];
    if (address === undefined) return;
    assertEquals(samplesOf(recording).some((one) => one.includes(`${address} `)), true);
  });
}

Deno.test("readBpftrace() reads what the documentation shows", async () => {
  const raw = await readText(readBpftrace, recorderFile("documented/bpftrace-raw.txt"));
  assertEquals(samplesOf(raw), [
    "prism;0x55d3758008ad;0x7f696e7c71f5;0xffffffff81000c82;0xffffffff8158e3e1 3",
    "prism;0x55d375807703;0x7f696e7c71f5 4",
  ]);
  const ids = await readText(readBpftrace, recorderFile("documented/bpftrace-build-id.txt"));
  const buildId = "d4f2d9a8f6cde0c7e5a2b1908f7e6d5c4b3a2918";
  assertEquals(samplesOf(ids), [
    `bash;${buildId} 0x2f0;0x7f572d91b230;${buildId} 0x1c4b5 5`,
  ]);
  const lines = await readText(readBpftrace, recorderFile("documented/bpftrace-lines.txt"));
  assertEquals(samplesOf(lines), ["main;run;compute_[i] 2"]);
  assertEquals(lines.profile.skipped.invalid, 0);
});
