import { assertEquals, assertThrows } from "@std/assert";
import type { FrameDetail } from "../../lib/profile/mod.ts";
import { mergeResolved, type Report, type Resolved } from "../../lib/resolve/mod.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { samplesOf } from "../support/recording_text.ts";

const NO_SKIPPED = { comments: 0, invalid: 0, firstInvalid: undefined };

const REASON = {
  reason: "no-covering-symbol",
  weight: 1,
  frames: 1,
  namedWeight: 1,
  detail: "",
} as const;

function report(weight: number, more: Partial<Report> = {}): Report {
  return {
    weight,
    resolvedWeight: weight - 1,
    frames: 2,
    resolvedFrames: 1,
    samples: 1,
    sampleWeight: weight,
    decimals: 0,
    images: [{
      image: "/lib/x.so",
      weight,
      resolvedWeight: weight - 1,
      frames: 2,
      resolvedFrames: 1,
      namesFrom: [".symtab"],
      reasons: [REASON],
      evidence: undefined,
    }],
    reasons: [REASON],
    skipped: { ...NO_SKIPPED, comments: 1 },
    ...more,
  };
}

function resolved(samples: readonly SampleText[], of: Report, decimals = 0): Resolved {
  return { profile: { ...profileOf(samples), decimals }, report: { ...of, decimals } };
}

function textsOf({ profile }: Resolved): string[] {
  return samplesOf({ profile: { ...profile, locations: [], skipped: NO_SKIPPED } });
}

Deno.test("mergeResolved() gives a single one back", () => {
  const one = resolved([[["a"], 1]], report(2));
  assertEquals(mergeResolved([one]) === one, true);
});

Deno.test("mergeResolved() puts samples one after the other", () => {
  const merged = mergeResolved([
    resolved([[["a", "b"], 1], [["a"], 2]], report(2)),
    resolved([[["c", "a"], 3], [["a"], 4]], report(3)),
  ]);
  assertEquals(textsOf(merged), ["a;b 1", "a 2", "c;a 3", "a 4"]);
  assertEquals(merged.profile.frames.size, 3);
});

Deno.test("mergeResolved() brings weights to the same decimals", () => {
  const merged = mergeResolved([
    resolved([[["a"], 15]], report(15), 1),
    resolved([[["b"], 3, 1]], report(3)),
  ]);
  assertEquals(textsOf(merged), ["a 15", "b 30"]);
  assertEquals(merged.profile.samples.baseOf(1), 10);
  assertEquals(merged.profile.decimals, 1);
  assertEquals([merged.report.weight, merged.report.decimals], [15 + 30, 1]);
  assertEquals(merged.report.images[0]?.weight, 45);
  assertEquals(merged.report.reasons, [
    { ...REASON, weight: 11, frames: 2, namedWeight: 11 },
  ]);
});

Deno.test("mergeResolved() refuses decimals that take weights too far", () => {
  const large = resolved([[["a"], Number.MAX_SAFE_INTEGER]], report(2));
  assertThrows(
    () => mergeResolved([large, resolved([[["b"], 1]], report(2), 1)]),
    RangeError,
    "Cannot merge recordings: their decimals take weights past 2^53 - 1",
  );
});

Deno.test("mergeResolved() keeps frames apart that differ in their details", () => {
  const detail = (address: number): FrameDetail => ({
    kind: "native",
    symbol: "",
    file: undefined,
    address,
    vaddr: NaN,
    position: undefined,
    reason: undefined,
  });
  const withDetail = (address: number): Resolved => {
    const { profile, report: counts } = resolved([[["a"], 1]], report(2));
    return { profile: { ...profile, details: [detail(address)] }, report: counts };
  };
  const { profile } = mergeResolved([withDetail(1), withDetail(2)]);
  assertEquals(profile.frames.size, 2);
  assertEquals(profile.details?.map(({ address }) => address), [1, 2]);
});

Deno.test("mergeResolved() adds up reports, image by image", () => {
  const other = report(9);
  const image = { ...other.images[0]!, image: "/lib/y.so", namesFrom: [".dynsym"] };
  const merged = mergeResolved([
    resolved([[["a"], 1]], report(4)),
    resolved([[["a"], 1]], { ...other, images: [image, ...report(2).images] }),
  ]).report;
  assertEquals(merged.images.map(({ image, weight }) => [image, weight]), [
    ["/lib/y.so", 9],
    ["/lib/x.so", 6],
  ]);
  assertEquals([merged.weight, merged.resolvedWeight, merged.samples], [13, 11, 2]);
  assertEquals(merged.skipped.comments, 2);
});

Deno.test("mergeResolved() adds up the evidence, and keeps the worse verdict", () => {
  const evidence = {
    checked: 2,
    calls: 1,
    insideCalls: 0,
    checkedWeight: 20,
    callsWeight: 10,
    insideCallsWeight: 0,
    strays: 1,
    edges: 1,
    agreeingEdges: 1,
    impossibleEdges: 1,
    excess: 1,
  };
  const withVerdict = (verdict: "fits" | "differs" | undefined) => {
    const [image] = report(2).images;
    const images = [{ ...image!, evidence: verdict && { ...evidence, verdict } }];
    return resolved([[["a"], 1]], report(2, { images }));
  };
  const [image] =
    mergeResolved([withVerdict("fits"), withVerdict(undefined), withVerdict("differs")])
      .report.images;
  assertEquals(image?.evidence, {
    checked: 4,
    calls: 2,
    insideCalls: 0,
    checkedWeight: 40,
    callsWeight: 20,
    insideCallsWeight: 0,
    strays: 2,
    edges: 2,
    agreeingEdges: 2,
    impossibleEdges: 2,
    excess: 1,
    verdict: "differs",
  });
});

Deno.test("mergeResolved() sums the frames that debug information may lack, and what is wrong", () => {
  const incomplete = (weight: number, problem: string): Report => {
    const one = report(10);
    const counts = { weight, frames: 1, problems: [problem] };
    return { ...one, images: one.images.map((image) => ({ ...image, incomplete: counts })) };
  };
  const merged = mergeResolved([
    resolved([[["a"], 1]], incomplete(3, "one")),
    resolved([[["a"], 1]], incomplete(4, "two")),
    resolved([[["a"], 1]], incomplete(5, "one")),
    resolved([[["a"], 1]], report(2)),
  ]);
  assertEquals(merged.report.images[0]?.incomplete, {
    weight: 12,
    frames: 3,
    problems: ["one", "two"],
  });
  const none = mergeResolved([
    resolved([[["a"], 1]], report(2)),
    resolved([[["a"], 1]], report(2)),
  ]);
  assertEquals(none.report.images[0]?.incomplete, undefined);
});
