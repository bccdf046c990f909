import { assertEquals } from "@std/assert";
import { findExidxRanges } from "../../lib/elf/arm_exidx.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { buildElf, codeSection, EM_X86_64, VADDR_SHIFT } from "../support/elf_builder.ts";
import type { ElfSpec } from "../support/elf_spec.ts";

const EM_ARM = 40;
const PT_ARM_EXIDX = 0x70000001;
const CANTUNWIND = 1;
const INLINE = 0x80b0b0b0;
/** Where the builder puts 0x1000 bytes of code, and the table behind it. */
const CODE = 0x80 + VADDR_SHIFT;
const TABLE_OFFSET = 0x1080;
const TABLE = TABLE_OFFSET + VADDR_SHIFT;

/** @param entries Each the vaddr of the code, and how it is unwound. */
function elfWith(
  entries: readonly (readonly [vaddr: number, how: number])[],
  more: ElfSpec = {},
): Promise<ElfFile> {
  const writer = new ByteWriter(more.littleEndian ?? true);
  for (const [vaddr, how] of entries) {
    writer.u32((vaddr - (TABLE + writer.position)) & 0x7fffffff);
    writer.u32(how);
  }
  const bytes = writer.bytes();
  const fileSize = bytes.length;
  const built = buildElf({
    is64: false,
    machine: EM_ARM,
    sections: [codeSection(".text", 0x1000), { name: ".ARM.exidx", bytes }],
    moreSegments: [{ type: PT_ARM_EXIDX, fileOffset: TABLE_OFFSET, vaddr: TABLE, fileSize }],
    ...more,
  });
  assertEquals(built.section(".ARM.exidx").vaddr, TABLE);
  return ElfFile.open(built.source);
}

for (const littleEndian of [true, false]) {
  const order = littleEndian ? "little" : "big";

  Deno.test(`findExidxRanges() finds code up to the next entry, ${order}-endian`, async () => {
    const entries = [[CODE + 0x10, INLINE], [CODE + 0x30, INLINE]] as const;
    const elf = await elfWith(entries, { littleEndian });
    const vaddrs = Float64Array.of(CODE, CODE + 0x10, CODE + 0x2f, CODE + 0x30);
    const range = { start: CODE + 0x10, end: CODE + 0x30 };
    const last = { start: CODE + 0x30, end: CODE + 0x1000 };
    assertEquals(await findExidxRanges(elf, vaddrs), [undefined, range, range, last]);
  });
}

Deno.test("findExidxRanges() takes the bit off that says Thumb", async () => {
  const elf = await elfWith([[CODE + 0x11, INLINE], [CODE + 0x31, INLINE]]);
  const range = { start: CODE + 0x10, end: CODE + 0x30 };
  assertEquals(await findExidxRanges(elf, Float64Array.of(CODE + 0x10)), [range]);
});

Deno.test("findExidxRanges() leaves out EXIDX_CANTUNWIND, which ends what is before it", async () => {
  const elf = await elfWith([[CODE, INLINE], [CODE + 0x10, CANTUNWIND], [CODE + 0x30, INLINE]]);
  const vaddrs = Float64Array.of(CODE + 0xf, CODE + 0x10, CODE + 0x2f);
  const found = await findExidxRanges(elf, vaddrs);
  assertEquals(found, [{ start: CODE, end: CODE + 0x10 }, undefined, undefined]);
});

Deno.test("findExidxRanges() ends the last range with the segment if there are no sections", async () => {
  const elf = await elfWith([[CODE, INLINE]], { noSectionHeaders: true });
  const { vaddr, memorySize } = elf.loadSegments[0]!;
  const found = await findExidxRanges(elf, Float64Array.of(CODE + 8));
  assertEquals(found, [{ start: CODE, end: vaddr + memorySize }]);
});

Deno.test("findExidxRanges() finds nothing for other machines", async () => {
  const elf = await elfWith([[CODE, INLINE]], { machine: EM_X86_64 });
  assertEquals(await findExidxRanges(elf, Float64Array.of(CODE)), [undefined]);
});

Deno.test("findExidxRanges() refuses a distance of 32 bits", async () => {
  const elf = await elfWith([[CODE, INLINE]]);
  const bytes = await elf.source.readAt(0, elf.source.size);
  bytes[TABLE_OFFSET + 3]! |= 0x80;
  await assertRejectsExactly(
    () => findExidxRanges(elf, Float64Array.of(CODE)),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x1080: want a distance of 31 bits, highest bit' +
      " is set",
  );
});

Deno.test("findExidxRanges() refuses a table outside the file", async () => {
  const elf = await elfWith([], {
    moreSegments: [{ type: PT_ARM_EXIDX, fileOffset: 0x9000, vaddr: TABLE, fileSize: 8 }],
  });
  const message =
    `Cannot read bytes of "test.so" at file offset 0x9000: need 8 bytes, file ends at ${
      "0x" + elf.source.size.toString(16)
    }`;
  const find = () => findExidxRanges(elf, Float64Array.of(CODE));
  await assertRejectsExactly(find, FormatError, message);
});
