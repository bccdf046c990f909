import type { DwarfSections } from "./dwarf_sections.ts";
import { FunctionName } from "./function_name.ts";
import type { EntryReference } from "./references.ts";

/** What names are wanted for, and how. */
export interface NameKind {
  /** Whether they are those of types, and not of functions. */
  readonly isOfTypes: boolean;
  /** Whether they are wanted as they are written, even if there is a linkage name. */
  readonly isWritten: boolean;
  /** Whether what is around them is wanted, too. */
  readonly isQualified: boolean;
}

/** Names of one kind, each of one entry; by file, then by what refers to the entry. */
export class KnownNames {
  /** What they are wanted for. */
  readonly kind: NameKind;
  readonly #names = new Map<DwarfSections, Map<number | bigint, FunctionName>>();
  readonly #namesInTypes = new Map<DwarfSections, Map<number | bigint, FunctionName>>();

  /** Knows none yet. */
  constructor(kind: NameKind) {
    this.kind = kind;
  }

  /** The name of the entry that is referred to; undefined if it is not known yet. */
  find(reference: EntryReference): FunctionName | undefined {
    return this.#of(reference).get(reference.signature ?? reference.infoOffset);
  }

  /** Makes a name of an entry that has none yet; there is nothing in it. */
  add(reference: EntryReference): FunctionName {
    const name = new FunctionName();
    this.#of(reference).set(reference.signature ?? reference.infoOffset, name);
    return name;
  }

  #of({ sections, isInTypes = false }: EntryReference): Map<number | bigint, FunctionName> {
    const files = isInTypes ? this.#namesInTypes : this.#names;
    let names = files.get(sections);
    if (names === undefined) files.set(sections, names = new Map());
    return names;
  }
}

/** An entry whose name is wanted, in a unit that was not read for it yet. */
export interface Wanted {
  /** Gets what the entry says. */
  readonly name: FunctionName;
  /** Where the names of those that it refers to are kept. */
  readonly known: KnownNames;
}

/** The same, at a place. */
export interface WantedPlace extends Wanted {
  /** Bytes from the start of `.debug_info`. */
  readonly infoOffset: number;
}

/** Entries of a file whose names are wanted. */
export class WantedEntries {
  /** In no order. */
  readonly places: WantedPlace[] = [];
  /** By signature: types that are in units of their own. */
  readonly types = new Map<bigint, Wanted[]>();

  /** Adds an entry of the file. */
  add({ infoOffset, signature }: EntryReference, name: FunctionName, known: KnownNames): void {
    if (signature === undefined) {
      this.places.push({ infoOffset, name, known });
      return;
    }
    const wanted = this.types.get(signature);
    if (wanted !== undefined) wanted.push({ name, known });
    else this.types.set(signature, [{ name, known }]);
  }
}
