import { hex } from "../errors.ts";
import { checkSize, type CompressedData, damage } from "./compressed_data.ts";

/** Deflate makes at most 258 bytes of two bits. */
const MAX_RATIO = 1032;
/** Bytes of compressed data that are decompressed at a time: at most 64 MiB come of it. */
const STEP = 1 << 16;

/**
 * Decompresses zlib data (RFC 1950) of known size. Bytes behind the end of the data are not looked
 * at.
 *
 * @param size How many bytes it becomes.
 * @throws {FormatError} If it is damaged or cut, or does not become that many bytes; before anything
 * is allocated if it cannot, or if that is more than 1 GiB.
 *
 * @example
 * ```ts
 * import { inflateZlib } from "./inflate_zlib.ts";
 * import { deflateSync } from "node:zlib";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = deflateSync(new TextEncoder().encode("hello hello hello"));
 * const text = await inflateZlib({ source: "example", fileOffset: 0, bytes }, 17);
 * assertEquals(new TextDecoder().decode(text), "hello hello hello");
 * ```
 */
export async function inflateZlib(
  data: CompressedData,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  checkSize("zlib", data, size, MAX_RATIO);
  // Loaded here, because most files do not need it.
  const { createInflate } = await import("node:zlib");
  const into = new Uint8Array(size);
  const inflate = createInflate({ chunkSize: 1 << 18 });
  let filled = 0;
  let failure = "";
  inflate.on("data", (chunk: Uint8Array) => {
    if (filled + chunk.length > size) failure ||= tooLong(size);
    else into.set(chunk, filled);
    filled += chunk.length;
  });
  // Deno 2.4 does not always close after an error, nor call back.
  const ended = new Promise<void>((resolve) => {
    inflate.once("close", () => resolve());
    inflate.on("error", (error: Error) => {
      failure ||= error.message;
      resolve();
    });
  });
  for (let at = 0; at < data.bytes.length && failure === "" && !inflate.destroyed; at += STEP) {
    const step = data.bytes.subarray(at, at + STEP);
    const written = new Promise<void>((resolve) => inflate.write(step, () => resolve()));
    await Promise.race([written, ended]);
  }
  if (failure === "") inflate.end();
  else inflate.destroy();
  await ended;
  if (failure === "" && filled < size) {
    failure = `it becomes ${hex(filled)} bytes, want ${hex(size)}`;
  }
  if (failure !== "") throw damage("zlib", data, failure);
  return into;
}

function tooLong(size: number): string {
  return `it becomes more than ${hex(size)} bytes`;
}
