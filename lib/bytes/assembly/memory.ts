/**
 * Nothing is freed: columns and tables grow to twice their size in new memory, so that what they leave
 * behind is never more than what they have.
 */

/** From here on memory was never used. */
let free: usize = __heap_base;

/** Memory, filled with zeros. Without any left it traps. */
export function allocate(size: usize): usize {
  const start = (free + 15) & ~15;
  // Addresses have 32 bits.
  if (size > 0xffff0000 - start) unreachable();
  free = start + size;
  const missing = <i32> ((free + 0xffff) >>> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return start;
}

/** A larger copy. */
export function copied(start: usize, size: usize, newSize: usize): usize {
  const copy = allocate(newSize);
  memory.copy(copy, start, size);
  return copy;
}
