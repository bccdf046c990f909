import { assertEquals } from "@std/assert";
import { fitName, nameStart } from "../../../../lib/output/html/page/fit_name.ts";

/** Characters of ASCII are 10 pixels wide, others 20. */
const measure = (text: string) =>
  Array.from(text).reduce((width, character) => width + (character <= "~" ? 10 : 20), 0);

for (
  const [name, characters, text] of [
    ["main", 4, "main"],
    ["main", 3, "ma…"],
    ["main", 1, ""],
    ["a::b::walk", 10, "a::b::walk"],
    ["a::b::walk", 9, "b::walk"],
    ["a::b::walk", 6, "walk"],
    ["a::b::walk", 3, "wa…"],
    ["std::map<a::b, c::d>::find", 10, "find"],
    ["f(a::b)", 5, "f(a:…"],
    ["(anonymous namespace)::run", 12, "run"],
    ["operator<<::x", 8, "operato…"],
    ["github.com/a/pkg.(*T).Run", 12, "pkg.(*T).Run"],
    ["/lib/x.so", 6, "x.so"],
    ["[libc.so.6+0x1234]", 8, "[libc.s…"],
    ["höhe", 4, "h…"],
    ["höhe", 5, "höhe"],
    ["日本語", 5, "日…"],
  ] as const
) {
  Deno.test(`fitName() writes ${name} as "${text}" in ${characters} characters`, () => {
    assertEquals(fitName(name, 10 * characters, 10, measure), text);
  });
}

Deno.test("nameStart() leaves a name that ends in what divides", () => {
  assertEquals(nameStart("a::", 9), 0);
  assertEquals(nameStart("a/", 9), 0);
  assertEquals(nameStart("operator ::x", 9), 0);
});
