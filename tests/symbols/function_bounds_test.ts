import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { findFunctionBounds } from "../../lib/symbols/function_bounds.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, VADDR_SHIFT } from "../support/elf_builder.ts";
import type { ElfSpec, SectionSpec } from "../support/elf_spec.ts";
import { ehFrameHeader, FrameBuilder } from "../support/frame_builder.ts";
import { pieceOf, SparseSource } from "../support/sparse_source.ts";
import { testdata } from "../support/testdata.ts";

const PT_LOAD = 1;
const PT_GNU_EH_FRAME = 0x6474e550;
/** Where the builder puts the first section: behind two program headers. */
const FIRST_OFFSET = 0xb0;

interface Tables {
  /** `.eh_frame` at a vaddr. */
  readonly frames: (builder: FrameBuilder) => void;
  /** The entries of `.eh_frame_hdr`, given the vaddr of `.eh_frame`; none for no such section. */
  readonly entries?: (ehFrameVaddr: number) => readonly (readonly [number, number])[];
  readonly more?: readonly SectionSpec[];
}

const FRAMES_VADDR = FIRST_OFFSET + VADDR_SHIFT;

function elfWith({ frames, entries, more = [] }: Tables): Promise<ElfFile> {
  const builder = new FrameBuilder(FRAMES_VADDR);
  frames(builder);
  const bytes = builder.bytes();
  const headerOffset = Math.ceil((FIRST_OFFSET + bytes.length) / 16) * 16;
  const header = ehFrameHeader(
    headerOffset + VADDR_SHIFT,
    FRAMES_VADDR,
    entries?.(FRAMES_VADDR) ?? [],
  );
  const segment = entries === undefined ? { type: 0, fileSize: 0 } : {
    type: PT_GNU_EH_FRAME,
    fileSize: header.length,
  };
  const spec: ElfSpec = {
    sectionNames: true,
    sections: [
      { name: ".eh_frame", bytes },
      { name: ".eh_frame_hdr", bytes: header },
      ...more,
    ],
    moreSegments: [{ ...segment, fileOffset: headerOffset, vaddr: headerOffset + VADDR_SHIFT }],
  };
  const built = buildElf(spec);
  assertEquals(built.section(".eh_frame").vaddr, FRAMES_VADDR);
  return ElfFile.open(built.source);
}

Deno.test("findFunctionBounds() prefers .eh_frame_hdr to .eh_frame", async () => {
  const elf = await elfWith({
    frames: (builder) => {
      const common = builder.common();
      builder.describe(common, 0x1000, 0x10);
      builder.describe(common, 0x2000, 0x10);
    },
    entries: (vaddr) => [[0x1000, vaddr + 0x11]],
  });
  const found = await findFunctionBounds(elf, Float64Array.of(0x1008, 0x1010, 0x2008));
  assertEquals(found, [{ start: 0x1000, end: 0x1010 }, undefined, undefined]);
});

Deno.test("findFunctionBounds() gives the same object for the same function", async () => {
  for (const entries of [undefined, (vaddr: number) => [[0x1000, vaddr + 0x11]] as const]) {
    const elf = await elfWith({
      frames: (builder) => builder.describe(builder.common(), 0x1000, 0x10),
      ...(entries && { entries }),
    });
    const [a, b] = await findFunctionBounds(elf, Float64Array.of(0x1001, 0x100f));
    assertEquals(a, { start: 0x1000, end: 0x1010 });
    assert(a === b);
  }
});

Deno.test("findFunctionBounds() takes the innermost of ranges that overlap", async () => {
  const elf = await elfWith({
    frames: (builder) => {
      const common = builder.common();
      builder.describe(common, 0x1010, 0x10);
      builder.describe(common, 0x1000, 0x100);
      builder.describe(common, 0x1010, 0x20);
    },
  });
  const found = await findFunctionBounds(elf, Float64Array.of(0x1008, 0x1018, 0x1028, 0x1038));
  assertEquals(found.map((range) => [range!.start, range!.end]), [
    [0x1000, 0x1100],
    [0x1010, 0x1020],
    [0x1010, 0x1030],
    [0x1000, 0x1100],
  ]);
});

Deno.test("findFunctionBounds() asks .debug_frame for what .eh_frame does not know", async () => {
  const debug = new FrameBuilder(0);
  debug.entry(0xffffffff, [3, 0, 1, 0x78, 16]);
  const content = new ByteWriter(true);
  content.word(true, 0x2000);
  content.word(true, 0x10);
  debug.entry(0, content.bytes());
  const elf = await elfWith({
    frames: (builder) => builder.describe(builder.common(), 0x1000, 0x10),
    more: [{ name: ".debug_frame", bytes: debug.bytes() }],
  });
  const found = await findFunctionBounds(elf, Float64Array.of(0x1000, 0x1800, 0x2000));
  assertEquals(found, [{ start: 0x1000, end: 0x1010 }, undefined, { start: 0x2000, end: 0x2010 }]);
});

Deno.test("findFunctionBounds() finds nothing in a file without tables", async () => {
  const elf = await ElfFile.open(buildElf().source);
  assertEquals(await findFunctionBounds(elf, Float64Array.of(1, 2)), [undefined, undefined]);
});

Deno.test("findFunctionBounds() reads nothing if nothing is asked", async () => {
  const source = new CountingSource(buildElf().source);
  const elf = await ElfFile.open(source);
  const before = source.reads.length;
  assertEquals(await findFunctionBounds(elf, new Float64Array(0)), []);
  assertEquals(source.reads.length, before);
});

Deno.test("findFunctionBounds() refuses a table that disagrees with its entries", async () => {
  const elf = await elfWith({
    frames: (builder) => builder.describe(builder.common(), 0x1000, 0x10),
    entries: (vaddr) => [[0x1004, vaddr + 0x11]],
  });
  await assertRejectsExactly(
    () => findFunctionBounds(elf, Float64Array.of(0x1008)),
    FormatError,
    'Cannot read .eh_frame_hdr of "test.so" at file offset 0xec: table has a function at vaddr' +
      " 0x1004, its entry says 0x1000",
  );
});

Deno.test("findFunctionBounds() refuses a table whose entries are not in the file", async () => {
  const elf = await elfWith({
    frames: (builder) => builder.describe(builder.common(), 0x1000, 0x10),
    entries: () => [[0x1000, 0x900_0000]],
  });
  await assertRejectsExactly(
    () => findFunctionBounds(elf, Float64Array.of(0x1008)),
    FormatError,
    'Cannot read .eh_frame_hdr of "test.so" at file offset 0xec: entry at vaddr 0x9000000 is not in' +
      " the file",
  );
});

Deno.test("findFunctionBounds() reads less than 100 KB of a 100 MB library for 100 vaddrs", async () => {
  const source = new CountingSource(largeLibrary());
  const elf = await ElfFile.open(source);
  const vaddrs = Float64Array.from({ length: 100 }, (_, at) => {
    const index = Math.floor((at + 0.5) * FUNCTION_COUNT / 100);
    return startOf(index) + (at % 2 === 0 ? 5 : FUNCTION_SIZE + 5);
  });
  const found = await findFunctionBounds(elf, vaddrs);
  for (const [at, range] of found.entries()) {
    const start = vaddrs[at]! - 5;
    assertEquals(range, at % 2 === 0 ? { start, end: start + FUNCTION_SIZE } : undefined);
  }
  assert(source.bytesRead < 100_000, `${source.bytesRead} bytes`);
});

Deno.test("findFunctionBounds() reads no more than the tables if all functions are wanted", async () => {
  const source = new CountingSource(largeLibrary());
  const elf = await ElfFile.open(source);
  const vaddrs = Float64Array.from({ length: FUNCTION_COUNT }, (_, index) => startOf(index));
  const found = await findFunctionBounds(elf, vaddrs);
  assertEquals(found.findIndex((range, index) => range?.start !== startOf(index)), -1);
  // Each entry of the table twice, and .eh_frame once.
  assert(source.bytesRead < FUNCTION_COUNT * (2 * 8 + 24) + 100_000, `${source.bytesRead} bytes`);
});

const FUNCTION_COUNT = 250_000;
const FUNCTION_STRIDE = 320;
const FUNCTION_SIZE = 300;
const TEXT = 0x400_0000;
const TABLE = 0x10_0000;
const FRAMES = 0x100_0000;
const ENTRY_SIZE = 24;

function startOf(index: number): number {
  return TEXT + VADDR_SHIFT + FUNCTION_STRIDE * index;
}

/** Of 100 MB, with many functions; it is made while it is read. */
function largeLibrary(): SparseSource {
  const size = 100_000_000;
  const headerSize = 12 + 8 * FUNCTION_COUNT;
  const { bytes } = buildElf({
    noSectionHeaders: true,
    sections: [],
    segments: [
      { type: PT_LOAD, flags: 5, fileOffset: 0, vaddr: VADDR_SHIFT, fileSize: size },
      {
        type: PT_GNU_EH_FRAME,
        fileOffset: TABLE,
        vaddr: TABLE + VADDR_SHIFT,
        fileSize: headerSize,
      },
    ],
  });
  const head = ehFrameHeader(TABLE + VADDR_SHIFT, FRAMES + VADDR_SHIFT, [], {
    count: FUNCTION_COUNT,
  });
  const frames = new FrameBuilder(FRAMES + VADDR_SHIFT);
  // One of 24 bytes, as the others.
  frames.common({ data: [1, 0x1b, 0, 0, 0, 0, 0, 0, 0] });
  assertEquals(frames.position, ENTRY_SIZE);
  const word = (at: number) => {
    const index = Math.floor(at / 8);
    const vaddr = at % 8 === 0 ? startOf(index) : FRAMES + VADDR_SHIFT + ENTRY_SIZE * (index + 1);
    return vaddr - (TABLE + VADDR_SHIFT);
  };
  const frameWord = (at: number) => {
    const position = ENTRY_SIZE + at;
    const index = Math.floor(at / ENTRY_SIZE);
    const words = [
      ENTRY_SIZE - 4,
      position,
      startOf(index) - (FRAMES + VADDR_SHIFT + position),
      FUNCTION_SIZE,
    ];
    return words[at % ENTRY_SIZE / 4] ?? 0;
  };
  return new SparseSource("large.so", size, [
    pieceOf(0, bytes.slice(0, FIRST_OFFSET)),
    pieceOf(TABLE, head),
    words(TABLE + head.length, 8 * FUNCTION_COUNT, word),
    pieceOf(FRAMES, frames.writer.bytes()),
    words(FRAMES + ENTRY_SIZE, ENTRY_SIZE * FUNCTION_COUNT, frameWord),
  ]);
}

/** A piece of words of 32 bits, given by their place. */
function words(fileOffset: number, length: number, wordAt: (at: number) => number) {
  const fill = (start: number, into: Uint8Array) => {
    for (let at = 0; at < into.length; at++) {
      const place = start + at;
      into[at] = wordAt(place - place % 4) >> 8 * (place % 4) & 0xff;
    }
  };
  return { fileOffset, length, fill };
}

Deno.test("findFunctionBounds() finds the .plt of a library as one range", async () => {
  const bytes = Deno.readFileSync(testdata("bounds/x86_64/gnu.so"));
  const elf = await ElfFile.open(new MemorySource("gnu.so", bytes));
  const code = (await elf.sections()).filter(({ executable }) => executable);
  const { vaddr, size } = code[0]!;
  const found = await findFunctionBounds(elf, Float64Array.of(vaddr, vaddr + size - 1));
  const range = { start: vaddr, end: vaddr + size };
  assertEquals(found, [range, range]);
});
