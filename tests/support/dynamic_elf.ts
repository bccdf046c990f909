import { PT_DYNAMIC } from "../../lib/elf/constants.ts";
import { ByteWriter } from "./byte_writer.ts";
import { buildElf, type BuiltElf } from "./elf_builder.ts";
import type { ElfSpec, SectionSpec } from "./elf_spec.ts";

/** A file whose sections and dynamic segment say where other sections are. */
export interface DynamicElfSpec extends Omit<ElfSpec, "sections" | "moreSegments"> {
  /** Asked twice: places are 0 the first time, and sizes have to be the same both times. */
  readonly sections: (vaddrOf: (name: string) => number) => readonly SectionSpec[];
  /** Tags and values of the dynamic segment; no dynamic segment if it is left out. */
  readonly tags?: (built: BuiltElf) => readonly (readonly [number, number | bigint])[];
}

const MAX_TAGS = 12;
const TAGS = ".tags";

/** Makes an ELF file with a dynamic segment that a test chooses. */
export function buildDynamicElf(spec: DynamicElfSpec): BuiltElf {
  const { is64 = true, littleEndian = true } = spec;
  const tagBytes = new Uint8Array(MAX_TAGS * (is64 ? 16 : 8));
  const build = (vaddrOf: (name: string) => number, bytes: Uint8Array, tagsOffset: number) => {
    const { sections: sectionsOf, tags, ...rest } = spec;
    const sections = [...sectionsOf(vaddrOf), { name: TAGS, bytes }];
    if (tags === undefined) return buildElf({ ...rest, sections });
    const segment = { type: PT_DYNAMIC, fileOffset: tagsOffset, fileSize: bytes.length };
    return buildElf({ ...rest, sections, moreSegments: [segment] });
  };
  const first = build(() => 0, tagBytes, 0);
  const writer = new ByteWriter(littleEndian);
  for (const [tag, value] of spec.tags?.(first) ?? []) {
    writer.word(is64, tag);
    writer.word(is64, value);
  }
  tagBytes.set(writer.bytes());
  return build((name) => first.section(name).vaddr, tagBytes, first.section(TAGS).fileOffset);
}

/** A relocation: the place, the symbol's index, the type, and an addend if the table has them. */
export type RelocationSpec = readonly [
  place: number | bigint,
  symbol: number,
  type: number,
  addend?: number | bigint,
];

/** Writes a relocation table of a class and byte order. */
export function relocationBytes(
  relocations: readonly RelocationSpec[],
  is64 = true,
  littleEndian = true,
): Uint8Array {
  const writer = new ByteWriter(littleEndian);
  for (const [place, symbol, type, addend] of relocations) {
    writer.word(is64, place);
    const info = is64
      ? (BigInt(symbol) << 32n) + BigInt(type)
      : (BigInt(symbol) << 8n) + BigInt(type);
    writer.word(is64, info);
    if (addend !== undefined) writer.word(is64, addend);
  }
  return writer.bytes();
}
