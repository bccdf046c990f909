import { assertEquals } from "@std/assert";
import { tableLines } from "../../lib/output/text_table.ts";

Deno.test("tableLines() puts numbers to the right, the rest to the left, and ends in no blank", () => {
  const rows = [["self", "name", "image"], ["12345", "f", ""], ["1", "function", "/lib/x"]];
  assertEquals([...tableLines(rows, 1)], [
    " self  name      image\n",
    "12345  f\n",
    "    1  function  /lib/x\n",
  ]);
});

Deno.test("tableLines() widens no column for a very long name", () => {
  const long = "x".repeat(100);
  assertEquals([...tableLines([["f", "a"], [long, "b"]], 0)], [
    `f${" ".repeat(61)}a\n`,
    `${long}  b\n`,
  ]);
});

Deno.test("tableLines() counts characters, not UTF-16 units", () => {
  assertEquals([...tableLines([["\u{1f600}\u{1f600}", "a"], ["xyz", "b"]], 0)], [
    "\u{1f600}\u{1f600}   a\n",
    "xyz  b\n",
  ]);
});

Deno.test("tableLines() lets no name write to the terminal", () => {
  assertEquals([...tableLines([["\x1b[31mred\nline"]], 0)], ["\\x1b[31mred\\x0aline\n"]);
});
