import { ByteCursor, type ByteSource } from "../bytes/mod.ts";
import { FormatError, hex } from "../errors.ts";

/** Where the central directory of a zip archive is. */
export interface ZipDirectory {
  /** Bytes from the start of the archive to the first header. */
  readonly start: number;
  /** Bytes from the start of the archive to what follows the directory. */
  readonly end: number;
  /**
   * What is to be added to the offsets in the archive: the length of what stands before it, such as
   * the program of a self-extracting archive.
   */
  readonly shift: number;
}

/** The signature of a header in the directory. */
export const CENTRAL_HEADER: number = 0x02014b50;
const END_RECORD = 0x06054b50;
const END_RECORD_SIZE = 22;
const MAX_COMMENT_SIZE = 0xffff;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_SIZE = 20;
const END_RECORD_64 = 0x06064b50;
const END_RECORD_64_SIZE = 56;
/** A number of 32 or 16 bits that is in the zip64 record. */
const WIDE_32 = 0xffffffff;
const WIDE_16 = 0xffff;

/**
 * Finds the central directory of a zip archive, by the record at its end (APPNOTE.TXT 6.3.10,
 * sections 4.3.14 to 4.3.16). Reads at most the last 64 KiB and the zip64 record.
 *
 * @returns Undefined if it is no zip archive.
 * @throws {FormatError} If the directory does not lie inside the archive.
 */
export async function locateDirectory(archive: ByteSource): Promise<ZipDirectory | undefined> {
  const tailSize = Math.min(archive.size, END_RECORD_SIZE + MAX_COMMENT_SIZE);
  const tailOffset = archive.size - tailSize;
  const tail = await archive.readAt(tailOffset, tailSize);
  const inTail = findEndRecord(tail);
  if (inTail < 0) return undefined;
  const endRecord = tailOffset + inTail;
  const cursor = new ByteCursor(tail, { source: archive.name, fileOffset: tailOffset });
  cursor.position = inTail + 10;
  const count = cursor.u16();
  const size = cursor.u32();
  const offset = cursor.u32();
  const wide = count === WIDE_16 || size === WIDE_32 || offset === WIDE_32
    ? await readEndRecord64(archive, endRecord)
    : undefined;
  return wide ?? await directoryBefore(archive, endRecord, size, offset);
}

/** The last record whose comment ends with the archive; -1 if there is none. */
function findEndRecord(tail: Uint8Array): number {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - END_RECORD_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_RECORD) continue;
    if (at + END_RECORD_SIZE + view.getUint16(at + 20, true) === tail.length) return at;
  }
  return -1;
}

/** The directory by the zip64 records; undefined if there are none: 65,535 entries fit without. */
async function readEndRecord64(
  archive: ByteSource,
  endRecord: number,
): Promise<ZipDirectory | undefined> {
  const fileOffset = endRecord - LOCATOR_64_SIZE;
  if (fileOffset < 0) return undefined;
  const locator = new ByteCursor(await archive.readAt(fileOffset, LOCATOR_64_SIZE), {
    source: archive.name,
    fileOffset,
  });
  if (locator.u32() !== LOCATOR_64) return undefined;
  locator.skip(4); // disk
  const recordOffset = locator.u64();
  // It stands before the locator; its offset is not true if something stands before the archive.
  for (const at of [recordOffset, fileOffset - END_RECORD_64_SIZE]) {
    if (at < 0 || at + END_RECORD_64_SIZE > archive.size) continue;
    const bytes = await archive.readAt(at, END_RECORD_64_SIZE);
    const cursor = new ByteCursor(bytes, { source: archive.name, fileOffset: at });
    if (cursor.u32() !== END_RECORD_64) continue;
    cursor.position = 40;
    const size = cursor.u64();
    return await directoryBefore(archive, at, size, cursor.u64());
  }
  throw directoryError(archive, fileOffset, `no zip64 record at ${hex(recordOffset)}`);
}

/**
 * The directory that ends where a record begins. If it is not at its offset, something stands before
 * the archive, unless its headers are at its offset all the same: then there is a gap behind it.
 */
async function directoryBefore(
  archive: ByteSource,
  end: number,
  size: number,
  offset: number,
): Promise<ZipDirectory> {
  const start = end - size;
  const shift = start - offset;
  if (start >= 0 && shift > 0 && await hasHeaderAt(archive, offset)) {
    return { start: offset, end: offset + size, shift: 0 };
  }
  if (start >= 0 && shift >= 0) return { start, end, shift };
  const detail = `${hex(size)} bytes at ${hex(offset)} do not lie before its end record`;
  throw directoryError(archive, end, detail);
}

async function hasHeaderAt(archive: ByteSource, fileOffset: number): Promise<boolean> {
  const cursor = new ByteCursor(await archive.readAt(fileOffset, 4), { source: archive.name });
  return cursor.u32() === CENTRAL_HEADER;
}

function directoryError(archive: ByteSource, fileOffset: number, detail: string): FormatError {
  return new FormatError({
    action: "find the directory",
    source: archive.name,
    place: { fileOffset },
    detail,
  });
}
