import { EM_AARCH64, EM_ALPHA, EM_ARM, EM_RISCV, EM_S390 } from "./constants.ts";
import type { FileHeader } from "./file_header.ts";
import { EM_386, EM_PPC64, EM_X86_64 } from "./relocation_constants.ts";

/** Names of machines that need no more than their number; others depend on class and byte order. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [EM_386, "i686"],
  [EM_AARCH64, "arm64"],
  [EM_ARM, "arm"],
  [EM_ALPHA, "alpha"],
  [2, "sparc"],
  [15, "hppa"],
  [20, "ppc"],
  [43, "sparc64"],
  [50, "ia64"],
  [258, "loongarch"],
]);
const EM_MIPS = 8;

/** The architecture of a file, as people call it; `machine N` if it has no name here. */
export function spellMachine({ machine, is64, littleEndian }: FileHeader): string {
  switch (machine) {
    case EM_X86_64:
      return is64 ? "x86-64" : "x32";
    case EM_RISCV:
      return is64 ? "riscv64" : "riscv32";
    case EM_S390:
      return is64 ? "s390x" : "s390";
    case EM_PPC64:
      return littleEndian ? "ppc64le" : "ppc64";
    case EM_MIPS:
      return `mips${is64 ? "64" : ""}${littleEndian ? "el" : ""}`;
    default:
      return NAMES.get(machine) ?? `machine ${machine}`;
  }
}
