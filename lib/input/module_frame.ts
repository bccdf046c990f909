import type { RecordingBuilder } from "./recording_builder.ts";
import { parseHexAddress } from "./raw_frame.ts";

/** Where a crash report says that a frame is. */
export interface ModulePlace {
  /** A path, or the last part of one. */
  readonly module: string;
  /** Hexadecimal digits of the vaddr in that file. */
  readonly digits: string;
  /** The name that the report has for it; empty if it has none. */
  readonly symbol: string;
}

/** The number of a frame that is a file and a vaddr, spelled `/lib/x.so+0x12`. */
export function moduleFrame(
  builder: RecordingBuilder,
  { module, digits, symbol }: ModulePlace,
): number {
  const vaddr = parseHexAddress(digits);
  const text = `${module}+0x${digits.replace(/^0+(?=.)/, "")}`;
  return builder.frameAt(text, {
    kind: "vaddr",
    module,
    vaddr,
    bare: false,
    symbol,
    annotation: "",
  });
}
