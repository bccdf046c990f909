import { assert, assertEquals } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import type { SourcePlace } from "../../lib/errors.ts";
import { parseHexAddress } from "../../lib/input/raw_frame.ts";
import { readJitdump, readKallsyms, readPerfMap } from "../../lib/symbols/mod.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Where in its file a name was found, for those who ask.

Deno.test("readKallsyms() tells the line of a name, and why a near one was not taken", async () => {
  const lines = [
    "ffffffff81000000 T first",
    "no symbol",
    "ffffffff81000040 t __second",
    "ffffffff81000040 t second",
    "ffffffff81000080 d data",
    "ffffffff81100000 T last",
  ];
  const addresses = [
    "ffffffff80000000",
    "ffffffff81000010",
    "ffffffff81000050",
    "ffffffff81000090",
    "ffffffff81200000",
  ].map(parseHexAddress);
  const reader = readerOfBytes("kallsyms", bytesOf(lines.join("\n")));
  const { decisions } = await readKallsyms(reader, Float64Array.from(addresses), true);
  assertEquals(decisions?.map(({ nearest, line, verdict }) => [nearest?.name, line, verdict]), [
    [undefined, 0, "none"],
    ["first", 1, "chosen"],
    ["second", 4, "chosen"],
    ["second", 4, "ended"],
    ["last", 6, "too far"],
  ]);
});

Deno.test("readKallsyms() tells lines that grep finds, in a real snapshot", async () => {
  const bytes = Deno.readFileSync(testdata("jit/kallsyms"));
  const lines = new TextDecoder().decode(bytes).split("\n");
  const truth = truthOf("jit/kallsyms.truth").map(({ address }) => address);
  const addresses = Float64Array.from(truth).sort();
  const { decisions = [] } = await readKallsyms(readerOfBytes("kallsyms", bytes), addresses, true);
  assertEquals(decisions.length, addresses.length);
  for (const { nearest, line, verdict } of decisions) {
    const [digits, , name] = lines[line - 1]!.split(/[\t ]/);
    assertEquals([verdict, name, parseHexAddress(digits!)], [
      "chosen",
      nearest?.name,
      nearest?.start,
    ]);
  }
});

Deno.test("readPerfMap() tells the line of a range, in a real map", async () => {
  const bytes = Deno.readFileSync(testdata("jit/perf.map"));
  const lines = new TextDecoder().decode(bytes).split("\n");
  const map = await readPerfMap(readerOfBytes("perf.map", bytes), true);
  for (const { address, name } of truthOf("jit/perf.map.truth")) {
    const range = map.rangeAt(address);
    const line = lines[numberIn(range?.place) - 1]!;
    assert(line.endsWith(` ${name}`), line);
    assertEquals(parseHexAddress(line.split(" ")[0]!), range?.start);
  }
});

Deno.test("readJitdump() tells the record of a range, in a real dump", async () => {
  const bytes = Deno.readFileSync(testdata("jit/jit.dump"));
  const view = new DataView(bytes.buffer);
  const dump = await readJitdump(new MemorySource("jit.dump", bytes), true);
  for (const { address, name } of truthOf("jit/jit.dump.truth")) {
    const at = numberIn(dump.rangeAt(address)?.place);
    // JIT_CODE_LOAD: a head of 16 bytes and one of 40, then the name.
    assertEquals(view.getUint32(at, true), 0);
    const found = bytes.subarray(at + 56, bytes.indexOf(0, at + 56));
    assertEquals(new TextDecoder().decode(found), name);
  }
});

Deno.test("readPerfMap() does not keep places unasked", async () => {
  const map = await readPerfMap(readerOfBytes("perf-42.map", bytesOf("1000 40 f\n")));
  assertEquals(map.rangeAt(0x1000), { name: "f", start: 0x1000, end: 0x1040 });
});

function numberIn(place: SourcePlace | undefined): number {
  if (place === undefined) return NaN;
  return "line" in place ? place.line : place.fileOffset;
}

function truthOf(path: string): { readonly address: number; readonly name: string }[] {
  return Deno.readTextFileSync(testdata(path)).trimEnd().split("\n").map((line) => {
    const blank = line.indexOf(" ");
    return { address: parseHexAddress(line.slice(2, blank)), name: line.slice(blank + 1) };
  });
}
