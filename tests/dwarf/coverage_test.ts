import { assertEquals, assertThrows } from "@std/assert";
import { Coverage } from "../../lib/dwarf/coverage.ts";
import { Defect } from "../../lib/dwarf/defect.ts";

const VADDRS = Float64Array.of(0x10, 0x20, 0x30, 0x40);

function add(coverage: Coverage, owner: number, start: number, end: number): void {
  coverage.current = owner;
  coverage.add(start, end);
}

Deno.test("add() says what covers a vaddr", () => {
  const coverage = new Coverage(VADDRS, 8);
  add(coverage, 5, 0x20, 0x40);
  assertEquals([...coverage.owners], [-1, 5, 5, -1]);
});

Deno.test("add() lets the greatest number win, in whatever order they come", () => {
  for (const order of [[1, 2], [2, 1]]) {
    const coverage = new Coverage(VADDRS, 8);
    for (const owner of order) add(coverage, owner, owner === 1 ? 0x10 : 0x20, 0x41);
    assertEquals([...coverage.owners], [1, 2, 2, 2]);
  }
});

Deno.test("add() leaves out empty and inverted ranges, and code that was left out", () => {
  const coverage = new Coverage(VADDRS, 8);
  add(coverage, 1, 0x20, 0x20);
  add(coverage, 1, 0x40, 0x10);
  add(coverage, 1, 0, 0x100);
  assertEquals([...coverage.owners], [-1, -1, -1, -1]);
});

Deno.test("add() takes a range that is 2^63 wide", () => {
  const coverage = new Coverage(VADDRS, 8);
  add(coverage, 1, 0x11, 2 ** 63);
  assertEquals([...coverage.owners], [-1, 1, 1, 1]);
});

Deno.test("touches() tells whether a range holds a wanted vaddr", () => {
  const coverage = new Coverage(VADDRS, 8);
  assertEquals(coverage.touches(0x11, 0x20), false);
  assertEquals(coverage.touches(0x11, 0x21), true);
  assertEquals(coverage.touches(0x41, 0x100), false);
  assertEquals(coverage.touches(0, 0x100), false);
});

Deno.test("narrow() looks at ranges of a part only, until it is called again", () => {
  const coverage = new Coverage(VADDRS, 8);
  coverage.narrow(0x20, 0x30);
  assertEquals([coverage.touches(0x10, 0x11), coverage.touches(0x20, 0x21)], [false, true]);
  coverage.narrow();
  assertEquals(coverage.touches(0x10, 0x11), true);
});

Deno.test("add() stops at ranges without end", () => {
  const coverage = new Coverage(VADDRS, 8);
  assertThrows(
    () => {
      for (let at = 0; at <= 1 << 24; at++) coverage.add(0x50, 0x60);
    },
    Defect,
    "there are more than 16777216 address ranges",
  );
});

Deno.test("add() stops at ranges that cover everything again and again", () => {
  const vaddrs = Float64Array.from({ length: 100 }, (_, at) => 0x1000 + at);
  const coverage = new Coverage(vaddrs, 8);
  let count = 0;
  assertThrows(
    () => {
      for (;; count++) coverage.add(0x1000, 0x2000);
    },
    Defect,
    "its address ranges cover each other too often",
  );
  // 2^20 steps, and 1024 for each vaddr.
  assertEquals(count, Math.floor(((1 << 20) + 100 * 1024) / 100));
});
