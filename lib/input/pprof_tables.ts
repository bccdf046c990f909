import { parseHexAddress } from "./raw_frame.ts";
import { ProtobufCursor, WIRE_LEN, WIRE_VARINT } from "./protobuf_cursor.ts";

// Field numbers of proto/profile.proto of github.com/google/pprof.
const PROFILE_SAMPLE_TYPE = 1;
const PROFILE_SAMPLE = 2;
const PROFILE_MAPPING = 3;
const PROFILE_LOCATION = 4;
const PROFILE_FUNCTION = 5;
const PROFILE_STRING_TABLE = 6;
const PROFILE_DEFAULT_SAMPLE_TYPE = 14;

/** A mapping of the process, or of one of several. */
export interface PprofMapping {
  /** The address of its first byte. */
  readonly start: number;
  /** The address behind it. */
  readonly limit: number;
  /** Bytes from the start of the file. */
  readonly fileOffset: number;
  /** Of the string table. */
  readonly path: number;
  /** Of the string table. */
  readonly buildId: number;
}

/** An address of the program. */
export interface PprofLocation {
  /** The id of its mapping; 0 if there is none. */
  readonly mapping: number;
  /** Hexadecimal. */
  readonly address: string;
  /** The ids of its functions, the innermost inlined one first; empty if it was not named. */
  readonly functions: readonly number[];
}

/** What a value counts, both of the string table. */
export interface PprofValueType {
  readonly type: number;
  readonly unit: number;
}

/** What samples refer to, by ids, and where the samples are. */
export interface PprofTables {
  /** What the values of each sample are. */
  readonly sampleTypes: readonly PprofValueType[];
  /** Of the string table; 0 if the profile does not say it. */
  readonly defaultSampleType: number;
  readonly mappings: ReadonlyMap<number, PprofMapping>;
  readonly locations: ReadonlyMap<number, PprofLocation>;
  /** Of each function its name in the string table. */
  readonly functions: ReadonlyMap<number, number>;
  /** Where each string is in the bytes: its start and its end, side by side. */
  readonly strings: readonly number[];
  /** Where each sample is in the bytes: its start and its end, side by side. */
  readonly samples: readonly number[];
}

/**
 * Reads everything of a profile but its samples.
 *
 * @throws {FormatError} If it is cut or damaged.
 */
export function readPprofTables(bytes: Uint8Array, source: string): PprofTables {
  const sampleTypes: PprofValueType[] = [];
  let defaultSampleType = 0;
  const mappings = new Map<number, PprofMapping>();
  const locations = new Map<number, PprofLocation>();
  const functions = new Map<number, number>();
  const strings: number[] = [];
  const samples: number[] = [];
  const cursor = new ProtobufCursor(bytes, source);
  while (cursor.next()) {
    const { field, start, end } = cursor;
    if (field === PROFILE_DEFAULT_SAMPLE_TYPE) defaultSampleType = cursor.number();
    if (cursor.wire !== WIRE_LEN) continue;
    if (field === PROFILE_SAMPLE_TYPE) sampleTypes.push(readValueType(cursor.message()));
    else if (field === PROFILE_SAMPLE) samples.push(start, end);
    else if (field === PROFILE_MAPPING) readMapping(cursor.message(), mappings);
    else if (field === PROFILE_LOCATION) readLocation(cursor.message(), locations);
    else if (field === PROFILE_FUNCTION) readFunction(cursor.message(), functions);
    else if (field === PROFILE_STRING_TABLE) strings.push(start, end);
  }
  return { sampleTypes, defaultSampleType, mappings, locations, functions, strings, samples };
}

/** `ValueType`. */
function readValueType(cursor: ProtobufCursor): PprofValueType {
  let type = 0;
  let unit = 0;
  while (cursor.next()) {
    if (cursor.field === 1) type = cursor.number();
    else if (cursor.field === 2) unit = cursor.number();
  }
  return { type, unit };
}

function readMapping(cursor: ProtobufCursor, into: Map<number, PprofMapping>): void {
  const mapping = { start: 0, limit: 0, fileOffset: 0, path: 0, buildId: 0 };
  let id = 0;
  while (cursor.next()) {
    if (cursor.field === 1) id = cursor.number();
    else if (cursor.field === 2) mapping.start = parseHexAddress(cursor.digits());
    else if (cursor.field === 3) mapping.limit = parseHexAddress(cursor.digits());
    else if (cursor.field === 4) mapping.fileOffset = cursor.number();
    else if (cursor.field === 5) mapping.path = cursor.number();
    else if (cursor.field === 6) mapping.buildId = cursor.number();
  }
  into.set(id, mapping);
}

function readLocation(cursor: ProtobufCursor, into: Map<number, PprofLocation>): void {
  let id = 0;
  let mapping = 0;
  let address = "0";
  const functions: number[] = [];
  while (cursor.next()) {
    if (cursor.field === 1) id = cursor.number();
    else if (cursor.field === 2) mapping = cursor.number();
    else if (cursor.field === 3) address = cursor.digits();
    else if (cursor.field === 4 && cursor.wire === WIRE_LEN) {
      functions.push(readLine(cursor.message()));
    }
  }
  into.set(id, { mapping, address, functions });
}

/** `Line`: the id of its function. */
function readLine(cursor: ProtobufCursor): number {
  let id = 0;
  while (cursor.next()) if (cursor.field === 1) id = cursor.number();
  return id;
}

/** `Function`: its name, or the one of the system if it has no other. */
function readFunction(cursor: ProtobufCursor, into: Map<number, number>): void {
  let id = 0;
  let name = 0;
  let systemName = 0;
  while (cursor.next()) {
    if (cursor.field === 1) id = cursor.number();
    else if (cursor.field === 2) name = cursor.number();
    else if (cursor.field === 3) systemName = cursor.number();
  }
  into.set(id, name || systemName);
}

/** Fields of `Profile` that are messages, strings or packed numbers, and those that are numbers. */
const LEN_FIELDS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 11, 13]);
const NUMBER_FIELDS: ReadonlySet<number> = new Set([7, 8, 9, 10, 12, 14, 15]);

/**
 * Whether bytes are the beginning of a profile: all fields that are there whole are fields of one,
 * and a type of samples is among them, which writers put at the front.
 */
export function isPprof(head: Uint8Array): boolean {
  const cursor = new ProtobufCursor(head, "");
  let hasType = false;
  try {
    while (cursor.next()) {
      const { field, wire } = cursor;
      const fits = wire === WIRE_LEN
        ? LEN_FIELDS.has(field)
        : wire === WIRE_VARINT && (NUMBER_FIELDS.has(field) || field === 13);
      if (!fits) return false;
      if (field === PROFILE_SAMPLE_TYPE && !isValueType(cursor.message())) return false;
      hasType ||= field === PROFILE_SAMPLE_TYPE;
    }
  } catch {
    // The head ends within a field, if it is a profile.
  }
  return hasType;
}

function isValueType(cursor: ProtobufCursor): boolean {
  while (cursor.next()) {
    if (cursor.wire !== WIRE_VARINT || cursor.field > 2) return false;
  }
  return true;
}
