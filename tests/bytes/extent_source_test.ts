import { assertEquals, assertRejects } from "@std/assert";
import {
  BlockBuffer,
  ByteRanges,
  type Extent,
  ExtentSource,
  MissingBytesError,
} from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { chunksAtRandom, Random } from "../support/random.ts";

const SEED = 20261126;

Deno.test("ByteRanges gives what was added, ascending and without overlaps", () => {
  const random = new Random(SEED);
  for (let round = 0; round < 50; round++) {
    const wanted = new Uint8Array(500);
    const ranges = new ByteRanges();
    for (let count = random.below(40); count > 0; count--) {
      const start = random.below(480);
      const end = start + random.below(20);
      ranges.add(start, end);
      wanted.fill(1, start, end);
    }
    const found = new Uint8Array(500);
    let last = -1;
    for (const { fileOffset, length } of ranges.extents()) {
      assertEquals(fileOffset > last && length > 0, true, `seed ${SEED}`);
      last = fileOffset + length;
      found.fill(1, fileOffset, last);
    }
    assertEquals(found, wanted, `seed ${SEED}`);
  }
});

Deno.test("ByteRanges holds little of a file that is read over and over", () => {
  const ranges = new ByteRanges();
  for (let round = 0; round < 100_000; round++) ranges.add(round % 1000, round % 1000 + 1);
  assertEquals(ranges.extents(), [{ fileOffset: 0, length: 1000 }]);
});

Deno.test("BlockBuffer gives the bytes that were appended, however they came", () => {
  const random = new Random(SEED);
  const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => at * 7 + (at >> 8));
  const buffer = new BlockBuffer();
  for (const chunk of chunksAtRandom(bytes, random, 100_000)) buffer.append(chunk);
  assertEquals(buffer.length, bytes.length);
  for (let round = 0; round < 100; round++) {
    const start = random.below(bytes.length);
    const length = random.below(bytes.length - start + 1);
    const found = buffer.read(start, length);
    assertEquals(found.length, length);
    assertEquals(found.every((byte, at) => byte === bytes[start + at]), true, `seed ${SEED}`);
  }
});

Deno.test("ExtentSource gives every range of a file that is there, and no other", async () => {
  const random = new Random(SEED);
  const size = 200;
  const bytes = Uint8Array.from({ length: size }, (_, at) => at);
  for (let round = 0; round < 20; round++) {
    const ranges = new ByteRanges();
    for (let count = random.below(6); count > 0; count--) {
      const start = random.below(size);
      ranges.add(start, start + random.below(size - start + 1));
    }
    const source = sourceOf(bytes, ranges.extents());
    const isThere = new Uint8Array(size);
    for (const { fileOffset, length } of ranges.extents()) {
      isThere.fill(1, fileOffset, fileOffset + length);
    }
    for (let start = 0; start < size; start++) {
      const length = random.below(size - start + 1);
      const wanted = bytes.subarray(start, start + length);
      if (isThere.subarray(start, start + length).includes(0)) {
        await assertRejects(() => source.readAt(start, length), MissingBytesError);
      } else assertEquals(await source.readAt(start, length), wanted, `seed ${SEED}`);
    }
  }
});

Deno.test("ExtentSource reads across extents that touch", async () => {
  const source = sourceOf(new Uint8Array([1, 2, 3, 4]), [
    { fileOffset: 0, length: 2 },
    { fileOffset: 2, length: 2 },
  ]);
  assertEquals([...await source.readAt(1, 2)], [2, 3]);
});

Deno.test("ExtentSource says that bytes were not taken along, or that the file ends", async () => {
  const source = sourceOf(new Uint8Array(100), [{ fileOffset: 10, length: 10 }]);
  await assertRejectsExactly(
    () => source.readAt(15, 10),
    MissingBytesError,
    'Cannot read bytes of "a.so" at file offset 0xf: need 10 bytes, which were not taken along',
  );
  await assertRejectsExactly(
    () => source.readAt(15, 100),
    FormatError,
    'Cannot read bytes of "a.so" at file offset 0xf: need 100 bytes, file ends at 0x64',
  );
});

function sourceOf(bytes: Uint8Array, extents: readonly Extent[]): ExtentSource {
  const data = new BlockBuffer();
  for (const { fileOffset, length } of extents) {
    data.append(bytes.subarray(fileOffset, fileOffset + length));
  }
  return new ExtentSource("a.so", bytes.length, extents, data);
}
