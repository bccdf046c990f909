let seedLow: u64 = 0;
let seedHigh: u64 = 0;

/** The lower half of what `hash` made. */
export let hashLow: u64 = 0;
/** The upper half. */
export let hashHigh: u64 = 0;

/** To be called once, before any hash is made: with random numbers nobody can foresee hashes. */
export function setSeed(low: u64, high: u64): void {
  seedLow = low;
  seedHigh = high;
}

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

/**
 * Hashes the bytes `[start, end)`, into `hashLow` and `hashHigh`.
 *
 * MurmurHash3_x64_128 (Austin Appleby, public domain), but for two things: each half starts with a
 * seed of its own, and the last bytes are not packed: the last word or two overlap what is before
 * them, which with the length says the same.
 */
export function hash(start: usize, end: usize): void {
  const length = end - start;
  let low = seedLow;
  let high = seedHigh;
  let first: u64 = 0;
  let second: u64 = 0;
  if (length >= 16) {
    const last = end - 16;
    for (let at = start; at < last; at += 16) {
      low ^= rotl<u64>(load<u64>(at) * C1, 31) * C2;
      low = (rotl<u64>(low, 27) + high) * 5 + 0x52dce729;
      high ^= rotl<u64>(load<u64>(at, 8) * C2, 33) * C1;
      high = (rotl<u64>(high, 31) + low) * 5 + 0x38495ab5;
    }
    first = load<u64>(last);
    second = load<u64>(last, 8);
  } else if (length >= 8) {
    first = load<u64>(start);
    second = load<u64>(end - 8);
  } else if (length >= 4) {
    first = load<u32>(start);
    second = load<u32>(end - 4);
  } else if (length > 0) {
    first = load<u8>(start);
    second = (<u64> load<u8>(start + length / 2) << 8) | load<u8>(end - 1);
  }
  low ^= rotl<u64>(first * C1, 31) * C2;
  low = (rotl<u64>(low, 27) + high) * 5 + 0x52dce729;
  high ^= rotl<u64>(second * C2, 33) * C1;
  high = (rotl<u64>(high, 31) + low) * 5 + 0x38495ab5;
  low ^= length;
  high ^= length;
  low += high;
  high += low;
  low = mixed(low);
  high = mixed(high);
  low += high;
  high += low;
  hashLow = low;
  hashHigh = high;
}

function mixed(word: u64): u64 {
  const half = (word ^ (word >> 33)) * 0xff51afd7ed558ccd;
  const whole = (half ^ (half >> 33)) * 0xc4ceb9fe1a85ec53;
  return whole ^ (whole >> 33);
}
