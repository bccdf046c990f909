import { assertEquals } from "@std/assert";
import { readerOfBytes, readerOfChunks } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { parseHexAddress } from "../../lib/input/raw_frame.ts";
import {
  type KallsymsLookup,
  type KernelSymbol,
  readKallsyms,
} from "../../lib/symbols/kallsyms.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

/** Looks up addresses given as hexadecimal digits, ascending. */
function lookup(text: string, ...digits: readonly string[]): Promise<KallsymsLookup> {
  const addresses = Float64Array.from(digits, parseHexAddress);
  return readKallsyms(readerOfBytes("kallsyms", bytesOf(text)), addresses);
}

/** The names that addresses get, `name [module]` in a module. */
async function namesOf(text: string, ...digits: readonly string[]): Promise<string[]> {
  return (await lookup(text, ...digits)).symbols.map(spell);
}

function spell(symbol: KernelSymbol | undefined): string {
  if (symbol === undefined) return "-";
  return symbol.module === "" ? symbol.name : `${symbol.name} [${symbol.module}]`;
}

/** What linker scripts call the start of a section. */
const SECTION_STARTS = [
  "_text",
  "_stext",
  "_sinittext",
  "__sched_text_start",
  "__inittext_begin",
  "__pi__text",
];

Deno.test("readKallsyms() names an address by the nearest function before it", async () => {
  const text = "ffffffff81000000 T first\nffffffff81000040 t second\nffffffff81000080 T third\n";
  const { symbols } = await lookup(
    text,
    "ffffffff80ffffff",
    "ffffffff81000000",
    "ffffffff8100003f",
    "ffffffff81000040",
  );
  const first = { name: "first", module: "", start: -0x7f000000 };
  const second = { name: "second", module: "", start: -0x7effffc0 };
  assertEquals(symbols, [undefined, first, first, second]);
});

Deno.test("readKallsyms() reads every bit of an address", async () => {
  const text = "ffff800080010001 T odd\nffff800080010003 T next\n";
  const { symbols } = await lookup(text, "ffff800080010000", "ffff800080010001");
  assertEquals(symbols, [undefined, { name: "odd", module: "", start: -0x7fff7ffeffff }]);
});

Deno.test("readKallsyms() reads the addresses of 32-bit kernels", async () => {
  const { symbols } = await lookup("c0100000 T _stext\nc0100010 t probe\n", "c0100011");
  assertEquals(symbols, [{ name: "probe", module: "", start: 0xc0100010 }]);
});

Deno.test("readKallsyms() gives modules, also those that the kernel makes up", async () => {
  const text = "ffffffff81000000 T _stext\n" +
    "ffffffffc0300000 t nf_hook\t[nf_tables]\n" +
    "ffffffffc0201000 t ftrace_trampoline\t[__builtin__ftrace]\n" +
    "ffffffffc0400000 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]\n";
  assertEquals(
    await namesOf(text, "ffffffffc0201004", "ffffffffc0300004", "ffffffffc0400004"),
    [
      "ftrace_trampoline [__builtin__ftrace]",
      "nf_hook [nf_tables]",
      "bpf_prog_6deef7357e7b4530_sd_fw_egress [bpf]",
    ],
  );
});

Deno.test("readKallsyms() finds a module whose tab became blanks", async () => {
  assertEquals(await namesOf("c0300000 t nf_hook  [nf_tables]\n", "c0300000"), [
    "nf_hook [nf_tables]",
  ]);
});

Deno.test("readKallsyms() keeps names as the kernel spells them", async () => {
  for (
    const name of [
      "do_one.part.0.cold",
      "hash.llvm.1234567890",
      "handler.cfi_jt",
      "__cfi_handler",
      "_RNvCs1_4core4main",
    ]
  ) {
    assertEquals(await namesOf(`c0100000 t ${name}\n`, "c0100000"), [name]);
  }
});

Deno.test("readKallsyms() does not depend on the order of the lines", async () => {
  const text = "c0100080 T third\nc0100000 T first\nc0100010 D data\nc0100040 T second\n";
  assertEquals(await namesOf(text, "c010000f", "c0100010", "c0100041", "c0100081"), [
    "first",
    "-",
    "second",
    "third",
  ]);
});

for (const type of "TtWwi") {
  Deno.test(`readKallsyms() takes type ${type} for a function`, async () => {
    const { symbols, textSymbols } = await lookup(`c0100000 ${type} it\n`, "c0100004");
    assertEquals([symbols.map(spell), textSymbols], [["it"], 1]);
  });
}

for (const type of "DdBbRrVvGgSs") {
  Deno.test(`readKallsyms() lets a symbol of type ${type} end the function before it`, async () => {
    const text = `c0100000 T code\nc0100010 ${type} other\n`;
    const { symbols, textSymbols } = await lookup(text, "c010000f", "c0100010");
    assertEquals([symbols.map(spell), textSymbols], [["code", "-"], 1]);
  });
}

for (const type of "AaUNn?") {
  Deno.test(`readKallsyms() ignores symbols of type ${type}`, async () => {
    const text = `c0100000 T code\nc0100010 ${type} value\n`;
    assertEquals(await namesOf(text, "c0100010"), ["code"]);
  });
}

Deno.test("readKallsyms() prefers a function to data at the same address", async () => {
  const text = "c0100000 B __init_begin\nc0100000 t setup\nc0100000 D data\n";
  assertEquals(await namesOf(text, "c0100000"), ["setup"]);
});

Deno.test("readKallsyms() names nothing 128 KiB behind a function's start", async () => {
  assertEquals(await namesOf("c0100000 T last\n", "c011ffff", "c0120000"), ["last", "-"]);
});

Deno.test("readKallsyms() chooses global before weak before local names", async () => {
  const lines = ["c0100000 t a\n", "c0100000 w bb\n", "c0100000 T ccc\n"];
  for (const text of [lines.join(""), lines.toReversed().join("")]) {
    assertEquals(await namesOf(text, "c0100000"), ["ccc"]);
  }
  assertEquals(await namesOf("c0100000 t a\nc0100000 W bb\n", "c0100000"), ["bb"]);
});

Deno.test("readKallsyms() chooses among equal names as chooseName() does", async () => {
  const text = "c0100000 T __x64_sys_read\nc0100000 T sys_read_long\nc0100000 T sys_read\n";
  assertEquals(await namesOf(text, "c0100000"), ["sys_read"]);
});

Deno.test("readKallsyms() chooses among equal names that are far apart in the file", async () => {
  const text = "c0100000 t bb\t[two]\nc0200000 T far\nc0100000 t a\t[one]\nc0200010 T b\n" +
    "c0100000 t ccc\n";
  assertEquals(await namesOf(text, "c0100000", "c0200000"), ["a [one]", "far"]);
});

Deno.test("readKallsyms() prefers a local function to the name of its section", async () => {
  for (const section of SECTION_STARTS) {
    for (const lines of [[`T ${section}`, "t __local"], ["t __local", `T ${section}`]]) {
      const text = lines.map((line) => `c0100000 ${line}\n`).join("");
      assertEquals(await namesOf(text, "c0100000", "c0100004"), ["__local", "__local"]);
    }
  }
});

Deno.test("readKallsyms() names nothing by the start of a section", async () => {
  for (const section of SECTION_STARTS) {
    const text = `c0100000 T before\nc0100010 T ${section}\nc0100040 t first\n`;
    assertEquals(
      await namesOf(text, "c010000f", "c0100010", "c010003f", "c0100040"),
      ["before", "-", "-", "first"],
    );
  }
});

Deno.test("readKallsyms() names nothing if only landmarks were kept", async () => {
  const text = "ffffffff81000000 T _text\nffffffff81000000 T _stext\nffffffff82000000 T _etext\n";
  const found = await lookup(text, "ffffffff81000000", "ffffffff81000010", "ffffffff8101ffff");
  assertEquals(found.symbols, [undefined, undefined, undefined]);
  assertEquals([...found.landmarks.keys()], ["_text", "_stext", "_etext"]);
  assertEquals([found.textSymbols, found.allZero], [0, false]);
});

Deno.test("readKallsyms() names nothing behind the end of a section", async () => {
  for (const end of ["_etext", "_einittext", "__sched_text_end"]) {
    const text = `c0100000 T last\nc0100010 T ${end}\n`;
    assertEquals(await namesOf(text, "c010000f", "c0100010"), ["last", "-"]);
  }
});

Deno.test("readKallsyms() names a function that begins where a section ends", async () => {
  for (const lines of [["T __sched_text_end", "t __lock"], ["t __lock", "T __sched_text_end"]]) {
    const text = lines.map((line) => `c0100000 ${line}\n`).join("");
    assertEquals(await namesOf(text, "c0100000"), ["__lock"]);
  }
});

Deno.test("readKallsyms() takes functions with names like those of sections", async () => {
  for (const name of ["_free_context", "core_kernel_text", "__is_kernel_text", "_copy_text"]) {
    assertEquals(await namesOf(`c0100000 T ${name}\n`, "c0100004"), [name]);
  }
});

Deno.test("readKallsyms() drops mapping symbols and local labels", async () => {
  const text = "c0100000 T code\nc0100008 t $d\nc0100010 t $x.5\nc0100018 t .Lpad\n" +
    "c0100020 t $x\t[mod]\n";
  assertEquals(await namesOf(text, "c0100009", "c0100021"), ["code", "code"]);
});

Deno.test("readKallsyms() gives the addresses of _text and _stext", async () => {
  const text = "ffffffff81000000 T _text\nffffffff81000200 T _stext\n" +
    "ffffffff82000000 T _etext\nffffffff83000000 T _sinittext\nffffffff83001000 T _einittext\n" +
    "ffffffffc0000000 t _stext\t[mod]\nffffffff84000000 T _text\n";
  assertEquals(
    [...(await lookup(text)).landmarks],
    [
      ["_text", -0x7f000000],
      ["_stext", -0x7efffe00],
      ["_etext", -0x7e000000],
      ["_sinittext", -0x7d000000],
      ["_einittext", -0x7cfff000],
    ],
  );
  const none = "c0100000 T start_text\nc0100000 T __text\nc0100000 T _stex\n";
  assertEquals((await lookup(none)).landmarks.size, 0);
});

Deno.test("readKallsyms() recognises hidden addresses", async () => {
  const text = "0000000000000000 T _text\n0000000000000000 A per_cpu\n0000000000000000 t b\t[m]\n";
  const found = await lookup(text, "0", "ffffffff81000000");
  assertEquals(found.allZero, true);
  assertEquals(found.textSymbols, 1);
  assertEquals(found.landmarks.size, 0);
  assertEquals(found.symbols, [undefined, undefined]);
});

Deno.test("readKallsyms() takes per-CPU symbols at 0 for no hidden addresses", async () => {
  const text = "0000000000000000 A fixed_percpu_data\nffffffff81000000 T _text\n";
  assertEquals((await lookup(text)).allZero, false);
});

Deno.test("readKallsyms() reads lines that end in CR LF, blank ones, and an unended one", async () => {
  const text = "c0100000 T one\r\n\r\n\nc0100010 t two\t[mod]\r\nc0100020 T three";
  const found = await lookup(text, "c0100000", "c0100010", "c0100020");
  assertEquals(found.symbols.map(spell), ["one", "two [mod]", "three"]);
  assertEquals(found.invalid, 0);
});

Deno.test("readKallsyms() reads addresses of any length, in either case, with 0x", async () => {
  const text = "0x1000 T a\n000000000000000002000 T b\nFFFFFFFFC0000000 T c\n";
  assertEquals(await namesOf(text, "ffffffffc0000000", "1000", "2000"), ["c", "a", "b"]);
});

const INVALID: readonly (readonly [line: string, detail: string])[] = [
  ["T name", "no address at its start"],
  ["xyz T name", "no address at its start"],
  ["(____ptrval____) T name", "no address at its start"],
  ["0123456789abcdef T name", "no address at its start"],
  ["ffffffff8100000000 T name", "no address at its start"],
  ["c0100000", "no type behind its address"],
  ["c0100000 T", "no type behind its address"],
  ["c0100000 T ", "no type behind its address"],
  ["c0100000 name", "no type behind its address"],
  ["c0100000T name", "no type behind its address"],
  ["c0100000 T \t[mod]", "no name behind its type"],
];

for (const [invalid, detail] of INVALID) {
  Deno.test(`readKallsyms() counts ${JSON.stringify(invalid)} as invalid`, async () => {
    const text = `c0100000 T code\n\n${invalid}\n${invalid}\n`;
    const found = await lookup(text, "c0100001");
    assertEquals(found.invalid, 2);
    assertEquals(found.firstInvalid, { source: "kallsyms", line: 3, text: invalid, detail });
    assertEquals(found.symbols.map(spell), ["code"]);
  });
}

Deno.test("readKallsyms() refuses a file without symbols", async () => {
  await assertRejectsExactly(
    () => lookup("\n7f0000000000-7f0000001000 r-xp 00000000 00:00 0 \n"),
    FormatError,
    'Cannot find a symbol of "kallsyms", line 2: line is ' +
      '"7f0000000000-7f0000001000 r-xp 00000000 00:00 0 " (no type behind its address), ' +
      'want "ADDRESS TYPE NAME" as in /proc/kallsyms',
  );
  await assertRejectsExactly(
    () => lookup(""),
    FormatError,
    'Cannot find a symbol of "kallsyms": it has 0 lines, want those of /proc/kallsyms',
  );
});

Deno.test("readKallsyms() names sampled addresses as perf does", async () => {
  const truth = Deno.readTextFileSync(testdata("jit/kallsyms.truth")).trimEnd().split("\n")
    .map((line) => line.split(" ") as [string, string]);
  const bytes = Deno.readFileSync(testdata("jit/kallsyms"));
  const addresses = Float64Array.from(truth, ([address]) => parseHexAddress(address.slice(2)));
  const found = await readKallsyms(readerOfBytes("kallsyms", bytes), addresses);
  assertEquals(found.symbols.map(spell), truth.map(([, name]) => name));
  assertEquals([found.invalid, found.allZero], [0, false]);
  const { landmarks } = found;
  assertEquals([landmarks.get("_text"), landmarks.get("_stext")], [-0x7f000000, -0x7f000000]);
});

Deno.test("readKallsyms() recognises a file that an ordinary user read", async () => {
  const text = Deno.readTextFileSync(testdata("jit/kallsyms-restricted"));
  const found = await lookup(text, "ffffffff81000000");
  assertEquals([found.allZero, found.textSymbols, found.symbols], [true, 15, [undefined]]);
});

interface Line {
  readonly address: number;
  readonly type: string;
  readonly name: string;
}

/** The rules again, said as slowly as possible. */
function nearestSlowly(lines: readonly Line[], address: number): string {
  const before = lines.filter((line) => line.address <= address && line.type !== "A");
  const nearest = Math.max(...before.map((line) => line.address));
  const functions = before.filter((line) => line.address === nearest && /[TtWw]/.test(line.type));
  if (functions.length === 0 || address - nearest >= 0x20000) return "-";
  const rank = (line: Line) => "T W w t".indexOf(line.type.replace("w", "W"));
  functions.sort((a, b) =>
    rank(a) - rank(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1)
  );
  return functions[0]!.name;
}

Deno.test("readKallsyms() agrees with a search of all lines, in any chunks", async () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const spread = random.pick([16, 64, 0x40000]);
    const address = () => -0x7f000000 + random.below(64) * random.below(spread);
    const lines: Line[] = Array.from({ length: 1 + random.below(60) }, () => ({
      address: address(),
      type: random.pick([..."TTttWwDBA"]),
      name: "f".repeat(1 + random.below(3)) + random.below(5),
    }));
    if (random.below(2) === 0) lines.sort((a, b) => a.address - b.address);
    const text = lines.map(({ address, type, name }) =>
      `${BigInt.asUintN(64, BigInt(address)).toString(16)} ${type} ${name}\n`
    ).join("");
    const wanted = new Float64Array([...new Set(Array.from({ length: random.below(20) }, address))])
      .sort();
    const chunks = chunksAtRandom(bytesOf(text), random, random.pick([3, 40, 1000]));
    const found = await readKallsyms(readerOfChunks("kallsyms", chunks), wanted);
    assertEquals(
      found.symbols.map(spell),
      [...wanted].map((one) => nearestSlowly(lines, one)),
      `seed ${seed}`,
    );
  }
});
