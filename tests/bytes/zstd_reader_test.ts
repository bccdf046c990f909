import { assertEquals, assertInstanceOf } from "@std/assert";
import { decompressed, readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { debugFile, readAllOf } from "../support/debug_files.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { readAll } from "../support/read_all.ts";

const stream = (name: string) => readAllOf(debugFile(`streams/${name}`));
const plain = await stream("text");

async function unpacked(bytes: Uint8Array) {
  return await readAll(await decompressed(readerOfBytes("a.zst", bytes)));
}

for (const name of ["text.zst", "text-no-check.zst", "text-two-frames.zst"]) {
  Deno.test(`decompressed() reads ${name}`, async () => {
    assertEquals(await unpacked(await stream(name)), { bytes: plain, error: undefined });
  });
}

Deno.test("decompressed() passes frames over that are to be skipped", async () => {
  const skipped = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
  const bytes = Uint8Array.from([...skipped, ...await stream("text.zst"), ...skipped]);
  assertEquals(await unpacked(bytes), { bytes: plain, error: undefined });
});

for (const seed of [1, 2, 3]) {
  Deno.test(`decompressed() reads Zstandard in chunks of any size, seed ${seed}`, async () => {
    const chunks = chunksAtRandom(await stream("text.zst"), new Random(seed), 50);
    const reader = await decompressed(readerOfChunks("a.zst", chunks));
    assertEquals((await readAll(reader, seed * 7)).bytes, plain);
  });
}

Deno.test("decompressed() refuses Zstandard that is cut, at any byte", async () => {
  const bytes = await stream("text.zst");
  for (let length = 4; length < bytes.length; length += length < 64 ? 1 : 97) {
    const { error } = await unpacked(bytes.subarray(0, length));
    assertInstanceOf(error, FormatError, `${length} bytes`);
    const { message } = error as FormatError;
    assertEquals(message.split(": ")[0], 'Cannot decompress the zstd data of "a.zst"');
  }
});

Deno.test("decompressed() refuses Zstandard with something else behind it", async () => {
  const bytes = Uint8Array.from([...await stream("text.zst"), ...plain.subarray(0, 40)]);
  const { bytes: read, error } = await unpacked(bytes);
  assertInstanceOf(error, FormatError);
  assertEquals(read, plain);
});

for (const bytes of [[], [0x28], [0x28, 0xb5, 0x2f], [0x50, 0x2a, 0x4d, 0x19, 1]]) {
  Deno.test(`decompressed() leaves [${bytes}] as it is`, async () => {
    assertEquals(await unpacked(Uint8Array.from(bytes)), {
      bytes: Uint8Array.from(bytes),
      error: undefined,
    });
  });
}

Deno.test("decompressed() notices each bit of Zstandard that is damaged", async () => {
  const bytes = await stream("text.zst");
  const random = new Random(1);
  for (let count = 0; count < 400; count++) {
    const changed = bytes.slice();
    // The first four bytes say that it is Zstandard.
    const at = 4 + (count < bytes.length - 4 ? count : random.below(bytes.length - 4));
    changed[at]! ^= 1 << random.below(8);
    const { bytes: read, error } = await unpacked(changed);
    if (error instanceof FormatError) continue;
    // Not every bit matters.
    assertEquals(read, plain, `byte ${at}`);
  }
});

Deno.test("decompressed() compares the checksum of each frame", async () => {
  const bytes = await stream("text.zst");
  const two = Uint8Array.from([...bytes, ...bytes]);
  two[two.length - 1]! ^= 1;
  const { bytes: read, error } = await unpacked(two);
  assertInstanceOf(error, FormatError);
  assertEquals(
    (error as FormatError).message,
    'Cannot decompress the zstd data of "a.zst": its checksum is another one',
  );
  assertEquals(read, Uint8Array.from([...plain, ...plain]));
});

for (
  const [title, hex] of [
    ["an empty frame with a checksum", "28b52ffd240001000099e9d851"],
    ["an empty frame without one", "28b52ffd2000010000"],
    ["an empty frame to be skipped", "5a2a4d1800000000"],
  ] as const
) {
  Deno.test(`decompressed() takes ${title}`, async () => {
    const empty = Uint8Array.from(hex.match(/../g)!, (digits) => parseInt(digits, 16));
    const bytes = Uint8Array.from([...empty, ...await stream("text.zst"), ...empty]);
    assertEquals(await unpacked(bytes), { bytes: plain, error: undefined });
    assertEquals((await unpacked(empty)).error, undefined);
  });
}
