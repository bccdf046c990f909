import type { ProfileInput, SampleInput } from "pprof-format";
import { gzipChunks } from "../bytes/mod.ts";
import { type Profile, SAMPLES } from "../profile/mod.ts";
import type { WriteOptions } from "./profile_writer.ts";
import { NONE, type PlacedFrames, placedFramesOf } from "./placed_frames.ts";
import { PprofTables } from "./pprof_tables.ts";
import { weightsOfStacks } from "./stack_weights.ts";

/**
 * Writes a profile for pprof (proto/profile.proto of github.com/google/pprof), compressed with gzip
 * as pprof wants it. Addresses are those of the process, one less for what is behind a call; inlined
 * functions are lines of the location that they are part of. Mappings with a name say that they are
 * symbolized, so that pprof leaves them alone; frames without a name are addresses that another tool
 * may still name. Nothing in the file depends on when or where it was written.
 *
 * A differential profile is what `pprof -diff_base` makes: besides its samples those of the base,
 * with negative values and the label `pprof::base`.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export async function* writePprof(
  profile: Profile,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array> {
  yield* gzipChunks(messages(profile, options));
}

/** So many samples, locations or functions are encoded at once. */
const BATCH = 1 << 12;

/** The file in pieces: protobuf has repeated fields wherever they stand. */
async function* messages(
  profile: Profile,
  { title = "symfold", exporter = "symfold" }: WriteOptions,
): AsyncGenerator<Uint8Array> {
  const pprof = await import("pprof-format");
  const strings = new pprof.StringTable();
  const text = (value: string) => strings.dedup(value);
  const encode = (fields: ProfileInput): Uint8Array => {
    const stringTable = new pprof.StringTable(pprof.emptyTableToken);
    return new pprof.Profile({ stringTable, ...fields }).encode();
  };
  const { name, unit } = profile.weightType ?? SAMPLES;
  const type = { type: text(name), unit: text(scaledUnit(unit, profile.decimals)) };
  yield encode({ sampleType: [type], comment: [text(exporter), text(title)] });
  const placed = placedFramesOf(profile);
  const tables = new PprofTables(profile, placed, text);
  const samples = samplesOf(profile, placed, tables, text);
  for (const sample of batches(samples)) yield encode({ sample });
  yield encode({ mapping: tables.mappings() });
  for (const location of batches(tables.locations)) yield encode({ location });
  for (const of of batches(tables.functions)) yield encode({ function: of });
  yield encode({ stringTable: strings });
}

function* batches<Item>(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const BASE_LABEL = "pprof::base";

function* samplesOf(
  profile: Profile,
  placed: PlacedFrames,
  tables: PprofTables,
  text: (value: string) => number,
): Generator<SampleInput> {
  const { weights, bases } = weightsOfStacks(profile);
  for (let stack = 0; stack < profile.stacks.size; stack++) {
    const weight = weights[stack]!;
    const base = bases?.[stack] ?? 0;
    if (!(weight > 0 || base > 0)) continue;
    const locationId = locationsOf(stack, profile, placed, tables);
    if (weight > 0) yield { locationId, value: [weight] };
    if (base > 0) {
      const label = [{ key: text(BASE_LABEL), str: text("true") }];
      yield { locationId, value: [-base], label };
    }
  }
}

/** Leaf first, each with all that is inlined in it. */
function locationsOf(
  stack: number,
  { stacks }: Profile,
  { ofStacks, outerOf }: PlacedFrames,
  tables: PprofTables,
): number[] {
  const ids: number[] = [];
  const start = stacks.startOf(stack);
  for (let at = stacks.endOf(stack) - 1; at >= start; at--) {
    ids.push(tables.locationOf(ofStacks[at]!));
    while (outerOf[ofStacks[at]!] !== NONE) at--;
  }
  return ids;
}

const TIME_UNITS = ["seconds", "milliseconds", "microseconds", "nanoseconds"];

/**
 * Values are whole numbers. Where weights have decimals, their unit becomes a smaller one: that of
 * `1.500` seconds is milliseconds, that of `1.50` is `count/100`.
 */
function scaledUnit(unit: string, decimals: number): string {
  if (decimals === 0) return unit;
  const smaller = TIME_UNITS.indexOf(unit) + decimals / 3;
  return TIME_UNITS.includes(unit) && TIME_UNITS[smaller] !== undefined
    ? TIME_UNITS[smaller]
    : `${unit}/${10 ** decimals}`;
}
