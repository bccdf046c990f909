import { assertEquals } from "@std/assert";
import { peek, readAll, readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { chunksAtRandom, Random } from "../support/random.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, at) => at & 0xff);

for (const length of [0, 1, 999, 1000, 1001]) {
  Deno.test(`peek() shows ${length} bytes and takes none`, async () => {
    const chunks = chunksAtRandom(BYTES, new Random(length), 30);
    const { head, reader } = await peek(readerOfChunks("test", chunks), length);
    assertEquals(head, BYTES.subarray(0, length));
    assertEquals(reader.name, "test");
    assertEquals(await readAll(reader, 1 << 20), BYTES);
  });
}

Deno.test("peek() lets a reader fail where it fails", async () => {
  function* failing(chunks: Uint8Array[]) {
    yield* chunks;
    throw new Error("It is damaged");
  }
  const { head, reader } = await peek(readerOfChunks("test", failing([BYTES])), 1001);
  assertEquals(head, BYTES);
  const into = new Uint8Array(2000);
  assertEquals(await reader.read(into), 1000);
  for (let again = 0; again < 2; again++) {
    await assertRejectsExactly(() => reader.read(into), Error, "It is damaged");
  }
  const empty = readerOfChunks("test", failing([]));
  await assertRejectsExactly(() => peek(empty, 2), Error, "It is damaged");
});

for (const limit of [1000, 1 << 20]) {
  Deno.test(`readAll() reads all of 1000 bytes, at most ${limit}`, async () => {
    const seen: number[] = [];
    const bytes = await readAll(readerOfBytes("test", BYTES), limit, (count) => seen.push(count));
    assertEquals(bytes, BYTES);
    assertEquals(seen.at(-1), 1000);
  });
}

Deno.test("readAll() reads more than one buffer", async () => {
  const large = new Uint8Array(1 << 20).fill(7);
  assertEquals((await readAll(readerOfBytes("test", large), 1 << 30)).length, 1 << 20);
});

Deno.test("readAll() refuses more than the limit", async () => {
  await assertRejectsExactly(
    () => readAll(readerOfBytes("test", BYTES), 999),
    FormatError,
    'Cannot read all of "test": it has more than 0x3e7 bytes',
  );
});
