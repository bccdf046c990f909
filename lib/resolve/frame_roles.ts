import type { FrameLocation, FrameTable, RawProfile, StackTable } from "../profile/mod.ts";

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

/** What a frame is, whatever stack it is in. */
const KERNEL = 1;
const INLINED = 2;

/**
 * Tells for each frame of a stack whether its address is a return address. The last user frame
 * before the kernel's is exact: it is where the program was interrupted or trapped.
 */
export class FrameRoles {
  readonly #mode: ReturnAddresses;
  /** By frame. */
  readonly #kinds: Uint8Array;

  /** Looks at each frame of the profile once. */
  constructor({ frames, locations }: RawProfile, mode: ReturnAddresses) {
    this.#mode = mode;
    this.#kinds = Uint8Array.from(locations, (location, frame) => {
      if (isKernel(location, frames, frame)) return KERNEL;
      return location.kind === "name" && isInlined(frames.textOf(frame)) ? INLINED : 0;
    });
  }

  /**
   * Whether the recorder found that the frame is a function inlined into the one before it: then it
   * was not called, and says nothing about that one's address.
   */
  isInlined(frame: number): boolean {
    return this.#kinds[frame] === INLINED;
  }

  /** Whether the recorder found any function inlined that is a frame of its own. */
  get hasInlined(): boolean {
    return this.#kinds.includes(INLINED);
  }

  /**
   * The frames of all stacks, in their places, as keys: a frame in a role is `2 * frame + role`. As
   * each of the loops over all frames of all stacks it is plain for speed, see the bench "folded".
   */
  keysOf(stacks: StackTable): Uint32Array {
    const { frames } = stacks;
    const kinds = this.#kinds;
    const isKnown = this.#mode !== "callers";
    const known = this.#mode === "all" ? RETURN : EXACT;
    const keys = new Uint32Array(stacks.frameCount);
    for (let stack = 0; stack < stacks.size; stack++) {
      const start = stacks.startOf(stack);
      let isLeaf = true;
      /** Whether the frame that this one called, which is not inlined, is the kernel's. */
      let callsKernel = false;
      for (let at = stacks.endOf(stack) - 1; at >= start; at--) {
        const frame = frames[at]!;
        const kind = kinds[frame]!;
        const isExact = isLeaf || callsKernel && kind !== KERNEL;
        keys[at] = 2 * frame + (isKnown ? known : isExact ? EXACT : RETURN);
        if (kind === INLINED) continue;
        isLeaf = false;
        callsKernel = kind === KERNEL;
      }
    }
    return keys;
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
