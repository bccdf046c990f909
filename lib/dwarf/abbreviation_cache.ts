import { type Abbreviations, parseAbbreviations } from "./abbreviations.ts";
import type { Section } from "./section.ts";
import type { UnitHeader } from "./unit_header.ts";

/** A table takes up to some KiB, and units that share one follow each other. */
const MAX_TABLES = 8;
const TABLE_GUESS = 1 << 14;
const FIRST_GUESS = 1 << 8;
const ACTION = "read the abbreviations";

/** Reads tables of abbreviations, and keeps the last few of a file. */
export class AbbreviationCache {
  #section: Section | undefined;
  readonly #tables = new Map<string, Abbreviations>();
  #latestKey = "";
  #latest: Abbreviations | undefined;

  /**
   * The table of a unit.
   *
   * @param offset Where it begins: bytes from the start of the section.
   * @throws {FormatError} If it does not lie inside the section, or is malformed.
   */
  async whole(section: Section, offset: number, header: UnitHeader): Promise<Abbreviations> {
    this.#use(section);
    const key = keyOf(offset, header);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = await section.parse(
      offset,
      TABLE_GUESS,
      ACTION,
      (reader) => parseAbbreviations(reader, header),
    );
    if (this.#tables.size >= MAX_TABLES) this.#tables.clear();
    this.#tables.set(key, table);
    return table;
  }

  /**
   * As much of the table of a unit as is needed for one code; that is most often the first one.
   *
   * @throws {FormatError} As {@linkcode whole} does.
   */
  async upTo(
    section: Section,
    offset: number,
    header: UnitHeader,
    code: number,
  ): Promise<Abbreviations> {
    this.#use(section);
    const key = `${keyOf(offset, header)} ${code}`;
    if (this.#latest !== undefined && key === this.#latestKey) return this.#latest;
    this.#latest = await section.parse(
      offset,
      FIRST_GUESS,
      ACTION,
      (reader) => parseAbbreviations(reader, header, code),
    );
    this.#latestKey = key;
    return this.#latest;
  }

  #use(section: Section): void {
    if (section === this.#section) return;
    this.#section = section;
    this.#tables.clear();
    this.#latest = undefined;
  }
}

/** Tables are laid out for the sizes of the unit, too. */
function keyOf(offset: number, { version, is64, addressSize }: UnitHeader): string {
  return `${offset} ${version === 2} ${is64} ${addressSize}`;
}
