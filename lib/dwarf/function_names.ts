import { moveToAttribute, readStringReference } from "./attribute_values.ts";
import {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_LINKAGE_NAME,
  DW_AT_MIPS_LINKAGE_NAME,
  DW_AT_NAME,
  DW_AT_SPECIFICATION,
} from "./constants.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import { FunctionName } from "./function_name.ts";
import type { ProblemList } from "./problem_list.ts";
import { qualifyNames } from "./qualify_names.ts";
import { type EntryReference, readReference } from "./references.ts";
import { sourceErrorOf } from "./section.ts";
import { TypeNames } from "./type_names.ts";
import type { Unit } from "./unit.ts";
import { UnitFinder } from "./unit_finder.ts";
import type { UnitLoader } from "./unit_loader.ts";

/** References lead from unit to unit no more often than this. */
const MAX_ROUNDS = 16;
const ACTION = "read the name of a function";

/** An entry whose name is wanted, in a unit that was not read for it yet. */
interface Wanted {
  readonly infoOffset: number;
  readonly name: FunctionName;
  /** Where the names of those that it refers to are kept. */
  readonly known: KnownNames;
}

/** By file, then by where the entry begins in `.debug_info`. */
class KnownNames {
  /** Whether names are wanted as they are written, even if there is a linkage name. */
  readonly isWritten: boolean;
  readonly #names = new Map<DwarfSections, Map<number, FunctionName>>();

  constructor(isWritten: boolean) {
    this.isWritten = isWritten;
  }

  of(sections: DwarfSections): Map<number, FunctionName> {
    let names = this.#names.get(sections);
    if (names === undefined) this.#names.set(sections, names = new Map());
    return names;
  }
}

/** An entry that refers to no other. */
interface Declaration {
  /** Where it begins in its unit. */
  readonly position: number;
  readonly name: FunctionName;
}

/**
 * The names of functions. Each entry is read once, along with those that it refers to: those in the
 * same unit at once, those in other units when all units that hold addresses were read.
 */
export class FunctionNames {
  readonly #problems: ProblemList;
  readonly #known = new KnownNames(false);
  /** The names of functions that types are local to. */
  readonly #scopes = new KnownNames(true);
  readonly #declarations: Declaration[] = [];
  readonly #types = new TypeNames();
  #wanted = new Map<DwarfSections, Wanted[]>();

  /** Reads nothing yet. */
  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  /** The name of the function whose entry, or an instance of it, begins at `position` in a unit. */
  nameAt(unit: Unit, position: number): FunctionName {
    const infoOffset = unit.header.start + position;
    const known = this.#known.of(unit.sections);
    let name = known.get(infoOffset);
    if (name === undefined) {
      known.set(infoOffset, name = new FunctionName());
      this.#trace(unit, position, name, this.#known);
    }
    return name;
  }

  /** Does what needs the bytes of a unit, before those of the next one replace them. */
  finish(unit: Unit): void {
    try {
      qualifyNames(unit, this.#declarations, {
        types: this.#types,
        functionAt: (reference) => this.#scopeAt(reference),
      });
    } catch (error) {
      this.#problems.add(sourceErrorOf(error, unit.info, unit.header.start, ACTION).message);
    }
    this.#declarations.length = 0;
  }

  #scopeAt(reference: EntryReference): FunctionName {
    const known = this.#scopes.of(reference.sections);
    let name = known.get(reference.infoOffset);
    if (name === undefined) {
      known.set(reference.infoOffset, name = new FunctionName());
      this.#want(reference, name, this.#scopes);
    }
    return name;
  }

  /**
   * Reads what other units say of names.
   *
   * @param mainFinder Knows the units of `.debug_info` of the file that was asked about.
   */
  async follow(loader: UnitLoader, main: DwarfSections, mainFinder: UnitFinder): Promise<void> {
    await this.#followAll(loader, main, mainFinder);
    await this.#types.find(loader, this.#problems);
  }

  async #followAll(
    loader: UnitLoader,
    main: DwarfSections,
    mainFinder: UnitFinder,
  ): Promise<void> {
    const finders = new Map([[main, mainFinder]]);
    for (let round = 0; this.#wanted.size > 0; round++) {
      if (round === MAX_ROUNDS) {
        this.#problems.add(`"${main.name}" has references from unit to unit without end`);
        return;
      }
      const wanted = this.#wanted;
      this.#wanted = new Map();
      for (const [sections, entries] of wanted) {
        await this.#problems.attempt(async () => {
          const info = await sections.open(".debug_info");
          let finder = finders.get(sections);
          if (finder === undefined) finders.set(sections, finder = new UnitFinder(info));
          entries.sort((one, other) => one.infoOffset - other.infoOffset);
          await this.#followInto(sections, entries, finder, loader);
        });
      }
    }
  }

  async #followInto(
    sections: DwarfSections,
    entries: readonly Wanted[],
    finder: UnitFinder,
    loader: UnitLoader,
  ): Promise<void> {
    const info = await sections.open(".debug_info");
    for (let at = 0; at < entries.length;) {
      const first = entries[at]!;
      const header = await this.#problems.attempt(() => finder.find(first.infoOffset));
      const end = header?.end ?? first.infoOffset + 1;
      const unit = header &&
        await this.#problems.attempt(() => loader.load(sections, info, header));
      for (; at < entries.length && entries[at]!.infoOffset < end; at++) {
        const { infoOffset, name, known } = entries[at]!;
        if (unit !== undefined) this.#trace(unit, infoOffset - unit.header.start, name, known);
      }
      if (unit !== undefined) this.finish(unit);
    }
  }

  #trace(unit: Unit, firstPosition: number, firstName: FunctionName, names: KnownNames): void {
    const { header, sections, info } = unit;
    const known = names.of(sections);
    let position = firstPosition;
    let name = firstName;
    try {
      while (true) {
        const reference = parseName(unit, position, name);
        if (name.linkageName !== undefined && !names.isWritten) return;
        if (reference === undefined) {
          if (name.name !== undefined) this.#declarations.push({ position, name });
          return;
        }
        const { infoOffset } = reference;
        const isSameFile = reference.sections === sections;
        const knownThere = isSameFile ? known : names.of(reference.sections);
        name.origin = knownThere.get(infoOffset);
        if (name.origin !== undefined) return;
        knownThere.set(infoOffset, name = name.origin = new FunctionName());
        if (!isSameFile || infoOffset < header.start || infoOffset >= header.end) {
          this.#want(reference, name, names);
          return;
        }
        position = infoOffset - header.start;
      }
    } catch (error) {
      this.#problems.add(sourceErrorOf(error, info, header.start + position, ACTION).message);
    }
  }

  #want({ sections, infoOffset }: EntryReference, name: FunctionName, known: KnownNames): void {
    const wanted = this.#wanted.get(sections);
    if (wanted !== undefined) wanted.push({ infoOffset, name, known });
    else this.#wanted.set(sections, [{ infoOffset, name, known }]);
  }
}

/** Parses the names that an entry has itself; gives what entry it refers to for more. */
function parseName(unit: Unit, position: number, into: FunctionName): EntryReference | undefined {
  const { reader, abbreviations, header } = unit;
  reader.position = position;
  const index = abbreviations.indexOf(reader.uleb());
  const start = reader.position;
  let origin: EntryReference | undefined;
  let specification: EntryReference | undefined;
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    const name = abbreviations.names[at]!;
    if (!isNameAttribute(name)) continue;
    const form = moveToAttribute(reader, abbreviations, index, header, start, at);
    switch (name) {
      case DW_AT_LINKAGE_NAME:
      case DW_AT_MIPS_LINKAGE_NAME:
        into.linkageName = unit.textOf(readStringReference(reader, form, header.is64));
        break;
      case DW_AT_NAME:
        into.name = unit.textOf(readStringReference(reader, form, header.is64));
        break;
      case DW_AT_ABSTRACT_ORIGIN:
        origin = readReference(unit, form);
        break;
      case DW_AT_SPECIFICATION:
        specification = readReference(unit, form);
        break;
    }
  }
  return origin ?? specification;
}

function isNameAttribute(name: number): boolean {
  return name === DW_AT_NAME || name === DW_AT_ABSTRACT_ORIGIN || name === DW_AT_SPECIFICATION ||
    name === DW_AT_LINKAGE_NAME || name === DW_AT_MIPS_LINKAGE_NAME;
}
