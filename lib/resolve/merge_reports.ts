import { type ImageEvidence, joinEvidence } from "./evidence/image_evidence.ts";
import {
  byWeight,
  type FrameCounts,
  type ImageCounts,
  type IncompleteCounts,
  type ReasonCounts,
  type Report,
} from "./report.ts";

/**
 * The report of several recordings together.
 *
 * @param all At least one.
 * @param decimals How many the weights have together.
 */
export function mergeReports(all: readonly Report[], decimals: number): Report {
  const scaled = all.map((report) => alignReport(report, decimals));
  const images = new Map<string, ImageCounts[]>();
  for (const image of scaled.flatMap((report) => report.images)) {
    images.set(image.image, [...images.get(image.image) ?? [], image]);
  }
  const sum = (valueOf: (report: Report) => number) =>
    scaled.reduce((total, report) => total + valueOf(report), 0);
  return {
    ...mergeCounts(scaled),
    samples: sum(({ samples }) => samples),
    sampleWeight: sum(({ sampleWeight }) => sampleWeight),
    decimals,
    images: [...images.values()].map(mergeImages).sort(byWeight),
    reasons: mergeReasons(scaled.flatMap(({ reasons }) => reasons)),
    skipped: {
      comments: sum(({ skipped }) => skipped.comments),
      invalid: sum(({ skipped }) => skipped.invalid),
      firstInvalid: scaled.find(({ skipped }) => skipped.firstInvalid)?.skipped.firstInvalid,
    },
  };
}

/** The same report with weights of so many decimals, at least those it has. */
export function alignReport(report: Report, decimals: number): Report {
  return { ...scaleReport(report, 10 ** (decimals - report.decimals)), decimals };
}

function scaleReport(report: Report, factor: number): Report {
  if (factor === 1) return report;
  return {
    ...report,
    ...scaleCounts(report, factor),
    sampleWeight: report.sampleWeight * factor,
    images: report.images.map((image) => ({
      ...image,
      ...scaleCounts(image, factor),
      reasons: image.reasons.map((reason) => scaleReason(reason, factor)),
      ...image.incomplete && {
        incomplete: { ...image.incomplete, weight: image.incomplete.weight * factor },
      },
      evidence: image.evidence && scaleEvidence(image.evidence, factor),
    })),
    reasons: report.reasons.map((reason) => scaleReason(reason, factor)),
  };
}

function scaleCounts(counts: FrameCounts, factor: number) {
  return { weight: counts.weight * factor, resolvedWeight: counts.resolvedWeight * factor };
}

function scaleReason(reason: ReasonCounts, factor: number): ReasonCounts {
  const { weight, namedWeight = 0 } = reason;
  const scaled = { ...reason, weight: weight * factor };
  return namedWeight > 0 ? { ...scaled, namedWeight: namedWeight * factor } : scaled;
}

function scaleEvidence(evidence: ImageEvidence, factor: number): ImageEvidence {
  return {
    ...evidence,
    checkedWeight: evidence.checkedWeight * factor,
    callsWeight: evidence.callsWeight * factor,
    insideCallsWeight: evidence.insideCallsWeight * factor,
  };
}

function mergeCounts(all: readonly FrameCounts[]): FrameCounts {
  const sum = (valueOf: (counts: FrameCounts) => number) =>
    all.reduce((total, counts) => total + valueOf(counts), 0);
  return {
    weight: sum(({ weight }) => weight),
    resolvedWeight: sum(({ resolvedWeight }) => resolvedWeight),
    frames: sum(({ frames }) => frames),
    resolvedFrames: sum(({ resolvedFrames }) => resolvedFrames),
  };
}

function mergeImages(all: readonly ImageCounts[]): ImageCounts {
  return {
    image: all[0]!.image,
    ...mergeCounts(all),
    namesFrom: [...new Set(all.flatMap(({ namesFrom }) => namesFrom))],
    reasons: mergeReasons(all.flatMap(({ reasons }) => reasons)),
    ...mergeIncomplete(all.flatMap(({ incomplete }) => incomplete ?? [])),
    evidence: all.map(({ evidence }) => evidence).reduce((one, other) =>
      one === undefined || other === undefined ? one ?? other : joinEvidence(one, other)
    ),
  };
}

function mergeIncomplete(all: readonly IncompleteCounts[]): Pick<ImageCounts, "incomplete"> {
  if (all.length === 0) return {};
  const sum = (valueOf: (counts: IncompleteCounts) => number) =>
    all.reduce((total, counts) => total + valueOf(counts), 0);
  return {
    incomplete: {
      weight: sum(({ weight }) => weight),
      frames: sum(({ frames }) => frames),
      problems: [...new Set(all.flatMap(({ problems }) => problems))],
    },
  };
}

function mergeReasons(all: readonly ReasonCounts[]): ReasonCounts[] {
  const merged = new Map<string, ReasonCounts>();
  for (const one of all) {
    const known = merged.get(one.reason);
    const namedWeight = (one.namedWeight ?? 0) + (known?.namedWeight ?? 0);
    merged.set(one.reason, {
      ...one,
      weight: one.weight + (known?.weight ?? 0),
      frames: one.frames + (known?.frames ?? 0),
      detail: known?.detail ?? one.detail,
      ...namedWeight > 0 && { namedWeight },
    });
  }
  return [...merged.values()].sort(byWeight);
}
