import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { WindowSource } from "../bytes/window_source.ts";
import { FormatError, hex } from "../errors.ts";
import { CENTRAL_HEADER, locateDirectory, type ZipDirectory } from "./zip_directory.ts";

/** The file in an archive that holds a file offset, or why there is none to be read. */
export type ZipEntryAnswer =
  /** `source` is a window onto the archive, named such as `app.apk!lib/arm64-v8a/libfoo.so`. */
  | { readonly entryName: string; readonly source: WindowSource }
  | {
    readonly reason: "not a zip archive" | "no entry" | "compressed entry" | "encrypted entry";
    /** What is there, as a clause; empty if the reason says it all. */
    readonly detail: string;
  };

/**
 * Finds the file in a zip archive (APK, JAR, wheel) whose bytes are at a file offset of the archive,
 * so that the mapping of an archive becomes the mapping of a file: its file offset is that of the
 * mapping, less `source.start`. (APPNOTE.TXT 6.3.10: sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3.)
 *
 * Only stored entries can be mapped. Reads the end of the archive, its central directory in chunks
 * of 1 MiB, and one local header.
 *
 * @param fileOffset Bytes from the start of the archive.
 * @throws {FormatError} If the archive is damaged: a directory or an entry that does not lie inside
 * it, or a local header that is not the one that the directory describes.
 */
export async function findZipEntry(
  archive: ByteSource,
  fileOffset: number,
): Promise<ZipEntryAnswer> {
  const directory = await locateDirectory(archive);
  if (directory === undefined) return { reason: "not a zip archive", detail: "" };
  const entry = await findNearest(archive, directory, fileOffset);
  const nothing = {
    reason: "no entry",
    detail: `none holds file offset ${hex(fileOffset)}`,
  } as const;
  if (entry === undefined) return nothing;
  const start = await findData(archive, entry);
  if (fileOffset < start || fileOffset >= start + entry.compressedSize) return nothing;
  const named = `it is "${entry.name}"`;
  if ((entry.flags & ENCRYPTED) !== 0) return { reason: "encrypted entry", detail: named };
  if (entry.method !== STORED) {
    return { reason: "compressed entry", detail: `${named}, method ${entry.method}` };
  }
  const name = `${archive.name}!${entry.name}`;
  return {
    entryName: entry.name,
    source: new WindowSource(name, archive, start, entry.compressedSize),
  };
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  /** Compression method: 0 is stored. */
  readonly method: number;
  readonly compressedSize: number;
  /** Bytes from the start of the archive. */
  readonly headerOffset: number;
}

const ENCRYPTED = 1;
const STORED = 0;
const CENTRAL_HEADER_SIZE = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
const CHUNK_SIZE = 1 << 20;
/** The longest central header: three lengths of 16 bits. */
const MAX_HEADER_SIZE = CENTRAL_HEADER_SIZE + 3 * 0xffff;

/** The entry that begins last before a file offset. */
async function findNearest(
  archive: ByteSource,
  directory: ZipDirectory,
  fileOffset: number,
): Promise<Entry | undefined> {
  const { start, end, shift } = directory;
  let nearest: Entry | undefined;
  for (let at = start; at + CENTRAL_HEADER_SIZE <= end;) {
    const bytes = await archive.readAt(at, Math.min(end - at, CHUNK_SIZE));
    const cursor = new ByteCursor(bytes, { source: archive.name, fileOffset: at });
    const isLast = at + bytes.length === end;
    // A header that the chunk may have cut is left to the next one.
    while (cursor.remaining >= (isLast ? CENTRAL_HEADER_SIZE : MAX_HEADER_SIZE)) {
      const position = cursor.position;
      if (cursor.u32() !== CENTRAL_HEADER) {
        // A digital signature, or padding, may follow the last header.
        return nearest;
      }
      const entry = readCentralHeader(cursor, position, shift);
      if (entry.headerOffset > fileOffset) continue;
      if (nearest === undefined || entry.headerOffset > nearest.headerOffset) nearest = entry;
    }
    if (isLast) break;
    at += cursor.position;
  }
  return nearest;
}

function readCentralHeader(cursor: ByteCursor, position: number, shift: number): Entry {
  cursor.skip(4); // versions
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.skip(8); // time, date, CRC-32
  const size = cursor.u32();
  const uncompressedSize = cursor.u32();
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  const commentLength = cursor.u16();
  cursor.skip(8); // disk, attributes
  const offset = cursor.u32();
  const name = new TextDecoder().decode(cursor.bytes(nameLength));
  const extra = cursor.position;
  cursor.skip(extraLength + commentLength);
  const next = cursor.position;
  cursor.position = extra;
  const wide = readWideFields(cursor, extra + extraLength, [uncompressedSize, size, offset]);
  cursor.position = next;
  const [, compressedSize, headerOffset] = wide;
  if (compressedSize === undefined || headerOffset === undefined) {
    throw cursor.error(position, `entry "${name}" has no zip64 field for its size or offset`);
  }
  return { name, flags, method, compressedSize, headerOffset: headerOffset + shift };
}

const ZIP64_FIELD = 1;
const IN_ZIP64_FIELD = 0xffffffff;

/** Takes the numbers that do not fit into 32 bits from the zip64 extra field. */
function readWideFields(
  cursor: ByteCursor,
  end: number,
  narrow: readonly number[],
): (number | undefined)[] {
  const wide = narrow.map((value) => value === IN_ZIP64_FIELD ? undefined : value);
  while (cursor.position + 4 <= end && wide.includes(undefined)) {
    const id = cursor.u16();
    const fieldEnd = Math.min(end, cursor.position + 2 + cursor.u16());
    for (let at = 0; id === ZIP64_FIELD && at < wide.length; at++) {
      if (wide[at] === undefined && cursor.position + 8 <= fieldEnd) wide[at] = cursor.u64();
    }
    cursor.position = fieldEnd;
  }
  return wide;
}

/** Where the data of an entry begins, by its local header: bytes from the start of the archive. */
async function findData(archive: ByteSource, entry: Entry): Promise<number> {
  const { headerOffset, name } = entry;
  const bytes = await archive.readAt(headerOffset, LOCAL_HEADER_SIZE);
  const cursor = new ByteCursor(bytes, { source: archive.name, fileOffset: headerOffset });
  const signature = cursor.u32();
  if (signature !== LOCAL_HEADER) {
    throw entryError(archive, entry, `it begins with ${hex(signature)}, want ${hex(LOCAL_HEADER)}`);
  }
  cursor.position = 8;
  const method = cursor.u16();
  if (method !== entry.method) {
    throw entryError(archive, entry, `method is ${method}, the directory has ${entry.method}`);
  }
  cursor.position = 26;
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  const nameOffset = headerOffset + LOCAL_HEADER_SIZE;
  const found = new TextDecoder().decode(await archive.readAt(nameOffset, nameLength));
  if (found !== name) {
    throw entryError(archive, entry, `it is that of "${found}"`);
  }
  return nameOffset + nameLength + extraLength;
}

function entryError(archive: ByteSource, entry: Entry, detail: string): FormatError {
  return new FormatError({
    action: `read the local header of "${entry.name}"`,
    source: archive.name,
    place: { fileOffset: entry.headerOffset },
    detail,
  });
}
