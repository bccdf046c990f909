import { assertEquals } from "@std/assert";
import { AARCH64_STUBS } from "../../../lib/symbols/plt/aarch64.ts";
import { decodeWords, NO_STUB } from "../../support/decode_stub.ts";

// Words and targets are as `as` and `objdump -d` have them.

const BTI = 0xd503245f;
const AUT = 0xd503219f;
const BR = 0xd61f0220;
const NOP = 0xd503201f;

Deno.test("AARCH64_STUBS decodes the forms that link editors write", () => {
  const jump = [0xd0000010, 0xf9400611, 0x91002210]; // adrp x16, +2 pages; ldr x17, [x16, #8]; add
  const forms = {
    plain: [[...jump, BR], 16],
    bti: [[BTI, ...jump, BR, NOP], 24],
    "bti, pac": [[BTI, ...jump, AUT, BR], 24],
    pac: [[...jump, AUT, BR, NOP], 24],
  } as const;
  for (const [name, [words, size]] of Object.entries(forms)) {
    assertEquals(
      decodeWords(AARCH64_STUBS, 0x400418, words),
      { slot: 0x402008, size },
      name,
    );
  }
});

Deno.test("AARCH64_STUBS goes back for a slot before the stub", () => {
  const words = [0xb0fffff0, 0xf947fe11, 0x913fe210, BR];
  assertEquals(decodeWords(AARCH64_STUBS, 0x410000, words), { slot: 0x40dff8, size: 16 });
});

Deno.test("AARCH64_STUBS moves behind the first entry, which is no stub", () => {
  const first = [0xa9bf7bf0, 0xb0000010, 0xf947fe11, 0x913fe210, BR];
  assertEquals(decodeWords(AARCH64_STUBS, 0x4003e0, first), { slot: NaN, size: 20 });
  assertEquals(decodeWords(AARCH64_STUBS, 0x4003e0, [BTI, ...first]), { slot: NaN, size: 24 });
});

Deno.test("AARCH64_STUBS decodes no other registers, and no cut stub", () => {
  for (
    const words of [
      [0xd0000011, 0xf9400611, 0x91002210, BR],
      [0xd0000010, 0xf9400610, 0x91002210, BR],
      [0xd0000010, 0xf9400611, 0x91002211, BR],
      [0xd0000010, 0xf9400611, 0x91002210, 0xd61f0200],
      [0xd0000010, 0xf9400611, 0x91002210],
      [BTI],
      [0xa9bf7bf0, 0xb0000010],
      [],
    ]
  ) assertEquals(decodeWords(AARCH64_STUBS, 0x400418, words), NO_STUB);
});
