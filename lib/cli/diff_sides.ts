import type { OptionRow } from "./option_row.ts";

/** What `symfold diff` calls its two recordings, in their order. */
export const SIDES = ["before", "after"] as const;
/** One of them. */
export type Side = typeof SIDES[number];

/**
 * The rows that an option has besides its own if it may be given for each side: `--before-NAME` and
 * `--after-NAME`, which hold in place of `--NAME`.
 */
export function sideRows(row: OptionRow): OptionRow[] {
  if (row.perSide !== true) return [];
  const { name, value = "", choices, repeatable = false, heading = "" } = row;
  return SIDES.map((side) => ({
    name: `${side}-${name}`,
    value,
    repeatable,
    heading,
    sideOf: name,
    help: `in place of --${name}, for ${side.toUpperCase()}`,
    commands: ["diff"],
    ...choices && { choices, otherwise: `that of --${name}` },
  }));
}

/** The values of options as they hold for one side, under the names that both have. */
export function valuesOfSide<V extends Readonly<Record<string, unknown>>>(
  rows: readonly OptionRow[],
  values: V,
  side: Side,
): V {
  const own = rows.filter(({ perSide }) => perSide === true).flatMap(({ name }) => {
    const given = values[`${side}-${name}`] as readonly string[];
    return given.length === 0 ? [] : [[name, given] as const];
  });
  return { ...values, ...Object.fromEntries(own) };
}
