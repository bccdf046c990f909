import type { CallSite } from "./read_calls.ts";

/** What the addresses of callers are: those behind calls, or adjusted so that they are inside. */
export type AddressForm = "behind" | "inside" | "either";

/** How much more of one kind there has to be: chance, or one wrong file, does not decide. */
const MAJORITY = 4;

/**
 * Tells what the addresses of a profile are; "either" if recordings of both kinds were mixed, or if so
 * few are at a call that the files seem to be the wrong ones.
 */
export function formOf(sites: Iterable<CallSite | undefined>): AddressForm {
  let [behind, inside, elsewhere] = [0, 0, 0];
  for (const site of sites) {
    if (site === undefined) continue;
    if (site.call === undefined) elsewhere++;
    else if (site.isInside) inside++;
    else behind++;
  }
  if (inside * MAJORITY <= behind) return "behind";
  return Math.max(behind * MAJORITY, elsewhere) <= inside ? "inside" : "either";
}

/** Whether an address is one of a caller, as far as the code shows it. */
export function isReturnAddress(site: CallSite | undefined, form: AddressForm): boolean {
  if (site?.call === undefined) return false;
  return form === "either" || site.isInside === (form === "inside");
}
