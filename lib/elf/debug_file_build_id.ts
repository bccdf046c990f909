import { ByteCursor } from "../bytes/mod.ts";
import { readBuildId } from "./build_id.ts";
import { NT_GNU_BUILD_ID, SHT_NOTE } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";
import { findSection } from "./section_data.ts";
import { spellHex } from "./spell_hex.ts";

/** A build-id takes 36 bytes; a larger section is damage, or has other notes behind it. */
const MAX_SIZE = 1 << 12;

/**
 * Reads the build-id of a file that may hold debug information only. Its program headers are those
 * of another file, so the section `.note.gnu.build-id` comes first; the notes that
 * {@linkcode readBuildId} finds are asked only if there is none.
 *
 * @returns Lower-case hexadecimal; empty if the file has none.
 * @throws {FormatError} If its notes do not lie inside the file.
 */
export async function readDebugFileBuildId(elf: ElfFile): Promise<string> {
  const section = await findSection(elf, ".note.gnu.build-id");
  if (section?.type !== SHT_NOTE) return await readBuildId(elf);
  const { fileOffset, size } = section;
  const bytes = await elf.source.readAt(fileOffset, Math.min(size, MAX_SIZE));
  const { littleEndian } = elf.header;
  const cursor = new ByteCursor(bytes, { source: elf.source.name, fileOffset, littleEndian });
  const nameSize = cursor.u32();
  const descriptionSize = cursor.u32();
  const type = cursor.u32();
  const name = new TextDecoder().decode(cursor.bytes(nameSize));
  if (type !== NT_GNU_BUILD_ID || name !== "GNU\0") return await readBuildId(elf);
  return spellHex(cursor.bytes(descriptionSize));
}
