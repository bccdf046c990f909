import { assert, assertEquals } from "@std/assert";
import { codeOf } from "../support/code_of.ts";
import { CALL_REGEXPS, parseDisassembly } from "../support/disassembly.ts";
import { testdata } from "../support/testdata.ts";

// Programs with every form of a call, and what objdump makes of them. See
// testdata/evidence/README.md.

for (const machine of CALL_REGEXPS.keys()) {
  const file = testdata(`evidence/calls/${machine}`);
  const instructions = parseDisassembly(Deno.readTextFileSync(`${file}.truth`), machine);

  Deno.test(`callBefore() decodes every call that objdump sees for ${machine}`, async () => {
    const { format, windowAt } = await codeOf(machine, Deno.readFileSync(file));
    const calls = instructions.filter(({ isCall }) => isCall);
    assert(calls.length >= 8);
    for (const { vaddr, size, text, target } of calls) {
      const call = format.callBefore(windowAt(vaddr)!, vaddr + size);
      assert(call !== undefined, text);
      if (isPair(text)) continue;
      assertEquals(call!.target, target, text);
      assert(call!.size <= size, `${text} has ${call!.size} bytes`);
    }
  });

  Deno.test(`callBefore() decodes nothing else as a call for ${machine}`, async () => {
    const { format, windowAt } = await codeOf(machine, Deno.readFileSync(file));
    const others = instructions.filter(({ isCall }) => !isCall);
    assert(others.length >= 8);
    for (const { vaddr, size, text } of others) {
      assertEquals(format.callBefore(windowAt(vaddr)!, vaddr + size), undefined, text);
    }
  });
}

Deno.test("callBefore() decodes Thumb code by the lowest bit of the address", async () => {
  const file = testdata("evidence/calls/armhf");
  const text = Deno.readTextFileSync(`${file}.truth`);
  const thumbStart = parseDisassembly(text, "armhf").find(({ size }) => size === 2)!.vaddr;
  const { format, windowAt } = await codeOf("armhf", Deno.readFileSync(file));
  const thumb = parseDisassembly(text, "armhf").filter(({ vaddr }) => vaddr >= thumbStart);
  assert(thumb.length > 30);
  for (const { vaddr, size, text, isCall, target } of thumb) {
    const call = format.callBefore(windowAt(vaddr)!, vaddr + size + 1);
    assertEquals(call, isCall ? { size, target } : undefined, text);
  }
});

Deno.test("callBefore() finds the target of auipc and jalr together", async () => {
  const file = testdata("evidence/calls/riscv64");
  const instructions = parseDisassembly(Deno.readTextFileSync(`${file}.truth`), "riscv64");
  const { format, windowAt } = await codeOf("riscv64", Deno.readFileSync(file));
  const start = instructions[0]!.vaddr;
  const pair = instructions.find(({ text }, at) =>
    text.startsWith("jalr") && instructions[at - 1]!.text.startsWith("auipc")
  )!;
  const call = format.callBefore(windowAt(start)!, pair.vaddr + pair.size);
  assertEquals(call, { size: 8, target: start });
});

/** An instruction that together with the one before it makes a call. */
function isPair(text: string): boolean {
  return text.startsWith("jalr") || /\bpc, |^bx /.test(text);
}
