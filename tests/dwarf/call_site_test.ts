import { assertEquals, assertRejects } from "@std/assert";
import { parseCallSite } from "../../lib/dwarf/call_site.ts";
import * as constants from "../../lib/dwarf/constants.ts";
import { Defect } from "../../lib/dwarf/defect.ts";
import { type AttributeSpec, buildDwarf } from "../support/dwarf_builder.ts";
import { loadUnit } from "../support/dwarf_units.ts";

async function siteOf(attributes: readonly AttributeSpec[]) {
  const entry = { tag: constants.DW_TAG_INLINED_SUBROUTINE, attributes, label: "call" };
  const built = buildDwarf({ units: [{ entry: { tag: 0x11, children: [entry] } }] });
  const unit = await loadUnit(built);
  return parseCallSite(unit, built.offsetOf("call"));
}

const { DW_AT_CALL_COLUMN, DW_AT_CALL_FILE, DW_AT_CALL_LINE } = constants;

Deno.test("parseCallSite() reads file, line and column", async () => {
  const site = await siteOf([
    [constants.DW_AT_LOW_PC, constants.DW_FORM_ADDR, 0x1000],
    [DW_AT_CALL_FILE, constants.DW_FORM_DATA1, 2],
    [DW_AT_CALL_LINE, constants.DW_FORM_DATA2, 300],
    [DW_AT_CALL_COLUMN, constants.DW_FORM_UDATA, 9],
  ]);
  assertEquals(site, { fileIndex: 2, line: 300, column: 9 });
});

Deno.test("parseCallSite() reads them in any order and form", async () => {
  const site = await siteOf([
    [DW_AT_CALL_COLUMN, constants.DW_FORM_IMPLICIT_CONST, 4],
    [constants.DW_AT_NAME, constants.DW_FORM_STRING, "name"],
    [DW_AT_CALL_LINE, constants.DW_FORM_INDIRECT, { form: constants.DW_FORM_DATA4, value: 70_000 }],
    [DW_AT_CALL_FILE, constants.DW_FORM_SDATA, 5],
  ]);
  assertEquals(site, { fileIndex: 5, line: 70_000, column: 4 });
});

Deno.test("parseCallSite() gives 0 for what is not said", async () => {
  assertEquals(await siteOf([]), { fileIndex: 0, line: 0, column: 0 });
});

Deno.test("parseCallSite() refuses a line that is a text", async () => {
  const read = () => siteOf([[DW_AT_CALL_LINE, constants.DW_FORM_STRING, "seven"]]);
  await assertRejects(read, Defect, "form 0x8 is not known here");
});
