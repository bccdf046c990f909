import type { FoundFunction } from "../symbols/mod.ts";
import type { Mapping } from "../maps/mod.ts";
import type { Failure, RecordedFile } from "./recorded_file.ts";

/** What is known of one frame in one role, before its name. */
export type Place = NamePlace | CodePlace | KernelPlace | GeneratedPlace | MissingPlace;

/** The frame is a name already. */
export interface NamePlace {
  readonly kind: "name";
}

/** The frame's code is in a file that was read. */
export interface CodePlace {
  readonly kind: "code";
  readonly file: RecordedFile;
  /** Of the recorded address itself. */
  readonly vaddr: number;
  /** The one to look up: one less for a return address. */
  readonly lookupVaddr: number;
  /**
   * Of the image; undefined if the frame itself says the vaddr, which may then be that of a
   * function's start.
   */
  readonly loadBias: number | undefined;
  /** Whether the frame itself says the file's build-id. */
  readonly hasBuildId: boolean;
}

/** The frame's code is the kernel's. */
export interface KernelPlace {
  readonly kind: "kernel";
  /** The address to look up: one less for a return address. */
  readonly lookupAddress: number;
}

/** The frame's code was made at run time, and its maker has a name for it. */
export interface GeneratedPlace {
  readonly kind: "generated";
  /** Never empty. */
  readonly name: string;
}

/** It is not known where the frame's code is. */
export interface MissingPlace extends Failure {
  readonly kind: "missing";
  /** What the report counts it under: a path, or a label in brackets. */
  readonly image: string;
  /** What stands for the code in the output; empty if there is nothing better than the raw text. */
  readonly label: string;
  /** The label without the number, for those who want it; empty if there is none. */
  readonly shortLabel: string;
  /** The mapping that holds the address; left out if none does, or there is no address. */
  readonly mapping?: Mapping;
  /** The build-id that its file should have; left out if that is not known. */
  readonly buildId?: string;
}

/**
 * The function at a place. A return address is looked up one byte before, so that a call at the very
 * end of a function is not given to the next one. But
 *
 * - the return address of a signal handler is the first byte of a function that was never called
 *   from anywhere: if nothing covers the byte before, the function that starts at the address itself
 *   is it;
 * - a frame `[libfoo.so+0x1234]` may be our own, for a function without a name that starts there.
 */
export function functionAt(place: CodePlace): FoundFunction | undefined {
  const found = place.file.functionAt(place.lookupVaddr);
  if (place.lookupVaddr === place.vaddr) return found;
  const next = place.file.functionAt(place.vaddr);
  if (next?.start !== place.vaddr) return found;
  // glibc's unwind tables let the trampoline begin a byte early, for unwinders that look it up so.
  const isBetter = found === undefined || found.name === "" && next.name !== "";
  return isBetter || place.loadBias === undefined && next.name === "" ? next : found;
}
