import type { Mapping } from "../maps/mod.ts";
import type { AddressLocation, UnresolvedReason } from "../profile/mod.ts";
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

/**
 * Whether perf says of an address that it is in another file than the one that is mapped there, as
 * far as the recording is known. What perf says of memory without a file is no file.
 */
export function isOfOtherFile(
  { perfModule }: AddressLocation,
  { file, mapping }: ImagePlace,
): boolean {
  const { path } = file.request;
  return /^\/[^/]/.test(perfModule) && !/^\/tmp\/perf-\d+\.map$/.test(perfModule) &&
    mapping.path.startsWith("/") && path !== perfModule && !path.startsWith(`${perfModule}!`);
}

/** What is known of an address that perf says to be in another file. */
export function notThere({ perfModule }: AddressLocation, { file }: ImagePlace): NoPlace {
  const detail = `perf says that it is in "${perfModule}", not in "${file.request.path}"`;
  return { reason: "outside-recording", detail, mapping: undefined, file: undefined };
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
