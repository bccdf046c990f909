import { EM_AARCH64, EM_ARM, EM_RISCV, EM_S390 } from "../../elf/constants.ts";
import type { FileHeader } from "../../elf/mod.ts";
import { EM_386, EM_PPC64, EM_X86_64 } from "../../elf/relocation_constants.ts";
import { AARCH64_CALLS } from "./aarch64.ts";
import { ARM_CALLS } from "./arm.ts";
import type { CallFormat } from "./call.ts";
import { POWERPC64_CALLS } from "./powerpc64.ts";
import { RISCV32_CALLS, RISCV64_CALLS } from "./riscv.ts";
import { S390X_CALLS } from "./s390x.ts";
import { I386_CALLS, X86_64_CALLS } from "./x86.ts";

/** How the calls of a file's machine look; undefined if that is not known here. */
export function callFormatOf({ machine, is64 }: FileHeader): CallFormat | undefined {
  switch (machine) {
    case EM_X86_64:
      return X86_64_CALLS;
    case EM_386:
      return I386_CALLS;
    case EM_AARCH64:
      return AARCH64_CALLS;
    case EM_ARM:
      return ARM_CALLS;
    case EM_RISCV:
      return is64 ? RISCV64_CALLS : RISCV32_CALLS;
    case EM_S390:
      return is64 ? S390X_CALLS : undefined;
    case EM_PPC64:
      return POWERPC64_CALLS;
    default:
      return undefined;
  }
}

/** The byte order of a file's instructions: of these machines only two have big-endian ones. */
export function hasLittleEndianCode({ machine, littleEndian }: FileHeader): boolean {
  return machine === EM_S390 || machine === EM_PPC64 ? littleEndian : true;
}
