import { bytesOf } from "./resolve_text.ts";

/** What {@linkcode profileBytes} makes a profile of. */
export interface ProfileSpec {
  readonly sampleTypes: readonly string[];
  readonly defaultSampleType?: string;
  readonly mappings?: readonly {
    readonly id: number;
    readonly start: number;
    readonly limit: number;
    readonly offset: number;
    readonly path: string;
    readonly buildId?: string;
  }[];
  readonly locations?: readonly {
    readonly id: number;
    readonly mapping: number;
    readonly address: number;
    readonly functions?: readonly number[];
  }[];
  readonly functions?: readonly {
    readonly id: number;
    readonly name: string;
    readonly systemName?: string;
  }[];
  readonly samples?: readonly {
    readonly locations: readonly number[];
    readonly values: readonly number[];
    readonly isPacked?: boolean;
  }[];
}

/** A profile of pprof, byte by byte (proto/profile.proto of github.com/google/pprof). */
export function profileBytes(spec: ProfileSpec): Uint8Array<ArrayBuffer> {
  const strings = [""];
  const text = (value = "") => {
    const known = strings.indexOf(value);
    return known >= 0 ? known : strings.push(value) - 1;
  };
  const bytes: number[] = [];
  for (const type of spec.sampleTypes) bytes.push(...field(1, number(1, text(type))));
  for (const { locations, values, isPacked = true } of spec.samples ?? []) {
    bytes.push(...field(2, [
      ...(isPacked
        ? field(1, locations.flatMap(varint))
        : locations.flatMap((one) => number(1, one))),
      ...(isPacked ? field(2, values.flatMap(varint)) : values.flatMap((one) => number(2, one))),
    ]));
  }
  for (const { id, start, limit, offset, path, buildId } of spec.mappings ?? []) {
    const fields = [id, start, limit, offset, text(path), text(buildId)];
    bytes.push(...field(3, fields.flatMap((value, at) => number(at + 1, value))));
  }
  for (const { id, mapping, address, functions = [] } of spec.locations ?? []) {
    const lines = functions.flatMap((one) => field(4, number(1, one)));
    bytes.push(
      ...field(4, [...number(1, id), ...number(2, mapping), ...number(3, address), ...lines]),
    );
  }
  for (const { id, name, systemName } of spec.functions ?? []) {
    bytes.push(
      ...field(5, [...number(1, id), ...number(2, text(name)), ...number(3, text(systemName))]),
    );
  }
  bytes.push(...number(14, text(spec.defaultSampleType)));
  for (const string of strings) bytes.push(...field(6, [...bytesOf(string)]));
  return Uint8Array.from(bytes);
}

/** A field that is a message, a string or packed numbers. */
export function field(id: number, content: readonly number[]): number[] {
  return [...varint(id << 3 | 2), ...varint(content.length), ...content];
}

/** A field that is a number; negative ones have ten bytes. */
export function number(id: number, value: number): number[] {
  return [...varint(id << 3), ...varint(value)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}
