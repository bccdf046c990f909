import { assertEquals } from "@std/assert";
import { readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { parseHexAddress } from "../../lib/input/raw_frame.ts";
import { type PerfMap, readPerfMap } from "../../lib/symbols/perf_map.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

function read(text: string): Promise<PerfMap> {
  return readPerfMap(readerOfBytes("perf-42.map", bytesOf(text)));
}

/** The names at addresses; "-" where there is none. */
async function namesAt(text: string, ...addresses: readonly number[]): Promise<string[]> {
  const map = await read(text);
  return addresses.map((address) => map.rangeAt(address)?.name ?? "-");
}

Deno.test("readPerfMap() gives the range that an address lies in", async () => {
  const map = await read("7f0000001000 40 first\n7f0000001080 10 second\n");
  const first = { name: "first", start: 0x7f0000001000, end: 0x7f0000001040 };
  assertEquals(map.rangeAt(0x7f0000000fff), undefined);
  assertEquals(map.rangeAt(0x7f0000001000), first);
  assertEquals(map.rangeAt(0x7f000000103f), first);
  assertEquals(map.rangeAt(0x7f0000001040), undefined);
  assertEquals(map.rangeAt(0x7f000000108f)?.name, "second");
  assertEquals(map.rangeAt(0x7f0000001090), undefined);
  assertEquals([map.size, map.empty, map.invalid, map.firstInvalid], [2, 0, 0, undefined]);
});

const NAMES: readonly (readonly [title: string, line: string, name: string])[] = [
  ["blanks", "1000 10 void [Lib] A::b(int, char)[Opt]", "void [Lib] A::b(int, char)[Opt]"],
  ["several blanks in a row", "1000 10 a  b", "a  b"],
  ["semicolons", "1000 10 Lj/l/String;::length", "Lj/l/String;::length"],
  ["letters of several bytes", "1000 10 JS:~größe 日本.js:1:1", "JS:~größe 日本.js:1:1"],
  ["digits only", "1000 10 42", "42"],
  ["no letters", "1000 10", ""],
  ["blanks only", "1000 10  \t ", ""],
  ["a carriage return at the end of the line", "1000 10 a b\r", "a b"],
  ["a carriage return and no letters", "1000 10\r", ""],
  ["tabs between the fields", "1000\t10\ta b", "a b"],
  ["several blanks before it", " 1000  10   a b ", "a b"],
  ["numbers with 0x", "0x1000 0X10 a", "a"],
  ["padded numbers in upper case", "000000000000000000001000 0000000A a", "a"],
];

for (const [title, line, name] of NAMES) {
  Deno.test(`readPerfMap() reads a name with ${title}`, async () => {
    assertEquals(await namesAt(`${line}\n`, 0x1000), [name]);
  });
}

Deno.test("readPerfMap() replaces bytes that are no UTF-8", async () => {
  const bytes = new Uint8Array([...bytesOf("1000 10 a"), 0xff, 0x0a]);
  const map = await readPerfMap(readerOfBytes("perf-42.map", bytes));
  assertEquals(map.rangeAt(0x1000)?.name, "a\u{fffd}");
});

Deno.test("readPerfMap() reads addresses of the upper half", async () => {
  const map = await read("ffffffffffffff00 100 vsyscall\n");
  assertEquals(map.rangeAt(-1), { name: "vsyscall", start: -0x100, end: 0 });
  assertEquals(map.rangeAt(0), undefined);
});

Deno.test("readPerfMap() reads an empty file, blank lines and an unended line", async () => {
  assertEquals((await read("")).size, 0);
  const map = await read("\n \r\n1000 10 a\n\n2000 10 b");
  assertEquals([map.size, map.invalid], [2, 0]);
  assertEquals(map.rangeAt(0x2000)?.name, "b");
});

const OVERLAPS: readonly (readonly [title: string, lines: readonly string[], names: string])[] = [
  ["the same range again", ["10 4 a", "10 4 b"], "bbbb-----"],
  ["the start of an earlier one", ["12 4 a", "10 4 b"], "bbbbaa---"],
  ["the end of an earlier one", ["10 4 a", "12 4 b"], "aabbbb---"],
  ["the middle of an earlier one", ["10 6 a", "12 2 b"], "aabbaa---"],
  ["all of several earlier ones", ["10 2 a", "13 2 b", "16 1 c", "10 8 d"], "dddddddd-"],
  ["two neighbours", ["10 3 a", "13 3 b", "12 2 c"], "aaccbb---"],
  ["an earlier one from the same start", ["10 6 a", "10 2 b"], "bbaaaa---"],
  ["an earlier one to the same end", ["10 6 a", "14 2 b"], "aaaabb---"],
];

for (const [title, lines, names] of OVERLAPS) {
  Deno.test(`readPerfMap() lets a line win over ${title}`, async () => {
    const map = await read(lines.join("\n"));
    const found = Array.from(names, (_, at) => map.rangeAt(0x10 + at)?.name ?? "-");
    assertEquals(found.join(""), names);
  });
}

Deno.test("readPerfMap() gives the whole of a range that is partly hidden", async () => {
  const map = await read("10 8 a\n12 2 b\n");
  assertEquals(map.rangeAt(0x17), { name: "a", start: 0x10, end: 0x18 });
});

Deno.test("readPerfMap() lets a range without a name hide an earlier one", async () => {
  assertEquals(await namesAt("10 4 a\n12 2\n", 0x11, 0x12), ["a", ""]);
});

Deno.test("readPerfMap() counts ranges of size 0, which name nothing", async () => {
  const map = await read("10 4 a\n12 0 b\n20 0 c\n");
  assertEquals([map.size, map.empty, map.invalid], [1, 2, 0]);
  assertEquals([map.rangeAt(0x12)?.name, map.rangeAt(0x20)], ["a", undefined]);
  assertEquals((await read("20 0 c\n")).empty, 1);
});

const NO_SIZE = "no size behind its address";
const PAST_END = "range past the end of the address space";
const INVALID: readonly (readonly [line: string, detail: string])[] = [
  ["at name:3:4", NO_SIZE],
  ["no hex", "no address at its start"],
  ["-10 4 a", "no address at its start"],
  ["0x", NO_SIZE],
  ["10", NO_SIZE],
  ["10 ", NO_SIZE],
  ["10 xyz", NO_SIZE],
  ["10-20 r-xp", NO_SIZE],
  ["10 4name", NO_SIZE],
  ["10,4 name", NO_SIZE],
  ["123456789abcdef01 4 a", "no address at its start"],
  ["8000000000000000 4 a", "no address at its start"],
  ["10 8000000000000000 a", NO_SIZE],
  ["10 ffffffffffffffff a", PAST_END],
  ["1fffffffffffff 2 a", PAST_END],
  ["ffffffffffffff00 101 a", PAST_END],
];

for (const [line, detail] of INVALID) {
  Deno.test(`readPerfMap() skips and counts ${JSON.stringify(line)}`, async () => {
    const map = await read(`10 4 a\n\n${line}\r\n${line}\n20 4 b\n`);
    assertEquals(map.invalid, 2);
    assertEquals(map.firstInvalid, {
      source: "perf-42.map",
      line: 3,
      text: line,
      detail,
    });
    assertEquals([map.rangeAt(0x10)?.name, map.rangeAt(0x20)?.name], ["a", "b"]);
    assertEquals(map.size, 2);
  });
}

Deno.test("readPerfMap() shows at most 200 characters of an invalid line", async () => {
  const { firstInvalid } = await read(`10 4 a\n${"x".repeat(1000)}\n`);
  assertEquals(firstInvalid?.text, "x".repeat(200));
});

Deno.test("readPerfMap() refuses a file in which no line is a range", async () => {
  await assertRejectsExactly(
    () => read("\n7f0000000000-7f0000001000 r-xp 00000000 00:00 0\nnothing\n"),
    FormatError,
    'Cannot find a range of "perf-42.map", line 2: line is ' +
      '"7f0000000000-7f0000001000 r-xp 00000000 00:00 0" (no size behind its address), ' +
      'want "START SIZE NAME" in hexadecimal',
  );
});

Deno.test("readPerfMap() names sampled addresses as perf does", async () => {
  const bytes = Deno.readFileSync(testdata("jit/perf.map"));
  const map = await readPerfMap(readerOfBytes("perf.map", bytes));
  const truth = Deno.readTextFileSync(testdata("jit/perf.map.truth")).trimEnd().split("\n");
  for (const line of truth) {
    const blank = line.indexOf(" ");
    const range = map.rangeAt(parseHexAddress(line.slice(2, blank)));
    assertEquals(range?.name, line.slice(blank + 1), line);
  }
  assertEquals(map.invalid, 0);
});

Deno.test("readPerfMap() agrees with a search from the last line, in any chunks", async () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const space = random.pick([20, 200]);
    const lines = Array.from({ length: 1 + random.below(60) }, (_, number) => ({
      start: 0x1000 + random.below(space),
      size: random.below(random.pick([3, 30])),
      name: random.below(8) === 0 ? "" : `name ${number % 20}`,
    }));
    const text = lines.map(({ start, size, name }) =>
      `${start.toString(16)} ${size.toString(16)} ${name}\n`
    ).join("");
    const chunks = chunksAtRandom(bytesOf(text), random, random.pick([2, 30, 1000]));
    const map = await readPerfMap(readerOfChunks("perf-42.map", chunks));
    for (let address = 0xff0; address < 0x1010 + space + 30; address++) {
      const line = lines.findLast(({ start, size }) => start <= address && address < start + size);
      const wanted = line && { name: line.name, start: line.start, end: line.start + line.size };
      assertEquals(map.rangeAt(address), wanted, `seed ${seed}, address ${address.toString(16)}`);
    }
  }
});

Deno.test("readPerfMap() cuts 50,000 ranges that all overlap in good time", async () => {
  const count = 50_000;
  const lines = Array.from(
    { length: count },
    (_, at) => `${(0x10000 + at).toString(16)} ${(2 * (count - at)).toString(16)} f${at}\n`,
  );
  const map = await read(lines.join(""));
  const begin = performance.now();
  assertEquals(map.rangeAt(0x10000 + 1234)?.name, "f1234");
  assertEquals(map.rangeAt(0x10000 + count)?.name, `f${count - 1}`);
  assertEquals(map.rangeAt(0x10000 + 2 * count - 1)?.name, "f0");
  // Pair by pair it would be 2.5 * 10^9 steps.
  assertEquals(performance.now() - begin < 2000, true);
});
