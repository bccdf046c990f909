import { assertEquals, assertThrows } from "@std/assert";
import { Defect } from "../../lib/dwarf/defect.ts";
import { LineRows } from "../../lib/dwarf/line_rows.ts";

/** Of each vaddr `file:line:column`; "-" if it has no row. */
function texts(rows: LineRows): string[] {
  return Array.from(
    rows.found,
    (found, at) => found === 0 ? "-" : `${rows.files[at]}:${rows.lines[at]}:${rows.columns[at]}`,
  );
}

Deno.test("add() gives a vaddr the row before it", () => {
  const rows = new LineRows(Float64Array.of(0x0fff, 0x1000, 0x1003, 0x1004, 0x1008), 8);
  rows.add(0x1000, 1, 10, 5);
  rows.add(0x1004, 1, 11, 6);
  rows.end(0x1008);
  assertEquals(texts(rows), ["-", "1:10:5", "1:10:5", "1:11:6", "-"]);
});

Deno.test("add() takes the last of several rows with the same address", () => {
  const rows = new LineRows(Float64Array.of(0x1000), 8);
  for (const line of [1, 2, 3]) rows.add(0x1000, 1, line, 0);
  rows.end(0x1004);
  assertEquals(texts(rows), ["1:3:0"]);
});

Deno.test("end() separates sequences, in whatever order they are", () => {
  const rows = new LineRows(Float64Array.of(0x1000, 0x1800, 0x2000), 8);
  rows.add(0x2000, 2, 20, 0);
  rows.end(0x2004);
  rows.add(0x1000, 1, 10, 0);
  rows.end(0x1004);
  assertEquals(texts(rows), ["1:10:0", "-", "2:20:0"]);
});

Deno.test("end() without rows is nothing", () => {
  const rows = new LineRows(Float64Array.of(0x1000), 8);
  rows.end(0x2000);
  assertEquals(texts(rows), ["-"]);
});

Deno.test("add() gives nothing to rows behind which no sequence ends", () => {
  const rows = new LineRows(Float64Array.of(0x1000), 8);
  rows.add(0x1000, 1, 10, 0);
  assertEquals(texts(rows), ["-"]);
});

for (const [tombstone, addressSize] of [[0, 8], [-1, 8], [-2, 8], [0xffffffff, 4]] as const) {
  Deno.test(`add() leaves out a sequence at ${tombstone}: the linker did so`, () => {
    const rows = new LineRows(Float64Array.of(1, 0x1000), addressSize);
    rows.add(tombstone, 1, 10, 0);
    rows.add(0x2000, 1, 11, 0);
    rows.end(0x2001);
    assertEquals(texts(rows), ["-", "-"]);
  });
}

Deno.test("add() does not lose a row to a sequence that was left out", () => {
  const rows = new LineRows(Float64Array.of(0x1000), 8);
  rows.add(0x1000, 1, 10, 0);
  rows.end(0x1004);
  rows.add(0, 1, 99, 0);
  rows.end(0x2000);
  assertEquals(texts(rows), ["1:10:0"]);
});

Deno.test("add() takes a row whose address goes back within a sequence", () => {
  const rows = new LineRows(Float64Array.of(0x1000, 0x2000), 8);
  rows.add(0x2000, 1, 20, 0);
  rows.add(0x2004, 1, 21, 0);
  rows.add(0x1000, 1, 10, 0);
  rows.end(0x1004);
  assertEquals(texts(rows), ["1:10:0", "1:20:0"]);
});

Deno.test("add() stops at rows that go back and forth", () => {
  const vaddrs = Float64Array.from({ length: 1000 }, (_, at) => 0x1000 + at);
  const rows = new LineRows(vaddrs, 8);
  let count = 0;
  assertThrows(
    () => {
      for (;; count++) {
        rows.add(0x1000, 1, 1, 0);
        rows.add(0x2000, 1, 1, 0);
      }
    },
    Defect,
    "its rows go back and forth too often",
  );
  // 2^20 steps, and 64 for each vaddr.
  assertEquals(count, Math.floor(((1 << 20) + 64 * 1000) / 1000));
});
