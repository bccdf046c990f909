import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import {
  readGdb,
  readGlibcBacktrace,
  readHsErr,
  readSanitizer,
  readTombstone,
} from "../../lib/input/mod.ts";
import {
  linesOf,
  locationOf,
  readText,
  recorderFile,
  samplesOf,
} from "../support/recording_text.ts";

const ADDRESS = { kind: "address", bare: false, perfModule: "", annotation: "" } as const;
const VADDR = { kind: "vaddr", bare: false, annotation: "" } as const;

const HS_ERR = linesOf(
  "#",
  "# A fatal error has been detected by the Java Runtime Environment:",
  "#",
  "#  SIGSEGV (0xb) at pc=0x00007f0000001010, pid=12, tid=13",
  "",
  'Current thread (0x00007f6ec8118740):  JavaThread "packer" [_thread_in_native, id=13]',
  "",
  "Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)",
  "C  [libzip.so+0x1010]  adler32_z+0x14a",
  "C  0x00007f0000009999",
  "J 42% c2 java.util.zip.Deflater.deflate([BIII)I java.base@25.0.3 (0 bytes) @ 0x1 [0x1+0x2]",
  "J 38  java.util.zip.Deflater.deflateBytesBytes(J[BII[BIIII)J java.base@17 (0 bytes) @ 0x1 [0x1+0x2]",
  "j  java.lang.Thread.run()V+19 java.base@25.0.3",
  "v  ~StubRoutines::call_stub 0x00007fd9b7938fa6",
  "V  [libjvm.so+0xa23840]  JavaCalls::call_helper(JavaValue*, Thread*)+0x2b0",
  "C  [twice.so+0x20]",
  "Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)",
  "j  java.lang.Thread.run()V+19 java.base@25.0.3",
  "",
  "Dynamic libraries:",
  "7f0000000000-7f0000001000 r--p 00000000 fe:00 42                         /lib/libzip.so",
  "7f0000001000-7f0000002000 r-xp 00001000 fe:00 42                         /lib/libzip.so",
  "7f0000010000-7f0000011000 r-xp 00000000 fe:00 43                         /a/twice.so",
  "7f0000020000-7f0000021000 r-xp 00000000 fe:00 44                         /b/twice.so",
  "Total number of mappings: 4",
  "",
);

Deno.test("readHsErr() reads native and Java frames below the name of the thread", async () => {
  assertEquals(samplesOf(await readText(readHsErr, HS_ERR)), [
    "packer;[twice.so+0x20];" +
    "C  [libjvm.so+0xa23840]  JavaCalls::call_helper(JavaValue*, Thread*)+0x2b0;" +
    "~StubRoutines::call_stub;java.lang.Thread.run;java.util.zip.Deflater.deflateBytesBytes;" +
    "java.util.zip.Deflater.deflate;0x00007f0000009999;C  [libzip.so+0x1010]  adler32_z+0x14a 1",
  ]);
});

Deno.test("readHsErr() makes addresses of libraries that are mapped, once", async () => {
  const recording = await readText(readHsErr, HS_ERR);
  assertEquals(locationOf(recording, "C  [libzip.so+0x1010]  adler32_z+0x14a"), {
    ...ADDRESS,
    address: 0x7f0000001010,
    symbol: "adler32_z",
  });
  assertEquals(locationOf(recording, "[twice.so+0x20]")?.kind, "vaddr");
  assertEquals(recording.maps[0]?.text.split("\n").length, 5);
  assertEquals(recording.returnAddresses, "callers");
});

Deno.test("readHsErr() takes Java frames for callers if the native ones end before", async () => {
  const text = linesOf(
    "Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code)",
    "C  [libz.so.1+0x5f49]",
    "",
    "Java frames: (J=compiled Java code, j=interpreted, Vv=VM code)",
    "j  A.run()V+0",
    "v  ~StubRoutines::call_stub",
    "",
  );
  assertEquals(samplesOf(await readText(readHsErr, text)), [
    "~StubRoutines::call_stub;A.run;[libz.so.1+0x5f49] 1",
  ]);
});

Deno.test("readHsErr() finds the address that the JVM says it crashed at", async () => {
  const bytes = recorderFile("crash/hs_err.log");
  const pc = /pc=0x([0-9a-f]+)/.exec(new TextDecoder().decode(bytes))?.[1];
  const recording = await readText(readHsErr, bytes);
  const leaf = samplesOf(recording)[0]!.split(";").at(-1)!.replace(/ 1$/, "");
  const location = locationOf(recording, leaf);
  assertEquals(location?.kind === "address" && location.address, parseInt(pc!, 16));
  assertEquals(samplesOf(recording)[0]!.startsWith("packer;"), true);
});

const GDB = linesOf(
  "process 24807",
  "          Start Addr           End Addr       Size     Offset  Perms  objfile",
  "            0x401000           0x402000     0x1000     0x1000  r-xp   /opt/my app",
  "      0x7f6f94725000     0x7f6f94726000     0x1000        0x0  ---p   ",
  "  0xffffffffff600000 0xffffffffff601000     0x1000        0x0  --xp   [vsyscall]",
  "",
  'Thread 2 (Thread 0x7f6f94f256c0 (LWP 24847) "render-1"):',
  "#0  0x00007f6f967b6ffa in geometry::Torus::distance_to(geometry::Vec3) const () from /lib/x.so",
  "#1  0x0000000000401200 in operator() (x=1, y=<optimized out>) at ./src/f.cc:57",
  "#2  <signal handler called>",
  "#3  0x0000000000401136 in ?? ()",
  "#4  main () at f.c:12",
  "",
  "Thread 1 (Thread 0x7f6f966a3740 (LWP 24807)):",
  "#0  0x0000000000401136 in main ()",
  "(gdb) bt",
  "#0  0x0000000000401136 in main ()",
);

Deno.test("readGdb() reads each stack, with addresses of calls for callers", async () => {
  const recording = await readText(readGdb, GDB);
  assertEquals(samplesOf(recording), [
    "render-1;main;0x401136;<signal handler called>;0x4011ff operator();" +
    "0x7f6f967b6ffa geometry::Torus::distance_to(geometry::Vec3) const 1",
    "LWP 24807;0x401136 main 1",
    "0x401136 main 1",
  ]);
  assertEquals(recording.returnAddresses, "none");
  assertEquals(locationOf(recording, "0x4011ff operator()"), {
    ...ADDRESS,
    address: 0x4011ff,
    symbol: "operator()",
  });
});

Deno.test("readGdb() reads mappings, with permissions or without", async () => {
  const recording = await readText(readGdb, GDB);
  assertEquals(
    recording.maps[0]?.text,
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n" +
      "00401000-00402000 r-xp 00001000 00:00 0 /opt/my app\n" +
      "7f6f94725000-7f6f94726000 ---p 00000000 00:00 0\n",
  );
  const old = linesOf(
    "  0x401000   0x402000   0x1000   0x1000   /opt/app",
    "0x500000 0x501000 0x1000 0x0",
  );
  assertEquals(
    (await readText(readGdb, old)).maps[0]?.text,
    "00401000-00402000 r-xp 00001000 00:00 0 /opt/app\n00500000-00501000 rw-p 00000000 00:00 0\n",
  );
});

Deno.test("readGdb() reads addresses without anything behind them", async () => {
  const text = linesOf(
    "TID 12:",
    "#0  0x00007f572d91b230",
    "#1  0x0000000000401136 - 1",
    "#2  0x401180",
  );
  assertEquals(samplesOf(await readText(readGdb, text)), [
    "TID 12;0x40117f;0x401135;0x7f572d91b230 1",
  ]);
});

Deno.test("readGdb() reads what eu-stack prints", async () => {
  const text = linesOf(
    "PID 12 - process",
    "TID 12:",
    "#0  0x00007f572d91b230 __poll",
    "#1  0x00007f572d91b300 - 1 main",
    "TID 13:",
    "#0  0x00007f572d91b230 __poll",
  );
  assertEquals(samplesOf(await readText(readGdb, text)), [
    "TID 12;0x7f572d91b2ff main;0x7f572d91b230 __poll 1",
    "TID 13;0x7f572d91b230 __poll 1",
  ]);
});

Deno.test("readGdb() leaves out the files that eu-stack -m prints", async () => {
  const text = linesOf(
    "TID 12:",
    "#0  0x00007f572d91b230     __poll - /usr/lib/x86_64-linux-gnu/libc.so.6",
    "    ../sysdeps/unix/sysv/linux/poll.c:29:10",
    "#1  0x00007f572d91b300 - 1 operator- (a - b) - /opt/my app",
    "#2  0x00007f572d91c300 - 1 __vdso_time - [vdso: 12]",
  );
  assertEquals(samplesOf(await readText(readGdb, text)), [
    "TID 12;0x7f572d91c2ff __vdso_time;0x7f572d91b2ff operator-;0x7f572d91b230 __poll 1",
  ]);
});

const ASAN = linesOf(
  "=================================================================",
  "==24973==ERROR: AddressSanitizer: heap-use-after-free on address 0x60400000001c at pc 0x55 bp 0x7f",
  "READ of size 4 at 0x60400000001c thread T0",
  "    #0 0x559cb38d82f6  (/opt/my app+0x12f6) (BuildId: 0123456789abcdef)",
  "    #1 0x559cb38d8347 in main (/opt/my app+0x1347) (BuildId: 0123456789abcdef)",
  "    #2 0x7f89d2a45249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58",
  "    #3 0x7f89d2a45999  (<unknown module>)",
  "",
  "freed by thread T0 here:",
  "    #0 0x559cb38d82be in drop(int*) /src/a.cc:7:3",
);

Deno.test("readSanitizer() reads each stack below what it is", async () => {
  const recording = await readText(readSanitizer, ASAN);
  assertEquals(samplesOf(recording), [
    "READ of size 4 thread T0;0x7f89d2a45999;__libc_start_call_main;/opt/my app+0x1347;" +
    "/opt/my app+0x12f6 1",
    "freed by thread T0 here;drop(int*) 1",
  ]);
  assertEquals(locationOf(recording, "/opt/my app+0x1347"), {
    ...VADDR,
    module: "/opt/my app",
    vaddr: 0x1347,
    symbol: "main",
  });
  assertEquals([...recording.buildIds], [["/opt/my app", "0123456789abcdef"]]);
  assertEquals(recording.returnAddresses, "none");
});

Deno.test("readSanitizer() reads what ThreadSanitizer writes", async () => {
  const text = linesOf(
    "WARNING: ThreadSanitizer: data race (pid=9337)",
    "  Write of size 4 at 0x7fe3c3075190 by thread T1:",
    "    #0 foo1() simple_stack2.cc:9 (exe+0x00000000a360)",
    "    #1 Thread1(void*) <null> (exe+0xa400)",
    "    #2 <null> <null> (exe+0xa500)",
    "",
  );
  const recording = await readText(readSanitizer, text);
  assertEquals(samplesOf(recording), [
    "Write of size 4 thread T1;exe+0xa500;exe+0xa400;exe+0xa360 1",
  ]);
  const symbols = ["exe+0xa400", "exe+0xa500"].map((frame) => {
    const location = locationOf(recording, frame)!;
    return location.kind === "name" ? undefined : location.symbol;
  });
  assertEquals(symbols, ["Thread1(void*)", ""]);
  assertEquals(locationOf(recording, "exe+0xa360"), {
    ...VADDR,
    module: "exe",
    vaddr: 0xa360,
    symbol: "foo1()",
  });
});

Deno.test("readGlibcBacktrace() makes a vaddr where it knows the base of the file", async () => {
  const text = linesOf(
    "it crashed:",
    "./app(+0x11a1)[0x56297cd131a1]",
    "/lib/libc.so.6(+0x3c050) [0x7f6e35dbe050]",
    "./app(crash+0x0)[0x56297cd131df]",
    "./app(main+0x43)[0x56297cd13228]",
    "/lib/other.so(f+0x10)[0x7f6e35000010]",
    "/lib/other.so() [0x7f6e35000020]",
    "the end",
  );
  const recording = await readText(readGlibcBacktrace, text);
  assertEquals(samplesOf(recording), [
    "0x7f6e35000020;0x7f6e35000010 f;./app+0x1228;crash;/lib/libc.so.6+0x3c050;./app+0x11a1 1",
  ]);
  assertEquals(locationOf(recording, "./app+0x1228"), {
    ...VADDR,
    module: "./app",
    vaddr: 0x1228,
    symbol: "main",
  });
  assertEquals(recording.returnAddresses, "all");
  assertEquals(recording.profile.skipped.comments, 2);
});

Deno.test("readTombstone() reads the stack of each thread, and the memory map", async () => {
  const recording = await readText(readTombstone, recorderFile("documented/tombstone.txt"));
  assertEquals(samplesOf(recording), [
    "render;/system/lib64/libc.so+0x7b1d4;/data/app/base.apk (offset 0x1f000)+0x41e54;" +
    "/opt/arm64-demo/bin/orbit+0x2a44;/opt/arm64-demo/lib/libfield.so+0x8010 1",
    "Signal Catcher;/system/lib64/libc.so+0x24818;/system/lib64/libc.so+0x6a8d4 1",
  ]);
  assertEquals(locationOf(recording, "/opt/arm64-demo/bin/orbit+0x2a44"), {
    ...VADDR,
    module: "/opt/arm64-demo/bin/orbit",
    vaddr: 0x2a44,
    symbol: "orbit::step(int)",
  });
  assertEquals(recording.returnAddresses, "none");
  assertEquals(
    recording.maps[0]?.text,
    "5555550000-5555554000 r-xp 00000000 00:00 0 /opt/arm64-demo/bin/orbit\n" +
      "7f8d4f0000-7f8d4f1000 r--p 00000000 00:00 0 /opt/arm64-demo/lib/libfield.so\n" +
      "7f8d4f1000-7f8d4f3000 r-xp 00001000 00:00 0 /opt/arm64-demo/lib/libfield.so\n" +
      "7f8e000000-7f8e100000 rw-p 00000000 00:00 0 [anon:libc_malloc]\n" +
      "7f8f000000-7f8f0c2000 r-xp 00000000 00:00 0 /system/lib64/libc.so\n",
  );
  assertEquals([...recording.buildIds], [
    ["/opt/arm64-demo/lib/libfield.so", "0123456789abcdef0123456789abcdef01234567"],
    ["/system/lib64/libc.so", "8ebd3de"],
  ]);
});

Deno.test("readTombstone() keeps the names of code in deleted files, and knows the vDSO", async () => {
  const jit = "/memfd:jit-cache (deleted)";
  const text = linesOf(
    "*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***",
    "    #00 pc 00000844  [vdso:0000007a62f8a000]",
    `    #01 pc 00123456  ${jit} (offset 0x2000) (com.example.Foo.bar+60)`,
    `    #02 pc 00123456  ${jit} (art_jni_trampoline+4)`,
    `    #03 pc 00123457  ${jit}`,
  );
  const recording = await readText(readTombstone, text);
  const frames = [
    `${jit}+0x123457`,
    `${jit}+0x123456`,
    `${jit} (offset 0x2000)+0x123456`,
    "[vdso]+0x844",
  ];
  assertEquals(samplesOf(recording), [`${frames.join(";")} 1`]);
  const symbols = frames.map((text) => {
    const location = locationOf(recording, text);
    return location?.kind === "vaddr" && location.symbol;
  });
  assertEquals(symbols, ["", "art_jni_trampoline", "com.example.Foo.bar", ""]);
});

Deno.test("readTombstone() reads the log, too", async () => {
  const prefix = "06-12 10:11:12.123  1234  1234 F DEBUG   : ";
  const text = linesOf(
    `${prefix}pid: 12, tid: 13, name: main  >>> com.example <<<`,
    `${prefix}    #00 pc 000191ac  /system/lib/libc.so (abort+12)`,
    `${prefix}    #01 pc 00000012  <anonymous:7b>`,
  );
  assertEquals(samplesOf(await readText(readTombstone, text)), [
    "main;<anonymous:7b>+0x12;/system/lib/libc.so+0x191ac 1",
  ]);
});

for (const read of [readGdb, readGlibcBacktrace, readHsErr, readSanitizer, readTombstone]) {
  Deno.test(`${read.name}() refuses to weigh by something else`, async () => {
    await assertRejects(
      () => readText(read, "", { weight: "bytes" }),
      FormatError,
      'Cannot find the weight "bytes" of "test": there is samples',
    );
  });

  Deno.test(`${read.name}() finds nothing in nothing`, async () => {
    const recording = await readText(read, "\n\nwhat is this\n");
    assertEquals([samplesOf(recording), recording.maps], [[], []]);
  });
}
