import { assertEquals } from "@std/assert";
import { AARCH64_CALLS } from "../../../lib/resolve/evidence/aarch64.ts";
import { ARM_CALLS } from "../../../lib/resolve/evidence/arm.ts";
import type { CallFormat } from "../../../lib/resolve/evidence/call.ts";
import { callFormatOf, hasLittleEndianCode } from "../../../lib/resolve/evidence/call_format.ts";
import { POWERPC64_CALLS } from "../../../lib/resolve/evidence/powerpc64.ts";
import { RISCV32_CALLS, RISCV64_CALLS } from "../../../lib/resolve/evidence/riscv.ts";
import { S390X_CALLS } from "../../../lib/resolve/evidence/s390x.ts";
import { I386_CALLS, X86_64_CALLS } from "../../../lib/resolve/evidence/x86.ts";
import { debugElf } from "../../support/debug_files.ts";
import { codeOfHex, decodeCall } from "../../support/decode_call.ts";

// What is the same for several machines; all forms of calls are in testdata/evidence/calls/.

Deno.test("callFormatOf() knows machines by number and class", async () => {
  const { header } = await debugElf("x86_64/libnames.so");
  const formatOf = (machine: number, is64: boolean) => callFormatOf({ ...header, machine, is64 });
  assertEquals(formatOf(62, true), X86_64_CALLS);
  assertEquals(formatOf(3, false), I386_CALLS);
  assertEquals(formatOf(183, true), AARCH64_CALLS);
  assertEquals(formatOf(40, false), ARM_CALLS);
  assertEquals(formatOf(243, true), RISCV64_CALLS);
  assertEquals(formatOf(243, false), RISCV32_CALLS);
  assertEquals(formatOf(22, true), S390X_CALLS);
  assertEquals(formatOf(22, false), undefined);
  assertEquals(formatOf(21, true), POWERPC64_CALLS);
  assertEquals(formatOf(8, false), undefined);
});

Deno.test("hasLittleEndianCode() says so of arm64 whatever the order of its data is", async () => {
  const { header } = await debugElf("x86_64/libnames.so");
  const orderOf = (machine: number, littleEndian: boolean) =>
    hasLittleEndianCode({ ...header, machine, littleEndian });
  assertEquals([orderOf(183, false), orderOf(183, true)], [true, true]);
  assertEquals([orderOf(21, false), orderOf(21, true), orderOf(22, false)], [false, true, false]);
});

/** What the kernel or the C library returns from signal handlers with, in the order of memory. */
const SIGNAL_RETURNS: readonly (readonly [string, CallFormat, string, boolean])[] = [
  ["arm64", AARCH64_CALLS, "68 11 80 d2  01 00 00 d4", true],
  ["Arm, sigreturn", ARM_CALLS, "77 70 a0 e3  77 00 90 ef", true],
  ["Arm, rt_sigreturn", ARM_CALLS, "ad 70 a0 e3  00 00 00 ef", true],
  ["Thumb, rt_sigreturn", ARM_CALLS, "ad 27  00 df", true],
  ["riscv64", RISCV64_CALLS, "93 08 b0 08  73 00 00 00", true],
  ["s390x", S390X_CALLS, "0a ad", false],
  ["powerpc64", POWERPC64_CALLS, "38 00 00 ac  44 00 00 02", false],
];

for (const [name, format, text, littleEndian] of SIGNAL_RETURNS) {
  Deno.test(`isSignalReturn() knows that of ${name}, and no other system call`, () => {
    const is = (hex: string) => format.isSignalReturn(codeOfHex(hex, 0x1000, littleEndian), 0x1000);
    assertEquals(is(text), true);
    assertEquals(is(text.slice(0, -3)), false);
    const digits = text.replaceAll(" ", "");
    for (let at = 0; at < 4; at += 2) {
      const other = digits.slice(0, at) + "12" + digits.slice(at + 2);
      assertEquals(is(other), false, other);
    }
  });
}

Deno.test("callBefore() knows no call at an address where no instruction begins", () => {
  const [bl, bctrl] = ["00 00 00 94", "4e 80 04 21"];
  assertEquals(decodeCall(AARCH64_CALLS, 0x1000, bl), { size: 4, target: 0x1000 });
  assertEquals(decodeCall(AARCH64_CALLS, 0x1002, bl), undefined);
  assertEquals(decodeCall(POWERPC64_CALLS, 0x1000, bctrl, false)?.size, 4);
  assertEquals(decodeCall(POWERPC64_CALLS, 0x1001, bctrl, false), undefined);
});

Deno.test("callBefore() wraps the targets of 32-bit machines at 4 GiB", () => {
  // bl .-0x1000 in Arm and in Thumb code, jal .-0x1000.
  const far = 0xfffff000 + 0x800;
  assertEquals(decodeCall(ARM_CALLS, 0x800, "fe fb ff eb")?.target, far);
  assertEquals(decodeCall(ARM_CALLS, 0x800, "fe f7 fe ff")?.target, far);
  assertEquals(decodeCall(RISCV32_CALLS, 0x800, "ef f0 0f 80")?.target, far);
});

Deno.test("ARM_CALLS takes an even address in Thumb code for one without its mark", () => {
  const text = "00 f0 00 f8"; // bl, to where it ends
  const code = codeOfHex(text, 0x1000);
  for (const vaddr of [0x1004, 0x1005]) {
    assertEquals(ARM_CALLS.callBefore(code, vaddr), { size: 4, target: 0x1004 });
  }
});
