import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../../lib/bytes/mod.ts";
import { ElfFile } from "../../../lib/elf/mod.ts";
import { scoreCalls } from "../../../lib/resolve/evidence/score_calls.ts";
import { testdata } from "../../support/testdata.ts";

const FOLDER = testdata("evidence/x86_64");
const PATH = "/opt/evidence/libwalk.so";

Deno.test("scoreCalls() counts all return addresses of the library that ran", async () => {
  assertEquals(await scoreOf("same"), { checked: 100, calls: 100, insideCalls: 0 });
});

Deno.test("scoreCalls() counts few of another build", async () => {
  const { checked, calls, insideCalls } = await scoreOf("other");
  assertEquals(checked, 100);
  assert(calls + insideCalls < 20, `${calls} and ${insideCalls}`);
});

async function scoreOf(build: string) {
  const read = (name: string) => Deno.readTextFileSync(`${FOLDER}/${name}`);
  const base = parseInt(read("maps").split("\n").find((line) => line.endsWith(PATH))!, 16);
  const addresses = read("raw.folded").match(/0x[0-9a-f]+/g)!.map(Number);
  const vaddrs = addresses.map((address) => address - base)
    .filter((vaddr) => vaddr >= 0 && vaddr < 0x2000);
  const bytes = Deno.readFileSync(`${FOLDER}/${build}${PATH}`);
  const elf = await ElfFile.open(new MemorySource(PATH, bytes));
  return await scoreCalls(elf, Float64Array.from(new Set(vaddrs)).sort());
}
