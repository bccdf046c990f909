import { type Profile, SAMPLES } from "../profile/mod.ts";

/** What has to be known to spell the weights of a profile. */
export type WeightScale = Pick<Profile, "decimals" | "weightType">;

/**
 * Spells a weight for people: bytes as `1.50 KiB`, times as `12.3 ms`, everything else as the plain
 * number, without a unit. Bytes and times have three digits, or all that they have below 1024 bytes.
 *
 * @param weight As the profile has it: a whole number, see `Profile.decimals`. May be below 0.
 */
export function spellWeight(weight: number, { decimals, weightType }: WeightScale): string {
  const ladder = LADDERS.get((weightType ?? SAMPLES).unit);
  if (ladder === undefined) return spellDigits(weight, { decimals });
  const { step, units } = ladder;
  let value = Math.abs(weight) / 10 ** decimals * ladder.one;
  if (value === 0) return `0 ${units[0]}`;
  let unit = 0;
  // What would be rounded up to the next unit is spelled in that.
  while (unit < units.length - 1 && Number(threeDigits(value)) >= step) {
    value /= step;
    unit++;
  }
  const isExact = unit === 0 && Number.isInteger(value);
  return `${weight < 0 ? "-" : ""}${isExact ? value : threeDigits(value)} ${units[unit]}`;
}

/** Spells a weight with what it counts: `46781 samples`, `1.50 KiB`. */
export function spellWeightAndUnit(weight: number, scale: WeightScale): string {
  const isOne = weight === 1 && scale.decimals === 0;
  const unit = isOne ? countedUnit(scale).replace(/^samples$/, "sample") : countedUnit(scale);
  return unit === "" ? spellWeight(weight, scale) : `${spellWeight(weight, scale)} ${unit}`;
}

/** Spells what is more or less than before, always with its sign: `+12.3 ms`, `-5`, `+0`. */
export function spellChange(change: number, scale: WeightScale): string {
  return `${change < 0 ? "" : "+"}${spellWeight(change, scale)}`;
}

/** Spells a change in per cent of what was before, always with its sign; of nothing it is `-`. */
export function spellGrowth(before: number, after: number): string {
  const share = spellShare(after - before, before);
  return share.startsWith("-") ? share : `+${share}`;
}

/** Spells a part of a whole as `12.3 %`; of nothing it is `-`. May be below 0. */
export function spellShare(part: number, whole: number): string {
  if (whole === 0) return "-";
  const share = (100 * part / whole).toFixed(1);
  return `${share === "-0.0" ? "0.0" : share} %`;
}

/** Spells a weight with all its digits, in the unit of the profile, which it does not name. */
export function spellDigits(weight: number, { decimals }: Pick<WeightScale, "decimals">): string {
  if (decimals === 0) return String(weight);
  const digits = String(Math.abs(weight)).padStart(decimals + 1, "0");
  return `${weight < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

interface UnitLadder {
  /** How many of the first unit one of the profile's is. */
  readonly one: number;
  /** How many of each unit the next one is. */
  readonly step: number;
  readonly units: readonly string[];
}

const TIMES = { step: 1000, units: ["ns", "µs", "ms", "s"] };
/** By the unit of a profile. */
const LADDERS: ReadonlyMap<string, UnitLadder> = new Map([
  ["bytes", { one: 1, step: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] }],
  ["nanoseconds", { one: 1, ...TIMES }],
  ["microseconds", { one: 1e3, ...TIMES }],
  ["milliseconds", { one: 1e6, ...TIMES }],
  ["seconds", { one: 1e9, ...TIMES }],
]);

/** What plain numbers count; empty if the number has its unit. */
function countedUnit({ weightType = SAMPLES }: WeightScale): string {
  const { name, unit } = weightType;
  if (LADDERS.has(unit)) return "";
  return unit === "count" ? name : unit;
}

function threeDigits(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}
