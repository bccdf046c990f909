import { assertEquals } from "@std/assert";
import { FoldedLine } from "../../lib/input/folded_line.ts";
import { bytesOf } from "../support/resolve_text.ts";

interface Parsed {
  readonly stack: string;
  readonly weight: number;
  readonly base: number;
  readonly decimals: number;
}

/** Parses a line that stands between other bytes, as it does in a chunk. */
function parse(text: string): Parsed | string {
  const bytes = bytesOf(`9 8 7\n${text}\n 65 4\n`);
  const line = new FoldedLine();
  const end = 6 + bytesOf(text).length;
  const problem = line.parse(new DataView(bytes.buffer), 6, end);
  if (problem !== "") return problem;
  const { stackStart, stackEnd, weight, base, decimals } = line;
  const stack = new TextDecoder().decode(bytes.subarray(stackStart, stackEnd));
  return { stack, weight, base, decimals };
}

function plain(stack: string, weight: number): Parsed {
  return { stack, weight, base: NaN, decimals: 0 };
}

const MAX = Number.MAX_SAFE_INTEGER;

const STACKS: readonly (readonly [title: string, line: string, wanted: Parsed])[] = [
  ["a stack and its count", "a;b;c 42", plain("a;b;c", 42)],
  ["a count of 0", "a 0", plain("a", 0)],
  ["zeros before a count", "a 007", plain("a", 7)],
  ["a tab before the count", "a;b\t42", plain("a;b", 42)],
  ["several blanks before the count", "a;b \t  42", plain("a;b", 42)],
  ["blanks and a carriage return behind the count", "a 42 \t\r", plain("a", 42)],
  ["blanks before the stack", "  \ta;b 42", plain("a;b", 42)],
  ["blanks inside of frames", "operator new(unsigned long);f (x) 3", {
    ...plain("operator new(unsigned long);f (x)", 3),
  }],
  ["frames of several bytes", "höhe;日本 3", plain("höhe;日本", 3)],
  ["empty frames", ";a;;b; 3", plain(";a;;b;", 3)],
  ["no stack", " 5", plain("", 5)],
  ["a number as the stack", "3 5", plain("3", 5)],
  ["a number as the leaf", "a;3 5", plain("a;3", 5)],
  ["a leaf that ends in digits", "a;b3 5", plain("a;b3", 5)],
  ["a leaf that ends in a version", "a;memcpy@GLIBC_2.14 5", plain("a;memcpy@GLIBC_2.14", 5)],
  ["an address before the count", "a;0x7f572d91b230 5", plain("a;0x7f572d91b230", 5)],
  ["a point at the end", "a 5.", plain("a", 5)],
  ["a fraction of zeros", "a 5.000", plain("a", 5)],
  ["a fraction", "a 1.5", { stack: "a", weight: 15, base: NaN, decimals: 1 }],
  ["a fraction that ends in zeros", "a 1.2500", {
    stack: "a",
    weight: 125,
    base: NaN,
    decimals: 2,
  }],
  ["a fraction below one", "a 0.001", { stack: "a", weight: 1, base: NaN, decimals: 3 }],
  ["a zero with a fraction of zeros", "a 0.00", plain("a", 0)],
  ["a second count", "a;b 3 5", { stack: "a;b", weight: 5, base: 3, decimals: 0 }],
  ["a second count of 0", "a;b 3 0", { stack: "a;b", weight: 0, base: 3, decimals: 0 }],
  ["tabs between two counts", "a;b\t3\t5\r", { stack: "a;b", weight: 5, base: 3, decimals: 0 }],
  ["the last two of three counts", "a 1 3 5", { stack: "a 1", weight: 5, base: 3, decimals: 0 }],
  ["a fraction in the first count", "a 1.5 2", { stack: "a", weight: 20, base: 15, decimals: 1 }],
  ["a fraction in the second count", "a 2 1.25", {
    stack: "a",
    weight: 125,
    base: 200,
    decimals: 2,
  }],
  ["fractions in both counts", "a 0.5 0.25", { stack: "a", weight: 25, base: 50, decimals: 2 }],
  ["points that end both counts", "a 1. 2.", { stack: "a", weight: 2, base: 1, decimals: 0 }],
  ["a second number that is no count", "a -3 5", plain("a -3", 5)],
  ["a count of 15 digits", "a 999999999999999", plain("a", 999999999999999)],
  ["a count of 16 digits", "a 9007199254740991", plain("a", MAX)],
  ["many zeros before a count", `a ${"0".repeat(40)}12`, plain("a", 12)],
  ["2^53 - 1 with a point", "a 9007199254740991.0", plain("a", MAX)],
  ["16 digits with a fraction", "a 900719925474099.1", {
    stack: "a",
    weight: MAX,
    base: NaN,
    decimals: 1,
  }],
  ["two counts of 2^53 - 1", `a ${MAX} ${MAX}`, {
    stack: "a",
    weight: MAX,
    base: MAX,
    decimals: 0,
  }],
];

for (const [title, line, wanted] of STACKS) {
  Deno.test(`FoldedLine.parse() accepts ${title}`, () => {
    assertEquals(parse(line), wanted);
  });
}

const NO_COUNT: readonly (readonly [title: string, line: string])[] = [
  ["nothing", ""],
  ["blanks", " \t "],
  ["a stack alone", "a;b;c"],
  ["a number alone", "42"],
  ["a count without a blank before it", "a;b42"],
  ["a count behind a semicolon", "a;42"],
  ["a negative count", "a -5"],
  ["a sign", "a +5"],
  ["an exponent", "a 1e6"],
  ["a point at the start", "a .5"],
  ["a point alone", "a ."],
  ["two points", "a 1.2.3"],
  ["a comma", "a 1,5"],
  ["a hexadecimal number", "a 0x10"],
  ["a unit", "a 10ms"],
  ["digits of another script", "a ٣"],
  ["another blank than space and tab", "a\u00a05"],
];

for (const [title, line] of NO_COUNT) {
  Deno.test(`FoldedLine.parse() refuses ${title}`, () => {
    assertEquals(parse(line), "no count at its end");
  });
}

const TOO_LARGE: readonly (readonly [title: string, line: string])[] = [
  ["2^53", "a 9007199254740992"],
  ["a count of 400 digits", `a ${"9".repeat(400)}`],
  ["a first count of 2^53", "a 9007199254740992 1"],
  ["a count that its fraction takes past 2^53", "a 9007199254740991.5"],
  ["a count that the other's fraction takes past 2^53", "a 0.5 9007199254740991"],
];

for (const [title, line] of TOO_LARGE) {
  Deno.test(`FoldedLine.parse() refuses ${title}`, () => {
    assertEquals(parse(line), "count past 2^53");
  });
}

Deno.test("FoldedLine.parse() forgets the line before", () => {
  const line = new FoldedLine();
  const bytes = bytesOf("a 1.5 2.5b 3");
  const view = new DataView(bytes.buffer);
  line.parse(view, 0, 9);
  assertEquals([line.weight, line.base, line.decimals], [25, 15, 1]);
  line.parse(view, 9, 12);
  assertEquals([line.weight, line.base, line.decimals], [3, NaN, 0]);
  assertEquals([line.stackStart, line.stackEnd], [9, 10]);
});
