import { MemorySource } from "../../lib/bytes/mod.ts";
import { ByteWriter } from "./byte_writer.ts";

/** What to build. */
export interface ZipSpec {
  readonly entries: readonly {
    readonly name: string;
    readonly data: Uint8Array;
    /** General purpose flags; 0 by default. */
    readonly flags?: number;
  }[];
  /** Puts all sizes and offsets into zip64 fields. */
  readonly zip64?: boolean;
  /** Bytes between the directory and its end record. */
  readonly gap?: number;
  readonly comment?: Uint8Array;
}

/** An archive in memory, and where its parts are. */
export interface BuiltZip {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A source over these bytes, with the name "test.zip". */
  readonly source: MemorySource;
  /** File offset of the local header of each entry. */
  readonly headers: readonly number[];
  /** File offset of the data of each entry. */
  readonly starts: readonly number[];
}

/** Makes an archive with a file at the start of a page, as it has to be to be mapped. */
export function buildAlignedZip(name: string, data: Uint8Array): BuiltZip & {
  /** File offset of the file's data. */
  readonly start: number;
} {
  const build = (padding: number) =>
    buildZip({ entries: [{ name: "pad", data: new Uint8Array(padding) }, { name, data }] });
  const built = build(0x1000 - build(0).starts[1]! % 0x1000);
  return { ...built, start: built.starts[1]! };
}

/** Makes a zip archive of stored entries (APPNOTE.TXT, section 4.3). */
export function buildZip(spec: ZipSpec): BuiltZip {
  const { entries, zip64 = false, gap = 0, comment = new Uint8Array() } = spec;
  const writer = new ByteWriter(true);
  const headers: number[] = [];
  const starts: number[] = [];
  for (const { name, data, flags = 0 } of entries) {
    headers.push(writer.position);
    writer.u32(0x04034b50);
    writeCommon(writer, name, data, flags, false, 0);
    text(writer, name);
    starts.push(writer.position);
    writer.put(writer.position, data);
  }
  const directory = writer.position;
  for (const [at, { name, data, flags = 0 }] of entries.entries()) {
    writer.u32(0x02014b50);
    writer.u16(45);
    writeCommon(writer, name, data, flags, zip64, zip64 ? 28 : 0);
    [0, 0, 0].forEach((value) => writer.u16(value)); // comment, disk, internal attributes
    writer.u32(0);
    writer.u32(zip64 ? 0xffff_ffff : headers[at]!);
    text(writer, name);
    if (!zip64) continue;
    writer.u16(1);
    writer.u16(24);
    for (const value of [data.length, data.length, headers[at]!]) writer.word(true, value);
  }
  const size = writer.position - directory;
  writer.put(writer.position, new Uint8Array(gap));
  if (zip64) writeEndRecord64(writer, entries.length, size, directory);
  writer.u32(0x06054b50);
  [0, 0].forEach((value) => writer.u16(value));
  const count = zip64 ? 0xffff : Math.min(entries.length, 0xffff);
  [count, count].forEach((value) => writer.u16(value));
  writer.u32(zip64 ? 0xffff_ffff : size);
  writer.u32(zip64 ? 0xffff_ffff : directory);
  writer.u16(comment.length);
  writer.put(writer.position, comment);
  const bytes = writer.bytes();
  return { bytes, source: new MemorySource("test.zip", bytes), headers, starts };
}

/** The fields from the version to the length of the extra field, as both headers have them. */
function writeCommon(
  writer: ByteWriter,
  name: string,
  data: Uint8Array,
  flags: number,
  wide: boolean,
  extraLength: number,
): void {
  writer.u16(45);
  writer.u16(flags);
  writer.u16(0); // stored
  writer.u32(0); // time and date
  writer.u32(0); // CRC-32
  writer.u32(wide ? 0xffff_ffff : data.length);
  writer.u32(wide ? 0xffff_ffff : data.length);
  writer.u16(new TextEncoder().encode(name).length);
  writer.u16(extraLength);
}

function writeEndRecord64(writer: ByteWriter, count: number, size: number, start: number): void {
  const record = writer.position;
  writer.u32(0x06064b50);
  writer.word(true, 44);
  writer.u16(45);
  writer.u16(45);
  writer.u32(0);
  writer.u32(0);
  for (const value of [count, count, size, start]) writer.word(true, value);
  writer.u32(0x07064b50);
  writer.u32(0);
  writer.word(true, record);
  writer.u32(1);
}

function text(writer: ByteWriter, text: string): void {
  writer.put(writer.position, new TextEncoder().encode(text));
}
