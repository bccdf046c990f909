import { assert, assertEquals } from "@std/assert";
import { parseHexAddress, parseRawFrame } from "../../lib/input/mod.ts";
import type { FrameLocation } from "../../lib/profile/mod.ts";

const ADDRESS = 0x7f572d91b230;
const BUILD_ID = "b50b22ef1f439293aabbccddeeff001122334455";

function address(
  value: number,
  more: Partial<Extract<FrameLocation, { kind: "address" }>> = {},
): FrameLocation {
  return {
    kind: "address",
    address: value,
    bare: false,
    perfModule: "",
    symbol: "",
    annotation: "",
    ...more,
  };
}

function vaddr(
  module: string,
  value: number,
  more: Partial<Extract<FrameLocation, { kind: "vaddr" }>> = {},
): FrameLocation {
  return { kind: "vaddr", module, vaddr: value, bare: false, symbol: "", annotation: "", ...more };
}

function fileOffset(
  module: string,
  value: number,
  more: Partial<Extract<FrameLocation, { kind: "fileOffset" }>> = {},
): FrameLocation {
  return {
    kind: "fileOffset",
    module,
    buildId: "",
    fileOffset: value,
    symbol: "",
    annotation: "",
    ...more,
  };
}

const bare = { bare: true };
const inFile = { perfModule: "/lib/x.so" };

const LOCATIONS: Readonly<Record<string, readonly (readonly [string, FrameLocation])[]>> = {
  "bpftrace": [
    ["0x7f572d91b230", address(ADDRESS)],
    ["7f572d91b230", address(ADDRESS, bare)],
    ["7F572D91B230", address(ADDRESS, bare)],
    [
      "5649feec4090 readline+0 (/lib/x.so)",
      address(0x5649feec4090, {
        symbol: "readline",
        ...inFile,
      }),
    ],
    ["7fc5 0x7fc5 ([unknown])", address(0x7fc5)],
    ["00007f572d91b230 0x7f572d91b230 ([unknown])", address(ADDRESS)],
    [`${BUILD_ID} 0x1c4b5`, fileOffset("", 0x1c4b5, { buildId: BUILD_ID })],
    [`${BUILD_ID.toUpperCase()} 0x12`, fileOffset("", 0x12, { buildId: BUILD_ID })],
    [`${BUILD_ID}+0x1c4b5`, fileOffset("", 0x1c4b5, { buildId: BUILD_ID })],
    [`${BUILD_ID}:0x1c4b5`, fileOffset("", 0x1c4b5, { buildId: BUILD_ID })],
    ["b50b22ef1f439293 0x00", fileOffset("", 0, { buildId: "b50b22ef1f439293" })],
    ["ffffffff81000000", address(-0x7f000000, bare)],
    ["0xffffffff81000000", address(-0x7f000000)],
  ],
  "libbpf-tools": [
    ["0x00007f572d91b230", address(ADDRESS)],
    ["0x00007f572d91b230 sym+0x12 (/lib/x.so+0x1c4b5)", address(ADDRESS, { symbol: "sym" })],
    ["0x00007f572d91b230 (/lib/x.so+0x1c4b5)", address(ADDRESS)],
    ["0x00007f572d91b230 f(int)+0x12 (/lib/x.so+0x1c4b5)", address(ADDRESS, { symbol: "f(int)" })],
    ["0x00007f572d91b230 (/lib/x.so (deleted))", address(ADDRESS)],
    ["0x00007f572d91b230 [unknown]", address(ADDRESS)],
    ["0x00007f572d91b230 sym+0x12", address(ADDRESS, { symbol: "sym" })],
    ["0xffffffff81000000 do_idle+0x1a", address(-0x7f000000, { symbol: "do_idle" })],
    ["0x00007f572d91b230 ns::f(int, char)+0x12", address(ADDRESS, { symbol: "ns::f(int, char)" })],
    ["0x00007f572d91b230 ns::f(int)", address(ADDRESS, { symbol: "ns::f(int)" })],
  ],
  "perf script": [
    ["7f572d91b230 [unknown] (/lib/x.so)", address(ADDRESS, inFile)],
    ["7f572d91b230 [unknown] ([unknown])", address(ADDRESS)],
    ["7f572d91b230  (/lib/x.so)", address(ADDRESS, inFile)],
    ["7f572d91b230 (/lib/x.so)", address(ADDRESS, inFile)],
    ["7f572d91b230 main+0x1a (/lib/x.so)", address(ADDRESS, { symbol: "main", ...inFile })],
    ["7f572d91b230 f(int)+0x1a (/lib/x.so)", address(ADDRESS, { symbol: "f(int)", ...inFile })],
    ["7f572d91b230 [unknown] (/lib/x.so (deleted))", address(ADDRESS, inFile)],
    ["7f572d91b230 [unknown] (/lib/x.so+0x1c4b5)", address(ADDRESS, inFile)],
    ["7f572d91b230 [unknown]", address(ADDRESS)],
    ["0 [unknown] ([unknown])", address(0)],
    [
      "ffffffff81000000 do_idle+0x1a ([kernel.kallsyms])",
      address(-0x7f000000, {
        symbol: "do_idle",
      }),
    ],
    ["(/lib/ld-2.31.so+0x1c4b5)", fileOffset("/lib/ld-2.31.so", 0x1c4b5)],
    ["[unknown] (/lib/ld-2.31.so+0x1c4b5)", fileOffset("/lib/ld-2.31.so", 0x1c4b5)],
  ],
  "collapsers with --addrs": [
    ["[libc-2.19.so <7f572d91b230>]", address(ADDRESS, { perfModule: "libc-2.19.so" })],
    ["[libc-2.19.so <0x7f572d91b230>]", address(ADDRESS, { perfModule: "libc-2.19.so" })],
    ["[unknown <7f572d91b230>]", address(ADDRESS)],
    ["[unknown <0>]", address(0)],
  ],
  "systing": [
    [`unknown ([buildid:${BUILD_ID}]) <0x1c4b5>`, fileOffset("", 0x1c4b5, { buildId: BUILD_ID })],
    ["unknown ([exited]) <0x7f572d91b230>", address(ADDRESS)],
    ["unknown ([exited]) 7f572d91b230", address(ADDRESS)],
  ],
  "DTrace": [
    ["libc.so.1`0x7f572d91b230", address(ADDRESS)],
  ],
  "backtrace_symbols(3)": [
    ["/lib/x.so(sym+0x1a) [0x7f572d91b230]", address(ADDRESS, { symbol: "sym" })],
    ["/bin/a(+0x1234) [0x7f572d91b230]", address(ADDRESS)],
    ["/bin/a() [0x7f572d91b230]", address(ADDRESS)],
    ["./a(main+0x1f)[0x7f572d91b230]", address(ADDRESS, { symbol: "main" })],
    ["[0x7f572d91b230]", address(ADDRESS)],
  ],
  "sanitizers": [
    ["#1 0x7f572d91b230  (/lib/x.so+0x29d8f)", address(ADDRESS)],
    [`#1 0x7f572d91b230 (/lib/x.so+0x29d8f) (BuildId: ${BUILD_ID})`, address(ADDRESS)],
    ["#1 0x7f572d91b230 in f (/lib/x.so+0x29d8f)", address(ADDRESS, { symbol: "f" })],
    [
      "#1 0x7f572d91b230 in f(int) (/lib/x.so+0x29d8f) (BuildId: ab)",
      address(ADDRESS, {
        symbol: "f(int)",
      }),
    ],
    ["#12 0x7f572d91b230 in f(int) /src/x.cc:12:3", address(ADDRESS, { symbol: "f(int)" })],
    ["#0 0x7f572d91b230", address(ADDRESS)],
    ["#3 0x7f572d91b230  (<unknown module>)", address(ADDRESS)],
    [
      "#4 0x7f572d91b230 in (anonymous namespace)::f(int) /src/a b.cc:1:2",
      address(ADDRESS, {
        symbol: "(anonymous namespace)::f(int)",
      }),
    ],
  ],
  "debuggers": [
    ["#1  0x00007f572d91b230 in main () at a.c:3", address(ADDRESS, { symbol: "main" })],
    [
      "#1  0x00007f572d91b230 in f (a=1, b=0x2) at /src/a b.c:3",
      address(ADDRESS, {
        symbol: "f",
      }),
    ],
    [
      "#2  0x00007f572d91b230 in poll () from /lib/libc.so.6",
      address(ADDRESS, {
        symbol: "poll",
      }),
    ],
    ["#2  0x00007f572d91b230 in ?? () from /lib/libc.so.6", address(ADDRESS)],
    ["#2  0x00007f572d91b230 in ?? ()", address(ADDRESS)],
    ["#0  0x00007f572d91b230 poll", address(ADDRESS, { symbol: "poll" })],
    ["#0  0x00007f572d91b230 poll - /lib/libc.so.6", address(ADDRESS, { symbol: "poll" })],
    ["#0  0x00007f572d91b230 - 1 poll", address(ADDRESS, { symbol: "poll" })],
  ],
  "macOS sample": [
    ["??? (in libx.dylib)  load address 0x10e2a5000 + 0x2  [0x7f572d91b230]", address(ADDRESS)],
  ],
  "JVM error logs": [
    ["C  [libc.so.6+0x29d90]", vaddr("libc.so.6", 0x29d90)],
    ["C  [libc.so.6+0x29d90]  sym+0x80", vaddr("libc.so.6", 0x29d90, { symbol: "sym" })],
    [
      "V  [libjvm.so+0x8a4b2c]  JavaThread::run()+0x12c",
      vaddr("libjvm.so", 0x8a4b2c, {
        symbol: "JavaThread::run()",
      }),
    ],
  ],
  "module and offset": [
    ["[libzstd.so+0x1a2b]", vaddr("libzstd.so", 0x1a2b)],
    ["lib.so+0x1234", vaddr("lib.so", 0x1234)],
    ["libc.so.6+0x1234", vaddr("libc.so.6", 0x1234)],
    ["/path/lib.so+0x1234", vaddr("/path/lib.so", 0x1234)],
    ["/opt/my app/server+0x1234", vaddr("/opt/my app/server", 0x1234)],
    ["mod!0x1234", vaddr("mod", 0x1234)],
    ["server+0x10", vaddr("server", 0x10, bare)],
    ["sym+0x10", vaddr("sym", 0x10, bare)],
    ["[lib.so@0x12]", fileOffset("lib.so", 0x12)],
  ],
  "Android": [
    ["#00 pc 000191ac  /system/lib/libc.so", vaddr("/system/lib/libc.so", 0x191ac)],
    [
      "#00 pc 000191ac  /system/lib/libc.so (sym+12)",
      vaddr("/system/lib/libc.so", 0x191ac, { symbol: "sym" }),
    ],
    [
      "#01 pc 00000000000191ac  /system/lib64/libc.so (sym(int)+12) (BuildId: abcd)",
      vaddr("/system/lib64/libc.so", 0x191ac, { symbol: "sym(int)" }),
    ],
    [
      "#01 pc 000191ac  /system/lib/libc.so (BuildId: abcd)",
      vaddr("/system/lib/libc.so", 0x191ac),
    ],
    [
      "#02 pc 0000a1b2  /data/app/base.apk (offset 0x1234000) (sym+12) (BuildId: abcd)",
      vaddr("/data/app/base.apk", 0xa1b2, { symbol: "sym" }),
    ],
    [
      "#02 pc 0000a1b2  /memfd:jit-cache (deleted) (offset 0x2000) (a.B.c+60)",
      vaddr("/memfd:jit-cache (deleted)", 0xa1b2, { symbol: "a.B.c" }),
    ],
    [
      "#02 pc 0000a1b2  /data/app/base.apk!libx.so (offset 0x1234000)",
      vaddr("/data/app/base.apk!libx.so", 0xa1b2),
    ],
  ],
  "broken unwinding": [
    ["0x61ce258d4c544155", address(NaN)],
    ["0x652f74656e2f7373", address(NaN)],
    ["80100007ffffff2", address(NaN, bare)],
    ["ffffffffffffffff", address(-1, bare)],
    ["0x0", address(0)],
    ["0x123456789abcdef01", address(NaN)],
  ],
  "words of hexadecimal digits": [
    ["deadbeef", address(0xdeadbeef, bare)],
    ["facade", address(0xfacade, bare)],
    ["12345", address(0x12345, bare)],
  ],
};

for (const [writer, spellings] of Object.entries(LOCATIONS)) {
  for (const [text, location] of spellings) {
    Deno.test(`parseRawFrame() reads ${text} as ${writer} would mean it`, () => {
      assertEquals(parseRawFrame(text), location);
    });
  }
}

const NAMES = [
  "",
  " ",
  "-",
  "--",
  "main",
  "add",
  "a",
  "0",
  "1234",
  "12345678901234567890",
  "face off",
  "_start",
  "operator()",
  "operator new(unsigned long)",
  "foo(int)+0x12",
  "sym+16",
  "sym+37@/src/f.c:14",
  "[inlined] sym@f.c:9",
  "memcpy@GLIBC_2.2.5",
  "memcpy@@GLIBC_2.14",
  "<a as b>::c",
  "-[NSX foo:bar]",
  "(anonymous namespace)::f",
  "lambda(int, int)#2",
  "std::map<int, int>",
  "std::array<unsigned char, 16ul>::operator[]",
  "core::slice::<impl [u8: 8]>::len",
  "java/lang/String.hash",
  "Ljava/lang/String;",
  "L java",
  "libjvm.so`JVM_X",
  "unix`_sys_call",
  "mod!sym",
  "file.py:func:12",
  "swapper",
  "kworker/0:1",
  "node-4711",
  "node-4711/4712",
  "PID=1",
  "P6360",
  "T6360",
  "[tid=517]",
  "[thread name tid=517]",
  "[CPU-3]",
  "[unknown]",
  "[unknown] [libfoo.so]",
  "[libfoo.so]",
  "[perf-7539.map]",
  "[kernel]",
  "[jit]",
  "[Missed User Stack]",
  "[Missed Kernel Stack]",
  "<unwind failure>",
  "[stale_jmethodID]",
  "[unknown_Java]",
  "[deoptimization]",
  "/usr/lib/jvm/lib/libjvm.so",
  "/x/libonnxruntime.so (deleted)",
  "??? (libx.dylib)",
  "0x",
  "0xfg",
  "lib.so+0x",
  "lib.so+12",
  "#1",
  "# 1",
  "foo [clone .part.114]",
  "add(int)",
  "decaf(bad)",
  "ab cd",
];

for (const text of NAMES) {
  Deno.test(`parseRawFrame() takes "${text}" for a name`, () => {
    assertEquals(parseRawFrame(text), { kind: "name" });
  });
}

Deno.test("parseRawFrame() takes a text of more than 4096 characters for a name", () => {
  const symbol = "f".repeat(4096 - "0x12 ".length);
  assertEquals(parseRawFrame(`0x12 ${symbol}`), address(0x12, { symbol }));
  assertEquals(parseRawFrame(`0x12 ${symbol}f`), { kind: "name" });
});

Deno.test("parseRawFrame() is quick with texts that only look like frames", () => {
  const start = performance.now();
  for (const text of ["#1 0x1 a" + " (a".repeat(1e6), "1 " + " (/".repeat(1e6)]) {
    assertEquals(parseRawFrame(text), { kind: "name" });
  }
  assert(performance.now() - start < 5000);
});

for (const annotation of ["_[k]", "_[j]", "_[i]", "_[w]", "_[0]", "_[1]"]) {
  Deno.test(`parseRawFrame() keeps the annotation ${annotation} apart`, () => {
    assertEquals(parseRawFrame(`0x7f572d91b230${annotation}`), address(ADDRESS, { annotation }));
    assertEquals(
      parseRawFrame(`7f572d91b230${annotation}`),
      address(ADDRESS, { annotation, bare: true }),
    );
    assertEquals(
      parseRawFrame(`[lib.so+0x12]${annotation}`),
      vaddr("lib.so", 0x12, { annotation }),
    );
    assertEquals(
      parseRawFrame(`[lib.so@0x12]${annotation}`),
      fileOffset("lib.so", 0x12, { annotation }),
    );
    assertEquals(parseRawFrame(`main${annotation}`), { kind: "name" });
  });
}

Deno.test("parseRawFrame() knows no other annotations", () => {
  assertEquals(parseRawFrame("0x7f572d91b230_[x]"), { kind: "name" });
});

for (
  const [digits, wanted] of [
    ["0", 0],
    ["00000", 0],
    ["1", 1],
    ["fFf", 0xfff],
    ["7f572d91b230", ADDRESS],
    ["0000000000007f572d91b230", ADDRESS],
    ["fffffffffffff", 2 ** 52 - 1],
    ["1fffffffffffff", 2 ** 53 - 1],
    ["20000000000000", NaN],
    ["ff00000000000000", NaN],
    ["123456789abcdef", NaN],
    ["ffdfffffffffffff", NaN],
    ["ffe0000000000000", -(2 ** 53)],
    ["ffff800000000000", -0x800000000000],
    ["ffffffff81000000", -0x7f000000],
    ["ffffffffff600000", -0xa00000],
    ["ffffffffffffffff", -1],
    ["0ffffffffffffffff", -1],
    ["8000000000000000", NaN],
    ["10000000000000000", NaN],
    ["1ffffffffffffffff", NaN],
  ] as const
) {
  Deno.test(`parseHexAddress() gives ${wanted} for ${digits}`, () => {
    assertEquals(parseHexAddress(digits), wanted);
  });
}
