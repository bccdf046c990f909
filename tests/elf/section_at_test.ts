import { assertEquals } from "@std/assert";
import { SHT_NOBITS } from "../../lib/elf/constants.ts";
import { ElfFile, findSectionAt } from "../../lib/elf/mod.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";

/** `SHF_ALLOC | SHF_TLS`. */
const ALLOC_TLS = 0x402;

Deno.test("findSectionAt() finds the section that holds a vaddr, to its last byte", async () => {
  const built = buildElf({
    sectionNames: true,
    sections: [codeSection(".text", 0x40), codeSection(".other", 0x10)],
  });
  const elf = await ElfFile.open(built.source);
  for (const name of [".text", ".other"]) {
    const { vaddr, size, fileOffset } = built.section(name);
    const wanted = { name, vaddr, size, fileOffset };
    assertEquals(await findSectionAt(elf, vaddr), wanted);
    assertEquals(await findSectionAt(elf, vaddr + size - 1), wanted);
  }
});

Deno.test("findSectionAt() does not take sections that are not loaded, or what is between", async () => {
  const built = buildElf({ sectionNames: true, sections: [codeSection(".text", 0x40)] });
  const elf = await ElfFile.open(built.source);
  // The section with the names has vaddr 0.
  assertEquals(await findSectionAt(elf, 1), undefined);
  const { vaddr, size } = built.section(".text");
  assertEquals((await findSectionAt(elf, vaddr + size))?.name === ".text", false);
});

Deno.test("findSectionAt() prefers code to what takes no room, as .tbss", async () => {
  const text = codeSection(".text", 0x40);
  const sectionsAt = (vaddr: number) => [
    { name: ".tbss", type: SHT_NOBITS, flags: ALLOC_TLS, vaddr, size: 0x40 },
    text,
  ];
  const build = (vaddr: number) => buildElf({ sectionNames: true, sections: sectionsAt(vaddr) });
  const { vaddr } = build(0).section(".text");
  const elf = await ElfFile.open(build(vaddr).source);
  const [, tls] = await elf.sections();
  assertEquals([tls?.vaddr, tls?.size], [vaddr, 0x40]);
  assertEquals((await findSectionAt(elf, vaddr))?.name, ".text");
});

Deno.test("findSectionAt() finds nothing in a file without section headers", async () => {
  const elf = (await ElfFile.open(buildElf().source)).withoutSections();
  assertEquals(await findSectionAt(elf, 0x300000), undefined);
});
