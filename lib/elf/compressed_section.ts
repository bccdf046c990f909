import { ByteCursor, type ByteSource, MemorySource } from "../bytes/mod.ts";
import type { CompressedData } from "../bytes/compressed_data.ts";
import { decompressZstd } from "../bytes/decompress_zstd.ts";
import { inflateZlib } from "../bytes/inflate_zlib.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import { ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD } from "./constants.ts";
import type { ElfFile } from "./elf_file.ts";

/** Bytes of `Elf32_Chdr` and `Elf64_Chdr`. */
const HEADER_SIZE_32 = 12;
const HEADER_SIZE_64 = 24;

/**
 * Decompresses a section that has the flag `SHF_COMPRESSED` (gABI, "Section Compression"): a
 * compression header in the class and byte order of the file, then the data.
 *
 * @param section The bytes as they are in the file.
 * @throws {FormatError} If it is cut or damaged, or does not become as many bytes as it says.
 * @throws {UnsupportedError} If it is compressed by something else than zlib or Zstandard.
 */
export async function decompressSection(elf: ElfFile, section: ByteSource): Promise<ByteSource> {
  const { is64, littleEndian } = elf.header;
  const headerSize = is64 ? HEADER_SIZE_64 : HEADER_SIZE_32;
  const bytes = await readWhole(section, headerSize);
  const cursor = new ByteCursor(bytes, { source: section.name, littleEndian });
  const type = cursor.u32();
  if (is64) cursor.skip(4); // ch_reserved
  const size = is64 ? cursor.u64() : cursor.u32();
  if (type !== ELFCOMPRESS_ZLIB && type !== ELFCOMPRESS_ZSTD) {
    throw new UnsupportedError(section.name, `ch_type ${type}`);
  }
  const decompress = type === ELFCOMPRESS_ZLIB ? inflateZlib : decompressZstd;
  const data = dataBehind(section, bytes, headerSize);
  return new MemorySource(section.name, await decompress(data, size));
}

/** `ZLIB`, and a big-endian size of 64 bits, whatever the class and byte order of the file. */
const ZDEBUG_HEADER_SIZE = 12;

/**
 * Decompresses a section that is named `.zdebug_x`, as GNU tools before 2016 made them: "ZLIB", the
 * size as a 64-bit big-endian number, zlib data (binutils, `bfd/compress.c`).
 *
 * @param section The bytes as they are in the file.
 * @throws {FormatError} If it is cut or damaged, or does not become as many bytes as it says.
 */
export async function decompressZdebug(section: ByteSource): Promise<ByteSource> {
  const bytes = await readWhole(section, ZDEBUG_HEADER_SIZE);
  const cursor = new ByteCursor(bytes, { source: section.name, littleEndian: false });
  const magic = new TextDecoder().decode(cursor.bytes(4));
  if (magic !== "ZLIB") throw headerError(section, `it begins with "${magic}", want "ZLIB"`);
  const size = cursor.u64();
  const data = dataBehind(section, bytes, ZDEBUG_HEADER_SIZE);
  return new MemorySource(section.name, await inflateZlib(data, size));
}

async function readWhole(section: ByteSource, headerSize: number): Promise<Uint8Array> {
  if (section.size >= headerSize) return await section.readAt(0, section.size);
  throw headerError(section, `need ${headerSize} bytes, section has ${section.size}`);
}

function dataBehind(section: ByteSource, bytes: Uint8Array, headerSize: number): CompressedData {
  return {
    source: section.name,
    fileOffset: headerSize,
    bytes: bytes.subarray(headerSize),
  };
}

function headerError(section: ByteSource, detail: string): FormatError {
  return new FormatError({
    action: "read the compression header",
    source: section.name,
    place: { fileOffset: 0 },
    detail,
  });
}
