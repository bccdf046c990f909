import { FormatError } from "../errors.ts";
import { chooseWeight } from "./choose_weight.ts";
import type { FormatName } from "./formats.ts";
import type { ReadRecordingOptions } from "./recording.ts";

const WITH_EVENTS: ReadonlySet<FormatName> = new Set(["perf", "bpftrace"]);

/**
 * Checks that what the user chose of a recording is something that its format has.
 *
 * @throws {FormatError} If there is nothing to choose.
 */
export function checkChoices(
  source: string,
  format: FormatName,
  { event, weight }: Pick<ReadRecordingOptions, "event" | "weight">,
): void {
  // Readers of all other formats check it themselves.
  if (format === "folded") chooseWeight(source, weight, ["samples"]);
  if (event === undefined || WITH_EVENTS.has(format)) return;
  const detail = `its format, ${format}, has no events`;
  throw new FormatError({ action: `find the event "${event}"`, source, detail });
}
