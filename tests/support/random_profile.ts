import {
  type CodeFile,
  type FrameDetail,
  type FrameKind,
  FrameTable,
  type Profile,
  SampleTable,
  StackTable,
} from "../../lib/profile/mod.ts";
import type { Random } from "./random.ts";

const NAMES: readonly string[] = [
  "main",
  "operator()",
  "std::map<int, int>",
  '<script>alert("&")</script>',
  "]]>",
  "'\\\"",
  "höhe",
  "日本\u{1f600}",
  "a\tb\u0000c\u001b\u2028",
  "__proto__",
  "constructor",
  "_Z3foov",
  "f_[k]",
  "cb 3",
  "length",
];
const UNITS: readonly string[] = ["count", "bytes", "nanoseconds", "seconds", "cycles"];

/** How {@linkcode randomProfile} makes profiles. */
export interface RandomProfileOptions {
  /** Whether samples have bases. */
  readonly bases: boolean;
  /** Whether frames have details. */
  readonly details: boolean;
}

/**
 * A profile of names as `resolve` gives it, with every kind of frame: each address is a frame of its
 * own, with what is inlined there behind it.
 */
export function randomProfile(random: Random, { bases, details }: RandomProfileOptions): Profile {
  const frames = new FrameTable();
  const known: FrameDetail[] = [];
  const files = Array.from({ length: 4 }, () => randomFile(random));
  const groups = Array.from({ length: 2 + random.below(30) }, () => {
    const outer = randomDetail(random, files);
    const depth = outer.reason === undefined && outer.file !== undefined ? random.below(4) : 0;
    return [outer, ...Array.from({ length: depth }, () => inlinedIn(outer, random))]
      .map((detail) => {
        const text = random.pick(NAMES);
        if (!details) return frames.internText(text);
        known.push(detail);
        return frames.append(text);
      });
  });
  const stacks = new StackTable();
  const samples = new SampleTable();
  for (let stack = 1 + random.below(60); stack > 0; stack--) {
    for (let depth = 1 + random.below(6); depth > 0; depth--) {
      for (const frame of random.pick(groups)) stacks.push(frame);
    }
    stacks.finish();
  }
  for (let sample = random.below(150); sample >= 0; sample--) {
    const weight = random.below(random.pick([3, 1000, 2 ** 40]));
    const base = bases && random.below(3) > 0 ? random.below(1000) : NaN;
    samples.push(random.below(stacks.size), weight, base);
  }
  const decimals = random.pick([0, 0, 2, 3]);
  const weightType = { name: "weight", unit: random.pick(UNITS) };
  const profile = { frames, stacks, samples, decimals, weightType };
  return details ? { ...profile, details: known } : profile;
}

function randomFile(random: Random): CodeFile {
  const path = random.pick(["/opt/app", "/lib/libx.so.1", "[kernel]", "[jit]", "/a b/<c>.so"]);
  const buildId = random.pick(["", "00112233445566778899aabbccddeeff01234567", "abcd"]);
  const start = 0x7f0000000000 + 0x100000 * random.below(8);
  return path.startsWith("[")
    ? { path, buildId: "", start: NaN, end: NaN, fileOffset: NaN }
    : { path, buildId, start, end: start + 0x10123, fileOffset: 0x2040, firstVaddr: 0x1000 };
}

function randomDetail(random: Random, files: readonly CodeFile[]): FrameDetail {
  const kind = random.pick<FrameKind>(["native", "native", "kernel", "jit", "name"]);
  const file = kind === "name" ? undefined : random.pick(files);
  const isUnresolved = kind === "native" && random.below(3) === 0;
  const position = { file: "/src/a.c", line: random.below(90), column: random.below(3) };
  return {
    kind,
    symbol: random.pick(["", "_Z1fv"]),
    file,
    address: file === undefined || random.below(5) === 0
      ? NaN
      : kind === "kernel"
      ? -0x7f000000 + random.below(2 ** 24)
      : file.start + random.below(0x10000) || 0x1234,
    vaddr: kind === "native" ? 0x2000 + random.below(0x10000) : NaN,
    ...random.below(2) === 0 && file !== undefined && { isReturnAddress: true },
    ...kind === "native" && { functionStart: 0x2000 + 0x10 * random.below(9) },
    position: kind === "native" && random.below(2) === 0 ? position : undefined,
    reason: isUnresolved ? "no-symbols" : undefined,
  };
}

function inlinedIn(outer: FrameDetail, random: Random): FrameDetail {
  const position = { file: "/src/b.h", line: 1 + random.below(9), column: 0 };
  return { ...outer, kind: "inlined", symbol: "_Z1gv", position };
}
