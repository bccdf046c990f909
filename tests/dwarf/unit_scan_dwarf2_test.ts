import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { scanUnits } from "../../lib/dwarf/unit_scan.ts";
import { ByteWriter } from "../support/byte_writer.ts";

// Code in two pieces with DWARF 2, as `gcc -gdwarf-2 -gstrict-dwarf` writes it: the first entry has
// the addresses of `.text`, and only `.debug_aranges` those of `.text.unlikely`.

/** A compilation unit without children: DW_AT_low_pc and DW_AT_high_pc, both DW_FORM_addr. */
const ABBREVIATIONS = [1, 0x11, 0, 0x11, 1, 0x12, 1, 0, 0, 0];

Deno.test("scanUnits() takes pieces of code of a DWARF 2 unit from .debug_aranges", async () => {
  const claiming = await scan(
    { low: 0x2000, high: 0x3000 },
    { start: 0x1000, size: 0x100 },
    [0x1010, 0x2010, 0x4000],
  );
  assertEquals(claiming, [[0, 1]]);
});

Deno.test("scanUnits() does not search a DWARF 2 unit for code that nothing says it has", async () => {
  assertEquals(await scan({ low: 0x2000, high: 0x3000 }, undefined, [0x1010]), []);
});

/** Which vaddrs each unit claims, by index. */
async function scan(
  unit: { readonly low: number; readonly high: number },
  range: { readonly start: number; readonly size: number } | undefined,
  vaddrs: readonly number[],
): Promise<number[][]> {
  const info = new ByteWriter(true);
  info.u32(7 + 1 + 16);
  info.u16(2);
  info.u32(0);
  info.u8(8);
  info.u8(1);
  info.word(true, unit.low);
  info.word(true, unit.high);
  const aranges = new ByteWriter(true);
  if (range !== undefined) {
    aranges.u32(12 + 2 * 16);
    aranges.u16(2);
    aranges.u32(0);
    aranges.u8(8);
    aranges.u8(0);
    aranges.padTo(16);
    aranges.word(true, range.start);
    aranges.word(true, range.size);
    aranges.padTo(48);
  }
  const contents = new Map<string, Uint8Array>([
    [".debug_abbrev", Uint8Array.from(ABBREVIATIONS)],
    [".debug_info", info.bytes()],
    [".debug_aranges", aranges.bytes()],
  ]);
  const sections = new DwarfSections("a.so", () =>
    Promise.resolve({
      name: "a.so",
      littleEndian: true,
      section: (name) => {
        const bytes = contents.get(name);
        return Promise.resolve(bytes && new MemorySource(name, bytes));
      },
    }));
  const problems = new ProblemList();
  const wanted = Float64Array.from(vaddrs);
  const found = await scanUnits(sections, await sections.open(".debug_info"), wanted, problems);
  assertEquals(problems.clauses(), []);
  return found.claiming.map(({ vaddrIndexes }) => [...vaddrIndexes]);
}
