import { assert, assertEquals } from "@std/assert";
import { EM_RISCV, SHN_UNDEF, STB_LOCAL, STT_GNU_IFUNC } from "../../lib/elf/constants.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { DT_RELA, DT_RELASZ } from "../../lib/elf/relocation_constants.ts";
import { findPltStubs } from "../../lib/symbols/plt_stubs.ts";
import { CountingSource } from "../support/counting_source.ts";
import {
  buildDynamicElf,
  type DynamicElfSpec,
  relocationBytes,
  type RelocationSpec,
} from "../support/dynamic_elf.ts";
import { type BuiltElf, codeSection } from "../support/elf_builder.ts";
import type { SectionSpec } from "../support/elf_spec.ts";

const GLOB_DAT = 6;
const JUMP_SLOT = 7;
const RELATIVE = 8;
const IRELATIVE = 37;
const IMPORTS = ["one", "two", "three"].map((name) => ({ name, section: SHN_UNDEF }));

Deno.test("findPltStubs() names stubs by the relocation of their slot, in any order", async () => {
  const built = build([0, 1, 2], (slots) => [
    [slots + 8, 1, JUMP_SLOT, 0],
    [slots + 16, 3, GLOB_DAT, 0],
    [slots, 2, JUMP_SLOT, 0],
  ]);
  assertEquals(await stubsOf(built), [[0, 8, "two@plt"], [8, 8, "one@plt"], [16, 8, "three@plt"]]);
});

Deno.test("findPltStubs() finds stubs that share a slot", async () => {
  const built = build([1, 1], (slots) => [[slots + 8, 1, JUMP_SLOT, 0]]);
  assertEquals(await stubsOf(built), [[0, 8, "one@plt"], [8, 8, "one@plt"]]);
});

Deno.test("findPltStubs() leaves out stubs whose slot has no relocation with a name", async () => {
  const built = build([0, 1, 2, 3], (slots) => [
    [slots, 0, JUMP_SLOT, 0],
    [slots + 8, 2, RELATIVE, 0],
    [slots + 16, 4, JUMP_SLOT, 0],
  ]);
  assertEquals(await stubsOf(built), []);
});

Deno.test("findPltStubs() names a resolver by its function before its own name", async () => {
  const built = build([0, 1], (slots, text) => [
    [slots, 0, IRELATIVE, text],
    [slots + 8, 0, IRELATIVE, text + 0x10],
  ], {
    symbols: [
      { name: "choose", at: 0, binding: STB_LOCAL },
      { name: "__chosen", at: 0, type: STT_GNU_IFUNC },
      { name: "chosen", at: 0, type: STT_GNU_IFUNC },
      { name: "plain", at: 0x20 },
    ],
  });
  assertEquals(await stubsOf(built), [[0, 8, "chosen@plt"]]);
});

Deno.test("findPltStubs() leaves out a resolver that is no address", async () => {
  const built = build([0], (slots) => [[slots, 0, IRELATIVE, 1n << 60n]], {
    symbols: [{ name: "one", value: 1n << 60n, type: STT_GNU_IFUNC }],
  });
  assertEquals(await stubsOf(built), []);
});

Deno.test("findPltStubs() takes no function that begins with a jump for a stub", async () => {
  const text = codeSection(".text", 0x40);
  text.bytes.set([0xff, 0x25, 0, 0, 0, 0]);
  const built = build([0], (slots) => [[slots, 1, JUMP_SLOT, 0]], {}, (slots, vaddrOf) => {
    new DataView(text.bytes.buffer).setInt32(2, slots - vaddrOf(".text") - 6, true);
    return text;
  });
  assertEquals(await stubsOf(built), [[0, 8, "one@plt"]]);
});

Deno.test("findPltStubs() gives nothing for a machine without a decoder", async () => {
  const built = build([0], (slots) => [[slots, 1, JUMP_SLOT, 0]], { machine: 22 });
  assertEquals(await stubsOf(built), []);
});

Deno.test("findPltStubs() gives nothing for code of another machine", async () => {
  const built = build([0], (slots) => [[slots, 1, JUMP_SLOT, 0]], { machine: EM_RISCV });
  assertEquals(await stubsOf(built), []);
});

Deno.test("findPltStubs() reads many stubs in chunks, and little of other code", async () => {
  const count = 20_000;
  const numbers = Array.from({ length: count }, (_, at) => at);
  const large = codeSection(".text", 1 << 20);
  const built = build(
    numbers,
    (slots) => numbers.map((at) => [slots + 8 * at, 1 + at % 3, JUMP_SLOT, 0]),
    {},
    () => large,
  );
  const counting = new CountingSource(built.source);
  const stubs = await findPltStubs(await ElfFile.open(counting));
  assertEquals(stubs.length, count);
  assertEquals(stubs.at(-1)?.name, "two@plt");
  assert(counting.longestRead <= 1 << 18);
  assert(counting.bytesRead < 32 * count + 10_000, `${counting.bytesRead} bytes were read`);
});

/** An x86-64 file with a section ".stubs": each stub jumps through the slot of a number. */
function build(
  slotNumbers: readonly number[],
  relocationsOf: (slots: number, text: number) => RelocationSpec[],
  more: Partial<DynamicElfSpec> = {},
  textOf: (slots: number, vaddrOf: (name: string) => number) => SectionSpec = () =>
    codeSection(".text", 0x100),
): BuiltElf {
  return buildDynamicElf({
    dynamicSymbols: [...IMPORTS, { name: "", section: SHN_UNDEF }],
    ...more,
    sections: (vaddrOf) => {
      const slots = vaddrOf(".slots");
      const stubs = codeSection(".stubs", 8 * slotNumbers.length);
      const view = new DataView(stubs.bytes.buffer);
      for (const [at, number] of slotNumbers.entries()) {
        view.setUint16(8 * at, 0x25ff, true);
        const next = vaddrOf(".stubs") + 8 * at + 6;
        view.setInt32(8 * at + 2, slots + 8 * number - next, true);
      }
      return [
        textOf(slots, vaddrOf),
        stubs,
        { name: ".slots", bytes: new Uint8Array(8 * (1 + Math.max(...slotNumbers))) },
        { name: ".rela", bytes: relocationBytes(relocationsOf(slots, vaddrOf(".text"))) },
      ];
    },
    tags: (built) => [
      [DT_RELA, built.section(".rela").vaddr],
      [DT_RELASZ, built.section(".rela").size],
    ],
  });
}

/** Of each stub its start in the section ".stubs", its size and its name. */
async function stubsOf(built: BuiltElf): Promise<[number, number, string][]> {
  const stubs = await findPltStubs(await ElfFile.open(built.source));
  const { vaddr } = built.section(".stubs");
  return stubs.map(({ start, size, name }) => [start - vaddr, size, name]);
}
