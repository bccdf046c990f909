import { moveToAttribute, readStringReference } from "./attribute_values.ts";
import {
  DW_AT_ABSTRACT_ORIGIN,
  DW_AT_DECL_LINE,
  DW_AT_NAME,
  DW_AT_SIGNATURE,
  DW_AT_SPECIFICATION,
  DW_FORM_REF_SIG8,
  DW_TAG_CLASS_TYPE,
  DW_TAG_ENUMERATION_TYPE,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_INTERFACE_TYPE,
  DW_TAG_MODULE,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
  DW_TAG_UNION_TYPE,
} from "./constants.ts";
import { readNumber } from "./forms.ts";
import type { FunctionName } from "./function_name.ts";
import { ClassName, LambdaName } from "./lambda_name.ts";
import { type EntryReference, positionIn, readReference } from "./references.ts";
import type { Text } from "./string_pool.ts";
import type { Unit } from "./unit.ts";

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
/** A chain of references that is longer has a loop. */
const MAX_REFERENCES = 16;

/** What knows names that a unit only refers to. */
export interface OutsideNames {
  /** Gives the name of a function that another unit declares, with all that is around it. */
  functionAt(reference: EntryReference): FunctionName;
  /** Gives the name of a type that another unit declares, with all that is around it. */
  typeAt(reference: EntryReference): FunctionName;
  /** Gives the name of a type, and nothing of what is around it. */
  plainTypeAt(reference: EntryReference): FunctionName;
}

/** A namespace, a type, or a function that a type is local to. */
export interface Scope {
  readonly isType: boolean;
  readonly isFunction: boolean;
  /** Whether its name has the names of the scopes around it already. */
  readonly isQualified: boolean;
  /** Where it is declared: bytes from the start of the unit, if it is only defined here; -1 else. */
  readonly declaration: number;
  /**
   * What it is called before the name of what is directly in it.
   *
   * @param inner That name.
   */
  nameAround(inner: Text | undefined): Text;
}

/** Reads scopes of a unit, each once: many functions are in the same. */
export class ScopeReader {
  readonly #unit: Unit;
  readonly #outside: OutsideNames;
  readonly #known = new Map<number, Scope | undefined>();

  /** Reads nothing yet. */
  constructor(unit: Unit, outside: OutsideNames) {
    this.#unit = unit;
    this.#outside = outside;
  }

  /**
   * The scope whose entry begins at a position: bytes from the start of the unit; undefined if that
   * is none. The reader of the unit may stand anywhere then.
   *
   * @throws {Defect | RangeError} If the entry is malformed.
   */
  scopeAt(position: number): Scope | undefined {
    if (this.#known.has(position)) return this.#known.get(position);
    const scope = this.#read(position);
    this.#known.set(position, scope);
    return scope;
  }

  #read(position: number): Scope | undefined {
    const unit = this.#unit;
    const tag = unit.abbreviations.tags[indexAt(unit, position)]!;
    if (tag === DW_TAG_SUBPROGRAM || tag === DW_TAG_INLINED_SUBROUTINE) {
      return readFunction(unit, position, this.#outside);
    }
    const unnamed = UNNAMED.get(tag);
    if (unnamed === undefined) return undefined;
    const reference = referenceOf(unit, position, DW_AT_SPECIFICATION);
    const declaration = reference === undefined ? -1 : positionIn(unit, reference);
    const name = nameOf(unit, position) ??
      (declaration >= 0 ? nameOf(unit, declaration) : undefined) ??
      this.#typeName(position, unnamed);
    const isType = tag !== DW_TAG_NAMESPACE && tag !== DW_TAG_MODULE;
    if (isType && reference !== undefined && declaration < 0) {
      const here = name ?? { value: unnamed };
      const read = () => this.#outside.typeAt(reference);
      return { isType, isFunction: false, ...elsewhere(read, here) };
    }
    const isClass = tag === DW_TAG_CLASS_TYPE || tag === DW_TAG_STRUCTURE_TYPE;
    const fixed = { isType, isFunction: false, isQualified: false, declaration };
    if (!isClass) return { ...fixed, nameAround: always(name ?? { value: unnamed }) };
    const line = lineOf(unit, position);
    if (name !== undefined) return { ...fixed, nameAround: always(new ClassName(name, line)) };
    return { ...fixed, nameAround: (inner) => new LambdaName(unnamed, inner, line) };
  }

  /** The name of a type that is in a unit of its own. */
  #typeName(position: number, unnamed: string): Text | undefined {
    const { form } = moveToNamed(this.#unit, position, DW_AT_SIGNATURE);
    if (form !== DW_FORM_REF_SIG8) return undefined;
    const type = this.#outside.plainTypeAt(readReference(this.#unit, form));
    return new OutsideName(type, { value: unnamed });
  }
}

/**
 * A function, by the name of what it is an instance of, or of what declares it; undefined if it has
 * none.
 */
function readFunction(
  unit: Unit,
  position: number,
  outside: OutsideNames,
): Scope | undefined {
  const fixed = { isType: false, isFunction: true };
  let name = nameOf(unit, position);
  let declaration = -1;
  let at = position;
  for (let hops = 0; hops < MAX_REFERENCES; hops++) {
    const reference = referenceOf(unit, at, DW_AT_ABSTRACT_ORIGIN, DW_AT_SPECIFICATION);
    if (reference === undefined) break;
    at = positionIn(unit, reference);
    if (at < 0) return { ...fixed, ...elsewhere(() => outside.functionAt(reference), name) };
    declaration = at;
    name = nameOf(unit, at) ?? name;
  }
  if (name === undefined) return undefined;
  return { ...fixed, isQualified: false, declaration, nameAround: always(name) };
}

/** What is declared in another unit; that is read only if it is asked for. */
function elsewhere(
  read: () => FunctionName,
  here: Text | undefined,
): Pick<Scope, "isQualified" | "declaration" | "nameAround"> {
  let name: Text | undefined;
  return {
    isQualified: true,
    declaration: -1,
    nameAround: () => name ??= new OutsideName(read(), here),
  };
}

/** The name of a function or type that another unit declares. */
class OutsideName implements Text {
  readonly #name: FunctionName;
  readonly #here: Text | undefined;
  #isAsked = false;

  constructor(name: FunctionName, here: Text | undefined) {
    this.#name = name;
    this.#here = here;
  }

  /** The name, or that which is here; where scopes are said to be in each other, it ends. */
  get value(): string {
    if (this.#isAsked) return "";
    this.#isAsked = true;
    const { qualified } = this.#name;
    this.#isAsked = false;
    return qualified || (this.#here?.value ?? "");
  }

  /** Whether the other unit did not say it, or not all of it. */
  get isMissing(): boolean {
    if (this.#isAsked) return false;
    this.#isAsked = true;
    const isMissing = this.#name.qualified === "" || this.#name.isMissing;
    this.#isAsked = false;
    return isMissing;
  }
}

function always(name: Text): () => Text {
  return () => name;
}

/** The index of the abbreviation of an entry; the reader stands at its attributes then. */
function indexAt({ reader, abbreviations }: Unit, position: number): number {
  reader.position = position;
  return abbreviations.indexOf(reader.uleb());
}

function nameOf(unit: Unit, position: number): Text | undefined {
  const { form } = moveToNamed(unit, position, DW_AT_NAME);
  if (form < 0) return undefined;
  return unit.textOf(readStringReference(unit.reader, form, unit.header.is64));
}

function lineOf(unit: Unit, position: number): number {
  const { form, implicit } = moveToNamed(unit, position, DW_AT_DECL_LINE);
  return form < 0 ? 0 : readNumber(unit.reader, form, implicit, unit.header.is64);
}

function referenceOf(
  unit: Unit,
  position: number,
  ...attributes: readonly number[]
): EntryReference | undefined {
  const { form } = moveToNamed(unit, position, ...attributes);
  return form < 0 ? undefined : readReference(unit, form);
}

const ABSENT = { form: -1, implicit: 0 };

/** Moves the reader to the first of some attributes of an entry; the form is -1 if it has none. */
function moveToNamed(
  unit: Unit,
  position: number,
  ...attributes: readonly number[]
): { form: number; implicit: number } {
  const { reader, abbreviations, header } = unit;
  const index = indexAt(unit, position);
  const start = reader.position;
  const last = abbreviations.firstAttribute[index + 1]!;
  for (let at = abbreviations.firstAttribute[index]!; at < last; at++) {
    if (!attributes.includes(abbreviations.names[at]!)) continue;
    const form = moveToAttribute(reader, abbreviations, index, header, start, at);
    return { form, implicit: abbreviations.constants[at]! };
  }
  return ABSENT;
}
