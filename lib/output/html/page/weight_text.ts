import type { PageData } from "../page_data.ts";

type WeightUnit = PageData["weight"];

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 9 });
const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const TIME_UNITS = ["ns", "µs", "ms", "s"] as const;

/** A weight as people read it: `1,234 samples`, `1.25 MiB`, `3.20 s`. */
export function weightText(weight: number, unit: WeightUnit): string {
  const value = weight / 10 ** unit.decimals;
  if (unit.unit === "bytes") return scaledText(value, 1024, BYTE_UNITS);
  if (unit.unit === "nanoseconds") return scaledText(value, 1000, TIME_UNITS);
  const word = unit.unit === "count" ? unit.name : unit.unit;
  return countText(value, word);
}

/** A number of things: `1 sample`, `1,234 samples`. */
export function countText(count: number, plural: string): string {
  return `${GROUPED.format(count)} ${count === 1 ? plural.replace(/s$/, "") : plural}`;
}

/** A weight to the last digit, without what it counts. */
export function exactText(weight: number, { decimals }: WeightUnit): string {
  return GROUPED.format(weight / 10 ** decimals);
}

/** A weight where there is little room: without the word where that is what a page counts anyway. */
export function shortText(weight: number, unit: WeightUnit): string {
  const isScaled = unit.unit === "bytes" || unit.unit === "nanoseconds";
  return isScaled ? weightText(weight, unit) : exactText(weight, unit);
}

/** A change with its sign: `+12`, `-1.25 MiB`, `±0`. */
export function changeText(change: number, unit: WeightUnit): string {
  if (change === 0) return "±0";
  return `${change > 0 ? "+" : "−"}${shortText(Math.abs(change), unit)}`;
}

/** A part of a whole in per cent; `-` if the whole is nothing. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return "-";
  if (part === 0) return "0 %";
  const percent = 100 * part / whole;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${percent.toFixed(percent < 10 ? 2 : 1)} %`;
}

/** A change in per cent of what was before; `new` if nothing was, `gone` if nothing is. */
export function growthText(before: number, after: number): string {
  if (before === after) return "±0 %";
  if (before === 0) return "new";
  if (after === 0) return "gone";
  const percent = 100 * (after - before) / before;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent > 0 ? "+" : "−"}${GROUPED.format(Number(Math.abs(percent).toFixed(digits)))} %`;
}

function scaledText(value: number, step: number, units: readonly string[]): string {
  let at = 0;
  let scaled = value;
  for (; Math.abs(scaled) >= step && at < units.length - 1; at++) scaled /= step;
  const digits = at === 0 ? 0 : scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${at === 0 ? GROUPED.format(scaled) : GROUPED.format(Number(scaled.toFixed(digits)))} ${
    units[at]
  }`;
}
