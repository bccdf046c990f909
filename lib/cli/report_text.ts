import { printable } from "../output/printable.ts";
import {
  type InvalidLine,
  type ReasonText,
  UNRESOLVED_REASONS,
  type UnresolvedReason,
} from "../profile/mod.ts";
import type {
  FrameCounts,
  ImageCounts,
  ImageEvidence,
  ReasonCounts,
  Report,
  Verdict,
} from "../resolve/mod.ts";

/** Images that are listed unless more is asked for. */
const MAX_IMAGES = 12;

/**
 * The report as a person reads it: how much was resolved, a row for each image with what to do about
 * the rest, and the reasons all together. What files are called divides no line.
 *
 * @param label In front of the first line, where there are several reports.
 */
export function reportText(report: Report, verbose: boolean, label = ""): string {
  const lines = [headline(report, label), ...notes(report)];
  const images = verbose ? report.images : report.images.slice(0, MAX_IMAGES);
  if (images.length > 0) lines.push("", ...imageTable(images, report, verbose));
  if (images.length < report.images.length) {
    lines.push(`  (${report.images.length - images.length} more images: -v lists them)`);
  }
  if (report.reasons.length > 0) lines.push("", ...reasonTable(report));
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/** Lines that could not be read, with the place of the first, and what they seem to be. */
export function invalidLineText(count: number, first: InvalidLine): string {
  const { source, line, text, detail } = first;
  const what = `${number(count)} ${plural(count, "line")} that ${
    count === 1 ? "is" : "are"
  } no stack`;
  const hint = HINTS.find(({ pattern }) => pattern.test(text))?.hint;
  return `Ignored ${what}; the first is line ${line} of "${source}" (${detail}): ` +
    JSON.stringify(text) + (hint === undefined ? "" : `; ${hint}`);
}

/** What people give instead of collapsed stacks, by what its lines look like. */
const HINTS: readonly { readonly pattern: RegExp; readonly hint: string }[] = [
  { pattern: /^[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][ps] /, hint: "give a maps snapshot with --maps" },
];

/** What `--include` and `--exclude` left out. The report counts it all the same. */
export function droppedText(droppedWeight: number, sampleWeight: number): string {
  return `${share(droppedWeight, sampleWeight)} of the weight is in stacks that were left out ` +
    `(${number(droppedWeight)} of ${number(sampleWeight)})`;
}

/** The share of native frames that were resolved, in percent; 100 if there were none. */
export function percentResolved({ weight, resolvedWeight }: FrameCounts): number {
  return weight === 0 ? 100 : 100 * resolvedWeight / weight;
}

function headline(report: Report, label: string): string {
  if (report.frames === 0) return `symfold: ${label}no native frames`;
  return `symfold: ${label}${percent(report)} of native frames resolved ` +
    `(${number(report.resolvedWeight)} of ${number(report.weight)} by weight, ` +
    `${number(report.resolvedFrames)} of ${number(report.frames)} different)`;
}

/** Why a file that is here gives no names: it is not the one that was mapped. */
const OTHER_FILE_REASONS: ReadonlySet<UnresolvedReason> = new Set<UnresolvedReason>([
  "file-differs",
  "layout-mismatch",
  "build-id-mismatch",
]);

function notes({ decimals, images, reasons, weight, resolvedWeight }: Report): string[] {
  const lines: string[] = [];
  if (resolvedWeight === 0 && reasons.some(({ reason }) => OTHER_FILE_REASONS.has(reason))) {
    lines.push(
      "The files here are not those that ran: they are of other builds, or the snapshot is not " +
        "of the recorded process",
    );
  }
  const namedWeight = reasons.reduce((sum, reason) => sum + (reason.namedWeight ?? 0), 0);
  if (namedWeight > 0) {
    lines.push(`${share(namedWeight, weight)} of them keep the names that the recorder gave`);
  }
  if (decimals > 0) {
    const factor = 10 ** decimals;
    lines.push(
      `Weights here, and in collapsed stacks, are multiplied by ${number(factor)} to be whole ` +
        `(flamegraph.pl --factor ${1 / factor})`,
    );
  }
  const weightOf = (verdict: Verdict) =>
    images.reduce(
      (sum, { evidence }) => sum + (evidence?.verdict === verdict ? evidence.checkedWeight : 0),
      0,
    );
  if (weightOf("adjusted") > weightOf("fits")) {
    lines.push("The return addresses were adjusted already: use --return-addresses none");
  }
  if (weightOf("not-adjusted") > weightOf("fits")) {
    lines.push("The return addresses were not adjusted: leave out --return-addresses none");
  }
  return lines;
}

function imageTable(images: readonly ImageCounts[], report: Report, verbose: boolean): string[] {
  const rows = images.map((image) => [
    number(image.weight),
    percent(image),
    namesText(image.namesFrom, verbose),
    image.image,
  ]);
  const header = ["frames", "resolved", "names from", "image"];
  const table = alignColumns([header, ...rows]);
  return table.flatMap((line, at) => {
    const image = images[at - 1];
    return image === undefined ? [line] : [line, ...imageNotes(image, report, verbose)];
  });
}

/** Debug files have long paths, and it hardly matters which it was. */
function namesText(namesFrom: readonly string[], verbose: boolean): string {
  const names = verbose
    ? namesFrom
    : namesFrom.map((name) => name.startsWith("/") ? "debug file" : name);
  return names.join(" ") || "-";
}

/** Reasons whose advice is of no use without the detail. */
const DETAILED_REASONS: ReadonlySet<UnresolvedReason> = new Set<UnresolvedReason>([
  "file-not-found",
  // Which of the files that were found are alike, and which debug files were refused; of a memfd,
  // how its library is found.
  "file-deleted",
  "only-exported",
  "no-symbols",
  "anonymous",
  "kernel-slide",
  "kernel-mismatch",
  "special-mapping",
]);

/** What to do about the unresolved frames of an image, if they matter. */
function imageNotes(image: ImageCounts, report: Report, verbose: boolean): string[] {
  return [
    ...reasonNotes(image, report, verbose),
    ...incompleteNotes(image, report, verbose),
    ...evidenceNotes(image, verbose),
  ];
}

function reasonNotes(image: ImageCounts, report: Report, verbose: boolean): string[] {
  return image.reasons
    .filter(({ weight }) => verbose || weight * 1000 >= report.weight)
    .map(({ reason, weight, detail }) => {
      const { meaning, advice } = textsOf(reason);
      const isShown = verbose || advice === "" || DETAILED_REASONS.has(reason);
      const what = detail === "" || !isShown ? meaning : `${meaning}: ${detail}`;
      return `      ${number(weight)} unresolved: ${what}${advice === "" ? "" : `; ${advice}`}`;
    });
}

/** How many frames lack what debug information would say, and why; all problems only on request. */
function incompleteNotes({ incomplete }: ImageCounts, report: Report, verbose: boolean): string[] {
  if (incomplete === undefined) return [];
  const { weight, problems } = incomplete;
  if (!verbose && weight * 1000 < report.weight) return [];
  const [first = "", ...others] = problems;
  const more = others.length === 0 || verbose
    ? ""
    : ` (and ${number(others.length)} more ${plural(others.length, "problem")}: -v lists them)`;
  return [
    `${number(weight)} may lack inlined functions and lines: ${first}${more}`,
    ...verbose ? others.map((problem) => `  ${problem}`) : [],
  ].map((note) => `      ${note}`);
}

/** Fewer stray addresses than this share, and than this number, are not worth mentioning. */
const MIN_STRAY_SHARE = 0.1;
const MIN_STRAYS = 5;

/** Whether the file is the right one; nothing if it is, unless more is asked for. */
function evidenceNotes({ evidence, resolvedWeight }: ImageCounts, verbose: boolean): string[] {
  if (evidence === undefined) return [];
  const { checked, strays, verdict } = evidence;
  const notes: string[] = [];
  if (checked > 0 && (verbose || verdict === "differs")) {
    const isDoubtful = verdict === "differs" && resolvedWeight > 0;
    notes.push(callsText(evidence) + (isDoubtful ? "; the names may be wrong" : ""));
  }
  if (verdict === "not-judged" && resolvedWeight > 0) {
    const what = `${number(checked)} return ${checked === 1 ? "address" : "addresses"}`;
    notes.push(`not judged: ${what}, too few to tell whether it is the right file`);
  }
  const isBroken = verdict !== "differs" && strays >= MIN_STRAYS &&
    strays >= MIN_STRAY_SHARE * (checked + strays);
  if (isBroken || verbose && strays > 0) {
    notes.push(
      `${number(strays)} of ${number(checked + strays)} callers are no return addresses: the ` +
        "unwinding is broken; build with frame pointers, or record with --call-graph dwarf",
    );
  }
  return notes.map((note) => `      ${note}`);
}

/** How many return addresses of an image follow calls, and how many of those lead to the next frame. */
export function callsText(evidence: ImageEvidence): string {
  const { checked, calls, insideCalls, edges, agreeingEdges } = evidence;
  const { checkedWeight, callsWeight, insideCallsWeight } = evidence;
  // In a wrong file some are inside of a call by chance.
  const isAdjusted = insideCalls > calls && 2 * insideCalls > checked;
  const byWeight = share(isAdjusted ? insideCallsWeight : callsWeight, checkedWeight);
  const parts = [
    `${share(isAdjusted ? insideCalls : calls, checked)} of ${number(checked)} return addresses ` +
    `${isAdjusted ? "are inside of a call" : "follow a call"} (${byWeight} by weight)`,
  ];
  if (edges > 0) {
    parts.push(`${share(agreeingEdges, edges)} of ${number(edges)} calls lead to the next frame`);
  }
  return parts.join(", ");
}

function reasonTable(report: Report): string[] {
  const rows = report.reasons.map(({ reason, weight, frames }) => [
    number(weight),
    share(weight, report.weight),
    reason,
    `${textsOf(reason).meaning} (${number(frames)} different)`,
  ]);
  return ["Unresolved:", ...alignColumns(rows)];
}

function textsOf(reason: UnresolvedReason): ReasonText {
  return UNRESOLVED_REASONS[reason];
}

/** Numbers to the right, texts to the left; the last column is not padded. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    "  " + row.map((cell, column) => {
      if (column === row.length - 1) return cell;
      return column < 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
    }).join("  ")
  );
}

function percent(counts: FrameCounts): string {
  return `${floorTo(percentResolved(counts), 1)} %`;
}

function share(weight: ReasonCounts["weight"], total: number): string {
  return `${floorTo(total === 0 ? 0 : 100 * weight / total, 1)} %`;
}

/** Rounds down: 100.0 % is all of them. */
function floorTo(value: number, digits: number): string {
  return (Math.floor(value * 10 ** digits) / 10 ** digits).toFixed(digits);
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
