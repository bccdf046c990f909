import { assertEquals } from "@std/assert";
import { ARM_STUBS } from "../../../lib/symbols/plt/arm.ts";
import { decodeWords, NO_STUB } from "../../support/decode_stub.ts";

// Words are as `as` and `objdump -d` have them; 46c04778 and e7fd4778 are `bx pc` and its padding.

Deno.test("ARM_STUBS decodes the forms that link editors write", () => {
  const forms = {
    short: [[0xe28fc600, 0xe28cca01, 0xe5bcfd54], 0x200c, 12],
    "thumb, nop": [[0x46c04778, 0xe28fc600, 0xe28cca01, 0xe5bcfd50], 0x200c, 16],
    "thumb, b": [[0xe7fd4778, 0xe28fc600, 0xe28cca01, 0xe5bcfd50], 0x200c, 16],
    long: [[0xe28fc200, 0xe28cc600, 0xe28cca01, 0xe5bcfd54], 0x200c, 16],
    largest: [[0xe28fc6ff, 0xe28ccaff, 0xe5bcfffc], 0x100002b4, 12],
    "behind 2 GiB": [[0xe28fc20c, 0xe28cc600, 0xe28cca01, 0xe5bcfd54], 0xc000200c, 16],
    lld: [[0xe28fc600, 0xe28cca01, 0xe5bcfd54, 0xd4d4d4d4], 0x200c, 16],
  } as const;
  for (const [name, [words, slot, size]] of Object.entries(forms)) {
    assertEquals(decodeWords(ARM_STUBS, 0x2b0, words), { slot, size }, name);
  }
});

Deno.test("ARM_STUBS reads the distance of a far slot", () => {
  const words = [0xe59fc004, 0xe08cc00f, 0xe59cf000, 0xffffdd70];
  assertEquals(decodeWords(ARM_STUBS, 0x20002290, words), { slot: 0x2000000c, size: 16 });
});

Deno.test("ARM_STUBS decodes no first entry, and no cut stub", () => {
  for (
    const words of [
      [0xe52de004, 0xe59fe004, 0xe08fe00e, 0xe5bef008, 0x1d54],
      [0xe28fc600, 0xe28cca01],
      [0xe28fc600, 0xe28cca01, 0xe59cfd54],
      [0xe59fc004, 0xe08cc00f, 0xe59cf000],
      [0x46c04778],
      [],
    ]
  ) assertEquals(decodeWords(ARM_STUBS, 0x2b0, words), NO_STUB);
});
