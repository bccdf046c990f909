import type { CodeFile, FrameDetail } from "../../lib/profile/mod.ts";

/** A program that was mapped to 0x7f0000001000; its vaddrs are 0x7f0000000000 less. */
export const PRISM: CodeFile = {
  path: "/opt/prism",
  buildId: "00112233445566778899aabbccddeeff01234567",
  start: 0x7f0000001000,
  end: 0x7f0000002345,
  fileOffset: 0x1000,
  loadBias: 0x7f0000000000,
  firstVaddr: 0,
};

/** What is known of a frame, as little as possible. */
export const NAME: FrameDetail = {
  kind: "name",
  symbol: "",
  file: undefined,
  address: NaN,
  vaddr: NaN,
  position: undefined,
  reason: undefined,
};

/** Code of {@linkcode PRISM} at a vaddr. */
export function codeAt(vaddr: number, more: Partial<FrameDetail> = {}): FrameDetail {
  return {
    ...NAME,
    kind: "native",
    file: PRISM,
    address: vaddr + PRISM.loadBias!,
    vaddr,
    ...more,
  };
}
