import type { CodeFile, FrameDetail, FrameKind, Profile } from "../../lib/profile/mod.ts";
import type { UnresolvedReason } from "../../lib/profile/mod.ts";
import { profileOf, type SampleText } from "./profile_of.ts";

/** What a test says of a frame. */
export interface DetailText {
  readonly kind?: FrameKind;
  /** The path of its file; empty if there is none. */
  readonly image?: string;
  readonly reason?: UnresolvedReason;
}

/** A profile whose frames have details, by their names. */
export function detailedProfile(
  samples: readonly SampleText[],
  detailsOf: Readonly<Record<string, DetailText>>,
): Profile {
  const profile = profileOf(samples);
  const details = Array.from({ length: profile.frames.size }, (_, frame): FrameDetail => {
    const { kind = "native", image = "", reason } = detailsOf[profile.frames.textOf(frame)] ?? {};
    return {
      kind,
      symbol: "",
      file: image === "" ? undefined : fileOf(image),
      address: NaN,
      vaddr: NaN,
      position: undefined,
      reason,
    };
  });
  return { ...profile, details };
}

function fileOf(path: string): CodeFile {
  return { path, buildId: "", start: NaN, end: NaN, fileOffset: NaN };
}
