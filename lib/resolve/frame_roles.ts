import type { FrameLocation, FrameTable, RawProfile } from "../profile/mod.ts";

/** Which frames of a recording are return addresses. */
export type ReturnAddresses =
  /** Every frame but the leaf, as samplers of running code record them. */
  | "callers"
  /** The leaf too, as allocation profilers record them. */
  | "all"
  /** None: the recorder has adjusted them. */
  | "none";

/** The address of the frame is that of the instruction that ran. */
export const EXACT = 0;
/** The address of the frame is that behind a call. */
export const RETURN = 1;
/** Either of the above. */
export type FrameRole = typeof EXACT | typeof RETURN;

/**
 * Tells for each frame of a stack whether its address is a return address. The last user frame
 * before the kernel's is exact: it is where the program was interrupted or trapped.
 */
export class FrameRoles {
  readonly #mode: ReturnAddresses;
  readonly #isKernel: Uint8Array;
  readonly #isInlined: Uint8Array;

  /** Looks at each frame of the profile once. */
  constructor(profile: RawProfile, mode: ReturnAddresses) {
    this.#mode = mode;
    this.#isKernel = Uint8Array.from(
      profile.locations,
      (location, frame) => isKernel(location, profile.frames, frame) ? 1 : 0,
    );
    this.#isInlined = Uint8Array.from(
      profile.locations,
      ({ kind }, frame) => kind === "name" && isInlined(profile.frames.textOf(frame)) ? 1 : 0,
    );
  }

  /**
   * Whether the recorder found that the frame is a function inlined into the one before it: then it
   * was not called, and says nothing about that one's address.
   */
  isInlined(frame: number): boolean {
    return this.#isInlined[frame] === 1;
  }

  /** Whether the recorder found any function inlined that is a frame of its own. */
  get hasInlined(): boolean {
    return this.#isInlined.includes(1);
  }

  /**
   * The role of a frame.
   *
   * @param frame The frame's number.
   * @param next The number of the frame that it called, which is not inlined; -1 if it is the leaf.
   */
  roleOf(frame: number, next: number): FrameRole {
    if (this.#mode !== "callers") return this.#mode === "all" ? RETURN : EXACT;
    if (next < 0) return EXACT;
    return this.#isKernel[next] === 1 && this.#isKernel[frame] === 0 ? EXACT : RETURN;
  }
}

function isInlined(text: string): boolean {
  return text.endsWith("_[i]");
}

const BRACKET = 0x5d;
const DASH = 0x2d;

/** Kernel frames, and the delimiters that bcc and others write before them. */
function isKernel(location: FrameLocation, frames: FrameTable, frame: number): boolean {
  if (location.kind === "address" && location.address < 0) return true;
  const last = frames.bytesOf(frame).at(-1);
  if (last !== BRACKET && last !== DASH) return false;
  const text = frames.textOf(frame);
  return text.endsWith("_[k]") || text === "[kernel]" || text === "-" || text === "--";
}
