import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";

function fileWith(names: readonly string[], asked: string[] = []) {
  return () =>
    Promise.resolve({
      name: "a.so",
      littleEndian: false,
      section: (name: string) => {
        asked.push(name);
        const source = new MemorySource(`a.so(${name})`, new Uint8Array(3));
        return Promise.resolve(names.includes(name) ? source : undefined);
      },
    });
}

Deno.test("find() opens a section once", async () => {
  const asked: string[] = [];
  const sections = new DwarfSections("a.so", fileWith([".debug_info"], asked));
  const first = await sections.find(".debug_info");
  assert(first === await sections.find(".debug_info"));
  assertEquals(asked, [".debug_info"]);
  assertEquals([first?.name, first?.size, first?.littleEndian], [
    "a.so(.debug_info)",
    3,
    false,
  ]);
});

Deno.test("find() opens the file when a section is asked for", async () => {
  let opened = 0;
  const open = fileWith([".debug_info"]);
  const sections = new DwarfSections("a.so", () => {
    opened++;
    return open();
  });
  assertEquals(opened, 0);
  await sections.find(".debug_info");
  await sections.find(".debug_str");
  assertEquals(opened, 1);
});

Deno.test("find() knows split sections by their other names", async () => {
  const asked: string[] = [];
  const sections = new DwarfSections("a.dwo", fileWith([], asked), { suffix: ".dwo" });
  await sections.find(".debug_info");
  await sections.find(".debug_cu_index");
  await sections.find(".debug_tu_index");
  assertEquals(asked, [".debug_info.dwo", ".debug_cu_index", ".debug_tu_index"]);
});

Deno.test("find() finds nothing in a file that is not there", async () => {
  const sections = new DwarfSections("a.sup", () => Promise.resolve(undefined));
  assertEquals(await sections.find(".debug_info"), undefined);
});

Deno.test("open() says that a section is missing", async () => {
  const sections = new DwarfSections("a.dwo", fileWith([]), { suffix: ".dwo" });
  await assertRejectsExactly(
    () => sections.open(".debug_abbrev"),
    FormatError,
    'Cannot open the section .debug_abbrev.dwo of "a.dwo": ' +
      "there is none, but something refers to it",
  );
});
