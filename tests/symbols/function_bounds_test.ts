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
import {
  FUNCTION_COUNT,
  FUNCTION_SIZE,
  largeStrippedLibrary,
  startOf,
} from "../support/large_stripped_library.ts";
import { testdata } from "../support/testdata.ts";

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
  const source = new CountingSource(largeStrippedLibrary());
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
  const source = new CountingSource(largeStrippedLibrary());
  const elf = await ElfFile.open(source);
  const vaddrs = Float64Array.from({ length: FUNCTION_COUNT }, (_, index) => startOf(index));
  const found = await findFunctionBounds(elf, vaddrs);
  assertEquals(found.findIndex((range, index) => range?.start !== startOf(index)), -1);
  // Each entry of the table twice, and .eh_frame once.
  assert(source.bytesRead < FUNCTION_COUNT * (2 * 8 + 24) + 100_000, `${source.bytesRead} bytes`);
});

Deno.test("findFunctionBounds() finds the .plt of a library as one range", async () => {
  const bytes = Deno.readFileSync(testdata("bounds/x86_64/gnu.so"));
  const elf = await ElfFile.open(new MemorySource("gnu.so", bytes));
  const code = (await elf.sections()).filter(({ executable }) => executable);
  const { vaddr, size } = code[0]!;
  const found = await findFunctionBounds(elf, Float64Array.of(vaddr, vaddr + size - 1));
  const range = { start: vaddr, end: vaddr + size };
  assertEquals(found, [range, range]);
});
