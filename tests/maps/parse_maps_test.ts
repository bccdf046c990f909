import { assert, assertEquals } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { mappingsOf, mapsOf } from "../support/maps_lines.ts";

Deno.test("parseMaps() reads every field of a line", async () => {
  assertEquals(
    await mappingsOf(
      "7f0a1b2c3000-7f0a1b2c5000 r-xp 00012000 fe:01 1234567                    /usr/lib/libc.so.6",
    ),
    [{
      start: 0x7f0a1b2c3000,
      end: 0x7f0a1b2c5000,
      readable: true,
      writable: false,
      executable: true,
      fileOffset: 0x12000,
      device: "fe:01",
      inode: 1234567,
      path: "/usr/lib/libc.so.6",
      deleted: false,
    }],
  );
});

for (
  const [permissions, wanted] of [
    ["r--p", [true, false, false]],
    ["-w-p", [false, true, false]],
    ["--xp", [false, false, true]],
    ["rwxs", [true, true, true]],
    ["---p", [false, false, false]],
  ] as const
) {
  Deno.test(`parseMaps() reads the permissions ${permissions}`, async () => {
    const [mapping] = await mappingsOf(`1000-2000 ${permissions} 00000000 00:00 0`);
    assertEquals([mapping!.readable, mapping!.writable, mapping!.executable], wanted);
  });
}

for (
  const [what, path, wanted] of [
    ["blanks", "/opt/my  app/lib x.so", "/opt/my  app/lib x.so"],
    ["a blank at the end", "/opt/lib ", "/opt/lib "],
    ["a newline", "/opt/new\\012line/x.so", "/opt/new\nline/x.so"],
    ["two newlines", "/opt/a\\012b\\012c", "/opt/a\nb\nc"],
    ["another backslash", "/opt/back\\slash\\040x", "/opt/back\\slash\\040x"],
    ["a colon", "/opt/a:b/x.so", "/opt/a:b/x.so"],
    ["a carriage return inside", "/opt/a\rb/x.so", "/opt/a\rb/x.so"],
    ["a line separator", "/opt/a\u2028b\u2029/x.so", "/opt/a\u2028b\u2029/x.so"],
    ["letters of any script", "/opt/größe/文.so", "/opt/größe/文.so"],
    ["the label [vdso]", "[vdso]", "[vdso]"],
    ["the label [stack]", "[stack]", "[stack]"],
    ["the name of anonymous memory", "[anon:v8 code]", "[anon:v8 code]"],
    ["an inode of no file", "anon_inode:[perf_event]", "anon_inode:[perf_event]"],
    ["huge pages", "/anon_hugepage", "/anon_hugepage"],
    ["two slashes and deleted", "/opt/x.so//deleted", "/opt/x.so//deleted"],
  ] as const
) {
  Deno.test(`parseMaps() reads a path with ${what}`, async () => {
    const [mapping] = await mappingsOf(`1000-2000 r-xp 00000000 fe:01 7 ${path}`);
    assertEquals([mapping?.path, mapping?.deleted], [wanted, false]);
  });
}

for (
  const [path, wanted] of [
    ["/opt/lib.so (deleted)", "/opt/lib.so"],
    ["/opt/my app/lib.so (deleted)", "/opt/my app/lib.so"],
    ["/memfd:jit (deleted)", "/memfd:jit"],
    ["/dev/zero (deleted)", "/dev/zero"],
    ["/SYSV00000000 (deleted)", "/SYSV00000000"],
    ["/opt/a (deleted) (deleted)", "/opt/a (deleted)"],
  ] as const
) {
  Deno.test(`parseMaps() sees that ${path} says so`, async () => {
    const [mapping] = await mappingsOf(`1000-2000 r-xp 00000000 fe:01 7    ${path}`);
    assertEquals([mapping?.path, mapping?.deleted], [wanted, true]);
  });
}

Deno.test("parseMaps() reads lines without a path, with and without blanks behind", async () => {
  const mappings = await mappingsOf(
    "1000-2000 rw-p 00000000 00:00 0",
    "2000-3000 rw-p 00000000 00:00 0 ",
    "3000-4000 rw-p 00000000 00:00 0              ",
  );
  assertEquals(mappings.map(({ path }) => path), ["", "", ""]);
});

Deno.test("parseMaps() reads the lines of a 32-bit process", async () => {
  const mappings = await mappingsOf(
    "08048000-08049000 r-xp 00000000 08:01 12 /bin/prog",
    "ffffe000-fffff000 r-xp 00000000 00:00 0  [vdso]",
  );
  assertEquals(mappings.map(({ start, end }) => [start, end]), [
    [0x8048000, 0x8049000],
    [0xffffe000, 0xfffff000],
  ]);
});

Deno.test("parseMaps() reads addresses with fewer digits than the kernel prints", async () => {
  const [mapping] = await mappingsOf("400000-401000 r-xp 00000000 08:01 12   /bin/prog");
  assertEquals([mapping?.start, mapping?.end], [0x400000, 0x401000]);
});

Deno.test("parseMaps() reads the kernel's half as negative numbers", async () => {
  const mappings = await mappingsOf(
    "7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0      [stack]",
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]",
  );
  const vsyscall = mappings.find(({ path }) => path === "[vsyscall]");
  assertEquals([vsyscall?.start, vsyscall?.end], [-0xa00000, -0x9ff000]);
});

Deno.test("parseMaps() takes an end of 2^64 for the end of the space", async () => {
  const [mapping] = await mappingsOf("fffffffffffff000-0 r-xp 00000000 00:00 0  [last]");
  assertEquals([mapping?.start, mapping?.end], [-0x1000, 0]);
});

Deno.test("parseMaps() reads a device of more digits", async () => {
  const [mapping] = await mappingsOf("1000-2000 r-xp 00000000 103:00002 7 /x");
  assertEquals(mapping?.device, "103:00002");
});

Deno.test("parseMaps() looks past the attributes of smaps", async () => {
  const snapshot = await mapsOf(
    "00400000-00452000 r-xp 00000000 08:02 173521  /usr/bin/dbus-daemon",
    "Size:                328 kB",
    "KernelPageSize:        4 kB",
    "MMUPageSize:           4 kB",
    "Rss:                 180 kB",
    "Pss_Dirty:             0 kB",
    "Shared_Clean:        180 kB",
    "AnonHugePages:         0 kB",
    "Private_Hugetlb:       0 kB",
    "SwapPss:               0 kB",
    "THPeligible:    0",
    "ProtectionKey:         0",
    "VmFlags: rd ex mr mw me dw sd ",
    "00651000-00652000 r--p 00051000 08:02 173521  /usr/bin/dbus-daemon",
    "VmFlags: rd",
  );
  assertEquals(snapshot.mappings.map(({ fileOffset }) => fileOffset), [0, 0x51000]);
  assertEquals(snapshot.invalidCount, 0);
});

Deno.test("parseMaps() reads lines that end as on Windows", async () => {
  const mappings = await mappingsOf(
    "1000-2000 r-xp 00000000 fe:01 7 /opt/x.so\r",
    "2000-3000 rw-p 00000000 00:00 0\r",
    "3000-4000 r-xp 00000000 fe:01 7 /opt/x.so (deleted)\r",
  );
  assertEquals(mappings.map(({ path, deleted }) => [path, deleted]), [
    ["/opt/x.so", false],
    ["", false],
    ["/opt/x.so", true],
  ]);
});

Deno.test("parseMaps() reads a last line without a line feed", async () => {
  const text = "1000-2000 r-xp 00000000 fe:01 7 /a\n2000-3000 r-xp 00001000 fe:01 7 /b";
  const { mappings } = await parseMaps("test.maps", [new TextEncoder().encode(text)]);
  assertEquals(mappings.map(({ path }) => path), ["/a", "/b"]);
});

Deno.test("parseMaps() reads chunks that cut lines and letters anywhere", async () => {
  const text =
    "1000-2000 r-xp 00000000 fe:01 7 /größe/文.so\r\n2000-3000 rw-p 00000000 00:00 0\r\n";
  const bytes = new TextEncoder().encode(text);
  const whole = await parseMaps("test.maps", [bytes]);
  const chunks = Array.from(bytes, (byte) => new Uint8Array([byte]));
  assertEquals(await parseMaps("test.maps", chunks), whole);
});

Deno.test("parseMaps() spells bytes that are no UTF-8 with U+FFFD", async () => {
  const bytes = new TextEncoder().encode("1000-2000 r-xp 00000000 fe:01 7 /a?b\n");
  bytes[bytes.indexOf(0x3f)] = 0xff;
  const { mappings } = await parseMaps("test.maps", [bytes]);
  assertEquals(mappings[0]?.path, "/a\ufffdb");
});

Deno.test("parseMaps() takes a snapshot of executable mappings only", async () => {
  const { mappings } = await mapsOf(
    "7f0000001000-7f0000005000 r-xp 00001000 fe:01 7 /opt/x.so",
    "7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0 [vdso]",
  );
  assertEquals(mappings.length, 2);
});

Deno.test("parseMaps() sorts mappings by start", async () => {
  const mappings = await mappingsOf(
    "5000-6000 r-xp 00000000 fe:01 7 /c",
    "1000-2000 r-xp 00000000 fe:01 7 /a",
    "3000-4000 r-xp 00000000 fe:01 7 /b",
  );
  assertEquals(mappings.map(({ path }) => path), ["/a", "/b", "/c"]);
});

Deno.test("parseMaps() counts lines it cannot read, and keeps the first", async () => {
  const snapshot = await mapsOf(
    "1000-2000 r-xp 00000000 fe:01 7 /a",
    "",
    "hello",
    "2000-3000 r-xp 00000000 fe:01 7 /b",
    "0x3000 0x4000 0x1000 0x0 /c",
  );
  assertEquals(snapshot.mappings.length, 2);
  assertEquals(snapshot.invalidCount, 2);
  assertEquals(snapshot.firstInvalid, { line: 3, text: "hello" });
});

for (
  const [what, line] of [
    ["an end below the start", "2000-1000 r-xp 00000000 fe:01 7 /a"],
    ["an end that is the start", "1000-1000 r-xp 00000000 fe:01 7 /a"],
    ["17 digits", "11112222333344445-11112222333344446 r-xp 00000000 fe:01 7 /a"],
    ["other permissions", "1000-2000 x-rp 00000000 fe:01 7 /a"],
    ["no inode", "1000-2000 r-xp 00000000 fe:01"],
    ["a device that is none", "1000-2000 r-xp 00000000 fe01 7 /a"],
    ["an inode that is no number", "1000-2000 r-xp 00000000 fe:01 x7 /a"],
  ] as const
) {
  Deno.test(`parseMaps() counts a line with ${what} as invalid`, async () => {
    const snapshot = await mapsOf("5000-6000 r-xp 00000000 fe:01 7 /b", line);
    assertEquals(snapshot.firstInvalid, { line: 2, text: line });
    assertEquals(snapshot.mappings.length, 1);
  });
}

Deno.test("parseMaps() rejects a text without a mapping", async () => {
  const error = await assertRejectsExactly(
    () => mapsOf("", "PID TTY", "1 ?"),
    FormatError,
    'Cannot find a mapping of "test.maps", line 2: line is "PID TTY", ' +
      "want one of /proc/PID/maps",
  );
  assertEquals(error.place, { line: 2 });
});

Deno.test("parseMaps() rejects an empty text", async () => {
  const error = await assertRejectsExactly(
    () => mapsOf(),
    FormatError,
    'Cannot find a mapping of "test.maps": it has no lines, as that of a process that ' +
      "has ended; want those of /proc/PID/maps",
  );
  assertEquals(error.place, undefined);
});

Deno.test("parseMaps() quotes no more than 100 characters of a line", async () => {
  await assertRejectsExactly(
    () => mapsOf("x".repeat(5000)),
    FormatError,
    `Cannot find a mapping of "test.maps", line 1: line is "${"x".repeat(100)}", ` +
      "want one of /proc/PID/maps",
  );
});

for (
  const [pageSize, lines] of [
    [0x1000, ["10000-20000 r-xp 00000000 fe:01 7 /a", "30000-41000 rw-p 00000000 00:00 0"]],
    [0x1000, ["10000-20000 r-xp 00001000 fe:01 7 /a"]],
    [0x4000, ["4000-8000 r-xp 0000c000 fe:01 7 /a", "10000-20000 rw-p 00000000 00:00 0"]],
    [0x10000, ["10000-20000 r-xp 00030000 fe:01 7 /a", "50000-80000 rw-p 00000000 00:00 0"]],
    [0x10000, ["200000-400000 r-xp 00200000 fe:01 7 /a"]],
    [0x1000, ["10000-20000 r-xp 00000800 fe:01 7 /a"]],
    [0x1000, ["10000-20000 r-xp 0 fe:01 7 /a", "ffffffffff600000-ffffffffff601000 r-xp 0 00:00 0"]],
  ] as const
) {
  Deno.test(`parseMaps() infers pages of ${pageSize} bytes from ${lines.join(", ")}`, async () => {
    assertEquals((await mapsOf(...lines)).pageSize, pageSize);
  });
}

Deno.test("parseMaps() rejects what goes on without a line feed, as other files do", async () => {
  const line = new TextEncoder().encode("7f0000000000-7f0000001000 r-xp 00000000 fe:00 42 /x\n");
  const zeros = new Uint8Array(1 << 22);
  let given = 0;
  function* chunks() {
    yield line;
    for (; given < 32; given++) yield zeros;
  }
  await assertRejectsExactly(
    () => parseMaps("core", chunks()),
    FormatError,
    'Cannot read a line of "core", line 2: it has more than 67108864 bytes',
  );
  assert(given < 24, `${given} chunks were read`);
});
