import type { Mapping } from "../maps/mod.ts";
import type { AddressLocation } from "../profile/mod.ts";
import { type ImagePlace, isSameImage, type NoPlace } from "./address_place.ts";
import type { SnapshotIndex } from "./snapshot_index.ts";

/** An image that holds an address, and the snapshot that it is of. */
export interface FoundImage {
  readonly index: SnapshotIndex;
  readonly place: ImagePlace;
}

/** What snapshots of one process have at an address. */
export interface Contenders {
  /** The different images, in the order of the snapshots. */
  readonly images: readonly FoundImage[];
  /** Code of other files that cannot be read, or do not fit; empty if there are no images. */
  readonly unread: readonly NoPlace[];
}

/** Whether there are several to choose from, and an image among them. */
export function areSeveral({ images, unread }: Contenders): boolean {
  return images.length + unread.length > 1;
}

/** What some snapshots have at an address. */
export function contendersAt(
  snapshots: readonly SnapshotIndex[],
  location: AddressLocation,
  lookupAddress: number,
): Contenders {
  const images: FoundImage[] = [];
  const noPlaces: NoPlace[] = [];
  for (const index of snapshots) {
    if (!isOfProcess(index.process, location)) continue;
    const place = index.placeOf(lookupAddress);
    if (!("loadBias" in place)) noPlaces.push(place);
    else if (!images.some((image) => isSameImage(image.place, place))) {
      images.push({ index, place });
    }
  }
  // perf says itself which file it was, be it here or not.
  const isSaid = ({ file }: ImagePlace | NoPlace) => file?.request.path === location.perfModule;
  const said = images.filter(({ place }) => isSaid(place));
  if (said.length > 0 || noPlaces.some(isSaid)) return { images: said, unread: [] };
  if (images.length === 0 || noPlaces.length === 0) return { images, unread: [] };
  const unread = noPlaces.filter((place, at) =>
    place.file !== undefined && place.mapping?.executable === true &&
    !images.some((image) => isSameFile(image.place.mapping, place.mapping!)) &&
    noPlaces.findIndex(({ file }) => file === place.file) === at
  );
  return { images, unread };
}

/** The image that one snapshot has at an address; undefined if none, or of another process. */
export function imageIn(
  index: SnapshotIndex | undefined,
  location: AddressLocation,
  lookupAddress: number,
): FoundImage | undefined {
  if (index === undefined || !isOfProcess(index.process, location)) return undefined;
  const place = index.placeOf(lookupAddress);
  return "loadBias" in place ? { index, place } : undefined;
}

/** Whether what is known of one process, or of all, holds for an address. */
export function isOfProcess(process: number | undefined, location: AddressLocation): boolean {
  return process === undefined || location.process === undefined || process === location.process;
}

/** A file keeps its inode when it is deleted, and has another path then. */
function isSameFile(one: Mapping, other: Mapping): boolean {
  if (one.inode !== other.inode || one.device !== other.device) return false;
  return one.inode !== NO_INODE || one.path === other.path;
}

/** What snapshots have that do not know it. */
const NO_INODE = 0;
