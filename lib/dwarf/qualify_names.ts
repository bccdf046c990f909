import { moveToAttribute, readStringReference, skipAttributes } from "./attribute_values.ts";
import {
  DW_AT_NAME,
  DW_AT_SIGNATURE,
  DW_AT_SPECIFICATION,
  DW_FORM_REF_SIG8,
  DW_LANG_ADA83,
  DW_LANG_ADA95,
  DW_LANG_C,
  DW_LANG_C11,
  DW_LANG_C17,
  DW_LANG_C89,
  DW_LANG_C99,
  DW_LANG_D,
  DW_LANG_GO,
  DW_LANG_JAVA,
  DW_LANG_MIPS_ASSEMBLER,
  DW_LANG_MODULA2,
  DW_LANG_MODULA3,
  DW_LANG_PASCAL83,
  DW_LANG_PYTHON,
  DW_LANG_SWIFT,
  DW_TAG_CLASS_TYPE,
  DW_TAG_ENUMERATION_TYPE,
  DW_TAG_INTERFACE_TYPE,
  DW_TAG_MODULE,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_UNION_TYPE,
} from "./constants.ts";
import { siblingOf } from "./find_functions.ts";
import type { FunctionName } from "./function_name.ts";
import { readReference } from "./references.ts";
import type { Text } from "./string_pool.ts";
import type { TypeNames } from "./type_names.ts";
import type { Unit } from "./unit.ts";

/** The entry of a function, and what is known of its name. */
export interface UnqualifiedName {
  /** Where the entry begins in the unit. */
  readonly position: number;
  /** Gets the scopes. */
  readonly name: FunctionName;
}

/** Languages without namespaces, or with names that have them already. */
const PLAIN_LANGUAGES: ReadonlySet<number> = new Set([
  DW_LANG_C89,
  DW_LANG_C,
  DW_LANG_C99,
  DW_LANG_C11,
  DW_LANG_C17,
  DW_LANG_GO,
  DW_LANG_MIPS_ASSEMBLER,
]);
/** Languages that write a dot between a scope and what is in it. */
const DOT_LANGUAGES: ReadonlySet<number> = new Set([
  DW_LANG_ADA83,
  DW_LANG_ADA95,
  DW_LANG_D,
  DW_LANG_JAVA,
  DW_LANG_MODULA2,
  DW_LANG_MODULA3,
  DW_LANG_PASCAL83,
  DW_LANG_PYTHON,
  DW_LANG_SWIFT,
]);
/** What a scope without a name is called, as C++ demanglers do. */
const UNNAMED: ReadonlyMap<number, string> = new Map([
  [DW_TAG_NAMESPACE, "(anonymous namespace)"],
  [DW_TAG_CLASS_TYPE, "(anonymous class)"],
  [DW_TAG_STRUCTURE_TYPE, "(anonymous struct)"],
  [DW_TAG_UNION_TYPE, "(anonymous union)"],
  [DW_TAG_ENUMERATION_TYPE, "(anonymous enum)"],
  [DW_TAG_INTERFACE_TYPE, "(anonymous interface)"],
  [DW_TAG_MODULE, "(anonymous module)"],
]);
/** Compilers nest scopes some tens deep. */
const MAX_DEPTH = 1 << 8;
/** A type may be defined apart from where it is declared, inside of one that is so, too. */
const MAX_PASSES = 8;

/**
 * Adds to the names of functions the namespaces and types that they are declared in. The functions
 * that these may be in themselves are left out. It passes the unit once more from its start, as
 * entries do not say what they are in.
 *
 * @param types Is asked for the names of types that the unit only refers to.
 * @throws {Defect | RangeError} If the unit is malformed.
 */
export function qualifyNames(
  unit: Unit,
  names: readonly UnqualifiedName[],
  types: TypeNames,
): void {
  const { language } = unit.attributes;
  if (names.length === 0 || PLAIN_LANGUAGES.has(language)) return;
  if (DOT_LANGUAGES.has(language)) { for (const { name } of names) name.separator = "."; }
  const scopes = new ScopeReader(unit, types);
  let wanted = [...names];
  for (let pass = 0; pass < MAX_PASSES && wanted.length > 0; pass++) {
    wanted.sort((one, other) => one.position - other.position);
    wanted = passOnce(unit, wanted, scopes);
  }
}

/** Gives the declarations of types around the names, if those are elsewhere, for another pass. */
function passOnce(
  unit: Unit,
  wanted: readonly UnqualifiedName[],
  scopes: ScopeReader,
): UnqualifiedName[] {
  const { reader, abbreviations, header, end } = unit;
  const { hasChildren, siblings } = abbreviations;
  const elsewhere: UnqualifiedName[] = [];
  /** Where the entries begin that are around the current one. */
  const parents: number[] = [];
  let next = 0;
  reader.position = unit.firstEntry;
  while (reader.position < end && next < wanted.length) {
    const entry = reader.position;
    while (next < wanted.length && wanted[next]!.position === entry) {
      const { name } = wanted[next++]!;
      const position = addScopes(scopes, parents, name);
      if (position >= 0) elsewhere.push({ position, name });
    }
    // What no entry begins at is no entry.
    while (next < wanted.length && wanted[next]!.position < entry) next++;
    reader.position = entry;
    const code = reader.uleb();
    if (code === 0) {
      parents.pop();
      continue;
    }
    const index = abbreviations.indexOf(code);
    const start = reader.position;
    if (siblings[index]! >= 0 && next < wanted.length) {
      const sibling = siblingOf(unit, index, start);
      if (sibling > start && sibling <= wanted[next]!.position) {
        reader.position = sibling;
        continue;
      }
      reader.position = start;
    }
    reader.position = skipAttributes(reader, abbreviations, index, header, start);
    if (hasChildren[index] === 1) parents.push(entry);
  }
  return elsewhere;
}

/** Gives where the outermost scope is declared, if it is only defined here; -1 else. */
function addScopes(
  reader: ScopeReader,
  parents: readonly number[],
  { scopes }: FunctionName,
): number {
  const outermost = Math.max(0, parents.length - MAX_DEPTH);
  for (let depth = parents.length - 1; depth >= outermost; depth--) {
    const scope = reader.scopeAt(parents[depth]!);
    if (scope === undefined) continue;
    if (scopes.length < MAX_DEPTH) scopes.unshift(scope.name);
    if (scope.declaration >= 0) return scope.declaration;
  }
  return -1;
}

/** A namespace or type. */
interface Scope {
  readonly name: Text;
  /** Where it is declared, if it is only defined here; -1 else. */
  readonly declaration: number;
}

/** Reads scopes of a unit, each once: many functions are in the same. */
class ScopeReader {
  readonly #unit: Unit;
  readonly #types: TypeNames;
  readonly #known = new Map<number, Scope | undefined>();

  constructor(unit: Unit, types: TypeNames) {
    this.#unit = unit;
    this.#types = types;
  }

  /** The scope whose entry begins at a position; undefined if that is none. */
  scopeAt(position: number): Scope | undefined {
    if (this.#known.has(position)) return this.#known.get(position);
    const scope = this.#read(position);
    this.#known.set(position, scope);
    return scope;
  }

  #read(position: number): Scope | undefined {
    const unit = this.#unit;
    const unnamed = UNNAMED.get(unit.abbreviations.tags[indexAt(unit, position)]!);
    if (unnamed === undefined) return undefined;
    const declaration = declarationOf(unit, position);
    const name = nameOf(unit, position) ??
      (declaration >= 0 ? nameOf(unit, declaration) : undefined) ??
      this.#typeName(position, unnamed);
    return { name: name ?? { value: unnamed }, declaration };
  }

  /** The name of a type that is in a unit of its own. */
  #typeName(position: number, unnamed: string): Text | undefined {
    const form = moveToNamed(this.#unit, position, DW_AT_SIGNATURE);
    if (form !== DW_FORM_REF_SIG8) return undefined;
    const { reader, sections } = this.#unit;
    const signature = reader.view.getBigUint64(reader.position, reader.littleEndian);
    return this.#types.nameOf(sections, signature, unnamed);
  }
}

/** The index of the abbreviation of an entry; the reader stands at its attributes then. */
function indexAt({ reader, abbreviations }: Unit, position: number): number {
  reader.position = position;
  return abbreviations.indexOf(reader.uleb());
}

function nameOf(unit: Unit, position: number): Text | undefined {
  const form = moveToNamed(unit, position, DW_AT_NAME);
  if (form < 0) return undefined;
  return unit.textOf(readStringReference(unit.reader, form, unit.header.is64));
}

/** Where the entry begins that declares what an entry defines; -1 if it is not in this unit. */
function declarationOf(unit: Unit, position: number): number {
  const form = moveToNamed(unit, position, DW_AT_SPECIFICATION);
  if (form < 0) return -1;
  const { sections, infoOffset } = readReference(unit, form);
  const { start, end } = unit.header;
  const isHere = sections === unit.sections && infoOffset >= start && infoOffset < end;
  return isHere ? infoOffset - start : -1;
}

/** Moves the reader to an attribute of an entry; gives its form, -1 if it has none. */
function moveToNamed(unit: Unit, position: number, attribute: number): number {
  const { reader, abbreviations, header } = unit;
  const index = indexAt(unit, position);
  const start = reader.position;
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    if (abbreviations.names[at] !== attribute) continue;
    return moveToAttribute(reader, abbreviations, index, header, start, at);
  }
  return -1;
}
