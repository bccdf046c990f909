import { assertEquals } from "@std/assert";
import { UnitClaims } from "../../lib/dwarf/unit_claims.ts";

const VADDRS = Float64Array.of(0x10, 0x20, 0x30, 0x40);

function claimsOf(claims: UnitClaims): [number, number[]][] {
  return claims.byOwner().map(({ owner, vaddrIndexes }) => [owner, [...vaddrIndexes]]);
}

Deno.test("add() claims the vaddrs that a range holds", () => {
  const claims = new UnitClaims(VADDRS);
  claims.current = 3;
  claims.add(0x20, 0x40);
  assertEquals(claimsOf(claims), [[3, [1, 2]]]);
});

Deno.test("byOwner() gives units and vaddrs in order, whatever order they came in", () => {
  const claims = new UnitClaims(VADDRS);
  claims.current = 7;
  claims.add(0x40, 0x41);
  claims.add(0x10, 0x11);
  claims.current = 2;
  claims.add(0x20, 0x21);
  assertEquals(claimsOf(claims), [[2, [1]], [7, [0, 3]]]);
});

Deno.test("add() claims a vaddr for several units, once for each", () => {
  const claims = new UnitClaims(VADDRS);
  for (const unit of [0, 1]) {
    claims.current = unit;
    claims.add(0x10, 0x30);
    claims.add(0x20, 0x31);
  }
  assertEquals(claimsOf(claims), [[0, [0, 1, 2]], [1, [0, 1, 2]]]);
});

Deno.test("add() leaves out code that the linker left out", () => {
  const claims = new UnitClaims(VADDRS);
  claims.add(0, 0x100);
  claims.addressSize = 4;
  claims.add(0xffffffff, 0x1_0000_0100);
  assertEquals(claimsOf(claims), []);
});

Deno.test("add() takes no range that is inverted", () => {
  const claims = new UnitClaims(VADDRS);
  claims.add(0x40, 0x10);
  assertEquals(claimsOf(claims), []);
});

Deno.test("add() takes a range that is 2^63 wide", () => {
  const claims = new UnitClaims(VADDRS);
  claims.add(0x20, 2 ** 63);
  assertEquals(claimsOf(claims), [[0, [1, 2, 3]]]);
});

Deno.test("open() gives the vaddrs that no unit has claimed", () => {
  const claims = new UnitClaims(VADDRS);
  assertEquals([claims.open(), claims.hasOpen()], [[0, 1, 2, 3], true]);
  claims.add(0x10, 0x40);
  assertEquals([claims.open(), claims.hasOpen()], [[3], true]);
  claims.claim(3);
  assertEquals([claims.open(), claims.hasOpen()], [[], false]);
});

Deno.test("add() lets no more than 64 units claim a vaddr", () => {
  const claims = new UnitClaims(VADDRS);
  for (claims.current = 0; claims.current < 1000; claims.current++) claims.add(0x10, 0x50);
  assertEquals(claimsOf(claims).length, 64);
});

Deno.test("add() passes what is claimed at once, however many ranges say it again", () => {
  // 100,000 units that claim 100,000 vaddrs, with 3 ranges each, would be 3 * 10^10 steps.
  const vaddrs = Float64Array.from({ length: 100_000 }, (_, at) => 0x1000 + at);
  const claims = new UnitClaims(vaddrs);
  for (claims.current = 0; claims.current < 100_000; claims.current++) {
    claims.add(0x1000, 0x100_0000);
    claims.add(0x1001, 0x100_0000);
    claims.add(0x1000, 0x100_0000);
  }
  assertEquals(claims.byOwner().map(({ owner }) => owner), [...new Array(64).keys()]);
  assertEquals(claims.steps < 64 * 3 * 100_000 + 10_000_000, true, `${claims.steps}`);
});
