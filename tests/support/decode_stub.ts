import { StubCode, type StubFormat } from "../../lib/symbols/plt/stub_code.ts";

/** What a decoder makes of code: the slot, and how many bytes it moves on. */
export interface DecodedStub {
  readonly slot: number;
  readonly size: number;
}

/** Decodes one stub of bytes in hexadecimal, in the order of memory. */
export function decodeStub(
  format: StubFormat,
  vaddr: number,
  text: string,
  gotVaddr = NaN,
): DecodedStub {
  const bytes = Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16));
  const code = new StubCode(bytes, vaddr, gotVaddr);
  const slot = format.decode(code);
  return { slot, size: code.position };
}

/** Decodes one stub of 32-bit instructions, as a disassembler prints them. */
export function decodeWords(
  format: StubFormat,
  vaddr: number,
  words: readonly number[],
): DecodedStub {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  const code = new StubCode(bytes, vaddr, NaN);
  const slot = format.decode(code);
  return { slot, size: code.position };
}

/** What a decoder gives for code that is no stub. */
export const NO_STUB: DecodedStub = { slot: NaN, size: 0 };
