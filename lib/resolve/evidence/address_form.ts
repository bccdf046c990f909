import type { CallSite } from "./read_calls.ts";

/** What the addresses of callers are: those behind calls, or adjusted so that they are inside. */
export type AddressForm = "behind" | "inside" | "either";

/** How much more of one kind there has to be: chance, or one wrong file, does not decide. */
const MAJORITY = 4;

/** Tells what the addresses of a profile are; "either" if recordings of both kinds were mixed. */
export function formOf(sites: Iterable<CallSite | undefined>): AddressForm {
  let [behind, inside] = [0, 0];
  for (const site of sites) {
    if (site?.call === undefined) continue;
    if (site.isInside) inside++;
    else behind++;
  }
  if (inside * MAJORITY <= behind) return "behind";
  return behind * MAJORITY <= inside ? "inside" : "either";
}

/** Whether an address is one of a caller, as far as the code shows it. */
export function isReturnAddress(site: CallSite | undefined, form: AddressForm): boolean {
  if (site?.call === undefined) return false;
  return form === "either" || site.isInside === (form === "inside");
}
