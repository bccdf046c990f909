import { type ByteReader, readAll } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import { chooseWeight } from "./choose_weight.ts";
import { addressFrame } from "./heap_text.ts";
import { MapsList } from "./maps_list.ts";
import {
  type PprofLocation,
  type PprofMapping,
  type PprofTables,
  readPprofTables,
} from "./pprof_tables.ts";
import { ProtobufCursor, WIRE_LEN, WIRE_VARINT } from "./protobuf_cursor.ts";
import { parseHexAddress } from "./raw_frame.ts";
import type { ReadRecordingOptions, Recording } from "./recording.ts";
import { RecordingBuilder } from "./recording_builder.ts";

/** In bytes, decompressed. */
const MAX_SIZE = 1 << 30;
const BUILD_ID_REGEXP = /^(?:[0-9a-f]{2}){4,32}$/i;

/**
 * Reads a profile of pprof (proto/profile.proto of github.com/google/pprof). Its mappings are the
 * maps. Addresses without a function are frames to be resolved; who wrote the profile has adjusted
 * them. The others are names already.
 *
 * One type of sample is read, see {@linkcode ReadRecordingOptions.weight}; samples that have nothing
 * of it are left out. The whole profile is in memory.
 *
 * @throws {FormatError} If it is cut or damaged, has more than 1 GiB, or has no sample of the type
 * that is asked for.
 */
export async function readPprof(
  reader: ByteReader,
  options: ReadRecordingOptions = {},
): Promise<Recording> {
  const bytes = await readAll(reader, MAX_SIZE, (count) => options.onProgress?.(reader, count));
  return new PprofReader(bytes, reader.name, options).read();
}

class PprofReader {
  readonly #bytes: Uint8Array;
  readonly #source: string;
  readonly #options: ReadRecordingOptions;
  readonly #tables: PprofTables;
  readonly #builder: RecordingBuilder;
  /** Mappings that share addresses with others: profiles of several processes have them. */
  readonly #overlapping: ReadonlySet<PprofMapping>;
  /** Of each location its frames, leaf first. */
  readonly #frames = new Map<number, readonly number[]>();

  constructor(bytes: Uint8Array, source: string, options: ReadRecordingOptions) {
    this.#bytes = bytes;
    this.#source = source;
    this.#options = options;
    this.#tables = readPprofTables(bytes, source);
    this.#builder = new RecordingBuilder(source, options.merge);
    this.#overlapping = overlappingOf([...this.#tables.mappings.values()]);
  }

  read(): Recording {
    const { sampleTypes, samples, mappings } = this.#tables;
    const { type, notes } = this.#chooseType();
    for (let at = 0; at < samples.length; at += 2) {
      this.#readSample(samples[at]!, samples[at + 1]!, type);
    }
    const maps = new MapsList();
    const buildIds = new Map<string, string>();
    for (const mapping of mappings.values()) {
      const path = this.#text(mapping.path);
      const buildId = this.#text(mapping.buildId);
      if (BUILD_ID_REGEXP.test(buildId)) buildIds.set(path, buildId.toLowerCase());
      if (this.#overlapping.has(mapping)) continue;
      const { start, limit: end, fileOffset } = mapping;
      const device = "00:00";
      const file = path === "//anon" ? "" : path;
      maps.add({ start, end, permissions: "r-xp", fileOffset, device, inode: 0, path: file });
    }
    return this.#builder.recording({
      maps: [{ process: undefined, text: maps.text() }],
      returnAddresses: "none",
      weightType: { name: this.#text(sampleTypes[type]!.type), unit: this.#unitOf(type) },
      buildIds,
      notes,
    });
  }

  /** Which value of each sample is its weight. */
  #chooseType(): { type: number; notes: string[] } {
    const { sampleTypes, defaultSampleType } = this.#tables;
    const names = sampleTypes.map(({ type }) => this.#text(type));
    if (names.length === 0) {
      const detail = "it has no sample types";
      throw new FormatError({ action: "read the samples", source: this.#source, detail });
    }
    const fallback = names.includes(this.#text(defaultSampleType))
      ? this.#text(defaultSampleType)
      : names.at(-1)!;
    const { weight } = this.#options;
    const name = chooseWeight(this.#source, weight ?? fallback, names);
    const others = names.filter((one) => one !== name).map((one) => `"${one}"`).join(", ");
    const note = `Read the weights "${name}" only, not ${others}: --weight NAME chooses`;
    return {
      type: names.indexOf(name),
      notes: weight !== undefined || others === "" ? [] : [note],
    };
  }

  #unitOf(type: number): string {
    return this.#text(this.#tables.sampleTypes[type]!.unit) || "count";
  }

  #readSample(start: number, end: number, type: number): void {
    const cursor = new ProtobufCursor(this.#bytes, this.#source, start, end);
    let seen = 0;
    let weight = NaN;
    while (cursor.next()) {
      if (cursor.field !== 1 && cursor.field !== 2) continue;
      const isLocation = cursor.field === 1;
      // Numbers that are repeated may be packed into one field or not.
      const packed = cursor.wire === WIRE_LEN ? cursor.message() : undefined;
      if (packed === undefined && cursor.wire !== WIRE_VARINT) continue;
      const numbers = packed ?? cursor;
      while (packed === undefined || packed.nextPacked()) {
        if (isLocation) {
          for (const frame of this.#framesOf(numbers.number())) this.#builder.push(frame);
        } else if (seen++ === type) weight = numbers.signed();
        if (packed === undefined) break;
      }
    }
    if (weight === 0) {
      this.#builder.drop();
      return this.#builder.skip();
    }
    const problem = this.#builder.finish(weight);
    if (problem !== "") {
      const sample = this.#tables.samples.indexOf(start) / 2 + 1;
      this.#builder.drop();
      this.#builder.addInvalid(sample, `sample ${sample}: ${weight}`, problem);
    }
  }

  #framesOf(id: number): readonly number[] {
    const known = this.#frames.get(id);
    if (known !== undefined) return known;
    const location = this.#tables.locations.get(id);
    const frames = location === undefined ? [] : this.#makeFrames(location);
    this.#frames.set(id, frames);
    return frames;
  }

  #makeFrames({ mapping: id, address, functions }: PprofLocation): number[] {
    const names = functions.map((one) => this.#text(this.#tables.functions.get(one) ?? 0));
    if (names.some((name) => name !== "")) {
      return names.map((name) => this.#builder.frameAt(name || "[unknown]", { kind: "name" }));
    }
    const mapping = this.#tables.mappings.get(id);
    if (mapping === undefined || !this.#overlapping.has(mapping)) {
      return [addressFrame(this.#builder, address)];
    }
    const fileOffset = parseHexAddress(address) - mapping.start + mapping.fileOffset;
    return [this.#builder.frame(`(${this.#text(mapping.path)}+0x${fileOffset.toString(16)})`)];
  }

  /** Empty if there is no such string. */
  #text(index: number): string {
    const { strings } = this.#tables;
    if (!(2 * index + 1 < strings.length)) return "";
    return new TextDecoder().decode(
      this.#bytes.subarray(strings[2 * index]!, strings[2 * index + 1]!),
    );
  }
}

function overlappingOf(mappings: readonly PprofMapping[]): Set<PprofMapping> {
  const sorted = mappings.filter(({ start, limit }) => start < limit)
    .sort((a, b) => a.start - b.start);
  const overlapping = new Set<PprofMapping>();
  let furthest = sorted[0];
  for (const mapping of sorted.slice(1)) {
    if (mapping.start < furthest!.limit) {
      overlapping.add(mapping);
      overlapping.add(furthest!);
    }
    if (mapping.limit > furthest!.limit) furthest = mapping;
  }
  return overlapping;
}
