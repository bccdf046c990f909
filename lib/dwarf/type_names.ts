import { moveToAttribute, readStringReference } from "./attribute_values.ts";
import { DW_AT_NAME, DW_UT_SPLIT_TYPE, DW_UT_TYPE } from "./constants.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { ProblemList } from "./problem_list.ts";
import { type Section, sourceErrorOf } from "./section.ts";
import type { Text } from "./string_pool.ts";
import type { Unit } from "./unit.ts";
import { readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";
import type { UnitLoader } from "./unit_loader.ts";

const ACTION = "read the name of a type";

/** The name of a type; it has its value once it, and the strings after it, are loaded. */
class TypeName implements Text {
  /** Where the name is; undefined if it was not found. */
  text: Text | undefined;
  readonly #unnamed: string;

  constructor(unnamed: string) {
    this.#unnamed = unnamed;
  }

  get value(): string {
    return this.text?.value || this.#unnamed;
  }
}

/**
 * The names of types that are in units of their own (DWARF 5, section 3.1.4): in `.debug_types`, or
 * since DWARF 5 in `.debug_info`. Whoever uses such a type may know its signature only.
 */
export class TypeNames {
  readonly #wanted = new Map<DwarfSections, Map<bigint, TypeName>>();

  /**
   * The name of the type with a signature.
   *
   * @param unnamed What it is called if it has none, or is not found.
   */
  nameOf(sections: DwarfSections, signature: bigint, unnamed: string): Text {
    let names = this.#wanted.get(sections);
    if (names === undefined) this.#wanted.set(sections, names = new Map());
    let name = names.get(signature);
    if (name === undefined) names.set(signature, name = new TypeName(unnamed));
    return name;
  }

  /**
   * Finds all names that were asked for. Units of types are looked through by their headers, and
   * only those that are wanted are read.
   */
  async find(loader: UnitLoader, problems: ProblemList): Promise<void> {
    for (const [sections, names] of this.#wanted) {
      for (const name of [".debug_types", ".debug_info"]) {
        await problems.attempt(async () => {
          // In a package, only another index knows what belongs to such a unit.
          if (await sections.find(".debug_cu_index") !== undefined) return;
          const section = await sections.find(name);
          if (section === undefined) return;
          await findIn(section, name === ".debug_types", names, async (header, found) => {
            const unit = await problems.attempt(() => loader.load(sections, section, header));
            if (unit !== undefined) found.text = readTypeName(unit, problems);
          });
        });
      }
    }
  }
}

async function findIn(
  section: Section,
  isInTypes: boolean,
  names: ReadonlyMap<bigint, TypeName>,
  use: (header: UnitHeader, name: TypeName) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < section.size;) {
    const header = await readUnitHeader(section, start, isInTypes);
    const isType = header.type === DW_UT_TYPE || header.type === DW_UT_SPLIT_TYPE;
    const name = isType ? names.get(header.id) : undefined;
    if (name !== undefined && name.text === undefined) await use(header, name);
    start = header.end;
  }
}

function readTypeName(unit: Unit, problems: ProblemList): Text | undefined {
  const { reader, abbreviations, header, info } = unit;
  try {
    reader.position = header.typeOffset;
    const index = abbreviations.indexOf(reader.uleb());
    const start = reader.position;
    const last = abbreviations.firstAttribute[index + 1]!;
    for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
      if (abbreviations.names[at] !== DW_AT_NAME) continue;
      const form = moveToAttribute(reader, abbreviations, index, header, start, at);
      return unit.textOf(readStringReference(reader, form, header.is64));
    }
  } catch (error) {
    const place = header.start + header.typeOffset;
    problems.add(sourceErrorOf(error, info, place, ACTION).message);
  }
  return undefined;
}
