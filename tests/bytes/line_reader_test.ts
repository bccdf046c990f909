import { assert, assertEquals, assertRejects } from "@std/assert";
import { LineReader, readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";

async function linesOf(lines: LineReader): Promise<string[]> {
  const seen: string[] = [];
  while (await lines.fill()) {
    while (lines.next()) seen.push(lines.text());
  }
  return seen;
}

const linesOfText = (text: string) => linesOf(new LineReader(readerOfBytes("test", bytesOf(text))));

for (
  const [title, text, lines] of [
    ["lines without their line feeds", "a 1\nb 2\n", ["a 1", "b 2"]],
    ["a last line without a line feed", "a 1\nb 2", ["a 1", "b 2"]],
    ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
    ["nothing for nothing", "", []],
    ["one empty line for one line feed", "\n", [""]],
    ["carriage returns as part of the line", "a 1\r\nb 2\r\n", ["a 1\r", "b 2\r"]],
    ["NUL and other control characters", "a\0b\x1b\n\t\n", ["a\0b\x1b", "\t"]],
    ["characters of several bytes", "höhe;日本 1\n", ["höhe;日本 1"]],
  ] as const
) {
  Deno.test(`LineReader.next() gives ${title}`, async () => {
    assertEquals(await linesOfText(text), [...lines]);
  });
}

Deno.test("LineReader.text() has U+FFFD for what is no UTF-8", async () => {
  const bytes = new Uint8Array([0x61, 0xff, 0x62, 0x0a]);
  assertEquals(await linesOf(new LineReader(readerOfBytes("test", bytes))), ["a\ufffdb"]);
});

Deno.test("LineReader.start and end are the line in the view", async () => {
  const lines = new LineReader(readerOfBytes("test", bytesOf("ab\ncde\n")));
  await lines.fill();
  lines.next();
  lines.next();
  const { view, start, end } = lines;
  assertEquals([view.getUint8(start), end - start], ["c".charCodeAt(0), 3]);
});

Deno.test("LineReader.lineNumber counts from 1", async () => {
  const lines = new LineReader(readerOfBytes("test", bytesOf("a\n\nb")));
  const numbers = [lines.lineNumber];
  while (await lines.fill()) {
    while (lines.next()) numbers.push(lines.lineNumber);
  }
  assertEquals(numbers, [0, 1, 2, 3]);
});

Deno.test("LineReader.bytesRead counts all bytes", async () => {
  const lines = new LineReader(readerOfChunks("test", [bytesOf("a\nb"), bytesOf("c\n")]));
  await linesOf(lines);
  assertEquals(lines.bytesRead, 5);
});

Deno.test("LineReader.fill() stays false at the end", async () => {
  const lines = new LineReader(readerOfBytes("test", bytesOf("a")));
  await linesOf(lines);
  assertEquals([await lines.fill(), lines.next(), await lines.fill()], [false, false, false]);
});

Deno.test("LineReader.next() does not take an older line's end for its own", async () => {
  // Both chunks begin at the same place of the buffer; the second is shorter and has no line feed.
  const chunks = [bytesOf("aaaa\nbbbb\ncccc\n"), bytesOf("dd"), bytesOf("dd\n")];
  assertEquals(await linesOf(new LineReader(readerOfChunks("test", chunks))), [
    "aaaa",
    "bbbb",
    "cccc",
    "dddd",
  ]);
});

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`LineReader.next() gives the same lines for any chunks, seed ${seed}`, async () => {
    const random = new Random(seed);
    const wanted = Array.from(
      { length: 1 + random.below(300) },
      () => "x;ÿ\r ".repeat(random.below(9)) + random.below(1000),
    );
    const isEnded = random.below(2) === 0;
    const bytes = bytesOf(wanted.join("\n") + (isEnded ? "\n" : ""));
    const chunks = chunksAtRandom(bytes, random, random.pick([1, 3, 40, 5000]));
    assertEquals(await linesOf(new LineReader(readerOfChunks("test", chunks))), wanted);
  });
}

for (const length of [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000]) {
  for (const chunkSize of [1 << 16, 1 << 22]) {
    Deno.test(`LineReader.next() gives a line of ${length} in chunks of ${chunkSize}`, async () => {
      const long = "y".repeat(length);
      const bytes = bytesOf(`short\n${long}\nlast`);
      function* chunks() {
        for (let at = 0; at < bytes.length; at += chunkSize) {
          yield bytes.subarray(at, at + chunkSize);
        }
      }
      const seen = await linesOf(new LineReader(readerOfChunks("test", chunks())));
      assertEquals(seen.map((line) => line.length), [5, length, 4]);
      assertEquals(seen[1] === long, true);
    });
  }
}

Deno.test("LineReader keeps its first buffer for lines of any number", async () => {
  const chunk = bytesOf("a;b;c 42\n".repeat(100_000));
  const lines = new LineReader(readerOfChunks("test", [chunk, chunk, chunk, chunk, chunk]));
  let count = 0;
  while (await lines.fill()) {
    while (lines.next()) count++;
  }
  assertEquals(count, 500_000);
  assert(lines.view.byteLength <= 1 << 20);
});

Deno.test("LineReader's buffer stays within four times the longest line", async () => {
  const bytes = bytesOf("z".repeat(3 << 20) + "\n" + "a 1\n".repeat(1_000_000));
  const lines = new LineReader(readerOfBytes("test", bytes));
  assertEquals((await linesOf(lines)).length, 1_000_001);
  assertEquals(lines.view.byteLength <= 12 << 20, true);
});

const MAX_LINE_LENGTH = 1 << 26;

/** A long line of few bytes of memory; its end comes in one chunk with what is behind it. */
function* longLine(before: string, length: number, after = ""): Generator<Uint8Array> {
  yield bytesOf(before);
  const chunk = new Uint8Array(3_000_000).fill(0x78);
  let left = length;
  for (; left > chunk.length; left -= chunk.length) yield chunk;
  const last = new Uint8Array(left + after.length).fill(0x78);
  last.set(bytesOf(after), left);
  yield last;
}

Deno.test("LineReader throws for a line that has more than 64 MiB, with its number", async () => {
  const chunks = longLine("a 1\nb 2\n", 10 * MAX_LINE_LENGTH);
  const error = await assertRejects(
    () => linesOf(new LineReader(readerOfChunks("core.bin", chunks))),
    FormatError,
  );
  assertEquals(
    error.message,
    'Cannot read a line of "core.bin", line 3: it has more than 67108864 bytes',
  );
  assertEquals(error.place, { line: 3 });
});

for (
  const [title, before, after] of [
    ["ends", "a 1\n", "\nb 2\n"],
    ["is the last", "a 1\n", ""],
  ] as const
) {
  Deno.test(`LineReader throws for one byte too many, even if the line ${title}`, async () => {
    const chunks = longLine(before, MAX_LINE_LENGTH + 1, after);
    const error = await assertRejects(
      () => linesOf(new LineReader(readerOfChunks("core.bin", chunks))),
      FormatError,
    );
    assertEquals(error.place, { line: 2 });
  });
}

Deno.test("LineReader accepts a line of exactly 64 MiB", async () => {
  const lines = new LineReader(
    readerOfChunks("test", longLine("a 1\n", MAX_LINE_LENGTH, "\nb 2\n")),
  );
  const lengths: number[] = [];
  while (await lines.fill()) {
    while (lines.next()) lengths.push(lines.end - lines.start);
  }
  assertEquals(lengths, [3, MAX_LINE_LENGTH, 3]);
});
