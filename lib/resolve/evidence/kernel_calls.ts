import type { ElfFile } from "../../elf/mod.ts";
import { readCallSites } from "./read_calls.ts";

/** Fewer return addresses than this tell nothing. */
const MIN_CHECKED = 4;
/** More than this share of the return addresses follow calls. */
const MIN_SHARE = 0.5;

/**
 * Checks whether return addresses of the running kernel follow calls in vmlinux. A kernel patches its
 * own code when it starts: a call through a thunk becomes one through a register, which is shorter, so
 * that its return address lies inside of the call that the file has. Such ones count, too, and only
 * few others remain: where an interrupt came. In a file of another build, or at another place, an
 * address is that of a call, or inside of one, only by chance, which is one in five on x86-64.
 *
 * @param returnVaddrs Ascending and different.
 * @returns What does not agree, as a clause; empty if it does, or if nothing can be told.
 */
export async function compareKernelCalls(
  vmlinux: ElfFile,
  returnVaddrs: Float64Array,
): Promise<string> {
  const sites = await readCallSites(vmlinux, returnVaddrs);
  const checked = sites.filter((site) => site !== undefined);
  const calls = checked.filter(({ call }) => call !== undefined).length;
  if (checked.length < MIN_CHECKED || calls > MIN_SHARE * checked.length) return "";
  return `of ${checked.length} return addresses in it only ${calls} follow a call there`;
}
