import type { ByteSource } from "../bytes/mod.ts";
import { isSourceError } from "../errors.ts";
import {
  findKernelSlide,
  type FoundFunction,
  isSectionBound,
  type KernelLandmarks,
  type SourceWish,
} from "../symbols/mod.ts";
import { compareKernelCalls } from "./evidence/kernel_calls.ts";
import type { FileProvider } from "./file_provider.ts";
import { type Failure, failureOf, RecordedFile } from "./recorded_file.ts";

/** What vmlinux, the kernel's ELF file, says of addresses. */
export interface VmlinuxNames {
  /** By address its function, which has a name; addresses without one are left out. */
  readonly functions: ReadonlyMap<number, FoundFunction>;
  /** `vmlinux`, or the paths of its debug files. */
  readonly namesFrom: readonly string[];
  /** Why there are no names; undefined if there are. */
  readonly failure: Failure | undefined;
}

/** Addresses of the running kernel, ascending and different. */
export interface KernelAddresses {
  /** Those that names are wanted for. */
  readonly lookup: Float64Array;
  /** Return addresses, by which vmlinux is checked; none if it is to be trusted. */
  readonly returns: Float64Array;
}

/** What perf calls the kernel where it lists build-ids. */
const KERNEL_LABEL = "[kernel.kallsyms]";

/**
 * Finds the functions of vmlinux that addresses of the running kernel lie in. Its debug files are
 * looked for as those of any file. No name is given if it is not known how far the kernel was moved
 * (see `findKernelSlide`), if its calls are not where the return addresses are, or if the recording
 * has another build-id.
 *
 * @param landmarks Of the kernel that ran, as kallsyms has them; undefined if there is no snapshot.
 * @param files What knows the debug files and build-ids; it is not asked for vmlinux.
 * @param wish What is wanted besides names.
 */
export async function readVmlinux(
  vmlinux: ByteSource,
  landmarks: KernelLandmarks | undefined,
  addresses: KernelAddresses,
  files: FileProvider,
  wish: SourceWish,
): Promise<VmlinuxNames> {
  const file = new RecordedFile({ path: vmlinux.name, deleted: false });
  await file.open({
    open: () => Promise.resolve({ source: vmlinux }),
    buildIdsOf: () => files.buildIdsOf?.(KERNEL_LABEL) ?? [],
  });
  const slide = await slideOf(file, landmarks, addresses);
  if (typeof slide !== "number") return { functions: new Map(), namesFrom: [], failure: slide };
  for (const address of addresses.lookup) file.want(address - slide);
  await file.lookUp(files, wish);
  const functions = new Map<number, FoundFunction>();
  for (const address of addresses.lookup) {
    const found = file.functionAt(address - slide);
    // What lies behind the end of a section is padding, not a function of that name.
    if (found === undefined || found.name === "" || isSectionBound(found.name)) continue;
    functions.set(address, { ...found, start: found.start + slide });
  }
  const debugFiles = file.namesFrom.filter((source) => source.includes("/"));
  const namesFrom = file.hasSymtab && debugFiles.length > 0 ? debugFiles : ["vmlinux"];
  return { functions, namesFrom, failure: file.failure ?? withoutSymbols(file) };
}

async function slideOf(
  { elf, failure }: RecordedFile,
  landmarks: KernelLandmarks | undefined,
  { lookup, returns }: KernelAddresses,
): Promise<number | Failure> {
  if (elf === undefined) return failure!;
  try {
    const found = await findKernelSlide(elf, landmarks, lookup);
    if (!("slide" in found)) return found;
    const problem = await compareKernelCalls(elf, returns.map((address) => address - found.slide));
    if (problem === "") return found.slide;
    return {
      reason: landmarks === undefined ? "kernel-slide" : "kernel-mismatch",
      detail: problem,
    };
  } catch (error) {
    if (isSourceError(error)) return failureOf(error, elf.source.size);
    throw error;
  }
}

function withoutSymbols({ hasSymtab, problems, request }: RecordedFile): Failure | undefined {
  if (hasSymtab) return undefined;
  const detail = [`"${request.path}" is stripped`, ...problems].join("; ");
  return { reason: "no-symbols", detail };
}
