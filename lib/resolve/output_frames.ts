import { type FrameDetail, type FrameLocation, FrameTable } from "../profile/mod.ts";
import type { Demangler, FoundFunction, InlinedFunction } from "../symbols/mod.ts";
import type { FrameDescriber } from "./describe_frame.ts";
import { EXACT, type FrameRole } from "./frame_roles.ts";
import type { Place } from "./place.ts";
import { spellFrame, spellInlined, type SpellOptions } from "./spell_frame.ts";

/**
 * The frames of the output: what each key of `resolve` becomes, which is more than one frame where
 * functions are inlined.
 */
export class OutputFrames {
  /** Their texts. */
  readonly table = new FrameTable();
  /** What is known of each besides; undefined if that was not asked for. */
  readonly details: FrameDetail[] | undefined;
  /** The frames of all keys, one after the other, outermost first. */
  readonly numbers: number[] = [];
  /** Of each key where its frames begin in {@linkcode numbers}; the next key's begin behind them. */
  readonly starts: number[] = [0];
  /**
   * Of each key how often the recorder wrote it for one call: as often as debug information has its
   * function in succession from the outermost, unless the recorder made one frame of them itself.
   */
  readonly copies: number[] = [];
  readonly #spell: Demangler;
  readonly #options: SpellOptions;
  readonly #describer: FrameDescriber | undefined;
  readonly #inlines: boolean;
  readonly #inlinedNumbers = new Map<InlinedFunction, number>();
  #isExpanding = false;

  /**
   * @param describer Undefined if frames shall be told apart by their text only.
   * @param inlines Whether functions that are inlined are frames of their own.
   */
  constructor(
    spell: Demangler,
    options: SpellOptions,
    describer: FrameDescriber | undefined,
    inlines = true,
  ) {
    this.#spell = remembering(spell);
    this.#options = options;
    this.#describer = describer;
    this.#inlines = inlines;
    this.details = describer && [];
  }

  /**
   * Adds the frames of the next key.
   *
   * @param text Gives the frame as the recording had it.
   * @param found Its function; undefined if that is not known.
   * @param role Whether its address is that behind a call.
   */
  add(
    text: () => string,
    location: FrameLocation,
    place: Place,
    found: FoundFunction | undefined,
    role: FrameRole = EXACT,
  ): void {
    const spelled = found && {
      name: this.#spell(found.name),
      start: found.start,
      position: found.position,
    };
    const outer = this.#describer?.describe(location, place, found, role);
    this.#push(spellFrame(text, location, place, spelled, this.#options), outer);
    let copies = 1;
    const isMerged = location.kind === "address" && location.inlined !== undefined;
    for (const [at, inlined] of inlinedAt(location, found).entries()) {
      const isCopy = !isMerged && copies === at + 1 &&
        this.#spell(inlined.name) === spelled?.name;
      if (isCopy) copies++;
      if (!this.#inlines) continue;
      this.#isExpanding = true;
      const detail = outer && this.#describer?.describeInlined(outer, inlined);
      if (detail === undefined) this.numbers.push(this.#numberOf(inlined, place));
      else this.#push(this.#spellInlined(inlined, place), detail);
    }
    this.copies.push(copies);
    this.starts.push(this.numbers.length);
  }

  /** Whether a key has become more than one frame. */
  get isExpanding(): boolean {
    return this.#isExpanding;
  }

  /** Adds a key that is in no stack. */
  addUnused(): void {
    this.copies.push(0);
    this.starts.push(this.numbers.length);
  }

  /** Many keys share a function that is inlined somewhere. */
  #numberOf(inlined: InlinedFunction, place: Place): number {
    let number = this.#inlinedNumbers.get(inlined);
    if (number === undefined) {
      number = this.table.internText(this.#spellInlined(inlined, place));
      this.#inlinedNumbers.set(inlined, number);
    }
    return number;
  }

  #spellInlined({ name, position }: InlinedFunction, place: Place): string {
    return spellInlined({ name: this.#spell(name), position }, place, this.#options);
  }

  #push(text: string, detail: FrameDetail | undefined): void {
    if (detail !== undefined) this.details?.push(detail);
    this.numbers.push(detail === undefined ? this.table.internText(text) : this.table.append(text));
  }
}

/** What debug information says is inlined there, or else what the recorder found in its own. */
function inlinedAt(
  location: FrameLocation,
  found: FoundFunction | undefined,
): readonly InlinedFunction[] {
  if (found?.inlined?.length) return found.inlined;
  if (location.kind !== "address") return [];
  return location.inlined?.map((name) => ({ name, position: undefined })) ?? [];
}

/** A function has many addresses, and spelling its name takes longer than looking it up. */
function remembering(spell: Demangler): Demangler {
  const known = new Map<string, string>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const spelled = spell(name);
    known.set(name, spelled);
    return spelled;
  };
}
