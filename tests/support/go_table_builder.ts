import type { GoTableVersion } from "../../lib/elf/gopclntab.ts";
import { ByteWriter } from "./byte_writer.ts";

/** A table of Go functions. */
export interface GoTableSpec {
  readonly version: GoTableVersion;
  readonly littleEndian?: boolean;
  /** Bytes of a pointer; 8 by default. */
  readonly pointerSize?: 4 | 8;
  /** The header's; 0 by default. */
  readonly textStart?: number;
  /** Addresses as they are in the table, ascending. */
  readonly functions: readonly { readonly start: number; readonly name: string }[];
  /** The end of the last function. */
  readonly end: number;
}

const MAGIC = { "1.2": 0xfffffffb, "1.16": 0xfffffffa, "1.18": 0xfffffff0, "1.20": 0xfffffff1 };
const DESCRIPTION_SIZE = 48;

/** Writes `.gopclntab`: header, names, functions, their descriptions. Other parts are empty. */
export function buildGoTable(spec: GoTableSpec): Uint8Array<ArrayBuffer> {
  const { version, littleEndian = true, pointerSize = 8, textStart = 0, functions, end } = spec;
  const writer = new ByteWriter(littleEndian);
  const word = (value: number) => writer.word(pointerSize === 8, value);
  const isRelative = version === "1.18" || version === "1.20";
  const field = (value: number) => writer.word(!isRelative && pointerSize === 8, value);
  const fieldSize = isRelative ? 4 : pointerSize;
  const names = new TextEncoder().encode(functions.map(({ name }) => name + "\0").join(""));
  const tableSize = (2 * functions.length + 1) * fieldSize + 4;
  const isOld = version === "1.2";
  const headerSize = 8 + pointerSize * (isOld ? 1 : isRelative ? 8 : 7);
  // In the old format all offsets are from the start, and the names are behind the rest.
  const tableOffset = isOld ? headerSize : headerSize + names.length;
  const base = isOld ? 0 : tableOffset;
  const descriptionsOffset = tableOffset + tableSize;
  const namesOffset = isOld ? descriptionsOffset + functions.length * DESCRIPTION_SIZE : headerSize;

  writer.u32(MAGIC[version]);
  for (const byte of [0, 0, 1, pointerSize]) writer.u8(byte);
  word(functions.length);
  if (!isOld) {
    word(0); // files
    if (isRelative) word(textStart);
    word(namesOffset);
    for (let part = 0; part < 3; part++) word(namesOffset + names.length);
    word(tableOffset);
  }
  writer.position = tableOffset;
  for (const [at, { start }] of functions.entries()) {
    field(start);
    field(descriptionsOffset + at * DESCRIPTION_SIZE - base);
  }
  field(end);
  let nameOffset = isOld ? namesOffset : 0;
  for (const [at, { start, name }] of functions.entries()) {
    writer.position = descriptionsOffset + at * DESCRIPTION_SIZE;
    field(start);
    writer.u32(nameOffset);
    nameOffset += new TextEncoder().encode(name).length + 1;
  }
  writer.padTo(descriptionsOffset + functions.length * DESCRIPTION_SIZE);
  writer.put(namesOffset, names);
  return writer.bytes();
}
