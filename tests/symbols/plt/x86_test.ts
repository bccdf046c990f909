import { assertEquals } from "@std/assert";
import { I386_STUBS, X86_64_STUBS } from "../../../lib/symbols/plt/x86.ts";
import { decodeStub, NO_STUB } from "../../support/decode_stub.ts";

// Bytes and targets are as `as` and `objdump -d` have them.

Deno.test("X86_64_STUBS decodes the forms that link editors write", () => {
  const decode = (text: string) => decodeStub(X86_64_STUBS, 0x1000, text);
  const forms = {
    lazy: ["ff 25 e2 2f 00 00  68 00 00 00 00  e9 e0 ff ff ff", 0x3fe8, 16],
    "not lazy": ["ff 25 e2 2f 00 00  66 90", 0x3fe8, 8],
    "before it": ["ff 25 00 ff ff ff  66 90", 0xf06, 8],
    ibt: ["f3 0f 1e fa  ff 25 de 2f 00 00  66 0f 1f 44 00 00", 0x3fe8, 16],
    "ibt, bnd": ["f3 0f 1e fa  f2 ff 25 dd 2f 00 00  0f 1f 44 00 00", 0x3fe8, 16],
    mpx: ["f2 ff 25 e1 2f 00 00  90", 0x3fe8, 8],
    mold: ["f3 0f 1e fa  41 bb 05 00 00 00  ff 25 00 20 00 00", 0x3010, 16],
  } as const;
  for (const [name, [text, slot, size]] of Object.entries(forms)) {
    assertEquals(decode(text), { slot, size }, name);
  }
});

Deno.test("X86_64_STUBS decodes no first entry, no entry beside .plt.sec, no cut stub", () => {
  for (
    const text of [
      "ff 35 e2 2f 00 00  ff 25 e4 2f 00 00  0f 1f 40 00",
      "f3 0f 1e fa  68 00 00 00 00  e9 e2 ff ff ff  66 90",
      "ff a3 0c 00 00 00  68 00 00 00 00",
      "ff 25 e2 2f 00",
      "f3 0f 1e fa",
      "",
    ]
  ) assertEquals(decodeStub(X86_64_STUBS, 0x1000, text), NO_STUB, text);
});

Deno.test("I386_STUBS decodes jumps through an address, and through %ebx", () => {
  const decode = (text: string) => decodeStub(I386_STUBS, 0x1000, text, 0x3ff4);
  const forms = {
    absolute: ["ff 25 0c c0 04 08  68 00 00 00 00  e9 e0 ff ff ff", 0x804c00c, 16],
    relative: ["ff a3 0c 00 00 00  68 00 00 00 00  e9 e0 ff ff ff", 0x4000, 16],
    "below the table": ["ff a3 f8 ff ff ff  66 90", 0x3fec, 8],
    ibt: ["f3 0f 1e fb  ff a3 0c 00 00 00  66 0f 1f 44 00 00", 0x4000, 16],
    "above 2 GiB": ["ff 25 0c c0 04 f8  66 90", 0xf804c00c, 8],
  } as const;
  for (const [name, [text, slot, size]] of Object.entries(forms)) {
    assertEquals(decode(text), { slot, size }, name);
  }
});

Deno.test("I386_STUBS decodes no jump through %ebx if its value is unknown", () => {
  assertEquals(decodeStub(I386_STUBS, 0x1000, "ff a3 0c 00 00 00 66 90"), NO_STUB);
});
