import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../../lib/bytes/mod.ts";
import type { ExplainedName, FileProvider } from "../../../lib/resolve/mod.ts";
import { knownFunctions } from "../../support/debug_files.ts";
import { explainText } from "../../support/explain_text.ts";
import { testdata } from "../../support/testdata.ts";

const PATH = "/usr/lib/libnames.so";
const BUILD_ID = Deno.readTextFileSync(testdata("debug_files/x86_64/build-id")).trim();
/** A function that only `.symtab` has. */
const PRIVATE = knownFunctions("x86_64", "t")[0]!;
/** In that function, and not at its start: what is before is in the procedure linkage table. */
const INSIDE = PRIVATE.vaddr + 2;

/**
 * Explains a vaddr of a file of testdata/debug_files.
 *
 * @param others Of each path what the debug file there is, in testdata/debug_files/x86_64.
 */
async function explainIn(
  file: string,
  vaddr: number,
  others: Readonly<Record<string, string>> = {},
): Promise<ExplainedName> {
  const open = (path: string) =>
    new MemorySource(path, Deno.readFileSync(testdata(`debug_files/x86_64/${path}`)));
  const files: FileProvider = {
    open: () => Promise.resolve({ source: open(file) }),
    debugDirs: ["/usr/lib/debug"],
    openDebugFile: (path) => {
      const other = others[path];
      return Promise.resolve(other === undefined ? undefined : open(other));
    },
  };
  const text = `${PATH}+0x${vaddr.toString(16)}`;
  const [explanation] = await explainText([text], { files });
  return explanation!.name!;
}

const BY_BUILD_ID = `/usr/lib/debug/.build-id/${BUILD_ID.slice(0, 2)}/${BUILD_ID.slice(2)}.debug`;
const IN_CACHE = `/usr/lib/debug/${BUILD_ID}/debuginfo`;

Deno.test("explainAddresses() does not tell of debug files that nobody looked for", async () => {
  const name = await explainIn("libnames.so", INSIDE);
  assertEquals([name.name, name.stage, name.debugFiles], [PRIVATE.name, "symbols", undefined]);
  assertEquals(name.namesFrom, [".symtab", ".dynsym", ".debug_info"]);
});

Deno.test("explainAddresses() lists the debug files that were tried, in order", async () => {
  const name = await explainIn("linked/libnames.so", INSIDE, {
    "/usr/lib/.debug/libnames.debug": "linked/.debug/libnames.debug",
  });
  assertEquals(name.name, PRIVATE.name);
  const tried = name.debugFiles!.map(({ path, how, outcome }) => [path, how, outcome]);
  assertEquals(tried.at(-1), ["/usr/lib/.debug/libnames.debug", "debuglink", "found"]);
  assertEquals(tried.slice(0, 3), [
    [BY_BUILD_ID, "build-id", "not found"],
    [IN_CACHE, "debuginfod", "not found"],
    ["/usr/lib/libnames.debug", "debuglink", "not found"],
  ]);
  assertEquals(name.symbols.map(({ names }) => names), [[{
    name: PRIVATE.name,
    tables: ["linked/.debug/libnames.debug .symtab"],
  }]]);
});

Deno.test("explainAddresses() says why a debug file was refused, and what that costs", async () => {
  const name = await explainIn("linked/libnames.so", INSIDE, {
    [BY_BUILD_ID]: "other/libnames.debug",
  });
  const [first] = name.debugFiles!;
  assertEquals([first?.path, first?.outcome], [BY_BUILD_ID, "build-id differs"]);
  assert(first!.detail.endsWith(`want ${BUILD_ID}`), first!.detail);
  assertEquals(name.name, "");
  // The unwind tables still have the function.
  assertEquals([name.stage, Number(name.start)], ["bounds", PRIVATE.vaddr]);
  assertEquals(name.problems.length, 1);
});

Deno.test("explainAddresses() tells of the symbols that are compressed into the file", async () => {
  const name = await explainIn("libnames-mini.so", INSIDE);
  assertEquals(name.name, PRIVATE.name);
  assertEquals(name.namesFrom, [".dynsym", ".gnu_debugdata"]);
  assertEquals(name.symbols[0]?.names, [{
    name: PRIVATE.name,
    tables: ["libnames-mini.so(.gnu_debugdata) .symtab"],
  }]);
});

Deno.test("explainAddresses() tells of the stubs that objdump names", async () => {
  const path = testdata("plt/x86_64/lazy/library.so");
  const source = new MemorySource("/opt/plt.so", Deno.readFileSync(path));
  const truth = Deno.readTextFileSync(`${path}.truth`).trimEnd().split("\n")
    .map((line) => /^(\w+) <(.*)>:$/.exec(line)!.slice(1) as [string, string]);
  // What objdump cannot name, the resolver's symbol does.
  const named = truth.filter(([, name]) => !name.startsWith("*ABS*"));
  const addresses = named.map(([vaddr]) => `/opt/plt.so+0x${vaddr}`);
  const explanations = await explainText(addresses, {
    files: { open: () => Promise.resolve({ source }) },
  });
  assertEquals(
    explanations.map(({ name }) => [name?.stage, name?.name]),
    named.map(([, name]) => ["plt", name]),
  );
});

Deno.test("explainAddresses() tells where each of the inlined functions is", async () => {
  const source = new MemorySource("/a.so", Deno.readFileSync(testdata("dwarf/gcc-dwarf5.so")));
  const files = { open: () => Promise.resolve({ source }) };
  const [explanation] = await explainText(["/a.so+0x1068"], { files });
  const { position, inlined } = explanation!.name!;
  assertEquals(position, "/src/sources/dwarf/inlines.c:19");
  assertEquals(inlined, [
    { name: "polynomial", position: "/src/sources/dwarf/inlines.c:11" },
    { name: "square", position: "/src/sources/dwarf/inlines.c:5" },
  ]);
});
