import { moveToAttribute, readStringReference } from "./attribute_values.ts";
import {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_LINKAGE_NAME,
  DW_AT_MIPS_LINKAGE_NAME,
  DW_AT_NAME,
  DW_AT_SPECIFICATION,
  DW_TAG_SUBPROGRAM,
} from "./constants.ts";
import { Defect } from "./defect.ts";
import type { DwarfSections } from "./dwarf_sections.ts";
import type { FunctionName } from "./function_name.ts";
import { KnownNames, type Wanted, WantedEntries, type WantedPlace } from "./known_names.ts";
import type { ProblemList } from "./problem_list.ts";
import { qualifyNames } from "./qualify_names.ts";
import { type EntryReference, positionIn, readReference } from "./references.ts";
import { sourceErrorOf } from "./section.ts";
import { TypeUnits } from "./type_units.ts";
import type { Unit } from "./unit.ts";
import { UnitFinder } from "./unit_finder.ts";
import type { UnitLoader } from "./unit_loader.ts";

/** References lead from unit to unit no more often than this. */
const MAX_ROUNDS = 16;
const ACTION = "read the name of a function";

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
  readonly #known = new KnownNames({ isOfTypes: false, isWritten: false, isQualified: true });
  /** The names of functions that types are local to. */
  readonly #scopes = new KnownNames({ isOfTypes: false, isWritten: true, isQualified: true });
  readonly #types = new KnownNames({ isOfTypes: true, isWritten: true, isQualified: true });
  readonly #plainTypes = new KnownNames({ isOfTypes: true, isWritten: true, isQualified: false });
  readonly #declarations: Declaration[] = [];
  readonly #typeUnits: TypeUnits;
  #wanted = new Map<DwarfSections, WantedEntries>();

  /** Reads nothing yet. */
  constructor(problems: ProblemList) {
    this.#problems = problems;
    this.#typeUnits = new TypeUnits(problems);
  }

  /** The name of the function whose entry, or an instance of it, begins at `position` in a unit. */
  nameAt(unit: Unit, position: number): FunctionName {
    const { sections, header } = unit;
    const reference = { sections, infoOffset: header.start + position };
    let name = this.#known.find(reference);
    if (name === undefined) {
      name = this.#known.add(reference);
      this.#trace(unit, position, name, this.#known);
    }
    return name;
  }

  /** Does what needs the bytes of a unit, before those of the next one replace them. */
  finish(unit: Unit): void {
    try {
      qualifyNames(unit, this.#declarations, {
        functionAt: (reference) => this.#outsideName(reference, this.#scopes),
        typeAt: (reference) => this.#outsideName(reference, this.#types),
        plainTypeAt: (reference) => this.#outsideName(reference, this.#plainTypes),
      });
    } catch (error) {
      this.#problems.add(sourceErrorOf(error, unit.info, unit.header.start, ACTION).message);
    }
    this.#declarations.length = 0;
  }

  #outsideName(reference: EntryReference, known: KnownNames): FunctionName {
    let name = known.find(reference);
    if (name === undefined) {
      name = known.add(reference);
      this.#want(reference, name, known);
    }
    return name;
  }

  /**
   * Reads what other units say of names.
   *
   * @param mainFinder Knows the units of `.debug_info` of the file that was asked about.
   */
  async follow(loader: UnitLoader, main: DwarfSections, mainFinder: UnitFinder): Promise<void> {
    const finders = new Map([[main, mainFinder]]);
    for (let round = 0; this.#wanted.size > 0; round++) {
      if (round === MAX_ROUNDS) {
        this.#problems.add(`"${main.name}" has references from unit to unit without end`);
        return;
      }
      const wanted = this.#wanted;
      this.#wanted = new Map();
      for (const [sections, { places, types }] of wanted) {
        if (types.size > 0) await this.#followTypes(sections, types, loader);
        if (places.length === 0) continue;
        await this.#problems.attempt(async () => {
          const info = await sections.open(".debug_info");
          let finder = finders.get(sections);
          if (finder === undefined) finders.set(sections, finder = new UnitFinder(info));
          places.sort((one, other) => one.infoOffset - other.infoOffset);
          await this.#followInto(sections, places, finder, loader);
        });
      }
    }
  }

  async #followTypes(
    sections: DwarfSections,
    types: ReadonlyMap<bigint, readonly Wanted[]>,
    loader: UnitLoader,
  ): Promise<void> {
    await this.#typeUnits.read(sections, types.keys(), loader, (unit, position, signature) => {
      for (const { name, known } of types.get(signature)!) {
        this.#trace(unit, position, name, known, true);
      }
      this.finish(unit);
    });
  }

  async #followInto(
    sections: DwarfSections,
    entries: readonly WantedPlace[],
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

  /** @param isByType Whether the first entry is the type of a unit of types, or should be. */
  #trace(
    unit: Unit,
    firstPosition: number,
    firstName: FunctionName,
    known: KnownNames,
    isByType = false,
  ): void {
    const { isWritten, isQualified, isOfTypes } = known.kind;
    let position = firstPosition;
    let name = firstName;
    try {
      if (isByType && isOfTypes === isFunction(unit, position)) {
        throw new Defect(isOfTypes ? "want a type, not a function" : "want a function, not a type");
      }
      while (true) {
        const reference = parseName(unit, position, name);
        if (name.linkageName !== undefined && !isWritten) return;
        if (reference === undefined) {
          if (name.name !== undefined && isQualified) this.#declarations.push({ position, name });
          return;
        }
        name.origin = known.find(reference);
        if (name.origin !== undefined) return;
        name = name.origin = known.add(reference);
        position = positionIn(unit, reference);
        if (position < 0) {
          this.#want(reference, name, known);
          return;
        }
      }
    } catch (error) {
      const place = unit.header.start + position;
      this.#problems.add(sourceErrorOf(error, unit.info, place, ACTION).message);
    }
  }

  #want(reference: EntryReference, name: FunctionName, known: KnownNames): void {
    let wanted = this.#wanted.get(reference.sections);
    if (wanted === undefined) this.#wanted.set(reference.sections, wanted = new WantedEntries());
    wanted.add(reference, name, known);
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

function isFunction({ reader, abbreviations }: Unit, position: number): boolean {
  reader.position = position;
  return abbreviations.tags[abbreviations.indexOf(reader.uleb())] === DW_TAG_SUBPROGRAM;
}

function isNameAttribute(name: number): boolean {
  return name === DW_AT_NAME || name === DW_AT_ABSTRACT_ORIGIN || name === DW_AT_SPECIFICATION ||
    name === DW_AT_LINKAGE_NAME || name === DW_AT_MIPS_LINKAGE_NAME;
}
