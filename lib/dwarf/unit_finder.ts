import { hex, isSourceError } from "../errors.ts";
import { type DamagedUnit, findUnitBehind } from "./find_next_unit.ts";
import type { Section } from "./section.ts";
import { readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";

const ACTION = "find the unit that is referred to";

/** Finds the unit that holds a place in a section. */
export class UnitFinder {
  readonly #info: Section;
  #starts: readonly number[] | undefined;

  /** @param starts Where units begin, ascending, if that is known already. */
  constructor(info: Section, starts?: readonly number[]) {
    this.#info = info;
    this.#starts = starts;
  }

  /**
   * The header of the unit that a place is in.
   *
   * @param infoOffset Bytes from the start of the section.
   * @throws {FormatError} If there is none.
   */
  async find(infoOffset: number): Promise<UnitHeader> {
    const starts = this.#starts ??= await this.#readStarts();
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= infoOffset) low = middle + 1;
      else high = middle;
    }
    const header = low > 0 ? await readUnitHeader(this.#info, starts[low - 1]!) : undefined;
    if (header !== undefined && infoOffset < header.end) return header;
    throw this.#info.error(infoOffset, ACTION, `no unit holds ${hex(infoOffset)}`);
  }

  async #readStarts(): Promise<number[]> {
    const starts: number[] = [];
    for (let start = 0; start >= 0 && start < this.#info.size;) {
      try {
        const { end } = await readUnitHeader(this.#info, start);
        starts.push(start);
        start = end;
      } catch (error) {
        if (!isSourceError(error)) throw error;
        // Whoever wants something of the damaged unit is told so; it does not hide the others.
        start = await this.#nextStart({ start, previous: starts.at(-1) ?? -1 });
      }
    }
    return starts;
  }

  async #nextStart(damaged: DamagedUnit): Promise<number> {
    try {
      return await findUnitBehind(this.#info, damaged);
    } catch (error) {
      if (!isSourceError(error)) throw error;
      return -1;
    }
  }
}
