import { assertEquals } from "@std/assert";
import { aarch64Exits } from "../../../lib/resolve/evidence/aarch64_exits.ts";
import { CodeWindow } from "../../../lib/resolve/evidence/code_window.ts";

// Words are as `as` and `objdump -d` of binutils have them.

const [NOP, RET] = [0xd503201f, 0xd65f03c0];
const START = 0x10000;
const CODE = { start: 0xf000, end: 0x11000 };

/** Where a function leads that is an instruction, and what is behind it. */
function exitsOf(word: number, rest: readonly number[] = [RET]) {
  const bytes = new Uint8Array(4 * (1 + rest.length));
  const view = new DataView(bytes.buffer);
  for (const [at, one] of [word, ...rest].entries()) view.setUint32(4 * at, one, true);
  return aarch64Exits(new CodeWindow(bytes, START, true, [CODE]));
}

for (
  const [name, word, target] of [
    ["b", 0x14000080, 0x200],
    ["bl", 0x94000080, 0x200],
    ["b.eq", 0x54001000, 0x200],
    ["cbz x3", 0xb4001003, 0x200],
    ["cbnz w3", 0x35001003, 0x200],
    ["tbz w3, #5", 0x36281003, 0x200],
    ["tbnz x3, #45", 0xb7681003, 0x200],
    ["b back", 0x17fffc00, -0x1000],
    ["bl back", 0x97fffc00, -0x1000],
    ["b.ne back", 0x54ff8001, -0x1000],
    ["cbnz x3 back", 0xb5ff8003, -0x1000],
    ["tbnz x3, #45 back", 0xb76f8003, -0x1000],
  ] as const
) {
  Deno.test(`aarch64Exits() finds the target of ${name}`, () => {
    assertEquals(exitsOf(word), { targets: [START + target], shortTargets: [] });
  });
}

for (
  const [name, word] of [
    ["br x16", 0xd61f0200],
    ["blr x3", 0xd63f0060],
    ["braa x3, x4", 0xd71f0864],
    ["blraaz x3", 0xd63f087f],
    ["ret x3", 0xd65f0060],
    ["eret", 0xd69f03e0],
    ["cbgt w0, w1", 0x74010000],
  ] as const
) {
  Deno.test(`aarch64Exits() does not say where ${name} leads`, () => {
    assertEquals(exitsOf(word), undefined);
  });
}

for (
  const [name, word] of [
    ["ret", RET],
    ["retaa", 0xd65f0bff],
    ["retab", 0xd65f0fff],
    ["adr x0", 0x10001000],
    ["ldr x0", 0x58001000],
    ["svc #0", 0xd4000001],
    ["b within", 0x14000001],
    ["bl to what is no code", 0x94000400],
  ] as const
) {
  Deno.test(`aarch64Exits() finds that ${name} leads nowhere`, () => {
    assertEquals(exitsOf(word), { targets: [], shortTargets: [] });
  });
}

Deno.test("aarch64Exits() goes on behind the end where the last instruction does", () => {
  const behind = (...rest: number[]) =>
    exitsOf(NOP, rest)?.targets.includes(START + 4 * (1 + rest.length));
  const add = 0x91000400;
  assertEquals([behind(add), behind(0x94000080), behind(add, NOP, 0)], [true, true, true]);
  // ret, b, brk and udf, with what fills the space behind.
  const brk = 0xd4207d00;
  const ends = [[RET], [RET, NOP, 0], [0x14000080], [brk], [brk, NOP], [0x1234]];
  assertEquals(ends.map((rest) => behind(...rest)), ends.map(() => false));
});
