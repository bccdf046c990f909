import { assert, assertEquals } from "@std/assert";
import { isSameBuildId, parseBuildIdList } from "../../lib/symbols/build_id_list.ts";

const ID = "969871c36fdd925ca892b5d1e04c6db09cfe3d1e";
const OTHER = "0123456789abcdef";

Deno.test("parseBuildIdList() reads what perf buildid-list prints", () => {
  const { buildIds, invalid } = parseBuildIdList(
    `${ID} [kernel.kallsyms]\n${OTHER} /usr/lib/x86_64-linux-gnu/libc.so.6\n` +
      `${ID} /opt/a b/lib c.so\n${OTHER} [vdso]\n`,
  );
  assertEquals([...buildIds], [
    ["[kernel.kallsyms]", [ID]],
    ["/usr/lib/x86_64-linux-gnu/libc.so.6", [OTHER]],
    ["/opt/a b/lib c.so", [ID]],
    ["[vdso]", [OTHER]],
  ]);
  assertEquals(invalid, []);
});

Deno.test("parseBuildIdList() takes upper case, blanks, CRLF and an end without a newline", () => {
  const { buildIds } = parseBuildIdList(`\n  ${ID.toUpperCase()}\t/a\r\n\r\n${OTHER} /b`);
  assertEquals([...buildIds], [["/a", [ID]], ["/b", [OTHER]]]);
});

Deno.test("parseBuildIdList() keeps all build-ids of a path, each once", () => {
  const { buildIds } = parseBuildIdList(`${ID} /a\n${OTHER} /a\n${ID} /a\n`);
  assertEquals(buildIds.get("/a"), [ID, OTHER]);
});

Deno.test("parseBuildIdList() gives the lines that it left out", () => {
  const long = "ab".repeat(65);
  const { buildIds, invalid } = parseBuildIdList(
    `# comment\n${ID} /a\n${ID}\nabc /odd\n${long} /long\nxyz /b\n`,
  );
  assertEquals([...buildIds.keys()], ["/a"]);
  assertEquals(invalid, [
    { line: 1, text: "# comment" },
    { line: 3, text: ID },
    { line: 4, text: "abc /odd" },
    { line: 5, text: `${long} /long` },
    { line: 6, text: "xyz /b" },
  ]);
});

Deno.test("isSameBuildId() allows for zeros up to 20 bytes", () => {
  assert(isSameBuildId(ID, ID));
  assert(isSameBuildId(OTHER, OTHER.padEnd(40, "0")));
  assert(isSameBuildId(OTHER.padEnd(40, "0"), OTHER));
  assert(!isSameBuildId(OTHER, OTHER.padEnd(38, "0")));
  assert(!isSameBuildId(OTHER, ID));
  assert(!isSameBuildId("", "0".repeat(40)));
  assert(!isSameBuildId(OTHER.padEnd(40, "0"), OTHER.padEnd(40, "1")));
});
