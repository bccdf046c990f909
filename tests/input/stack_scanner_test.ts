import { assert, assertEquals, assertThrows } from "@std/assert";
import { FoldedLine } from "../../lib/input/folded_line.ts";
import { StackScanner } from "../../lib/input/mod.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";

/** A scanner that has all these bytes. */
function scannerOf(text: string, isMerging = true): StackScanner {
  const scanner = new StackScanner(isMerging);
  fill(scanner, text);
  return scanner;
}

function fill(scanner: StackScanner, text: string): void {
  let rest = bytesOf(text);
  while (rest.length > 0) {
    const room = scanner.makeRoom();
    const count = Math.min(room.length, rest.length);
    room.set(rest.subarray(0, count));
    scanner.fill(count);
    rest = rest.subarray(count);
  }
}

function textOf({ view }: StackScanner, start: number, end: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, start, end - start));
}

/** The numbers of the stacks of lines, however many scans they take. */
function numbersOf(text: string): number[] {
  const scanner = scannerOf(text);
  const numbers: number[] = [];
  for (let end = ""; end !== "needs-bytes";) {
    end = scanner.scan(true);
    assert(end !== "odd-line", textOf(scanner, scanner.oddStart, scanner.oddEnd));
    numbers.push(...scanner.stacks);
  }
  return numbers;
}

Deno.test("StackScanner.scan() leaves the last line until it ends", () => {
  const scanner = scannerOf("a 1\nb 2");
  assertEquals([scanner.scan(false), ...scanner.weights], ["needs-bytes", 1]);
  assertEquals(scanner.pending, 3);
  fill(scanner, "3\n");
  assertEquals([scanner.scan(false), ...scanner.weights], ["needs-bytes", 23]);
  assertEquals(scanner.pending, 0);
});

Deno.test("StackScanner.scan() takes a last line without an end if it is told to", () => {
  const scanner = scannerOf("a 1\nb 2");
  assertEquals([scanner.scan(true), ...scanner.weights], ["needs-bytes", 1, 2]);
});

Deno.test("StackScanner.scan() goes on where it had many lines", () => {
  const numbers = numbersOf(Array.from({ length: 3000 }, (_, line) => `f${line} 1\n`).join(""));
  assertEquals(numbers, Array.from({ length: 3000 }, (_, line) => line));
});

Deno.test("StackScanner.begin() forgets the bytes and keeps the numbers", () => {
  const scanner = scannerOf("a 1\nb 2");
  scanner.scan(false);
  scanner.begin();
  fill(scanner, "c 3\na 4\n");
  scanner.scan(true);
  assertEquals([...scanner.stacks], [1, 0]);
  assertEquals([...scanner.sums], [5, 3]);
});

Deno.test("StackScanner.newFrames are where frames were first seen", () => {
  const scanner = scannerOf("main; b ;main 1\nb;c 2\n");
  scanner.scan(true);
  const places = [...scanner.newFrames];
  const texts = [0, 2, 4].map((at) => textOf(scanner, places[at]!, places[at + 1]!));
  assertEquals([texts, places.length], [["main", "b", "c"], 6]);
  assertEquals([...scanner.frames], [0, 1, 0, 1, 2]);
  assertEquals([...scanner.stackEnds], [3, 5]);
});

for (const odd of ["", " ", "# x 1", "#x 1", "a", "a;b", "7", " 7", "a 1.5", "a 1 2", "a 1. 2"]) {
  Deno.test(`StackScanner.scan() leaves "${odd}" to its caller`, () => {
    const scanner = scannerOf(`a;b 1\n${odd}\na;b 2\n`);
    assertEquals(scanner.scan(true), "odd-line");
    assertEquals(textOf(scanner, scanner.oddStart, scanner.oddEnd), odd);
    assertEquals([...scanner.weights], [1]);
    assertEquals(scanner.scan(true), "needs-bytes");
    assertEquals([...scanner.weights], [2]);
  });
}

for (let seed = 1; seed <= 10; seed++) {
  Deno.test(`StackScanner.scan() reads a line as FoldedLine does, seed ${seed}`, () => {
    const random = new Random(seed);
    const line = new FoldedLine();
    let read = 0;
    for (let turn = 0; turn < 2000; turn++) {
      const length = 1 + random.below(12);
      const text = Array.from({ length }, () => random.pick([..."a;;..  \t\r0139"])).join("");
      const scanner = scannerOf(text);
      if (scanner.scan(true) === "odd-line") continue;
      read++;
      const [start, end] = [scanner.starts[0]!, scanner.ends[0]!];
      const origin = scanner.view.byteLength;
      const bytes = bytesOf(text);
      assertEquals(line.parse(new DataView(bytes.buffer), 0, bytes.length), "", text);
      assertEquals(textOf(scanner, start, end), text.slice(line.stackStart, line.stackEnd));
      assertEquals([scanner.weights[0], NaN, 0], [line.weight, line.base, line.decimals]);
      assert(origin > end);
    }
    assert(read > 100, `${read} lines were read`);
  });
}

Deno.test("StackScanner.scan() tells texts of any length apart by any of their bytes", () => {
  const texts = new Set<string>();
  for (let length = 1; length <= 50; length++) {
    const text = "x".repeat(length);
    texts.add(text);
    for (let at = 0; at < length; at++) texts.add(`${text.slice(0, at)}y${text.slice(at + 1)}`);
  }
  const numbers = numbersOf([...texts].map((text) => `${text} 1\n`).join(""));
  assertEquals(numbers, [...texts].map((_, at) => at));
});

for (let seed = 1; seed <= 3; seed++) {
  Deno.test(`StackScanner.scan() numbers 100,000 stacks as a Map does, seed ${seed}`, () => {
    const random = new Random(seed);
    const known = new Map<string, number>();
    const lines: string[] = [];
    const wanted: number[] = [];
    for (let line = 0; line < 200_000; line++) {
      const stack = `f${random.below(100)};g${random.below(100)};h${random.below(20)}`;
      if (!known.has(stack)) known.set(stack, known.size);
      lines.push(`${stack} 1\n`);
      wanted.push(known.get(stack)!);
    }
    assertEquals(numbersOf(lines.join("")), wanted);
  });
}

Deno.test("StackScanner.scan() takes a stack of any length", () => {
  const names = Array.from({ length: 200_000 }, (_, at) => `f${at % 150_000}`);
  const scanner = scannerOf(`a 1\n${names.join(";")} 7\n`);
  assertEquals(scanner.scan(true), "needs-bytes");
  assertEquals([...scanner.stackEnds], [1, 200_001]);
  assertEquals(scanner.newFrames.length, 2 * 150_001);
  const [start, end] = scanner.newFrames.slice(-2);
  assertEquals(textOf(scanner, start!, end!), "f149999");
  assertEquals(scanner.frames[200_000], 1 + 199_999 - 150_000);
});

Deno.test("StackScanner.sums are NaN for stacks that had no count", () => {
  const scanner = scannerOf("a 1.5\na 2\nb 0\n");
  assertEquals(scanner.scan(true), "odd-line");
  scanner.addStack(scanner.oddStart, scanner.oddStart + 1);
  assertEquals([[...scanner.stacks], [...scanner.sums]], [[0], [NaN]]);
  scanner.scan(true);
  assertEquals([[...scanner.stacks], [...scanner.sums]], [[0, 1], [2, 0]]);
});

Deno.test("StackScanner.heavyLines are those that would make a sum inexact", () => {
  const scanner = new StackScanner(true);
  fill(scanner, "a 900719925474099\nb 1\na 1\n");
  scanner.unit = 10;
  scanner.scan(true);
  assertEquals([...scanner.sums], [9007199254740990, 10]);
  assertEquals([...scanner.heavyLines], [2]);
});

Deno.test("StackScanner.sums are empty if counts are not to be added up", () => {
  const scanner = scannerOf("a 1\na 2\n", false);
  scanner.scan(true);
  assertEquals([[...scanner.sums], [...scanner.weights]], [[], [1, 2]]);
});

Deno.test("StackScanner does no more once its memory did not do", () => {
  const scanner = scannerOf("a;b 1\n");
  scanner.scan(false);
  // Until its memory is full takes 4 GiB: what lies outside of it ends the work likewise.
  const message = "4 GiB are not enough for so many different stacks";
  assertThrows(() => scanner.addStack(16, 0xfffffff0), RangeError, message);
  assertThrows(() => scanner.makeRoom(), RangeError, message);
  assertThrows(() => scanner.scan(true), RangeError, message);
  assertEquals([scanner.stackCount, ...scanner.sums], [1, 1]);
});
