import type { CodeFile, FrameDetail } from "../profile/mod.ts";

/**
 * The file, or the kind of memory, that the code of a frame is in. Undefined if that is not known:
 * native code in what is only a label, such as `[unknown]`; or if what is there is no code.
 */
export function imageOf({ kind, file, reason }: FrameDetail): CodeFile | undefined {
  const isNative = kind === "native" || kind === "inlined";
  const isLabel = isNative && file?.path.startsWith("[") === true && Number.isNaN(file.start);
  return isLabel || reason === "not-executable" ? undefined : file;
}
