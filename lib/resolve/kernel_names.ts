import type { ByteReader } from "../bytes/mod.ts";
import type { UnresolvedReason } from "../profile/mod.ts";
import { type FoundFunction, readKallsyms } from "../symbols/mod.ts";
import type { Place } from "./place.ts";

/** The functions of the kernel that the frames of a profile lie in. */
export class KernelNames {
  /** Why an address may have no name. */
  readonly reason: UnresolvedReason;
  readonly #functions: ReadonlyMap<number, FoundFunction>;

  private constructor(reason: UnresolvedReason, functions: ReadonlyMap<number, FoundFunction>) {
    this.reason = reason;
    this.#functions = functions;
  }

  /**
   * Streams a snapshot of `/proc/kallsyms` once, for the kernel's places among all.
   *
   * @param kallsyms Undefined if there is none.
   * @throws {FormatError} If it is no such snapshot.
   */
  static async read(
    kallsyms: ByteReader | undefined,
    places: readonly (Place | undefined)[],
  ): Promise<KernelNames> {
    const functions = new Map<number, FoundFunction>();
    if (kallsyms === undefined) return new KernelNames("kernel", functions);
    const wanted = places.flatMap((place) => place?.kind === "kernel" ? [place.lookupAddress] : []);
    const addresses = Float64Array.from(new Set(wanted)).sort();
    const { symbols, allZero } = await readKallsyms(kallsyms, addresses);
    for (const [at, symbol] of symbols.entries()) {
      if (symbol === undefined) continue;
      const { name, module, start } = symbol;
      functions.set(addresses[at]!, { name: module === "" ? name : `${name} [${module}]`, start });
    }
    return new KernelNames(allZero ? "kernel-hidden" : "kernel-gap", functions);
  }

  /** The function that an address lies in; undefined if it is not known. */
  functionAt(lookupAddress: number): FoundFunction | undefined {
    return this.#functions.get(lookupAddress);
  }
}
