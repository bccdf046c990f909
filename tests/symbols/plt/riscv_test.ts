import { assertEquals } from "@std/assert";
import { RISCV_STUBS } from "../../../lib/symbols/plt/riscv.ts";
import { decodeWords, NO_STUB } from "../../support/decode_stub.ts";

// Words and targets are as `as` and `objdump -d` have them.

Deno.test("RISCV_STUBS decodes a stub, before and behind its slot, of 64 and of 32 bits", () => {
  const decode = (...words: number[]) => decodeWords(RISCV_STUBS, 0x1540, words);
  assertEquals(decode(0x00002e17, 0x160e3e03, 0x000e0367, 0x13), { slot: 0x36a0, size: 16 });
  assertEquals(decode(0x00002e17, 0xff8e3e03, 0x000e0367, 0x13), { slot: 0x3538, size: 16 });
  assertEquals(decode(0xfffffe17, 0x160e3e03, 0x000e0367, 0x13), { slot: 0x6a0, size: 16 });
  assertEquals(decode(0x00001e17, 0x010e2e03, 0x000e0367), { slot: 0x2550, size: 12 });
});

Deno.test("RISCV_STUBS decodes no first entry, and no cut stub", () => {
  for (
    const words of [
      [0x00002397, 0x41c30333, 0x1703be03],
      [0x00002e17, 0x160e3e03, 0x000e00e7],
      [0x00002e17, 0x160e3e03],
      [],
    ]
  ) assertEquals(decodeWords(RISCV_STUBS, 0x1540, words), NO_STUB);
});
