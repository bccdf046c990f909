import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkRange, MemorySource } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";

const source = new MemorySource("libx.so", new Uint8Array([10, 11, 12, 13]));

Deno.test("MemorySource.readAt() gives exactly the bytes asked for", async () => {
  assertEquals(await source.readAt(1, 2), new Uint8Array([11, 12]));
});

Deno.test("MemorySource.readAt() gives the whole file, and nothing at its end", async () => {
  assertEquals(await source.readAt(0, 4), new Uint8Array([10, 11, 12, 13]));
  assertEquals(await source.readAt(4, 0), new Uint8Array([]));
});

Deno.test("MemorySource.readAt() rejects what ends behind the file", async () => {
  const error = await assertRejects(() => source.readAt(2, 3), FormatError);
  assertEquals(
    error.message,
    'Cannot read bytes of "libx.so" at file offset 0x2: need 3 bytes, file ends at 0x4',
  );
  assertEquals(error.place, { fileOffset: 2 });
  assertEquals(error.source, "libx.so");
});

Deno.test("MemorySource.readAt() rejects what begins behind the file", async () => {
  const error = await assertRejects(() => source.readAt(0x10, 1), FormatError);
  assertEquals(
    error.message,
    'Cannot read bytes of "libx.so" at file offset 0x10: need 1 bytes, file ends at 0x4',
  );
});

Deno.test("MemorySource.size is the number of bytes", () => {
  assertEquals(source.size, 4);
});

for (
  const [fileOffset, length] of [[-1, 1], [0, -1], [5, 0], [0, NaN], [NaN, 0], [0, Infinity]]
) {
  Deno.test(`checkRange() throws for ${length} bytes at ${fileOffset} of 4`, () => {
    assertThrows(() => checkRange(source, fileOffset!, length!), FormatError, "need");
  });
}

for (const [fileOffset, length] of [[0, 0], [0, 4], [3, 1], [4, 0]]) {
  Deno.test(`checkRange() accepts ${length} bytes at ${fileOffset} of 4`, () => {
    assertEquals(checkRange(source, fileOffset!, length!), undefined);
    assertThrows(() => checkRange(source, fileOffset!, length! + 5), FormatError);
  });
}
