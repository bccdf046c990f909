import { type FrameDetail, type FrameLocation, FrameTable } from "../profile/mod.ts";
import type { Demangler, FoundFunction } from "../symbols/mod.ts";
import type { FrameDescriber } from "./describe_frame.ts";
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
  readonly #spell: Demangler;
  readonly #options: SpellOptions;
  readonly #describer: FrameDescriber | undefined;
  /** Strings are found sooner than their bytes, and names of templates are long. */
  readonly #known = new Map<string, number>();
  #isExpanding = false;

  /** @param describer Undefined if frames shall be told apart by their text only. */
  constructor(spell: Demangler, options: SpellOptions, describer: FrameDescriber | undefined) {
    this.#spell = remembering(spell);
    this.#options = options;
    this.#describer = describer;
    this.details = describer && [];
  }

  /**
   * Adds the frames of the next key.
   *
   * @param text The frame as the recording had it.
   * @param found Its function; undefined if that is not known.
   */
  add(
    text: string,
    location: FrameLocation,
    place: Place,
    found: FoundFunction | undefined,
  ): void {
    const spelled = found && { ...found, name: this.#spell(found.name) };
    const outer = this.#describer?.describe(location, place, found);
    this.#push(spellFrame(text, location, place, spelled, this.#options), outer);
    for (const inlined of found?.inlined ?? []) {
      this.#isExpanding = true;
      const name = this.#spell(inlined.name);
      this.#push(
        spellInlined({ ...inlined, name }, place, this.#options),
        outer && this.#describer?.describeInlined(outer, inlined),
      );
    }
    this.starts.push(this.numbers.length);
  }

  /** Whether a key has become more than one frame. */
  get isExpanding(): boolean {
    return this.#isExpanding;
  }

  /** Adds a key that is in no stack. */
  addUnused(): void {
    this.starts.push(this.numbers.length);
  }

  #push(text: string, detail: FrameDetail | undefined): void {
    if (detail !== undefined) {
      this.details?.push(detail);
      this.numbers.push(this.table.append(text));
      return;
    }
    let number = this.#known.get(text);
    if (number === undefined) this.#known.set(text, number = this.table.append(text));
    this.numbers.push(number);
  }
}

/** A function has many addresses, and spelling its name takes longer than looking it up. */
function remembering(spell: Demangler): Demangler {
  const known = new Map<string, string>();
  return (name) => {
    let spelled = known.get(name);
    if (spelled === undefined) known.set(name, spelled = spell(name));
    return spelled;
  };
}
