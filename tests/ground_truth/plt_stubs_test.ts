import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findPltStubs, type PltStub } from "../../lib/symbols/plt_stubs.ts";
import { testdata } from "../support/testdata.ts";

// Beside each file stands which stubs objdump names. See testdata/plt/README.md.

/** The functions that a resolver chooses, in `testdata/sources/plt/`. */
const CHOSEN_NAMES = ["plt_hidden_choice", "program_choice_one", "program_choice_two"]
  .map((name) => `${name}@plt`);

for (const file of filesWithTruth()) {
  Deno.test(`findPltStubs() names what objdump names in ${file}`, async () => {
    const stubs = await findPltStubs(await open(file));
    const truth = truthOf(file);
    const byStart = new Map(stubs.map(({ start, name }) => [start, name]));
    for (const [start, name] of truth) {
      const own = byStart.get(start);
      // objdump shows the vaddr of a resolver, or nothing, where it chooses the function. Without
      // section headers the symbols of resolvers are not found.
      if (!name.startsWith("*ABS*")) assertEquals(own, name);
      else if (file.includes("no-sections")) assertEquals(own, undefined);
      else assert(CHOSEN_NAMES.includes(own ?? ""), own);
    }
  });

  Deno.test(`findPltStubs() names nothing else, and nothing twice, in ${file}`, async () => {
    const stubs = await findPltStubs(await open(file));
    const truth = truthOf(file);
    for (const { start, name } of stubs) {
      // Some objdumps know no stubs of resolvers.
      assert(truth.has(start) || CHOSEN_NAMES.includes(name), `${name} at ${start}`);
    }
    assertOrder(stubs);
  });
}

Deno.test("findPltStubs() names a resolver's stub by the function in a static program", async () => {
  // objdump -d: the jumps; readelf -r: the resolvers; readelf -s: their names.
  assertEquals(await findPltStubs(await open("x86_64/static/program")), [
    { start: 0x400118, size: 8, name: "program_choice_one@plt" },
    { start: 0x400120, size: 8, name: "program_choice_two@plt" },
  ]);
  assertEquals(await findPltStubs(await open("i686/static/program")), [
    { start: 0x80480a8, size: 8, name: "program_choice_one@plt" },
    { start: 0x80480b0, size: 8, name: "program_choice_two@plt" },
  ]);
  assertEquals(await findPltStubs(await open("aarch64/static/program")), [
    { start: 0x400150, size: 16, name: "program_choice_one@plt" },
    { start: 0x400160, size: 16, name: "program_choice_two@plt" },
  ]);
});

function assertOrder(stubs: readonly PltStub[]): void {
  for (const [at, { start, size }] of stubs.entries()) {
    assert(size > 0 && start + size <= (stubs[at + 1]?.start ?? Infinity));
  }
}

async function open(file: string): Promise<ElfFile> {
  const bytes = Deno.readFileSync(testdata(`plt/${file}`));
  return await ElfFile.open(new MemorySource(file, bytes));
}

/** Lines such as `0000000000001030 <memcpy@plt>:`. */
function truthOf(file: string): Map<number, string> {
  const text = Deno.readTextFileSync(testdata(`plt/${file}.truth`));
  return new Map(
    [...text.matchAll(/^([0-9a-f]+) <(.*)>:$/gm)].map(([, start, name]) =>
      [parseInt(start!, 16), name!] as const
    ),
  );
}

function* filesWithTruth(): Generator<string> {
  for (const arch of namesIn("plt")) {
    for (const layout of namesIn(`plt/${arch}`)) {
      for (const name of namesIn(`plt/${arch}/${layout}`)) {
        if (name.endsWith(".truth")) yield `${arch}/${layout}/${name.slice(0, -".truth".length)}`;
      }
    }
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(testdata(folder))]
    .filter((entry) => folder !== "plt" || entry.isDirectory)
    .map(({ name }) => name).sort();
}
