import type { Mapping } from "../maps/mod.ts";
import type { UnresolvedReason } from "../profile/mod.ts";
import type { RecordedFile } from "./recorded_file.ts";

/** Where an address lies: in an image, or why not. */
export type AddressPlace = ImagePlace | NoPlace;

/** An address in a loaded image. */
export interface ImagePlace {
  readonly file: RecordedFile;
  readonly loadBias: number;
  /** The mapping that holds the address. */
  readonly mapping: Mapping;
}

/** Whether two addresses are in the same image, whichever snapshot they are of. */
export function isSameImage(one: AddressPlace, other: AddressPlace): boolean {
  return "loadBias" in one && "loadBias" in other && one.file === other.file &&
    one.loadBias === other.loadBias;
}

/** An address that no image explains. */
export interface NoPlace {
  readonly reason: UnresolvedReason;
  readonly detail: string;
  /** The mapping that holds the address; undefined if none does. */
  readonly mapping: Mapping | undefined;
  /** The file behind the mapping; undefined if there is none. */
  readonly file: RecordedFile | undefined;
}
