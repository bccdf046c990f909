import { assertEquals } from "@std/assert";
import { ElfFile, spellMachine } from "../../lib/elf/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { testdata } from "../support/testdata.ts";

const MACHINES = {
  "x86_64/twice/sysroot/opt/layouts/libtwice.so": "x86-64",
  "aarch64/twice/sysroot/opt/layouts/libtwice.so": "arm64",
  "armhf/thumb/sysroot/opt/layouts/libplain.so": "arm",
  "i686/plain/sysroot/opt/layouts/libplain.so": "i686",
  "s390x/plain/sysroot/opt/layouts/libplain.so": "s390x",
  "riscv64/plain/sysroot/opt/layouts/libplain.so": "riscv64",
  "powerpc64/plain/sysroot/opt/layouts/libplain.so": "ppc64",
};

for (const [path, name] of Object.entries(MACHINES)) {
  Deno.test(`spellMachine() calls the machine of a real file ${name}`, async () => {
    const bytes = Deno.readFileSync(testdata(`layouts/${path}`));
    const { header } = await ElfFile.open(new MemorySource(path, bytes));
    assertEquals(spellMachine(header), name);
  });
}

Deno.test("spellMachine() tells machines apart by class and byte order", async () => {
  const bytes = Deno.readFileSync(testdata(`layouts/${Object.keys(MACHINES)[0]}`));
  const { header } = await ElfFile.open(new MemorySource("x", bytes));
  const spell = (machine: number, is64: boolean, littleEndian: boolean) =>
    spellMachine({ ...header, machine, is64, littleEndian });
  assertEquals(spell(21, true, true), "ppc64le");
  assertEquals(spell(243, false, true), "riscv32");
  assertEquals(spell(62, false, true), "x32");
  assertEquals(spell(8, false, true), "mipsel");
  assertEquals(spell(8, true, false), "mips64");
  assertEquals(spell(0x1234, true, true), "machine 4660");
});
