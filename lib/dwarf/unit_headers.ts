import { findUnitBehind } from "./find_next_unit.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";
import { readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";

const ACTION = "find the units behind a damaged one";

/**
 * The headers of the units of a section, in its order. A unit whose header is damaged is a problem,
 * and does not hide those behind it if one can tell where they are; if not, that is one, too.
 *
 * @param info `.debug_info`, or `.debug_types`.
 * @param isInTypes Whether it is the second.
 */
export async function* readUnitHeaders(
  info: Section,
  isInTypes: boolean,
  problems: ProblemList,
): AsyncGenerator<UnitHeader> {
  let previous = -1;
  for (let start = 0; start >= 0 && start < info.size;) {
    const header = await problems.attempt(() => readUnitHeader(info, start, isInTypes));
    if (header !== undefined) {
      yield header;
      previous = start;
      start = header.end;
      continue;
    }
    const damaged = start;
    start = await problems.attempt(async () => {
      const next = await findUnitBehind(info, { start: damaged, previous, isInTypes });
      if (next < 0) throw info.error(damaged, ACTION, "there is nothing that looks like one");
      return next;
    }) ?? -1;
  }
}
