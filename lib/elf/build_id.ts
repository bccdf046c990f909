import { ByteCursor } from "../bytes/mod.ts";
import { NT_GNU_BUILD_ID, PT_NOTE, SHT_NOTE } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import { spellHex } from "./spell_hex.ts";

/** Notes are small; a larger segment is damage, or none of our business. */
const MAX_NOTES_SIZE = 1 << 16;

/**
 * Reads the build-id of a file: the note of type NT_GNU_BUILD_ID whose name is "GNU".
 *
 * @returns Lower-case hexadecimal; empty if the file has none.
 * @throws {FormatError} If its notes do not lie inside the file.
 */
export async function readBuildId(elf: ElfFile): Promise<string> {
  const segments = elf.programHeaders
    .filter(({ type, fileSize }) => type === PT_NOTE && fileSize > 0);
  for (const { fileOffset, fileSize, alignment } of segments) {
    const found = await findBuildId(elf, fileOffset, fileSize, alignment);
    if (found !== "") return found;
  }
  if (segments.length > 0) return "";
  for (const { type, fileOffset, size } of await elf.sections()) {
    if (type !== SHT_NOTE) continue;
    const found = await findBuildId(elf, fileOffset, size, 4);
    if (found !== "") return found;
  }
  return "";
}

async function findBuildId(
  elf: ElfFile,
  fileOffset: number,
  size: number,
  alignment: number,
): Promise<string> {
  const bytes = await elf.source.readAt(fileOffset, Math.min(size, MAX_NOTES_SIZE));
  const { littleEndian } = elf.header;
  const cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
  const pad = alignment === 8 ? 8 : 4;
  while (cursor.remaining >= 12) {
    const nameSize = cursor.u32();
    const descriptionSize = cursor.u32();
    const type = cursor.u32();
    if (nameSize + descriptionSize > cursor.remaining) return "";
    const name = new TextDecoder("utf-8", { ignoreBOM: true }).decode(cursor.bytes(nameSize));
    skipPadding(cursor, pad);
    if (descriptionSize > cursor.remaining) return "";
    const description = cursor.bytes(descriptionSize);
    if (type === NT_GNU_BUILD_ID && name === "GNU\0") return spellHex(description);
    skipPadding(cursor, pad);
  }
  return "";
}

function skipPadding(cursor: ByteCursor, alignment: number): void {
  const over = cursor.position % alignment;
  if (over !== 0) cursor.skip(Math.min(alignment - over, cursor.remaining));
}
