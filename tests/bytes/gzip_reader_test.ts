import { assert, assertEquals, assertInstanceOf, fail } from "@std/assert";
import { gzipSync } from "node:zlib";
import { gunzipIfCompressed, readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { readAll } from "../support/read_all.ts";
import { bytesOf } from "../support/resolve_text.ts";

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const TEXT = bytesOf("main;work 1\n".repeat(2000));

async function gunzipped(bytes: Uint8Array) {
  return await readAll(await gunzipIfCompressed(readerOfBytes("a.gz", bytes)));
}

/** Bytes that do not get much smaller. */
function noise(length: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
}

function formatErrorOf(error: unknown): FormatError {
  return error instanceof FormatError ? error : fail(`Got ${error}, want a FormatError`);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

for (
  const [title, bytes] of [
    ["text", bytesOf("main;work 1\n")],
    ["nothing", new Uint8Array()],
    ["one byte", bytesOf("a")],
    ["the first byte of gzip alone", new Uint8Array([0x1f])],
    ["what shares one byte with gzip", new Uint8Array([0x1f, 0x8c, 1, 2])],
  ] as const
) {
  Deno.test(`gunzipIfCompressed() leaves ${title} as it is`, async () => {
    const { bytes: read, error } = await gunzipped(bytes);
    assertEquals([read, error], [bytes, undefined]);
  });
}

Deno.test("gunzipIfCompressed() keeps the reader's name", async () => {
  assertEquals((await gunzipIfCompressed(readerOfBytes("a.gz", gzip(TEXT)))).name, "a.gz");
  assertEquals((await gunzipIfCompressed(readerOfBytes("b", TEXT))).name, "b");
});

Deno.test("gunzipIfCompressed() decompresses gzip", async () => {
  assertEquals(await gunzipped(gzip(TEXT)), { bytes: TEXT, error: undefined });
});

Deno.test("gunzipIfCompressed() decompresses an empty file", async () => {
  assertEquals(await gunzipped(gzip(new Uint8Array())), {
    bytes: new Uint8Array(),
    error: undefined,
  });
});

Deno.test("gunzipIfCompressed() takes several members for one file", async () => {
  const members = joined(gzip(bytesOf("a 1\n")), gzip(new Uint8Array()), gzip(bytesOf("b 2\n")));
  assertEquals((await gunzipped(members)).bytes, bytesOf("a 1\nb 2\n"));
});

for (const seed of [1, 2, 3, 4]) {
  for (const longest of [1, 7, 300]) {
    Deno.test(`gunzipIfCompressed() takes chunks of up to ${longest}, seed ${seed}`, async () => {
      const random = new Random(seed);
      const plain = noise(3000, seed);
      for (const [bytes, wanted] of [[plain, plain], [gzip(plain), plain]] as const) {
        const reader = readerOfChunks("test", chunksAtRandom(bytes, random, longest));
        const { bytes: read, error } = await readAll(await gunzipIfCompressed(reader), 1000);
        assertEquals(error, undefined);
        assertEquals(read, wanted);
      }
    });
  }
}

Deno.test("gunzipIfCompressed() throws for cut data, naming the source", async () => {
  const compressed = gzip(TEXT);
  const { error } = await gunzipped(compressed.subarray(0, compressed.length - 4));
  assertEquals(
    formatErrorOf(error).message,
    'Cannot decompress the gzip data of "a.gz": unexpected end of file',
  );
  assertEquals(formatErrorOf(error).source, "a.gz");
});

Deno.test("gunzipIfCompressed() throws for a header that is cut", async () => {
  const { bytes, error } = await gunzipped(new Uint8Array([0x1f, 0x8b, 8]));
  assertEquals(bytes.length, 0);
  assertInstanceOf(error, FormatError);
});

for (const length of [100_000, 3_000_000]) {
  Deno.test(`gunzipIfCompressed() gives all of ${length} bytes before it throws`, async () => {
    const plain = noise(length, 7);
    // The trailer is missing: all of the data can be read.
    const compressed = gzip(plain);
    const { bytes, error } = await gunzipped(compressed.subarray(0, compressed.length - 8));
    assertInstanceOf(error, FormatError);
    assertEquals(bytes.length, length);
    assert(bytes.every((byte, at) => byte === plain[at]));
  });
}

Deno.test("gunzipIfCompressed() gives the members before one that is cut", async () => {
  const second = gzip(bytesOf("b 2\n"));
  const { bytes, error } = await gunzipped(joined(gzip(TEXT), second.subarray(0, 10)));
  assertEquals(bytes, TEXT);
  assertInstanceOf(error, FormatError);
});

Deno.test("gunzipIfCompressed() throws for damaged data", async () => {
  const compressed = gzip(noise(50_000, 3));
  compressed[compressed.length - 6]! ^= 0xff; // of the checksum
  const { error } = await gunzipped(compressed);
  assertEquals(
    formatErrorOf(error).message,
    'Cannot decompress the gzip data of "a.gz": incorrect data check',
  );
});

for (const length of [500, 20_000, 200_000]) {
  Deno.test(`gunzipIfCompressed() gives most of ${length} bytes before the damage`, async () => {
    const plain = noise(length, 5);
    const compressed = gzip(plain);
    compressed[compressed.length - 6]! ^= 0xff; // of the checksum
    const { bytes, error } = await gunzipped(compressed);
    assertInstanceOf(error, FormatError);
    assert(bytes.length > length - Math.min(1 << 12, Math.max(1 << 6, length / 16)) - 100);
    assert(bytes.every((byte, at) => byte === plain[at]));
  });
}

Deno.test("gunzipIfCompressed() ignores zeros behind the last member", async () => {
  const padded = new Uint8Array([...gzip(TEXT), ...new Uint8Array(512)]);
  assertEquals(await gunzipped(padded), { bytes: TEXT, error: undefined });
});

Deno.test("gunzipIfCompressed() throws for an unknown compression method", async () => {
  const compressed = gzip(TEXT);
  compressed[2] = 9;
  const { error } = await gunzipped(compressed);
  assertEquals(
    formatErrorOf(error).message,
    'Cannot decompress the gzip data of "a.gz": unknown compression method',
  );
});

Deno.test("gunzipIfCompressed() passes an error of the reader on", async () => {
  const compressed = gzip(TEXT);
  function* failing() {
    yield compressed.subarray(0, 20);
    throw new Deno.errors.PermissionDenied("no access");
  }
  const { error } = await readAll(await gunzipIfCompressed(readerOfChunks("a.gz", failing())));
  assertInstanceOf(error, Deno.errors.PermissionDenied);
});
