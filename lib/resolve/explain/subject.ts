import type { AddressLocation, FileOffsetLocation, VaddrLocation } from "../../profile/mod.ts";
import type { FoundFunction } from "../../symbols/mod.ts";
import type { CallSite } from "../evidence/read_calls.ts";
import type { FrameRole } from "../frame_roles.ts";
import type { Place } from "../place.ts";

/** A frame that says where its code is. */
export type AddressedLocation = AddressLocation | VaddrLocation | FileOffsetLocation;

/** One address to be explained. */
export interface AddressInput {
  /** As the user wrote it. */
  readonly text: string;
  /** What it says. */
  readonly location: AddressedLocation;
}

/** An address, and where it was found to be. */
export interface Subject extends AddressInput {
  readonly role: FrameRole;
  /** What the frame says, where it is not what it seems. */
  readonly understood: AddressedLocation;
  readonly place: Place;
  /** Where it would be in the other role. */
  readonly otherPlace: Place;
  /** What the code around the address says; undefined if that cannot be told. */
  readonly site: CallSite | undefined;
}

/** The function that the call before an address calls; undefined if that is not known. */
export function targetOf({ place, site }: Subject): FoundFunction | undefined {
  const target = site?.call?.target;
  return place.kind === "code" && target !== undefined ? place.file.functionAt(target) : undefined;
}

/** The number that a location has; NaN if the text is none that such a number may have. */
export function numberOf(location: AddressedLocation): number {
  if (location.kind === "address") return location.address;
  return location.kind === "vaddr" ? location.vaddr : location.fileOffset;
}

/** The number to look up: one less for a return address. */
export function lookupOf({ understood, role }: Subject): number {
  const number = numberOf(understood);
  return number === 0 ? 0 : number - role;
}
