import type { Call, CallFormat } from "../../lib/resolve/evidence/call.ts";
import { CodeWindow } from "../../lib/resolve/evidence/code_window.ts";

/** Code of bytes in hexadecimal, in the order of memory. All below 4 GiB is code. */
export function codeOfHex(text: string, vaddr: number, littleEndian = true): CodeWindow {
  const bytes = Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
  return new CodeWindow(bytes, vaddr, littleEndian, [{ start: 0, end: 2 ** 32 }]);
}

/** Decodes the call that ends where bytes do. */
export function decodeCall(
  format: CallFormat,
  vaddr: number,
  text: string,
  littleEndian = true,
): Call | undefined {
  const code = codeOfHex(text, vaddr, littleEndian);
  return format.callBefore(code, code.end);
}
