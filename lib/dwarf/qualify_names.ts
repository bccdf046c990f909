import { skipAttributes } from "./attribute_values.ts";
import {
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
} from "./constants.ts";
import { siblingOf } from "./find_functions.ts";
import type { FunctionName } from "./function_name.ts";
import { type OutsideNames, ScopeReader } from "./scope_reader.ts";
import type { Text } from "./string_pool.ts";
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
/** Compilers nest scopes some tens deep. */
const MAX_DEPTH = 1 << 8;
/** A type or function may be defined apart from where it is declared, inside of one that is so, too. */
const MAX_PASSES = 8;

/** A name whose outermost scope is in others, that are not added yet. */
interface PartlyQualifiedName extends UnqualifiedName {
  /** Whether that scope is a type, so that a function around it is a scope, too. */
  readonly isInType: boolean;
}

/**
 * Adds to the names of functions the namespaces and types that they are declared in, and the
 * functions that those types are local to: `main::Local::method`. Functions that are in a function
 * without a type between them are not called after it: compilers put declarations there. It passes
 * the unit once more from its start, as entries do not say what they are in.
 *
 * @param outside Is asked for names that the unit only refers to.
 * @throws {Defect | RangeError} If the unit is malformed.
 */
export function qualifyNames(
  unit: Unit,
  names: readonly UnqualifiedName[],
  outside: OutsideNames,
): void {
  const { language } = unit.attributes;
  if (names.length === 0 || PLAIN_LANGUAGES.has(language)) return;
  if (DOT_LANGUAGES.has(language)) { for (const { name } of names) name.separator = "."; }
  const scopes = new ScopeReader(unit, outside);
  let wanted = names.map((name): PartlyQualifiedName => ({ ...name, isInType: false }));
  for (let pass = 0; pass < MAX_PASSES && wanted.length > 0; pass++) {
    wanted.sort((one, other) => one.position - other.position);
    wanted = passOnce(unit, wanted, scopes);
  }
}

/** Gives the declarations of scopes around the names, if those are elsewhere, for another pass. */
function passOnce(
  unit: Unit,
  wanted: readonly PartlyQualifiedName[],
  scopes: ScopeReader,
): PartlyQualifiedName[] {
  const { reader, abbreviations, header, end } = unit;
  const { hasChildren, siblings } = abbreviations;
  const elsewhere: PartlyQualifiedName[] = [];
  /** Where the entries begin that are around the current one. */
  const parents: number[] = [];
  let next = 0;
  reader.position = unit.firstEntry;
  while (reader.position < end && next < wanted.length) {
    const entry = reader.position;
    while (next < wanted.length && wanted[next]!.position === entry) {
      const declared = addScopes(scopes, parents, wanted[next++]!);
      if (declared !== undefined) elsewhere.push(declared);
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

/** Gives the declaration of the outermost scope, if that is only defined here; undefined else. */
function addScopes(
  reader: ScopeReader,
  parents: readonly number[],
  wanted: PartlyQualifiedName,
): PartlyQualifiedName | undefined {
  const { name } = wanted;
  const { scopes } = name;
  let { isInType } = wanted;
  const outermost = Math.max(0, parents.length - MAX_DEPTH);
  for (let depth = parents.length - 1; depth >= outermost; depth--) {
    const scope = reader.scopeAt(parents[depth]!);
    if (scope === undefined || scope.isFunction && !isInType) continue;
    isInType = scope.isType;
    const inner: Text | undefined = scopes[0] ?? name.name;
    if (scopes.length < MAX_DEPTH) scopes.unshift(scope.nameAround(inner));
    if (scope.isQualified) return undefined;
    if (scope.declaration >= 0) return { position: scope.declaration, name, isInType };
  }
  return undefined;
}
