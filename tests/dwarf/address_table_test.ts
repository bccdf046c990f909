import { assertEquals, assertThrows } from "@std/assert";
import {
  AddressTable,
  readAddressTable,
  readIndexedAddress,
} from "../../lib/dwarf/address_table.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDwarf } from "../support/dwarf_builder.ts";
import { sectionsOf } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";
import type { UnitAttributes } from "../../lib/dwarf/unit_attributes.ts";
import { readUnitHeader } from "../../lib/dwarf/unit_entry.ts";

/** Behind a header of 8 bytes: two tables, the second from 0x18 on. */
const ADDRESSES = written((writer) => {
  writer.u32(0x2c);
  writer.raw(5, 0, 8, 0);
  for (const address of [0x1000, 0x2000, 0x3000, 0x4000]) writer.word(true, address);
});
const BASES = Float64Array.of(0x08, 0x18);

async function tableAt(addressBase: number, sections: Record<string, Uint8Array>, addressSize = 8) {
  const built = buildDwarf({ units: [{ addressSize }], sections });
  const all = sectionsOf(built);
  const header = await readUnitHeader(await all.open(".debug_info"), 0);
  return await readAddressTable(all, header, { addressBase } as UnitAttributes, BASES);
}

Deno.test("readAddressTable() reads the addresses of a unit, and not those of the next", async () => {
  const table = await tableAt(0x08, { ".debug_addr": ADDRESSES });
  assertEquals([table.at(0), table.at(1)], [0x1000, 0x2000]);
  assertThrows(() => table.at(2), Defect, "there is no address with index 0x2");
});

Deno.test("readAddressTable() reads the last table to the end", async () => {
  const table = await tableAt(0x18, { ".debug_addr": ADDRESSES });
  assertEquals([table.at(0), table.at(1)], [0x3000, 0x4000]);
});

Deno.test("readAddressTable() reads addresses of 4 bytes", async () => {
  const bytes = written((writer) => [0, 0, 0x10, 0x20].forEach((word) => writer.u32(word)));
  const table = await tableAt(0x08, { ".debug_addr": bytes }, 4);
  assertEquals([table.at(0), table.at(1)], [0x10, 0x20]);
});

Deno.test("readAddressTable() gives a unit that has none an empty one", async () => {
  const table = await tableAt(-1, {});
  assertThrows(() => table.at(0), Defect, "there is no address with index 0x0");
});

Deno.test("readAddressTable() says that the section is missing", async () => {
  await assertRejectsExactly(
    () => tableAt(8, {}),
    FormatError,
    'Cannot open the section .debug_addr of "test.so": there is none, but something refers to it',
  );
});

Deno.test("readAddressTable() says that a table is behind the section", async () => {
  await assertRejectsExactly(
    () => tableAt(0x100, { ".debug_addr": ADDRESSES }),
    FormatError,
    'Cannot read the addresses of "test.so(.debug_addr)" at file offset 0x100: ' +
      "the section ends at 0x28",
  );
});

Deno.test("AddressTable.at() knows no index of 2^60", () => {
  assertThrows(() => AddressTable.EMPTY.at(2 ** 60), Defect, "index 0x1000000000000000");
});

Deno.test("readIndexedAddress() reads one address", async () => {
  const sections = sectionsOf(buildDwarf({ units: [{}], sections: { ".debug_addr": ADDRESSES } }));
  const section = await sections.open(".debug_addr");
  const header = await readUnitHeader(await sections.open(".debug_info"), 0);
  assertEquals(await readIndexedAddress(section, header, 8, 3), 0x4000);
  await assertRejectsExactly(
    () => readIndexedAddress(section, header, 8, 5),
    FormatError,
    'Cannot read the addresses of "test.so(.debug_addr)" at file offset 0x30: ' +
      "the section ends at 0x28",
  );
});
