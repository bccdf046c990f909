import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { readPerfScript, type ReadRecordingOptions } from "../../lib/input/mod.ts";
import {
  linesOf,
  locationOf,
  readText,
  recorderFile,
  samplesOf,
} from "../support/recording_text.ts";

const read = (text: string, options?: ReadRecordingOptions) =>
  readText(readPerfScript, text, options);

const HEADER = "app 10/11 1.5:     250 cycles: ";
const MMAP = (pid: number, start: string, path: string) =>
  `app ${pid}/${pid} 1.0: PERF_RECORD_MMAP2 ${pid}/${pid}: [0x${start}(0x1000) @ 0x2000 fe:00 7 8]:` +
  ` r-xp ${path}`;

Deno.test("readPerfScript() gives stacks root first below the name of the thread", async () => {
  const text = linesOf(
    HEADER,
    "\t    7f0000001234 leaf+0x4 (/lib/x.so)",
    "\t          401136 main+0x16 (/bin/app)",
    "",
    HEADER,
    "\t          401136 main+0x16 (/bin/app)",
    "",
  );
  assertEquals(samplesOf(await read(text)), [
    "app;401136 main+0x16 (/bin/app);7f0000001234 leaf+0x4 (/lib/x.so) 1",
    "app;401136 main+0x16 (/bin/app) 1",
  ]);
});

Deno.test("readPerfScript() reads what a frame says", async () => {
  const text = linesOf(
    HEADER,
    "\t    7f0000001234 operator()(int, char) const+0x4 (/lib/x y.so (deleted))",
    "\tffffffff815e1d13 set_ptes.isra.0+0x3 ([kernel.kallsyms])",
    "\t               0 [unknown] ([unknown])",
    "\t    7f0000001238",
    "\t    7f000000123c  (/lib/x.so+0x1c4b5)",
    "\t    7f0000001240 sym",
  );
  const recording = await read(text);
  const base = { kind: "address", bare: false, annotation: "" } as const;
  const frames: [string, object][] = [
    ["7f0000001234 operator()(int, char) const+0x4 (/lib/x y.so (deleted))", {
      address: 0x7f0000001234,
      perfModule: "/lib/x y.so",
      symbol: "operator()(int, char) const",
    }],
    ["ffffffff815e1d13 set_ptes.isra.0+0x3 ([kernel.kallsyms])", {
      address: -0x7ea1e2ed,
      perfModule: "",
      symbol: "set_ptes.isra.0",
    }],
    ["0 [unknown] ([unknown])", { address: 0, perfModule: "", symbol: "" }],
    ["7f0000001238", { address: 0x7f0000001238, perfModule: "", symbol: "" }],
    ["7f000000123c (/lib/x.so+0x1c4b5)", {
      address: 0x7f000000123c,
      perfModule: "/lib/x.so",
      symbol: "",
    }],
    ["7f0000001240 sym", { address: 0x7f0000001240, perfModule: "", symbol: "sym" }],
  ];
  for (const [frame, wanted] of frames) {
    assertEquals(locationOf(recording, frame) as object, { ...base, ...wanted }, frame);
  }
});

Deno.test("readPerfScript() adds up samples with the same stack", async () => {
  const sample = linesOf(HEADER, "\t 7f0000001234 f (/lib/x.so)", "");
  assertEquals(samplesOf(await read(sample.repeat(3))), ["app;7f0000001234 f (/lib/x.so) 3"]);
  assertEquals((await read(sample.repeat(3), { merge: false })).profile.samples.size, 3);
});

Deno.test("readPerfScript() keeps stacks of different processes apart", async () => {
  const sample = (pid: number) =>
    linesOf(`app ${pid}/${pid} 1.5: cycles:`, "\t 7f0000001234 f (/lib/x.so)", "");
  const { profile } = await read(sample(10) + sample(20) + sample(10));
  assertEquals([...profile.processes!], [10, 20]);
  assertEquals([profile.samples.weightOf(0), profile.samples.weightOf(1)], [2, 1]);
});

for (
  const [roots, root] of [
    ["comm", "my_app"],
    ["comm-pid", "my_app-10"],
    ["comm-pid/tid", "my_app-10/11"],
  ] as const
) {
  Deno.test(`readPerfScript() writes ${roots} at the root`, async () => {
    const text = linesOf("my app 10/11 1.5: cycles:", "\t 7f0000001234 f (/lib/x.so)");
    assertEquals(samplesOf(await read(text, { roots })), [`${root};7f0000001234 f (/lib/x.so) 1`]);
  });
}

Deno.test("readPerfScript() does not make up a process for a thread", async () => {
  const text = linesOf("app 11 1.5: cycles:", "\t 7f0000001234 f (/lib/x.so)");
  const recording = await read(text, { roots: "comm-pid/tid" });
  assertEquals(samplesOf(recording), ["app-?/11;7f0000001234 f (/lib/x.so) 1"]);
  assertEquals(recording.profile.processes, undefined);
});

Deno.test("readPerfScript() weighs by periods on request", async () => {
  const sample = linesOf(HEADER, "\t 7f0000001234 f (/lib/x.so)", "");
  const recording = await read(sample.repeat(2), { weight: "period" });
  assertEquals(samplesOf(recording), ["app;7f0000001234 f (/lib/x.so) 500"]);
});

Deno.test("readPerfScript() counts samples without a period as lines that cannot be read", async () => {
  const text = linesOf("app 10/11 1.5: cycles:", "\t 7f0000001234 f (/lib/x.so)", "");
  const { skipped } = (await read(text, { weight: "period" })).profile;
  assertEquals(skipped.firstInvalid, {
    source: "test",
    line: 1,
    text: "app 1.5",
    detail: "no period: print it with perf script -F +period",
  });
});

Deno.test("readPerfScript() refuses a weight that perf does not have", async () => {
  await assertRejects(
    () => read("", { weight: "bytes" }),
    FormatError,
    'Cannot find the weight "bytes" of "test": there is samples, period',
  );
});

const TWO_EVENTS = linesOf(
  "app 10/10 1.5: cycles: ",
  "\t 7f0000001234 f (/lib/x.so)",
  "",
  "app 10/10 1.6: faults: ",
  "\t 7f0000001238 g (/lib/x.so)",
  "",
);

Deno.test("readPerfScript() reads the first of several events, and says so", async () => {
  const recording = await read(TWO_EVENTS);
  assertEquals(samplesOf(recording), ["app;7f0000001234 f (/lib/x.so) 1"]);
  assertEquals(recording.notes, [
    'Read the samples of the event "cycles" only, not of "faults": --event NAME chooses',
  ]);
});

Deno.test("readPerfScript() says which events there are if there is none that is asked for", async () => {
  const { failure, notes } = await read(TWO_EVENTS, { event: "cycle" });
  const message = 'Cannot find the event "cycle" of "test": there is cycles, faults';
  assertEquals([failure?.message, notes], [message, []]);
});

Deno.test("readPerfScript() reads the event that is asked for", async () => {
  const recording = await read(TWO_EVENTS, { event: "faults" });
  assertEquals(samplesOf(recording), ["app;7f0000001238 g (/lib/x.so) 1"]);
});

// perf script -F +srccode: the source of the leaf behind the blank line, once where it stays the same.
Deno.test("readPerfScript() leaves out the code of source lines", async () => {
  const text = linesOf(
    HEADER,
    "\t    7f0000001234 leaf+0x4 (/lib/x.so)",
    "",
    "|3        int leaf(int n) { return n; } // 12.5 ms: why",
    HEADER,
    "\t          401136 main+0x16 (/bin/app)",
    "",
    "|12345678 \tPERF_RECORD_MMAP2",
    "|4",
    "|3 15634 10/11 1.5: 250 cycles: ",
    "\t          401136 main+0x16 (/bin/app)",
    "",
  );
  const recording = await read(text);
  assertEquals(samplesOf(recording), [
    "app;7f0000001234 leaf+0x4 (/lib/x.so) 1",
    "app;401136 main+0x16 (/bin/app) 1",
    "|3_15634;401136 main+0x16 (/bin/app) 1",
  ]);
  assertEquals(recording.profile.skipped, { comments: 3, invalid: 0, firstInvalid: undefined });
});

Deno.test("readPerfScript() leaves out source lines, also between the functions of one address", async () => {
  const text = linesOf(
    HEADER,
    "\t    7f0000001234 inner (inlined)",
    "  x.c:12",
    "\t    7f0000001234 outer+0x4 (/lib/x.so)",
    "  x.c:7",
    "\tffffffff815e1d13 set_ptes ([kernel.kallsyms])",
    "  [kernel.kallsyms][ffffffff815e1d13]",
  );
  const recording = await read(text);
  assertEquals(samplesOf(recording), [
    "app;ffffffff815e1d13 set_ptes ([kernel.kallsyms]);7f0000001234 outer+0x4 (/lib/x.so) inlines inner 1",
  ]);
  assertEquals(recording.profile.skipped.invalid, 0);
});

Deno.test("readPerfScript() knows the kernel's frames by its files, too", async () => {
  const text = linesOf(
    HEADER,
    "\t          4e85d9 ext4_file_read_iter (/lib/modules/4.13.0-rc1/build/vmlinux)",
    "\t            1234 [unknown] (/lib/modules/6.1/kernel/fs/ext4/ext4.ko.xz)",
    "\tffffffff815e1d13 set_ptes (/usr/lib/debug/boot/vmlinux-6.1)",
    "\t           7afe0 _IO_file_read (/lib/x86_64-linux-gnu/libc-2.24.so)",
  );
  assertEquals(samplesOf(await read(text)), [
    "app;7afe0 _IO_file_read (/lib/x86_64-linux-gnu/libc-2.24.so);" +
    "ffffffff815e1d13 set_ptes (/usr/lib/debug/boot/vmlinux-6.1);[kernel]_[k];" +
    "ext4_file_read_iter_[k] 1",
  ]);
});

Deno.test("readPerfScript() reads samples of one frame a line, with padded names", async () => {
  const text = linesOf(
    "           app    11 1.5:     250 cycles:      7f0000001234 f+0x1 (/lib/x.so)",
    "           app    11 1.6:     250 cycles:      7f0000001234 f+0x1 (/lib/x.so)",
    "             b    12 1.7:     250 cycles:  ffffffff815e1d13 g ([kernel.kallsyms])",
  );
  assertEquals(samplesOf(await read(text)), [
    "app;7f0000001234 f+0x1 (/lib/x.so) 2",
    "b;ffffffff815e1d13 g ([kernel.kallsyms]) 1",
  ]);
});

Deno.test("readPerfScript() reads stacks without a first line, and with a name only", async () => {
  const text = linesOf("\t 7f0000001234 f", "\t 7f0000001238 g", "", "app ", "\t 7f0000001234 f");
  assertEquals(samplesOf(await read(text)), [
    "7f0000001238 g;7f0000001234 f 1",
    "app;7f0000001234 f 1",
  ]);
});

Deno.test("readPerfScript() reads stacks of names", async () => {
  const text = linesOf(HEADER, "\tleaf+0x12 (/lib/x.so)", "\tmain", "\t[unknown] (/lib/y.so)");
  assertEquals(samplesOf(await read(text)), ["app;[y.so];main;leaf 1"]);
});

Deno.test("readPerfScript() keeps the weight of a sample without a stack", async () => {
  const recording = await read(linesOf("app 10/11 1.5: cycles:", "", HEADER, "\t 7f0000001234 f"));
  assertEquals(samplesOf(recording), ["app 1", "app;7f0000001234 f 1"]);
});

Deno.test("readPerfScript() counts other lines, and shows the first", async () => {
  const recording = await read(
    linesOf(HEADER, "\t 7f0000001234 f", "", "what is this", "and this"),
  );
  assertEquals(recording.profile.skipped, {
    comments: 0,
    invalid: 2,
    firstInvalid: {
      source: "test",
      line: 4,
      text: "what is this",
      detail: "no sample, frame or event of perf script",
    },
  });
});

Deno.test("readPerfScript() makes maps of mmap events, one for each process", async () => {
  const text = linesOf(
    "swapper 0/0 0.000000: PERF_RECORD_MMAP -1/0: [0xffffffff81000000(0x120bb08) @ 0xffffffff81000000]: x [kernel.kallsyms]_text",
    MMAP(10, "401000", "/bin/app"),
    MMAP(20, "401000", "/bin/other app"),
    "app 10/10 1.1: PERF_RECORD_MMAP2 10/10: [0x7f0000000000(0x2000) @ 0 <0123456789abcdef>]: r-xp /lib/x.so",
    "app 10/10 1.1: PERF_RECORD_MMAP 10/10: [0x7f0000010000(0x2000) @ 0x3000]: x /lib/old.so",
    HEADER,
    "\t 401136 f (/bin/app)",
  );
  const { maps, buildIds, profile } = await read(text);
  assertEquals(maps, [
    {
      process: 10,
      text: "00401000-00402000 r-xp 00002000 fe:00 7 /bin/app\n" +
        "7f0000000000-7f0000002000 r-xp 00000000 00:00 0 /lib/x.so\n" +
        "7f0000010000-7f0000012000 r-xp 00003000 00:00 0 /lib/old.so\n",
    },
    { process: 20, text: "00401000-00402000 r-xp 00002000 fe:00 7 /bin/other app\n" },
  ]);
  assertEquals([...buildIds], [["/lib/x.so", "0123456789abcdef"]]);
  assertEquals([...profile.processes!], [10]);
});

Deno.test("readPerfScript() takes a program that another one ran for another process", async () => {
  const sample = (time: string) => linesOf(`app 20/20 ${time}: cycles:`, "\t 401136 f", "");
  const text = linesOf(
    MMAP(10, "401000", "/bin/sh"),
    "sh 10/10 1.1: PERF_RECORD_FORK(20:20):(10:10)",
  ) + sample("1.2") + linesOf(
    "app 20/20 1.3: PERF_RECORD_COMM exec: app:20/20",
  ) + sample("1.35").replace("401136", "401140") + linesOf(
    MMAP(20, "501000", "/bin/app"),
  ) + sample("1.4");
  const { maps, profile } = await read(text);
  const [before, starting, after] = profile.processes!;
  assertEquals(maps.map(({ process, text }) => [process, text.split(" ").at(-1)]), [
    [10, "/bin/sh\n"],
    [before, "/bin/sh\n"],
    [after, "/bin/app\n"],
  ]);
  assertEquals([before, starting, after], [20, 20, 20 + (1 << 22)]);
});

Deno.test("readPerfScript() knows the process of a thread that was forked", async () => {
  const text = linesOf(
    MMAP(10, "401000", "/bin/a"),
    MMAP(20, "401000", "/bin/b"),
    "b 20/20 1.1: PERF_RECORD_FORK(20:21):(20:20)",
    "b 21 1.5: cycles:",
    "\t 401136 f",
    "",
    "c 99 1.5: cycles:",
    "\t 401136 f",
  );
  assertEquals([...(await read(text)).profile.processes!], [20, -1]);
});

Deno.test("readPerfScript() gives threads to the only process that is mapped", async () => {
  const text = linesOf(MMAP(10, "401000", "/bin/a"), "a 11 1.5: cycles:", "\t 401136 f");
  assertEquals([...(await read(text)).profile.processes!], [10]);
});

Deno.test("readPerfScript() says which mappings of a process are which", async () => {
  const { maps, profile } = await read(linesOf(
    MMAP(10, "401000", "/opt/a.so").replace(/\S+: PERF/, "1.25: PERF"),
    MMAP(10, "401000", "/opt/b.so").replace(/\S+: PERF/, "1.5: PERF"),
    // As with -F without time.
    MMAP(10, "401000", "/opt/c.so").replace(/\S+: PERF/, "PERF"),
    "a 11 cycles:",
    "\t 401136 f",
  ));
  assertEquals(maps.map(({ process, label, text }) => [process, label, text.split(" ").at(-1)]), [
    [10, "until /opt/b.so was mapped at 1.5 s", "/opt/a.so\n"],
    [10 + (1 << 22), "until /opt/c.so was mapped", "/opt/b.so\n"],
    [10 + 2 * (1 << 22), "at the end", "/opt/c.so\n"],
  ]);
  // It is the only process all the same.
  assertEquals([...profile.processes!], [10 + 2 * (1 << 22)]);
});

Deno.test("readPerfScript() says which program a process ran after another, and until when", async () => {
  const { maps } = await read(linesOf(
    MMAP(10, "401000", "/bin/sh"),
    "app 10/10 1.3: PERF_RECORD_COMM exec: app:10/10",
    MMAP(10, "401000", "/opt/a.so").replace(/\S+: PERF/, "1.25: PERF"),
    MMAP(10, "401000", "/opt/b.so").replace(/\S+: PERF/, "1.5: PERF"),
    MMAP(10, "401000", "/opt/a.so").replace(/\S+: PERF/, "1.75: PERF"),
    HEADER,
    "\t 401136 f (/bin/app)",
  ));
  assertEquals(maps.map(({ label, text }) => [label, text.split(" ").at(-1)]), [
    ["program 1", "/bin/sh\n"],
    ["program 2, at the end", "/opt/a.so\n"],
    ["program 2, until /opt/a.so was mapped at 1.75 s", "/opt/b.so\n"],
  ]);
});

Deno.test("readPerfScript() reads what perf wrote", async () => {
  const recording = await readText(readPerfScript, recorderFile("perf/named.txt"));
  assertEquals(recording.profile.skipped.invalid, 0);
  assertEquals(recording.maps.length, 1);
  assertMatch(
    recording.maps[0]!.text,
    /^[0-9a-f]+-[0-9a-f]+ r-xp 00002000 .* \/opt\/cpp-demo\/bin\/prism$/m,
  );
  assertEquals(recording.returnAddresses, "callers");
  const threads = new Set(samplesOf(recording).map((line) => line.split(";")[0]));
  assertEquals(threads.isSupersetOf(new Set(["encode", "render-0", "render-1"])), true);
});

for (
  const [empty, all, isNoted] of [[20, 20, true], [19, 20, true], [18, 20, false], [19, 19, false]]
) {
  const does = isNoted ? "says" : "does not say";
  Deno.test(`readPerfScript() ${does} that ${empty} of ${all} samples have no frames`, async () => {
    const samples = Array.from(
      { length: Number(all) },
      (_, at) =>
        linesOf(HEADER, ...at < Number(empty) ? [] : ["\t 7f0000001234 f (/lib/x.so)"], ""),
    );
    const note =
      `${empty} of ${all} samples have no frames: a recording of --call-graph dwarf has ` +
      "to be printed without --symfs";
    assertEquals((await read(samples.join(""))).notes, isNoted ? [note] : []);
  });
}
