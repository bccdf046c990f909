import type { ByteReader, ByteSource } from "../bytes/mod.ts";
import {
  type FoundFunction,
  isSectionBound,
  type KallsymsLookup,
  type KernelDecision,
  readKallsyms,
  type SourceWish,
} from "../symbols/mod.ts";
import type { FileProvider } from "./file_provider.ts";
import { RETURN } from "./frame_roles.ts";
import type { Place } from "./place.ts";
import type { Failure } from "./recorded_file.ts";
import { readVmlinux, type VmlinuxNames } from "./vmlinux_names.ts";

/** What there is of a kernel. */
export interface KernelFiles {
  /** A snapshot of `/proc/kallsyms`. */
  readonly kallsyms?: ByteReader | undefined;
  /** The ELF file. */
  readonly vmlinux?: ByteSource | undefined;
  /** Whether vmlinux is taken without a look at its calls. */
  readonly trustFiles?: boolean;
}

/** What the sources of the kernel's names say of an address. */
export interface KernelSources {
  /** Undefined without a snapshot of kallsyms. */
  readonly kallsyms: KernelDecision | undefined;
  /** The function that vmlinux has there; undefined without vmlinux, or if it has none. */
  readonly vmlinux: FoundFunction | undefined;
  /** Whether it is vmlinux that names the address. */
  readonly isOwn: boolean;
}

/** The functions of the kernel that the frames of a profile lie in. */
export class KernelNames {
  /** Why an address may have no name. */
  readonly failure: Failure;
  /** Where names were found: `kallsyms`, `vmlinux`, the path of its debug file. */
  readonly namesFrom: readonly string[];
  readonly #functions: ReadonlyMap<number, FoundFunction>;
  readonly #sources: ReadonlyMap<number, KernelSources>;

  private constructor(
    failure: Failure,
    namesFrom: ReadonlySet<string>,
    functions: ReadonlyMap<number, FoundFunction>,
    sources: ReadonlyMap<number, KernelSources>,
  ) {
    this.failure = failure;
    this.namesFrom = [...namesFrom];
    this.#functions = functions;
    this.#sources = sources;
  }

  /**
   * Streams a snapshot of `/proc/kallsyms` once, and looks into vmlinux, for the kernel's places
   * among all.
   *
   * What the kernel itself says comes first: it knows modules and code that was made at run time. But
   * its snapshot has no sizes and may have been cut, down to the line that tells where the kernel was
   * loaded, and then the nearest of its symbols is not the function: where vmlinux has one that begins
   * nearer, that is it.
   *
   * @param places By key, see `resolve`.
   * @param explains Whether {@linkcode sourcesOf} will be asked.
   * @throws {FormatError} If the snapshot is none.
   */
  static async read(
    { kallsyms, vmlinux, trustFiles = false }: KernelFiles,
    places: readonly (Place | undefined)[],
    files: FileProvider,
    wish: SourceWish,
    explains = false,
  ): Promise<KernelNames> {
    const wanted = new Set<number>();
    const returns = new Set<number>();
    for (const [key, place] of places.entries()) {
      if (place?.kind !== "kernel") continue;
      wanted.add(place.lookupAddress);
      if ((key & 1) === RETURN && !trustFiles) returns.add(place.lookupAddress + RETURN);
    }
    const addresses = Float64Array.from(wanted).sort();
    const snapshot = kallsyms && await readKallsyms(kallsyms, addresses, explains);
    const image = vmlinux === undefined || addresses.length === 0 || snapshot?.allZero
      ? undefined
      : await readVmlinux(
        vmlinux,
        snapshot?.landmarks,
        { lookup: addresses, returns: Float64Array.from(returns).sort() },
        files,
        wish,
      );
    const functions = new Map<number, FoundFunction>();
    const namesFrom = new Set<string>();
    const sources = new Map<number, KernelSources>();
    for (const [at, address] of addresses.entries()) {
      const running = functionOf(snapshot, at, vmlinux !== undefined);
      const own = image?.functions.get(address);
      // Of the same function the name that the running kernel has.
      const isOwn = own !== undefined && (running === undefined || running.start < own.start);
      const found = isOwn ? own : running && withSource(running, own);
      if (explains) {
        sources.set(address, { kallsyms: snapshot?.decisions?.[at], vmlinux: own, isOwn });
      }
      if (found === undefined) continue;
      functions.set(address, found);
      for (const source of isOwn ? image!.namesFrom : ["kallsyms"]) namesFrom.add(source);
    }
    return new KernelNames(failureOf(snapshot, image), namesFrom, functions, sources);
  }

  /** The function that an address lies in; undefined if it is not known. */
  functionAt(lookupAddress: number): FoundFunction | undefined {
    return this.#functions.get(lookupAddress);
  }

  /** What its sources say of an address; undefined if that was not asked for. */
  sourcesOf(lookupAddress: number): KernelSources | undefined {
    return this.#sources.get(lookupAddress);
  }
}

const NO_FUNCTION = "the snapshot has the bounds of sections, such as _stext, and no function";

/** Of the same function vmlinux may know what is inlined. */
function withSource(running: FoundFunction, own: FoundFunction | undefined): FoundFunction {
  if (own?.start !== running.start) return running;
  const { name, start } = running;
  return { ...own, name, start };
}

/**
 * What kallsyms says of an address.
 *
 * @param mayBeCut Whether the snapshot may hold little more than where the kernel begins, and names
 * such as `_stext` do not stand for what follows them.
 */
function functionOf(
  snapshot: KallsymsLookup | undefined,
  at: number,
  mayBeCut: boolean,
): FoundFunction | undefined {
  const symbol = snapshot?.symbols[at];
  if (symbol === undefined || mayBeCut && isSectionBound(symbol.name)) return undefined;
  const { name, module, start } = symbol;
  return { name: module === "" ? name : `${name} [${module}]`, start };
}

function failureOf(snapshot: KallsymsLookup | undefined, image: VmlinuxNames | undefined): Failure {
  if (snapshot?.allZero) return { reason: "kernel-hidden", detail: "" };
  if (image?.failure !== undefined) return image.failure;
  if (snapshot === undefined && image === undefined) return { reason: "kernel", detail: "" };
  const isCut = snapshot?.textSymbols === 0 && image === undefined;
  return { reason: "kernel-gap", detail: isCut ? NO_FUNCTION : "" };
}
