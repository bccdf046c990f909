import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { callFormatOf, hasLittleEndianCode } from "../../lib/resolve/evidence/call_format.ts";
import type { CallFormat } from "../../lib/resolve/evidence/call.ts";
import { CodeWindow } from "../../lib/resolve/evidence/code_window.ts";

/** The code of a file, a window a segment, and how its calls look. */
export interface FileCode {
  readonly format: CallFormat;
  /** The window that holds a vaddr. */
  windowAt(vaddr: number): CodeWindow | undefined;
}

/** Reads the code of a file. */
export async function codeOf(name: string, bytes: Uint8Array): Promise<FileCode> {
  const elf = await ElfFile.open(new MemorySource(name, bytes));
  const segments = elf.loadSegments.filter(({ executable }) => executable).map((segment) => ({
    ...segment,
    start: segment.vaddr,
    end: segment.vaddr + segment.fileSize,
  }));
  const windows = segments.map(({ fileOffset, fileSize, vaddr }) =>
    new CodeWindow(
      bytes.subarray(fileOffset, fileOffset + fileSize),
      vaddr,
      hasLittleEndianCode(elf.header),
      segments,
    )
  );
  return {
    format: callFormatOf(elf.header)!,
    windowAt: (vaddr) => windows.find(({ start, end }) => vaddr >= start && vaddr < end),
  };
}
