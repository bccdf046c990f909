import type { ElfFile } from "../../elf/mod.ts";
import { readCallSites } from "./read_calls.ts";

/** How many of some addresses are return addresses, as far as the code of a file shows it. */
export interface CallScore {
  /** Those where the file has code. */
  readonly checked: number;
  /** Those of them that follow a call. */
  readonly calls: number;
  /** Those of them that do not, but lie inside of one: they were adjusted. */
  readonly insideCalls: number;
}

/**
 * Scores a file by return addresses, whatever the stacks are that they come from. What `resolve`
 * reports leaves out more that is no return address.
 *
 * @example
 * ```ts
 * import { scoreCalls } from "./score_calls.ts";
 * import { ElfFile } from "../../elf/mod.ts";
 * import { MemorySource } from "../../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // A 64-bit little-endian file of one segment, at vaddr 0x1000: its headers and `call *%rax`.
 * const bytes = new Uint8Array(0x7a);
 * bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
 * bytes.set([3, 0, 62, 0], 16);
 * bytes.set([64], 32);
 * bytes.set([56, 0, 1], 54);
 * bytes.set([1, 0, 0, 0, 5], 64);
 * bytes.set([0, 0x10], 64 + 16);
 * bytes.set([0x7a], 64 + 32);
 * bytes.set([0x7a], 64 + 40);
 * bytes.set([0xff, 0xd0], 0x78);
 * const elf = await ElfFile.open(new MemorySource("libfoo.so", bytes));
 * const score = await scoreCalls(elf, Float64Array.of(0x1070, 0x1079, 0x107a, 0x2000));
 * assertEquals(score, { checked: 3, calls: 1, insideCalls: 1 });
 * ```
 *
 * @param vaddrs Ascending and different.
 */
export async function scoreCalls(elf: ElfFile, vaddrs: Float64Array): Promise<CallScore> {
  let [checked, calls, insideCalls] = [0, 0, 0];
  for (const site of await readCallSites(elf, vaddrs)) {
    if (site === undefined) continue;
    checked++;
    if (site.isInside) insideCalls++;
    else if (site.call !== undefined) calls++;
  }
  return { checked, calls, insideCalls };
}
