import type { Profile } from "../profile/mod.ts";
import type { WriteFoldedOptions } from "./folded.ts";

/** How outputs are written. What a format does not have does not matter for it. */
export interface WriteOptions extends WriteFoldedOptions {
  /**
   * What the profile is called where a format shows it.
   *
   * @default {"symfold"}
   */
  readonly title?: string;
  /**
   * The program that writes, with its version, where a format names it.
   *
   * @default {"symfold"}
   */
  readonly exporter?: string;
}

/** Writes a profile of names as bytes. Each chunk is valid until the next one is asked for. */
export type ProfileWriter = (
  profile: Profile,
  options: WriteOptions,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
