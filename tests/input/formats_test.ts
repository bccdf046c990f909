import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import {
  detectFormat,
  type FormatName,
  formatNamed,
  FORMATS,
  HEAD_SIZE,
} from "../../lib/input/mod.ts";
import { linesOf, recorderFile } from "../support/recording_text.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

const FILES: readonly (readonly [string, FormatName])[] = [
  ["perf/named.txt", "perf"],
  ["perf/raw.txt", "perf"],
  ["perf/plain.txt", "perf"],
  ["perf/processes.txt", "perf"],
  ["perf/flat.txt", "perf"],
  ["bpftrace/default.txt", "bpftrace"],
  ["bpftrace/perf.txt", "bpftrace"],
  ["bpftrace/several.txt", "bpftrace"],
  ["bpftrace/json.txt", "bpftrace"],
  ["documented/bpftrace-raw.txt", "bpftrace"],
  ["documented/bpftrace-build-id.txt", "bpftrace"],
  ["documented/bpftrace-lines.txt", "bpftrace"],
  ["heap/jemalloc.heap", "jemalloc"],
  ["heap/jemalloc.jeprof", "folded"],
  ["heap/gperftools.heap", "gperftools-heap"],
  ["heap/gperftools.google-pprof", "folded"],
  ["cpu/gperftools.prof", "gperftools-cpu"],
  ["cpu/pprof.pb.gz", "pprof"],
  ["go/goroutine.txt", "go"],
  ["go/threadcreate.txt", "go"],
  ["go/heap.txt", "go"],
  ["go/block.txt", "go"],
  ["go/mutex.txt", "go"],
  ["crash/gdb.txt", "gdb"],
  ["crash/hs_err.log", "hs_err"],
  ["crash/asan.txt", "sanitizer"],
  ["crash/asan-named.txt", "sanitizer"],
  ["crash/backtrace.txt", "backtrace"],
  ["crash/backtrace-signal.txt", "backtrace"],
  ["documented/tombstone.txt", "tombstone"],
];

for (const [path, format] of FILES) {
  Deno.test(`detectFormat() finds that ${path} is ${format}`, () => {
    const bytes = recorderFile(path);
    const plain = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    assertEquals(detectFormat(plain.subarray(0, HEAD_SIZE)), format);
  });
}

for (
  const path of [
    "cpp-x86_64/raw.folded",
    "cpp-x86_64/raw-kernel.folded",
    "cpp-x86_64/raw-bpftrace.folded",
    "cpp-x86_64/raw-perf-addrs.folded",
    "arm64/raw.folded",
    "cpp-x86_64/maps",
    "cpp-x86_64/truth",
  ]
) {
  Deno.test(`detectFormat() takes ${path} for folded`, () => {
    const bytes = Deno.readFileSync(testdata(`recordings/${path}`));
    assertEquals(detectFormat(bytes.subarray(0, HEAD_SIZE)), "folded");
  });
}

const TEXTS: Readonly<Record<string, readonly [FormatName, string]>> = {
  "nothing": ["folded", ""],
  "a line of folded that is cut": ["folded", "main;0x4011"],
  "folded with frames as gdb has them": [
    "folded",
    "#1 0x7f0000001234 in f (/lib/x.so+0x12);#0 0x401136 in g () 3\n",
  ],
  "folded with frames as sanitizers have them": ["folded", "a;    #0 0x401136 in g (/x+0x12) 3\n"],
  "folded with frames as perf has them": ["folded", "7f57 [unknown] (/lib/x.so);a 3\n"],
  "folded with counts that have a fraction": ["folded", "# austin: 3\n\na;b 0.25\n"],
  "words": ["folded", "what is this\nand this\n"],
  "a program": ["folded", "\x7fELF\x02\x01\x01"],
  "perf with a header": [
    "perf",
    "# ========\n# captured on: today\n#\n" +
    "app 10/11 1.5: cycles:\n\t    7f0000001234 f (/lib/x.so)\n\n",
  ],
  "perf with CR LF": ["perf", "app 10 1.5: cycles:\r\n\t    7f0000001234 f (/x)\r\n\r\n"],
  "perf without first lines": ["perf", "\t    7f0000001234 f (/lib/x.so)\n"],
  "perf without a file": ["perf", "app 10 \n\t    7f0000001234\n"],
  "bpftrace without its first line": ["bpftrace", "@[\n    0x401136\n]: 3\n"],
  "bpftrace with named maps": ["bpftrace", "@stacks[app, \n    0x401136\n]: 3\n"],
  "bpftrace with one entry a line": ["bpftrace", "@[0x401136]: 3\n"],
  "gdb with a stack only": ["gdb", "(gdb) bt\n#0  0x0000000000401136 in main ()\n"],
  "gdb without addresses": ["gdb", "#0  main (argc=1) at a.c:12\n#1  f (x=2) at a.c:3\n"],
  "eu-stack -q": [
    "gdb",
    "PID 12 - process\nTID 12:\n#0  0x00007f572d91b230\n#1  0x0000000000401136\n",
  ],
  "eu-stack": ["gdb", "PID 12 - process\nTID 12:\n#0  0x00007f572d91b230 __poll\n"],
  "eu-stack -v": [
    "gdb",
    "PID 12 - process\nTID 12:\n#0  0x00007f572d91b230     __poll - /lib/c.so\n",
  ],
  "ThreadSanitizer": ["sanitizer", "==\nWARNING: ThreadSanitizer: data race (pid=1)\n"],
  "a stack of a sanitizer alone": ["sanitizer", "    #0 0x401136 in f (/bin/a+0x1136)\n"],
  "a tombstone in the log": [
    "tombstone",
    "06-12 10:11:12.123  1  1 F DEBUG   : *** *** *** *** *** *** *** *** *** ***\n",
  ],
  "an old heap profile": ["gperftools-heap", "heap profile: 1: 2 [3: 4] @ heap/524288\n"],
  "a heap profile of gperftools' sampling": [
    "gperftools-heap",
    "heap profile: 1: 2 [3: 4] @ heap/524288\n 1: 2 [3: 4] @ 0x401136 0x401234\n",
  ],
  "a profile of Go without any stack": ["go", "threadcreate profile: total 0\n"],
  "a growth profile": ["gperftools-heap", "growth profile: 1: 2 [3: 4] @ growthz\n"],
};

for (const [title, [format, text]] of Object.entries(TEXTS)) {
  Deno.test(`detectFormat() takes ${title} for ${format}`, () => {
    assertEquals(detectFormat(bytesOf(text)), format);
  });
}

Deno.test("FORMATS names each format once, and formatNamed() finds it", () => {
  const names = FORMATS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.map((name) => formatNamed(name)?.name), names);
  assertEquals(formatNamed("what"), undefined);
});

Deno.test("detectFormat() does not take long with lines that begin like others", () => {
  const start = performance.now();
  for (const line of ["#0 ", "@[", " ".repeat(500), "app 1 1.5: ", "a(b(c(", "\t1 "]) {
    detectFormat(bytesOf(linesOf(line.repeat(HEAD_SIZE / line.length))));
    detectFormat(bytesOf(linesOf(line).repeat(HEAD_SIZE / (line.length + 1))));
  }
  assertEquals(performance.now() - start < 2000, true);
});
