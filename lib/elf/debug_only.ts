import { SHT_NOBITS } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";

/**
 * Whether the code of a file is elsewhere: `objcopy --only-keep-debug` and `eu-strip -f` leave the
 * headers of executable sections without their bytes. The program headers of such a file are not
 * true.
 *
 * @throws {FormatError} If the section headers do not lie inside the file.
 */
export async function isDebugOnly(elf: ElfFile): Promise<boolean> {
  return (await elf.sections()).some(({ type, executable }) => executable && type === SHT_NOBITS);
}
