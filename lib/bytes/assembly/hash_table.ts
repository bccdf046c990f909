/**
 * A table gives every hash a number, 0, 1, 2, ... in order of first appearance. In memory it is the
 * address of its slots, how many they are less one, and how many are used (3 u32).
 */
import { allocate } from "./memory";

/** A slot is the low half of the hash, 32 bits of the high one, and the number, plus one, or 0 (u32). */
const SLOT: usize = 16;
const FIRST_SLOTS: u32 = 1 << 10;

/** An empty table. */
export function makeTable(): usize {
  const table = allocate(12);
  store<u32>(table, <u32> allocate(SLOT * FIRST_SLOTS));
  store<u32>(table, FIRST_SLOTS - 1, 4);
  store<u32>(table, 0, 8);
  return table;
}

/** How many hashes it knows: the number that the next new one gets. */
export function sizeOf(table: usize): u32 {
  return load<u32>(table, 8);
}

/** The number of a hash. */
export function numberOf(table: usize, low: u64, high: u64): u32 {
  const slots: usize = load<u32>(table);
  const mask: u32 = load<u32>(table, 4);
  let slot = <u32> low & mask;
  let at = slots + SLOT * slot;
  let found: u32 = load<u32>(at, 12);
  while (found != 0) {
    if (load<u64>(at) == low && load<u32>(at, 8) == <u32> high) return found - 1;
    slot = (slot + 1) & mask;
    at = slots + SLOT * slot;
    found = load<u32>(at, 12);
  }
  const size = sizeOf(table) + 1;
  store<u64>(at, low);
  store<u32>(at, <u32> high, 8);
  store<u32>(at, size, 12);
  store<u32>(table, size, 8);
  if (size > mask >> 1) growTable(table);
  return size - 1;
}

function growTable(table: usize): void {
  const old: usize = load<u32>(table);
  const count: usize = load<u32>(table, 4) + 1;
  const slots = allocate(2 * SLOT * count);
  const mask = 2 * <u32> count - 1;
  for (let from = old; from < old + SLOT * count; from += SLOT) {
    if (load<u32>(from, 12) == 0) continue;
    let slot = <u32> load<u64>(from) & mask;
    while (load<u32>(slots + SLOT * slot, 12) != 0) slot = (slot + 1) & mask;
    v128.store(slots + SLOT * slot, v128.load(from));
  }
  store<u32>(table, <u32> slots);
  store<u32>(table, mask, 4);
}
