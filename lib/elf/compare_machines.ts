import type { FileHeader } from "./file_header.ts";

/**
 * Tells whether two files may hold code and symbols of the same program: the class, byte order and
 * machine of one are those of the other.
 *
 * @returns What differs, as a clause; empty if nothing does.
 */
export function compareMachines(found: FileHeader, wanted: FileHeader): string {
  if (found.is64 !== wanted.is64) {
    return `it has ${found.is64 ? 64 : 32} bits, want ${wanted.is64 ? 64 : 32}`;
  }
  if (found.littleEndian !== wanted.littleEndian) {
    return `it is ${spellOrder(found)}, want ${spellOrder(wanted)}`;
  }
  if (found.machine === wanted.machine) return "";
  return `e_machine is ${found.machine}, want ${wanted.machine}`;
}

function spellOrder({ littleEndian }: FileHeader): string {
  return littleEndian ? "little-endian" : "big-endian";
}
