import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/errors.ts";
import { readGperftoolsCpu } from "../../lib/input/mod.ts";
import { ByteWriter } from "../support/byte_writer.ts";
import { readText, recorderFile, samplesOf } from "../support/recording_text.ts";
import { bytesOf } from "../support/resolve_text.ts";

const MAPS = "00401000-00402000 r-xp 00001000 fe:00 42 /opt/app\n";

function profile(is64: boolean, littleEndian: boolean, words: readonly number[]): Uint8Array {
  const writer = new ByteWriter(littleEndian);
  for (const word of words) writer.word(is64, word);
  writer.put(writer.position, bytesOf(MAPS));
  return writer.bytes();
}

const HEADER = [0, 3, 0, 10_000, 0];
const END = [0, 1, 0];

for (const is64 of [true, false]) {
  for (const littleEndian of [true, false]) {
    const kind = `${is64 ? 64 : 32} bits, ${littleEndian ? "little" : "big"}-endian`;
    Deno.test(`readGperftoolsCpu() reads words of ${kind}`, async () => {
      const words = [...HEADER, 5, 2, 0x401136, 0x401200, 1, 1, 0x401136, ...END];
      const recording = await readText(readGperftoolsCpu, profile(is64, littleEndian, words));
      assertEquals(samplesOf(recording), ["0x401200;0x401136 5", "0x401136 1"]);
      assertEquals(recording.maps, [{ process: undefined, text: MAPS }]);
      assertEquals(recording.returnAddresses, "callers");
      assertEquals(recording.failure, undefined);
    });
  }
}

Deno.test("readGperftoolsCpu() reads addresses of the upper half", async () => {
  const words = [...HEADER, 5, 1, -0x7f000000, ...END];
  const recording = await readText(readGperftoolsCpu, profile(true, true, words));
  assertEquals(samplesOf(recording), ["0xffffffff81000000 5"]);
});

Deno.test("readGperftoolsCpu() skips what later versions add to the header", async () => {
  const words = [0, 5, 0, 10_000, 0, 7, 8, 5, 1, 0x401136, ...END];
  assertEquals(samplesOf(await readText(readGperftoolsCpu, profile(true, true, words))), [
    "0x401136 5",
  ]);
});

Deno.test("readGperftoolsCpu() keeps the samples before a cut", async () => {
  const words = [...HEADER, 5, 1, 0x401136, 1, 2, 0x401136];
  const bytes = profile(true, true, words).subarray(0, 8 * words.length);
  const recording = await readText(readGperftoolsCpu, bytes);
  assertEquals(samplesOf(recording), ["0x401136 5"]);
  assertEquals(
    recording.failure?.message,
    'Cannot read a record of "test" at file offset 0x40: its stack has 2 frames, the file ends before',
  );
});

Deno.test("readGperftoolsCpu() misses the end mark", async () => {
  const words = [...HEADER, 5, 1, 0x401136];
  const bytes = profile(true, true, words).subarray(0, 8 * words.length);
  assertEquals(
    (await readText(readGperftoolsCpu, bytes)).failure?.message,
    'Cannot read a record of "test" at file offset 0x40: the profile ends without its end mark',
  );
});

Deno.test("readGperftoolsCpu() refuses a stack longer than the file before it makes one", async () => {
  const words = [...HEADER, 5, 2 ** 40, 0x401136];
  const { failure } = await readText(readGperftoolsCpu, profile(true, true, words));
  assertEquals(
    failure?.message,
    'Cannot read a record of "test" at file offset 0x28: its stack has 1099511627776 frames, ' +
      "the file ends before",
  );
});

Deno.test("readGperftoolsCpu() refuses what is no such profile", async () => {
  await assertRejects(
    () => readText(readGperftoolsCpu, "main;f 1\n".repeat(10)),
    FormatError,
    'Cannot read a record of "test" at file offset 0x0: it has no header of a CPU profile',
  );
});

Deno.test("readGperftoolsCpu() reads all of cpu/gperftools.prof", async () => {
  const recording = await readText(readGperftoolsCpu, recorderFile("cpu/gperftools.prof"));
  assertEquals(recording.failure, undefined);
  assertEquals(recording.profile.skipped.invalid, 0);
  assertEquals(recording.maps[0]?.text.includes("/opt/cpp-demo/bin/prism\n"), true);
});
