import { assertEquals } from "@std/assert";
import { CodeWindow } from "../../../lib/resolve/evidence/code_window.ts";
import { I386_CALLS, X86_64_CALLS } from "../../../lib/resolve/evidence/x86.ts";
import { codeOfHex, decodeCall } from "../../support/decode_call.ts";

// Bytes are as `as` and `objdump -d` have them; all forms are in testdata/evidence/calls/.

Deno.test("X86_64_CALLS does not count prefixes, which change nothing", () => {
  for (const prefixes of ["", "67", "f2", "66 66 48", "3e 41"]) {
    const indirect = decodeCall(X86_64_CALLS, 0x1000, `${prefixes} ff d3`);
    assertEquals(indirect, { size: 2, target: undefined });
    assertEquals(decodeCall(X86_64_CALLS, 0x1000, `${prefixes} e8 10 00 00 00`)?.size, 5);
  }
});

Deno.test("X86_64_CALLS knows no call of what is no code", () => {
  const bytes = Uint8Array.of(0xe8, 0x10, 0, 0, 0);
  const range = { start: 0x1000, end: 0x1015 };
  const call = (end: number) =>
    X86_64_CALLS.callBefore(new CodeWindow(bytes, 0x1000, true, [{ ...range, end }]), 0x1005);
  assertEquals(call(0x1016), { size: 5, target: 0x1015 });
  assertEquals(call(0x1015), undefined);
});

Deno.test("X86_64_CALLS takes a direct call that leads nowhere for the indirect one that it may be", () => {
  // e8 and, as its target, ff d0: call *%rax.
  assertEquals(decodeCall(X86_64_CALLS, 0x1000, "e8 00 00 ff d0"), { size: 2, target: undefined });
});

Deno.test("I386_CALLS wraps targets at 4 GiB", () => {
  const call = decodeCall(I386_CALLS, 0x1000, "e8 fb df ff ff");
  assertEquals(call, { size: 5, target: 0xfffff000 });
  assertEquals(decodeCall(X86_64_CALLS, 0x1000, "e8 fb df ff ff"), undefined);
});

Deno.test("X86_64_CALLS and I386_CALLS know calls of far addresses as the processor does", () => {
  const far = "9a 00 10 00 00 33 00";
  assertEquals(decodeCall(I386_CALLS, 0x1000, far), { size: 7, target: undefined });
  assertEquals(decodeCall(X86_64_CALLS, 0x1000, far), undefined);
});

Deno.test("X86_64_CALLS knows no call that begins before the piece", () => {
  assertEquals(decodeCall(X86_64_CALLS, 0x1000, "10 00 00 00"), undefined);
  assertEquals(decodeCall(X86_64_CALLS, 0x1000, "d0"), undefined);
});

Deno.test("X86_64_CALLS and I386_CALLS know what returns from a signal handler", () => {
  // glibc's __restore_rt and __restore, musl's.
  const is64 = (text: string) => X86_64_CALLS.isSignalReturn(codeOfHex(text, 0x1000), 0x1000);
  const is32 = (text: string) => I386_CALLS.isSignalReturn(codeOfHex(text, 0x1000), 0x1000);
  assertEquals(is64("48 c7 c0 0f 00 00 00 0f 05"), true);
  assertEquals(is64("b8 0f 00 00 00 0f 05"), true);
  assertEquals(is64("48 c7 c0 0e 00 00 00 0f 05"), false);
  assertEquals(is64("48 c7 c0 0f 00 00 00 0f"), false);
  assertEquals(is32("b8 ad 00 00 00 cd 80"), true);
  assertEquals(is32("58 b8 77 00 00 00 cd 80"), true);
  assertEquals(is32("b8 ae 00 00 00 cd 80"), false);
});
