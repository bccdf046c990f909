import { findSectionAt, spellMachine } from "../../elf/mod.ts";
import { hex, isSourceError } from "../../errors.ts";
import type { CodePlace } from "../place.ts";
import type { RecordedFile } from "../recorded_file.ts";
import type { ExplainedFile, ExplainedPlace } from "./explanation.ts";

/** Where a file was found here; empty if it was not. */
export function foundAt(file: RecordedFile): string {
  return (file.elf?.source ?? file.source)?.name ?? "";
}

/** A file of the recorded machine. */
export async function explainFile(file: RecordedFile): Promise<ExplainedFile> {
  return {
    path: file.request.path,
    foundAt: foundAt(file),
    buildId: await file.buildId(),
    architecture: file.elf === undefined ? "" : spellMachine(file.elf.header),
  };
}

/** Where in a file a vaddr is. */
export async function explainPlace(
  { file, vaddr, lookupVaddr }: CodePlace,
): Promise<ExplainedPlace> {
  const elf = file.elf!;
  const fileOffset = elf.fileOffsetOf(lookupVaddr);
  let section;
  try {
    section = await findSectionAt(elf, lookupVaddr);
  } catch (error) {
    // Damaged section headers: that is among the problems with names.
    if (!isSourceError(error)) throw error;
  }
  return {
    vaddr: hex(vaddr),
    lookupVaddr: hex(lookupVaddr),
    ...(fileOffset !== undefined && { fileOffset: hex(fileOffset) }),
    ...(section && {
      section: { name: section.name, vaddr: hex(section.vaddr), size: hex(section.size) },
    }),
  };
}
