import { findByte } from "../bytes/mod.ts";
import { type FrameLocation, FrameTable, StackTable } from "../profile/mod.ts";
import { parseRawFrame } from "./raw_frame.ts";

const SEMICOLON = 0x3b;
const SPACE = 0x20;

/** Takes the different stacks of a recording as text, each once, in order of first appearance. */
export interface NewStacks {
  /** The text is the bytes `[start, end)` of a view, which are valid during the call only. */
  add(view: DataView<ArrayBuffer>, start: number, end: number): void;
}

/** Makes runs of frame numbers of the texts of stacks: `a;b;c`, without counts. */
export class StackParser implements NewStacks {
  /** The different frames so far. */
  readonly frames: FrameTable = new FrameTable();
  /** The stacks so far, in the order in which they came. */
  readonly stacks: StackTable = new StackTable();
  /** What each frame says about its place. */
  readonly locations: FrameLocation[] = [];

  /** See {@linkcode NewStacks.add}. */
  add(view: DataView<ArrayBuffer>, start: number, end: number): void {
    const { stacks } = this;
    // There cannot be more frames than semicolons and one.
    stacks.reserve(end - start + 1);
    const frames = stacks.frames;
    let count = stacks.frameCount;
    for (let frameStart = start; frameStart <= end;) {
      const frameEnd = findByte(view, SEMICOLON, frameStart, end);
      frames[count++] = this.#internFrame(view, frameStart, frameEnd);
      frameStart = frameEnd + 1;
    }
    stacks.frameCount = count;
    stacks.finish();
  }

  #internFrame(view: DataView<ArrayBuffer>, frameStart: number, frameEnd: number): number {
    let start = frameStart;
    let end = frameEnd;
    while (start < end && view.getUint8(start) <= SPACE) start++;
    while (end > start && view.getUint8(end - 1) <= SPACE) end--;
    const frame = this.frames.intern(view, start, end);
    if (frame === this.locations.length) {
      this.locations.push(parseRawFrame(this.frames.textOf(frame)));
    }
    return frame;
  }
}
