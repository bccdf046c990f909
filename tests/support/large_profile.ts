import {
  type CodeFile,
  type FrameDetail,
  FrameTable,
  type Profile,
  SampleTable,
  StackTable,
} from "../../lib/profile/mod.ts";
import { Random } from "./random.ts";

const MAX_DEPTH = 60;
const FUNCTIONS = 8000;
const IMAGES = 14;

/**
 * A profile whose call tree has so many nodes besides its root, as a large C++ program gives it:
 * deep, with a few wide stacks and many narrow ones, with details.
 */
export function largeProfile(nodeCount: number, isDifferential = false): Profile {
  const random = new Random(7);
  const { frames, details } = largeFrames(random);
  const stacks = new StackTable();
  const samples = new SampleTable();
  const parents: number[] = [];
  const functions: number[] = [];
  const depths: number[] = [];
  const known = new Set<number>();
  while (parents.length < nodeCount) {
    // Half of the time the newest stack goes on, so that the tree is deep.
    const parent = random.below(2) === 0
      ? parents.length - 1
      : Math.floor(parents.length * random.next() ** 2) - 1;
    const depth = (depths[parent] ?? 0) + 1;
    const of = Math.floor(FUNCTIONS * random.next() ** 3);
    const key = (parent + 1) * FUNCTIONS + of;
    if (depth > MAX_DEPTH || known.has(key)) continue;
    known.add(key);
    parents.push(parent);
    functions.push(of);
    depths.push(depth);
  }
  for (let node = 0; node < nodeCount; node++) {
    const stack: number[] = [];
    for (let at = node; at >= 0; at = parents[at]!) stack.push(functions[at]!);
    for (const frame of stack.reverse()) stacks.push(frame);
    const weight = 1 + Math.floor(1 / (random.next() + 1e-4));
    const base = isDifferential ? Math.floor(weight * 2 * random.next()) : NaN;
    samples.push(stacks.finish(), weight, base);
  }
  return { frames, stacks, samples, decimals: 0, details };
}

function largeFrames(random: Random): { frames: FrameTable; details: FrameDetail[] } {
  const frames = new FrameTable();
  const files: CodeFile[] = Array.from({ length: IMAGES }, (_, image) => ({
    path: `/opt/server/lib/libpart${image}.so.1`,
    buildId: "",
    start: NaN,
    end: NaN,
    fileOffset: NaN,
  }));
  const details = Array.from({ length: FUNCTIONS }, (_, of): FrameDetail => {
    const isUnresolved = random.below(20) === 0;
    frames.internText(
      isUnresolved
        ? `[libpart.so.1+0x${(0x1000 + of * 64).toString(16)}]`
        : `server::module${of % 40}::Handler<std::vector<Item${of % 7}>>::method_${of}`,
    );
    return {
      kind: random.below(5) === 0 ? "inlined" : "native",
      symbol: "",
      file: files[Math.floor(IMAGES * random.next() ** 2)],
      address: NaN,
      vaddr: NaN,
      position: isUnresolved
        ? undefined
        : { file: `/src/server/module${of % 40}.cc`, line: 1 + random.below(2000), column: 0 },
      reason: isUnresolved ? "only-exported" : undefined,
    };
  });
  return { frames, details };
}
