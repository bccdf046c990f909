import { assertEquals, assertThrows } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { DwarfReader } from "../../lib/dwarf/dwarf_reader.ts";
import {
  isLeb,
  readIndirectForm,
  readNumber,
  sizeOfForm,
  skipForm,
  VARIABLE_SIZE,
} from "../../lib/dwarf/forms.ts";

const SIZES = { version: 5, is64: false, addressSize: 8 };

/** Of every form: bytes of one value, how many they are if that does not vary, and the number. */
const FORMS: Readonly<Record<string, [bytes: number[], size: number, value: number | undefined]>> =
  {
    DW_FORM_ADDR: [[1, 2, 3, 4, 5, 6, 7, 8], 8, undefined],
    DW_FORM_BLOCK2: [[2, 0, 0xaa, 0xbb], VARIABLE_SIZE, undefined],
    DW_FORM_BLOCK4: [[1, 0, 0, 0, 0xaa], VARIABLE_SIZE, undefined],
    DW_FORM_DATA2: [[1, 2], 2, 0x0201],
    DW_FORM_DATA4: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_DATA8: [[1, 2, 3, 4, 5, 6, 0, 0], 8, 0x060504030201],
    DW_FORM_STRING: [[0x61, 0x62, 0], VARIABLE_SIZE, undefined],
    DW_FORM_BLOCK: [[0x83, 0x00, 1, 2, 3], VARIABLE_SIZE, undefined],
    DW_FORM_BLOCK1: [[3, 1, 2, 3], VARIABLE_SIZE, undefined],
    DW_FORM_DATA1: [[0xff], 1, 0xff],
    DW_FORM_FLAG: [[1], 1, 1],
    DW_FORM_SDATA: [[0x80, 0x7f], VARIABLE_SIZE, -128],
    DW_FORM_STRP: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_UDATA: [[0x80, 0x01], VARIABLE_SIZE, 0x80],
    DW_FORM_REF_ADDR: [[1, 2, 3, 4], 4, undefined],
    DW_FORM_REF1: [[0xfe], 1, 0xfe],
    DW_FORM_REF2: [[1, 2], 2, 0x0201],
    DW_FORM_REF4: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_REF8: [[1, 2, 3, 4, 5, 6, 0, 0], 8, 0x060504030201],
    DW_FORM_REF_UDATA: [[0xff, 0x01], VARIABLE_SIZE, 0xff],
    DW_FORM_INDIRECT: [[0x05, 1, 2], VARIABLE_SIZE, undefined],
    DW_FORM_SEC_OFFSET: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_EXPRLOC: [[2, 1, 2], VARIABLE_SIZE, undefined],
    DW_FORM_FLAG_PRESENT: [[], 0, 1],
    DW_FORM_STRX: [[0x81, 0x01], VARIABLE_SIZE, 0x81],
    DW_FORM_ADDRX: [[0x82, 0x01], VARIABLE_SIZE, 0x82],
    DW_FORM_REF_SUP4: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_STRP_SUP: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_DATA16: [[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8], 16, undefined],
    DW_FORM_LINE_STRP: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_REF_SIG8: [[1, 2, 3, 4, 5, 6, 7, 8], 8, undefined],
    DW_FORM_IMPLICIT_CONST: [[], 0, 77],
    DW_FORM_LOCLISTX: [[0x83, 0x01], VARIABLE_SIZE, undefined],
    DW_FORM_RNGLISTX: [[0x84, 0x01], VARIABLE_SIZE, 0x84],
    DW_FORM_REF_SUP8: [[1, 2, 3, 4, 5, 6, 0, 0], 8, 0x060504030201],
    DW_FORM_STRX1: [[0xf0], 1, 0xf0],
    DW_FORM_STRX2: [[1, 2], 2, 0x0201],
    DW_FORM_STRX3: [[1, 2, 3], 3, 0x030201],
    DW_FORM_STRX4: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_ADDRX1: [[0xf0], 1, 0xf0],
    DW_FORM_ADDRX2: [[1, 2], 2, 0x0201],
    DW_FORM_ADDRX3: [[1, 2, 3], 3, 0x030201],
    DW_FORM_ADDRX4: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_GNU_ADDR_INDEX: [[0x85, 0x01], VARIABLE_SIZE, 0x85],
    DW_FORM_GNU_STR_INDEX: [[0x86, 0x01], VARIABLE_SIZE, 0x86],
    DW_FORM_GNU_REF_ALT: [[1, 2, 3, 4], 4, 0x04030201],
    DW_FORM_GNU_STRP_ALT: [[1, 2, 3, 4], 4, 0x04030201],
  };

const NUMBERS = new Map<string, number>(
  Object.entries(constants).filter(([name]) => name.startsWith("DW_FORM_")),
);

Deno.test("forms are tested all", () => {
  assertEquals(Object.keys(FORMS).sort(), [...NUMBERS.keys()].sort());
});

for (const [name, [bytes, size, value]] of Object.entries(FORMS)) {
  const form = NUMBERS.get(name)!;
  Deno.test(`skipForm() moves behind a value of ${name}`, () => {
    const reader = new DwarfReader(Uint8Array.from([...bytes, 0xee]), true);
    skipForm(reader, form, SIZES);
    assertEquals(reader.position, bytes.length);
  });
  Deno.test(`sizeOfForm() knows ${name}`, () => {
    assertEquals(sizeOfForm(form, SIZES), size);
  });
  Deno.test(`readNumber() ${value === undefined ? "refuses" : "reads"} ${name}`, () => {
    const reader = new DwarfReader(Uint8Array.from([...bytes, 0xee]), true);
    if (value === undefined) {
      assertThrows(() => readNumber(reader, form, 77, false), Defect, "is not known here");
    } else {
      assertEquals(readNumber(reader, form, 77, false), value);
      assertEquals(reader.position, bytes.length);
    }
  });
}

Deno.test("sizeOfForm() gives offsets 8 bytes in the 64-bit format", () => {
  const wide = Object.entries(FORMS).filter(([name, [, size]]) =>
    sizeOfForm(NUMBERS.get(name)!, { ...SIZES, is64: true }) !== size
  ).map(([name]) => name);
  assertEquals(wide, [
    "DW_FORM_STRP",
    "DW_FORM_REF_ADDR",
    "DW_FORM_SEC_OFFSET",
    "DW_FORM_STRP_SUP",
    "DW_FORM_LINE_STRP",
    "DW_FORM_GNU_REF_ALT",
    "DW_FORM_GNU_STRP_ALT",
  ]);
});

Deno.test("sizeOfForm() gives DW_FORM_ref_addr the size of an address in DWARF 2", () => {
  const sizes = { version: 2, is64: false, addressSize: 8 };
  assertEquals(sizeOfForm(constants.DW_FORM_REF_ADDR, sizes), 8);
  assertEquals(sizeOfForm(constants.DW_FORM_REF_ADDR, { ...sizes, version: 3 }), 4);
});

Deno.test("sizeOfForm() gives DW_FORM_addr the size of an address", () => {
  assertEquals(sizeOfForm(constants.DW_FORM_ADDR, { ...SIZES, addressSize: 4 }), 4);
});

Deno.test("readNumber() reads in the byte order of the file", () => {
  const reader = new DwarfReader(Uint8Array.of(1, 2, 3, 4), false);
  assertEquals(readNumber(reader, constants.DW_FORM_DATA4, 0, false), 0x01020304);
});

Deno.test("isLeb() is true of forms that vary and have no length", () => {
  const leb = [...NUMBERS].filter(([, form]) => isLeb(form)).map(([name]) => name).sort();
  assertEquals(leb, [
    "DW_FORM_ADDRX",
    "DW_FORM_GNU_ADDR_INDEX",
    "DW_FORM_GNU_STR_INDEX",
    "DW_FORM_LOCLISTX",
    "DW_FORM_REF_UDATA",
    "DW_FORM_RNGLISTX",
    "DW_FORM_SDATA",
    "DW_FORM_STRX",
    "DW_FORM_UDATA",
  ]);
});

Deno.test("skipForm() does not know how long an unknown form is", () => {
  const reader = new DwarfReader(new Uint8Array(8), true);
  assertThrows(() => skipForm(reader, 0x02, SIZES), Defect, "form 0x2 is not known here");
});

for (const [name, form] of [["itself", 0x16], ["DW_FORM_implicit_const", 0x21]] as const) {
  Deno.test(`readIndirectForm() does not follow DW_FORM_indirect to ${name}`, () => {
    const reader = new DwarfReader(Uint8Array.of(form), true);
    assertThrows(
      () => readIndirectForm(reader),
      Defect,
      "DW_FORM_indirect leads to a form that it must not lead to",
    );
  });
}

Deno.test("skipForm() moves behind a block that is longer than the piece", () => {
  const reader = new DwarfReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff), true);
  skipForm(reader, constants.DW_FORM_BLOCK4, SIZES);
  assertEquals(reader.position, 4 + 0xffffffff);
});
