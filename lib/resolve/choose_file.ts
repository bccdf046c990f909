import type { ElfFile } from "../elf/mod.ts";
import { formOf, isReturnAddress } from "./evidence/address_form.ts";
import { readCallSitesAt } from "./evidence/read_calls.ts";

/** A file that may be meant, and the vaddrs in it that are return addresses if it is. */
export interface CandidateCode<Candidate> extends CodeOfFile {
  readonly candidate: Candidate;
}

/** A file, and vaddrs in it that may be return addresses. */
export interface CodeOfFile {
  readonly elf: ElfFile;
  /** NaN for addresses that the file does not have. */
  readonly vaddrs: readonly number[];
}

/** By so many return addresses a file has to be better than nothing, and than any other. */
export const CLEAR_LEAD = 6;

/**
 * Chooses the file that is meant where a name or a layout leaves several: that in which return
 * addresses follow calls, if that is clear.
 */
export async function chooseFile<Candidate>(
  candidates: readonly CandidateCode<Candidate>[],
): Promise<Candidate | undefined> {
  const returns = await findReturns(candidates);
  const ranked = candidates.map(({ candidate, vaddrs }, at) => {
    const calls = returns[at]!.filter(Boolean).length;
    return { candidate, calls, others: vaddrs.length - calls };
  }).sort((a, b) => b.calls - a.calls);
  const [best, second] = ranked;
  if (best === undefined || best.calls - best.others < CLEAR_LEAD) return undefined;
  return best.calls - (second?.calls ?? 0) < CLEAR_LEAD ? undefined : best.candidate;
}

/** Whether more of the return addresses follow no call than do, in a file that they should be in. */
export async function isContradicted({ elf, vaddrs }: CodeOfFile): Promise<boolean> {
  const sites = (await readCallSitesAt(elf, vaddrs)).filter((site) => site !== undefined);
  const form = formOf(sites);
  const calls = sites.filter((site) => isReturnAddress(site, form)).length;
  return calls < sites.length - calls;
}

/** Of each file which of its vaddrs are return addresses, by its code. */
export async function findReturns(files: readonly CodeOfFile[]): Promise<boolean[][]> {
  const sites = [];
  for (const { elf, vaddrs } of files) sites.push(await readCallSitesAt(elf, vaddrs));
  const form = formOf(sites.flat());
  return sites.map((ofFile) => ofFile.map((site) => isReturnAddress(site, form)));
}
