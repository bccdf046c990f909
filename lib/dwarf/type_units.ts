import { hex } from "../errors.ts";
import { DW_UT_SPLIT_TYPE, DW_UT_TYPE } from "./constants.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import { type Contributions, PackageIndex } from "./package_index.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";
import type { Unit } from "./unit.ts";
import { readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";
import { readUnitHeaders } from "./unit_headers.ts";
import type { UnitLoader } from "./unit_loader.ts";

const ACTION = "read the type";
const INFO = ".debug_info";
const TYPES = ".debug_types";

/**
 * Does something with a unit of types, while its bytes are there.
 *
 * @param position Where the entry of the type begins in the unit.
 */
export type UseTypeUnit = (unit: Unit, position: number, signature: bigint) => void;

/**
 * Reads units of types (DWARF 5, section 3.1.4) by their signatures: in `.debug_types`, or since
 * DWARF 5 in `.debug_info`. Those of a package are found by its index; else all headers of the file
 * are looked through. What is damaged costs its own type.
 */
export class TypeUnits {
  readonly #problems: ProblemList;
  readonly #indexes = new Map<DwarfSections, Promise<PackageIndex>>();

  /** Reads nothing yet. */
  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  /** Reads the wanted units of a file, those that are there, one after the other. */
  async read(
    sections: DwarfSections,
    signatures: Iterable<bigint>,
    loader: UnitLoader,
    use: UseTypeUnit,
  ): Promise<void> {
    await this.#problems.attempt(async () => {
      const file = { sections, loader, use };
      if (sections.isPackage) await this.#readPacked(file, signatures);
      else await this.#readAll(file, new Set(signatures));
    });
  }

  async #readPacked(file: TypeFile, signatures: Iterable<bigint>): Promise<void> {
    const { sections } = file;
    const index = await this.#indexOf(sections);
    for (const signature of signatures) {
      await this.#problems.attempt(async () => {
        const parts = index.find(signature);
        if (parts === undefined) return;
        const isInTypes = parts.types >= 0;
        const section = await sections.open(isInTypes ? TYPES : INFO);
        const start = isInTypes ? parts.types : parts.info;
        const header = await readUnitHeader(section, start, isInTypes);
        if (!isOfType(header) || header.id !== signature) {
          throw section.error(start, ACTION, `want the unit of type ${nameOf(signature)}`);
        }
        await this.#use(file, section, header, parts);
      });
    }
  }

  async #readAll(file: TypeFile, left: Set<bigint>): Promise<void> {
    for (const name of [TYPES, INFO]) {
      const section = await this.#problems.attempt(() => file.sections.find(name));
      if (section === undefined) continue;
      for await (const header of readUnitHeaders(section, name === TYPES, this.#problems)) {
        if (!isOfType(header) || !left.has(header.id)) continue;
        const isUsed = await this.#problems.attempt(() => this.#use(file, section, header));
        if (isUsed) left.delete(header.id);
        if (left.size === 0) return;
      }
    }
  }

  async #use(
    { sections, loader, use }: TypeFile,
    section: Section,
    header: UnitHeader,
    parts?: Contributions,
  ): Promise<true> {
    const { start, typeOffset, id } = header;
    const place = start + typeOffset;
    if (place < header.firstEntry || place >= header.end) {
      throw section.error(start, ACTION, `it is said to be at ${hex(typeOffset)}, out of its unit`);
    }
    use(await loader.load(sections, section, header, parts), typeOffset, id);
    return true;
  }

  #indexOf(sections: DwarfSections): Promise<PackageIndex> {
    let index = this.#indexes.get(sections);
    if (index === undefined) {
      index = sections.open(".debug_tu_index").then((section) => PackageIndex.read(section));
      this.#indexes.set(sections, index);
    }
    return index;
  }
}

/** A file whose units of types are read, by what, and what is done with them. */
interface TypeFile {
  readonly sections: DwarfSections;
  readonly loader: UnitLoader;
  readonly use: UseTypeUnit;
}

function isOfType({ type }: UnitHeader): boolean {
  return type === DW_UT_TYPE || type === DW_UT_SPLIT_TYPE;
}

function nameOf(signature: bigint): string {
  return `0x${signature.toString(16)}`;
}
