import type { ElfFile } from "../../elf/mod.ts";
import { EM_386, EM_X86_64 } from "../../elf/relocation_constants.ts";
import { findRelocationTables, RelocationReader } from "../../elf/relocations.ts";
import { codeFrom, findStubsInRange, type FoundStubs } from "./find_stubs.ts";
import { readWords } from "./slot_words.ts";
import type { StubFormat } from "./stub_code.ts";

/** More slots are not needed to see where the stubs are. */
const MAX_SLOTS = 1 << 16;

/**
 * Finds stubs without section headers. Until a slot is bound, it holds an address in the procedure
 * linkage table: the first entry's (arm64, armhf, riscv64), or that of the code of the stub itself
 * that pushes its number (x86-64, i686). Where the pushing code stands apart from the stubs (IBT),
 * they follow its last entry.
 *
 * @returns Ascending; none if slots hold nothing, or only those of resolvers do.
 * @throws {FormatError} If a table does not lie inside the file.
 */
export async function findLazyStubs(
  elf: ElfFile,
  format: StubFormat,
  gotVaddr: number,
): Promise<FoundStubs> {
  const found: FoundStubs = { starts: [], sizes: [], slots: [] };
  const [first, last] = await rangeOfContents(elf, format);
  if (first === undefined || last === undefined) return found;
  const { machine } = elf.header;
  const isX86 = machine === EM_386 || machine === EM_X86_64;
  const starts = isX86 ? [first - first % 16, last - last % 16 + 16] : [first];
  for (const start of starts) {
    const range = codeFrom(elf, start);
    if (range !== undefined) await findStubsInRange(elf, range, format, gotVaddr, found);
    if (found.starts.length > 0) break;
  }
  return found;
}

/** The lowest and the highest address of code in the slots of functions. */
async function rangeOfContents(elf: ElfFile, format: StubFormat): Promise<number[]> {
  const slots: number[] = [];
  const [table] = await findRelocationTables(elf);
  if (table === undefined) return [];
  const relocations = new RelocationReader(elf, table);
  while (slots.length < MAX_SLOTS && await relocations.fill()) {
    while (relocations.next()) {
      if (format.symbolTypes.includes(relocations.type)) slots.push(relocations.place);
    }
  }
  let [first, last] = [Infinity, -Infinity];
  for (const content of (await readWords(elf, slots)).values()) {
    if (codeFrom(elf, content) === undefined) continue;
    first = Math.min(first, content);
    last = Math.max(last, content);
  }
  return first <= last ? [first, last] : [];
}
