import { assertEquals } from "@std/assert";
import { PT_NOTE, SHT_NOTE } from "../../lib/elf/constants.ts";
import { ElfFile, readBuildId } from "../../lib/elf/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { buildElf } from "../support/elf_builder.ts";
import type { ElfSpec } from "../support/elf_spec.ts";

const NT_GNU_ABI_TAG = 1;
const NT_GNU_BUILD_ID = 3;
const NT_GNU_PROPERTY_TYPE_0 = 5;
const ID = [0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const ID_TEXT = "deadbeef000102030405060708090a0b0c0d0e0f";

interface Note {
  readonly name?: string;
  readonly type?: number;
  readonly description?: number[];
  readonly nameSize?: number;
  readonly descriptionSize?: number;
}

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32}-bit ${littleEndian ? "little" : "big"}-endian`;

    Deno.test(`readBuildId() reads the note segment of a ${kind} file`, async () => {
      const bytes = notes([{}], { littleEndian });
      assertEquals(await buildIdOf(segmentSpec(bytes, { is64, littleEndian })), ID_TEXT);
    });

    Deno.test(`readBuildId() reads the note section of a ${kind} file`, async () => {
      const bytes = notes([{}], { littleEndian });
      assertEquals(await buildIdOf({ is64, littleEndian, ...sectionSpec(bytes) }), ID_TEXT);
    });
  }
}

Deno.test("readBuildId() gives nothing for a file without notes", async () => {
  assertEquals(await buildIdOf({}), "");
});

Deno.test("readBuildId() takes an id of any length", async () => {
  const bytes = notes([{ description: [0x0a, 0xb0, 0x0c] }]);
  assertEquals(await buildIdOf(segmentSpec(bytes)), "0ab00c");
});

Deno.test("readBuildId() finds it behind other notes", async () => {
  const bytes = notes([
    { type: NT_GNU_ABI_TAG, description: [1, 2, 3, 4] },
    { name: "stapsdt\0", type: NT_GNU_BUILD_ID, description: [1, 2, 3] },
    {},
  ]);
  assertEquals(await buildIdOf(segmentSpec(bytes)), ID_TEXT);
});

Deno.test("readBuildId() finds it in the second note segment", async () => {
  const first = notes([{ type: NT_GNU_ABI_TAG, description: [1, 2, 3, 4] }]);
  const spec = segmentSpec(new Uint8Array([...first, ...notes([{}])]));
  const { fileOffset } = buildElf(spec).section(".note");
  const moreSegments = [
    { type: PT_NOTE, fileOffset, fileSize: first.length },
    { type: PT_NOTE, fileOffset: fileOffset + first.length, fileSize: 36 },
  ];
  // One more program header moves the section by its size.
  const { fileOffset: moved } = buildElf({ ...spec, moreSegments }).section(".note");
  moreSegments[0]!.fileOffset = moved;
  moreSegments[1]!.fileOffset = moved + first.length;
  assertEquals(await buildIdOf({ ...spec, moreSegments }), ID_TEXT);
});

Deno.test("readBuildId() does not take a note of another name", async () => {
  assertEquals(await buildIdOf(segmentSpec(notes([{ name: "XYZ\0" }]))), "");
});

Deno.test("readBuildId() does not take a note whose name is not ended", async () => {
  assertEquals(await buildIdOf(segmentSpec(notes([{ name: "GNU" }]))), "");
});

Deno.test("readBuildId() does not take a note of another type", async () => {
  assertEquals(await buildIdOf(segmentSpec(notes([{ type: NT_GNU_PROPERTY_TYPE_0 }]))), "");
});

Deno.test("readBuildId() goes by an alignment of 8", async () => {
  const bytes = notes([
    { type: NT_GNU_PROPERTY_TYPE_0, description: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    {},
  ], { alignment: 8 });
  assertEquals(await buildIdOf(segmentSpec(bytes, {}, 8)), ID_TEXT);
});

Deno.test("readBuildId() takes an alignment of 0 or 1 for 4", async () => {
  const bytes = notes([{ description: [1] }]);
  assertEquals(await buildIdOf(segmentSpec(bytes, {}, 0)), "01");
  assertEquals(await buildIdOf(segmentSpec(bytes, {}, 1)), "01");
});

Deno.test("readBuildId() gives nothing for a note that its segment cuts", async () => {
  const bytes = notes([{}]);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(await buildIdOf(segmentSpec(bytes.subarray(0, length))), "", `${length} bytes`);
  }
});

Deno.test("readBuildId() gives nothing for sizes that are too large", async () => {
  for (const size of [0xffff_ffff, 0x7fff_ffff, 100]) {
    assertEquals(await buildIdOf(segmentSpec(notes([{ nameSize: size }]))), "");
    assertEquals(await buildIdOf(segmentSpec(notes([{ descriptionSize: size }]))), "");
  }
});

Deno.test("readBuildId() rejects notes that lie behind the file", async () => {
  const moreSegments = [{ type: PT_NOTE, fileOffset: 0x12_3456, fileSize: 36 }];
  const { source } = buildElf({ moreSegments });
  const elf = await ElfFile.open(source);
  const error = await assertRejectsExactly(
    () => readBuildId(elf),
    FormatError,
    'Cannot read bytes of "test.so" at file offset 0x123456: ' +
      `need 36 bytes, file ends at 0x${source.size.toString(16)}`,
  );
  assertEquals(error.place, { fileOffset: 0x12_3456 });
});

Deno.test("readBuildId() looks past an empty note segment behind the file", async () => {
  // As in a file with debug information that objcopy made.
  const { moreSegments, ...spec } = segmentSpec(notes([{}]));
  const empty = { type: PT_NOTE, fileOffset: 0x12_3456, fileSize: 0 };
  const { fileOffset } = buildElf({ ...spec, moreSegments: [empty, ...moreSegments!] })
    .section(".note");
  const full = { ...moreSegments![0]!, fileOffset };
  assertEquals(await buildIdOf({ ...spec, moreSegments: [empty, full] }), ID_TEXT);
});

/** Notes one after the other (gABI, "Note Section"). */
function notes(
  list: readonly Note[],
  { littleEndian = true, alignment = 4 } = {},
): Uint8Array {
  const writer = new ByteWriter(littleEndian);
  const pad = () => writer.padTo(Math.ceil(writer.position / alignment) * alignment);
  for (const { name = "GNU\0", type = NT_GNU_BUILD_ID, description = ID, ...sizes } of list) {
    writer.u32(sizes.nameSize ?? name.length);
    writer.u32(sizes.descriptionSize ?? description.length);
    writer.u32(type);
    writer.put(writer.position, new TextEncoder().encode(name));
    pad();
    writer.put(writer.position, description);
    pad();
  }
  return writer.bytes();
}

/** A file whose notes only a segment shows. */
function segmentSpec(bytes: Uint8Array, more: ElfSpec = {}, alignment = 4): ElfSpec {
  const sections = [{ name: ".note", bytes }];
  const segment = { type: PT_NOTE, fileOffset: 0, fileSize: bytes.length, alignment };
  const { fileOffset } = buildElf({ ...more, sections, moreSegments: [segment] }).section(".note");
  return { ...more, sections, moreSegments: [{ ...segment, fileOffset }] };
}

/** A file whose notes only a section shows. */
function sectionSpec(bytes: Uint8Array): ElfSpec {
  return { sections: [{ name: ".note", type: SHT_NOTE, bytes }], segments: [] };
}

async function buildIdOf(spec: ElfSpec): Promise<string> {
  return await readBuildId(await ElfFile.open(buildElf(spec).source));
}
