import { assertEquals } from "@std/assert";
import { deflateSync } from "node:zlib";
import type { CompressedData } from "../../lib/bytes/compressed_data.ts";
import { decompressXz } from "../../lib/bytes/decompress_xz.ts";
import { decompressZstd } from "../../lib/bytes/decompress_zstd.ts";
import { inflateZlib } from "../../lib/bytes/inflate_zlib.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { testdata } from "../support/testdata.ts";

const TEXT = Deno.readFileSync(testdata("debug_files/streams/text"));
const ZEROS_SIZE = 64 << 20;

Deno.test("inflateZlib() decompresses", async () => {
  assertEquals(await inflateZlib(data(deflateSync(TEXT)), TEXT.length), TEXT);
});

Deno.test("inflateZlib() decompresses data of many steps", async () => {
  const bytes = new Uint8Array(3 << 20).map((_, at) => (at * at) >> 7);
  const compressed = deflateSync(bytes, { level: 1 });
  assertEquals(await inflateZlib(data(compressed), bytes.length), bytes);
});

Deno.test("inflateZlib() leaves bytes behind the end alone", async () => {
  const bytes = new Uint8Array([...deflateSync(TEXT), 1, 2, 3, 4]);
  assertEquals(await inflateZlib(data(bytes), TEXT.length), TEXT);
});

Deno.test("inflateZlib() decompresses nothing to nothing", async () => {
  assertEquals(await inflateZlib(data(deflateSync(new Uint8Array())), 0), new Uint8Array());
});

Deno.test("inflateZlib() stops a bomb at the size that it should have", async () => {
  const bomb = deflateSync(new Uint8Array(ZEROS_SIZE));
  await rejects(inflateZlib(data(bomb), 1000), "zlib", "it becomes more than 0x3e8 bytes");
});

Deno.test("inflateZlib() rejects data whose checksum is wrong", async () => {
  const bytes = new Uint8Array(deflateSync(TEXT));
  bytes[bytes.length - 1]! ^= 1;
  await rejects(inflateZlib(data(bytes), TEXT.length), "zlib", "incorrect data check");
});

Deno.test("inflateZlib() rejects data that is cut", async () => {
  const bytes = deflateSync(TEXT).subarray(0, 500);
  await rejects(inflateZlib(data(bytes), TEXT.length), "zlib", "unexpected end of file");
});

for (const file of ["text.zst", "text-no-check.zst", "text-two-frames.zst"]) {
  Deno.test(`decompressZstd() decompresses ${file}`, async () => {
    assertEquals(await decompressZstd(stream(file), TEXT.length), TEXT);
  });
}

Deno.test("decompressZstd() decompresses nothing to nothing", async () => {
  assertEquals(await decompressZstd(stream("text.zst"), 0), new Uint8Array());
});

Deno.test("decompressZstd() decompresses as much as a block of zeros becomes", async () => {
  assertEquals((await decompressZstd(stream("zeros.zst"), ZEROS_SIZE)).length, ZEROS_SIZE);
});

Deno.test("decompressZstd() stops a bomb at the size that it should have", async () => {
  await rejects(
    decompressZstd(stream("zeros.zst"), 1000),
    "zstd",
    "it is damaged, cut, or becomes more than 0x3e8 bytes",
  );
});

Deno.test("decompressZstd() rejects data that becomes less than it should", async () => {
  await rejects(
    decompressZstd(stream("text.zst"), TEXT.length + 1),
    "zstd",
    `it becomes 0x${TEXT.length.toString(16)} bytes, want 0x${(TEXT.length + 1).toString(16)}`,
  );
});

Deno.test("decompressZstd() rejects data that is cut, damaged, or something else", async () => {
  const { bytes } = stream("text.zst");
  const damaged = bytes.slice();
  damaged[damaged.length - 1]! ^= 1;
  for (const wrong of [bytes.subarray(0, 300), bytes.subarray(0, -1), damaged, deflateSync(TEXT)]) {
    await rejects(
      decompressZstd(data(wrong), TEXT.length),
      "zstd",
      `it is damaged, cut, or becomes more than 0x${TEXT.length.toString(16)} bytes`,
    );
  }
});

Deno.test("decompressZstd() rejects sizes that the data cannot have", async () => {
  await rejects(
    decompressZstd(data(new Uint8Array(16)), (16 << 15) + 1),
    "zstd",
    "it is said to become 0x80001 bytes, of 0x10 come at most 0x80000",
  );
});

for (
  const file of ["text.xz", "text-9e.xz", "text-no-check.xz", "text-blocks.xz"]
) {
  Deno.test(`decompressXz() decompresses ${file}`, async () => {
    assertEquals(await decompressXz(stream(file), TEXT.length), TEXT);
  });
}

Deno.test("decompressXz() stops a bomb at the limit, and goes on with the next", async () => {
  const failure = decompressXz(stream("zeros.xz"), 1 << 20);
  await rejects(failure, "xz", "it becomes more than 0x100000 bytes");
  assertEquals(await decompressXz(stream("text.xz"), 1 << 20), TEXT);
});

Deno.test("decompressXz() decompresses several at a time", async () => {
  const files = ["text.xz", "zeros.xz", "text-blocks.xz", "text-x86.xz", "text-9e.xz"];
  const results = await Promise.allSettled(
    files.map((file) => decompressXz(stream(file), TEXT.length)),
  );
  assertEquals(
    results.map((result) => result.status === "fulfilled" && result.value.length === TEXT.length),
    [true, false, true, false, true],
  );
});

Deno.test("decompressXz() rejects what XZ Embedded does not know, with its reason", async () => {
  const filter = "it uses a filter or a check that is not supported";
  await rejects(decompressXz(stream("text-x86.xz"), 1 << 20), "xz", filter);
  await rejects(decompressXz(stream("text-sha256.xz"), 1 << 20), "xz", filter);
  await rejects(
    decompressXz(stream("text-dict-128m.xz"), 1 << 20),
    "xz",
    "its dictionary is larger than 64 MiB",
  );
});

Deno.test("decompressXz() rejects data that is cut, damaged, or something else", async () => {
  const { bytes } = stream("text.xz");
  const damaged = bytes.slice();
  damaged[100]! ^= 1;
  const cut = "it is cut or damaged";
  await rejects(decompressXz(data(bytes.subarray(0, 300)), 1 << 20), "xz", cut);
  await rejects(decompressXz(data(bytes.subarray(0, -1)), 1 << 20), "xz", cut);
  await rejects(decompressXz(data(new Uint8Array()), 1 << 20), "xz", cut);
  await rejects(decompressXz(data(damaged), 1 << 20), "xz", "it is damaged");
  const text = "it does not begin as xz data does";
  await rejects(decompressXz(data(TEXT), 1 << 20), "xz", text);
});

function data(bytes: Uint8Array): CompressedData {
  return { source: "test.so(.debug_x)", fileOffset: 0x18, bytes };
}

function stream(file: string): CompressedData {
  return data(Deno.readFileSync(testdata(`debug_files/streams/${file}`)));
}

async function rejects(failure: Promise<unknown>, format: string, detail: string): Promise<void> {
  const error = await assertRejectsExactly(
    () => failure,
    FormatError,
    `Cannot decompress the ${format} data of "test.so(.debug_x)" at file offset 0x18: ${detail}`,
  );
  assertEquals(error.place, { fileOffset: 0x18 });
}
