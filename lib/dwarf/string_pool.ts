import { MAX_SHARED, sharedError } from "../bytes/read_strings.ts";
import { isSourceError } from "../errors.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";

/** A string that is wanted; it has its value once the pool it is from was loaded. */
export interface Text {
  /** Empty until it is loaded, and if it cannot be. */
  readonly value: string;
  /** Whether it is not loaded, or cannot be; not there if it needs no loading. */
  readonly isMissing?: boolean;
}

/** A string that is not loaded yet. */
interface WantedText extends Text {
  value: string;
  isMissing: boolean;
}

/**
 * The strings that are wanted from the string sections of a file. They are read together, sorted by
 * where they are, once all are known.
 */
export class StringPool {
  readonly #open: (name: string) => Promise<Section>;
  /** By name of the section, then by offset. */
  readonly #direct = new Map<string, Map<number, WantedText>>();
  /** By offset in `.debug_str_offsets`. */
  readonly #indexed = new Map<number, IndexedText>();

  /**
   * Reads nothing yet.
   *
   * @param open Opens a section of the file, see `DwarfSections.open`.
   */
  constructor(open: (name: string) => Promise<Section>) {
    this.#open = open;
  }

  /**
   * The string at an offset of a section.
   *
   * @param section `.debug_str` or `.debug_line_str`.
   */
  at(section: string, offset: number): Text {
    let texts = this.#direct.get(section);
    if (texts === undefined) this.#direct.set(section, texts = new Map());
    let text = texts.get(offset);
    if (text === undefined) texts.set(offset, text = { value: "", isMissing: true });
    return text;
  }

  /** The string in `.debug_str` whose offset stands at `entryOffset` of `.debug_str_offsets`. */
  indexed(entryOffset: number, is64: boolean): Text {
    let text = this.#indexed.get(entryOffset);
    if (text === undefined) {
      this.#indexed.set(entryOffset, text = { value: "", isMissing: true, is64 });
    }
    return text;
  }

  /** Reads what is wanted and was not read yet. */
  async load(problems: ProblemList): Promise<void> {
    const entries = Float64Array.from(this.#indexed.keys()).sort();
    for (let first = 0; first < entries.length;) {
      const last = endOfRun(entries, first);
      await this.#followRun(entries.subarray(first, last), problems);
      first = last;
    }
    for (const [name, texts] of this.#direct) {
      await problems.attempt(async () => {
        await readInto(texts, await this.#open(name), problems);
      });
    }
    for (const indexed of this.#indexed.values()) {
      indexed.value = indexed.target?.value ?? "";
      indexed.isMissing = indexed.target?.isMissing ?? true;
    }
    this.#direct.clear();
    this.#indexed.clear();
  }

  /** An index that is damaged does not cost the others. */
  async #followRun(entries: Float64Array, problems: ProblemList): Promise<void> {
    try {
      await this.#followIndexes(entries);
    } catch (error) {
      if (!isSourceError(error)) throw error;
      for (let at = 0; at < entries.length; at++) {
        await problems.attempt(() => this.#followIndexes(entries.subarray(at, at + 1)));
      }
    }
  }

  async #followIndexes(entries: Float64Array): Promise<void> {
    const section = await this.#open(".debug_str_offsets");
    const start = entries[0]!;
    const length = entries.at(-1)! - start + MAX_ENTRY;
    await section.parse(start, length, "read where strings are", (reader) => {
      const base = reader.position - start;
      for (const entry of entries) {
        reader.position = base + entry;
        const indexed = this.#indexed.get(entry)!;
        indexed.target = this.at(".debug_str", reader.offset(indexed.is64));
      }
    });
  }
}

/** An offset of 64 bits. */
const MAX_ENTRY = 8;
/** Offsets that are closer together than this are read in one piece. */
const MAX_GAP = 1 << 12;
const MAX_RUN = 1 << 20;

function endOfRun(sorted: Float64Array, first: number): number {
  let last = first + 1;
  while (
    last < sorted.length && sorted[last]! - sorted[last - 1]! <= MAX_GAP &&
    sorted[last]! - sorted[first]! < MAX_RUN
  ) last++;
  return last;
}

interface IndexedText extends WantedText {
  readonly is64: boolean;
  target?: Text | undefined;
}

/** One string that is damaged does not cost the others. */
async function readInto(
  texts: ReadonlyMap<number, WantedText>,
  section: Section,
  problems: ProblemList,
): Promise<void> {
  try {
    const strings = await section.strings(texts.keys());
    for (const [offset, text] of texts) setValue(text, strings.get(offset));
  } catch (error) {
    if (!isSourceError(error)) throw error;
    let room = section.size + MAX_SHARED;
    for (const [offset, text] of texts) {
      await problems.attempt(async () => {
        setValue(text, (await section.strings([offset])).get(offset));
      });
      room -= text.value.length;
      if (room < 0) return problems.add(sharedError(section).message);
    }
  }
}

function setValue(text: WantedText, value: string | undefined): void {
  text.value = value ?? "";
  text.isMissing = value === undefined;
}
