import { assertEquals } from "@std/assert";
import { Numbering } from "../../lib/output/numbering.ts";

Deno.test("Numbering.numberOf() numbers keys in order of their first appearance", () => {
  const numbering = new Numbering<string>();
  assertEquals(["b", "a", "b", "__proto__"].map((key) => numbering.numberOf(key)), [0, 1, 0, 2]);
  assertEquals(numbering.keys, ["b", "a", "__proto__"]);
});
