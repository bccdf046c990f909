import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { FrameEntries } from "../../lib/elf/eh_frame.ts";
import type { FrameSection } from "../../lib/elf/frame_entries.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { FrameBuilder, USUAL_ENCODING } from "../support/frame_builder.ts";

const VADDR = 0x7000;
const HEAD = 0x100;

function sectionOf(content: Uint8Array, more: Partial<FrameSection> = {}): FrameSection {
  const bytes = new Uint8Array(HEAD + content.length + 50);
  bytes.set(content, HEAD);
  return {
    source: new MemorySource("test.so", bytes),
    fileOffset: HEAD,
    size: content.length,
    vaddr: VADDR,
    isDebug: false,
    is64: true,
    littleEndian: true,
    ...more,
  };
}

async function rangesOf(section: FrameSection): Promise<[number, number][]> {
  const ranges: [number, number][] = [];
  await new FrameEntries(section).visitAll((start, end) => ranges.push([start, end]));
  return ranges;
}

Deno.test("FrameEntries.visitAll() gives the ranges of functions in the order of the section", async () => {
  const builder = new FrameBuilder(VADDR);
  const first = builder.common();
  builder.describe(first, 0x2000, 0x10);
  builder.describe(first, 0x1000, 0x20);
  const second = builder.common({ augmentation: "zRS" });
  builder.describe(first, 0x3000, 0); // nothing is in it
  builder.describe(second, 0x4000, 1);
  assertEquals(await rangesOf(sectionOf(builder.bytes())), [
    [0x2000, 0x2010],
    [0x1000, 0x1020],
    [0x4000, 0x4001],
  ]);
});

Deno.test("FrameEntries.visitAll() skips personality and language-specific data", async () => {
  const builder = new FrameBuilder(VADDR);
  // Personality: indirect, relative, 32 bits. Data: relative, 32 bits.
  const data = [7, 0x9b, 1, 2, 3, 4, 0x1b, USUAL_ENCODING];
  builder.describe(builder.common({ augmentation: "zPLR", data }), 0x2000, 0x10);
  assertEquals(await rangesOf(sectionOf(builder.bytes())), [[0x2000, 0x2010]]);
});

Deno.test("FrameEntries.visitAll() ends at the terminator of .eh_frame", async () => {
  const builder = new FrameBuilder(VADDR);
  const common = builder.common();
  builder.describe(common, 0x2000, 0x10);
  builder.writer.u32(0);
  builder.writer.u32(0xfffffff0);
  assertEquals(await rangesOf(sectionOf(builder.bytes())), [[0x2000, 0x2010]]);
});

Deno.test("FrameEntries.visitAll() reads entries with an extended length", async () => {
  const builder = new FrameBuilder(VADDR);
  const common = builder.common();
  const position = builder.position;
  const { writer } = builder;
  writer.u32(0xffffffff);
  writer.word(true, 16);
  writer.u32(position + 12 - common);
  writer.u32(0x2000 - (VADDR + position + 16));
  writer.u32(0x10);
  writer.u32(0);
  builder.describe(common, 0x3000, 0x10);
  assertEquals(await rangesOf(sectionOf(builder.bytes())), [[0x2000, 0x2010], [0x3000, 0x3010]]);
});

Deno.test("FrameEntries.visitAll() reads sections longer than a chunk", async () => {
  const builder = new FrameBuilder(VADDR);
  const common = builder.common();
  const wanted: [number, number][] = [];
  for (let at = 0; at < 150_000; at++) {
    // Instructions of any length: no entry begins where a chunk does.
    builder.describe(common, 0x1000 * at, 0x10 + at % 7);
    if (at % 100 === 0) builder.entry(builder.position + 4 - common, new Uint8Array(12 + at % 77));
    wanted.push([0x1000 * at, 0x1000 * at + 0x10 + at % 7]);
  }
  assertEquals(await rangesOf(sectionOf(builder.bytes())), wanted);
});

for (const littleEndian of [true, false]) {
  const order = littleEndian ? "little" : "big";

  Deno.test(`FrameEntries.visitAll() reads 64-bit DWARF in a ${order}-endian .debug_frame`, async () => {
    const writer = new ByteWriter(littleEndian);
    const entry = (id: bigint, content: Uint8Array) => {
      writer.u32(0xffffffff);
      writer.word(true, 8 + content.length);
      writer.word(true, id);
      writer.put(writer.position, content);
    };
    writer.u32(0); // padding
    // Version 4, no augmentation, addresses of 4 bytes.
    entry(-1n, new Uint8Array([4, 0, 4, 0, 1, 0x78, 16]));
    const range = new ByteWriter(littleEndian);
    range.u32(0x2000);
    range.u32(0x10);
    entry(4n, range.bytes());
    const section = sectionOf(writer.bytes(), { isDebug: true, vaddr: 0, littleEndian });
    assertEquals(await rangesOf(section), [[0x2000, 0x2010]]);
  });
}

Deno.test("FrameEntries.visitAll() leaves out what the link editor dropped from .debug_frame", async () => {
  const builder = new FrameBuilder(0);
  builder.entry(0xffffffff, [3, 0, 1, 0x78, 16]);
  for (const start of [0, 0x2000]) {
    const content = new ByteWriter(true);
    content.word(true, start);
    content.word(true, 0x10);
    builder.entry(0, content.bytes());
  }
  const section = sectionOf(builder.bytes(), { isDebug: true, vaddr: 0 });
  assertEquals(await rangesOf(section), [[0x2000, 0x2010]]);
});

interface Defect {
  readonly what: string;
  readonly build: (builder: FrameBuilder) => void;
  readonly message: string;
}

const DEFECTS: readonly Defect[] = [
  {
    what: "an entry that ends behind the section",
    build: (builder) => builder.writer.u32(0x1000),
    message:
      'Cannot read bytes of "test.so" at file offset 0x100: entry has 4096 bytes, 4 are left' +
      " in the section",
  },
  {
    what: "an entry without a common one",
    build: (builder) => builder.entry(0x5000, new Uint8Array(12)),
    message:
      'Cannot read bytes of "test.so" at file offset 0x100: its common information entry is' +
      " outside the section",
  },
  {
    what: "an entry whose common one is none",
    build: (builder) => builder.describe(builder.describe(builder.common(), 1, 2), 3, 4),
    message: 'Cannot read a common information entry of "test.so" at file offset 0x111: it is' +
      " another kind of entry",
  },
  {
    what: "an entry that is its own common one",
    build: (builder) => builder.entry(4, new Uint8Array(12)),
    message: 'Cannot read a common information entry of "test.so" at file offset 0x100: it is' +
      " another kind of entry",
  },
  {
    what: "an unknown version",
    build: (builder) => builder.describe(builder.common({ version: 9 }), 3, 4),
    message: 'Cannot read bytes of "test.so" at file offset 0x108: version is 9, want 1, 3 or 4',
  },
  {
    what: "an entry that is too short",
    build: (builder) => {
      const position = builder.entry(builder.common() + 0x15, [1, 2, 3]);
      builder.describe(position - 0x11, 3, 4);
    },
    message: 'Cannot read bytes of "test.so" at file offset 0x119: entry ends inside its range',
  },
];

for (const { what, build, message } of DEFECTS) {
  Deno.test(`FrameEntries.visitAll() refuses ${what}`, async () => {
    const builder = new FrameBuilder(VADDR);
    build(builder);
    await assertRejectsExactly(
      () => rangesOf(sectionOf(builder.bytes())),
      FormatError,
      message,
    );
  });
}

Deno.test("FrameEntries.visitAll() does not support an unknown augmentation", async () => {
  const builder = new FrameBuilder(VADDR);
  builder.describe(builder.common({ augmentation: "zRx" }), 3, 4);
  const message = 'Cannot read "test.so": augmentation "zRx" is not supported';
  await assertRejectsExactly(
    () => rangesOf(sectionOf(builder.bytes())),
    UnsupportedError,
    message,
  );
});

Deno.test("FrameEntries.rangesAt() reads single entries", async () => {
  const builder = new FrameBuilder(VADDR);
  const common = builder.common();
  builder.describe(common, 0x2000, 0x10);
  const position = builder.describe(common, 0x1000, 0x20);
  const entries = new FrameEntries(sectionOf(builder.bytes()));
  assertEquals(await entries.rangesAt(Float64Array.of(position)), [{ start: 0x1000, end: 0x1020 }]);
});

Deno.test("FrameEntries.rangesAt() refuses an entry that is not about a function", async () => {
  const builder = new FrameBuilder(VADDR);
  const common = builder.common();
  const entries = new FrameEntries(sectionOf(builder.bytes()));
  await assertRejectsExactly(
    () => entries.rangesAt(Float64Array.of(common)),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x100: want a frame description entry, it is' +
      " another kind",
  );
});
