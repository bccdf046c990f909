import { FormatError } from "../errors.ts";

/**
 * Why a recording has no stacks of the event, or map, that the user asked for; undefined if nothing
 * else is there either.
 *
 * @param others Those that it has.
 */
export function missingEvent(
  source: string,
  event: string,
  others: ReadonlySet<string>,
): FormatError | undefined {
  if (others.size === 0) return undefined;
  const detail = `there is ${[...others].join(", ")}`;
  return new FormatError({ action: `find the event "${event}"`, source, detail });
}
