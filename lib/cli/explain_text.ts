import type {
  ExplainedBias,
  ExplainedFailure,
  ExplainedImage,
  ExplainedMapping,
  Explanation,
  FetchCommand,
  ImageEvidence,
  ImageSegment,
} from "../resolve/mod.ts";
import { alignTable } from "./align_table.ts";
import { nameSections } from "./explain_name_text.ts";
import type { Section } from "./explain_section.ts";
import { BIAS_TEXTS, EVIDENCE_TEXTS, VERDICT_TEXTS } from "./explain_words.ts";
import { printable } from "../output/printable.ts";
import { callsText } from "./report_text.ts";

/** An explanation as a person reads it. */
export function explanationText(explanation: Explanation): string {
  const { failure, mapping, segments = [], candidates = [], image, name } = explanation;
  const sections: Section[] = [
    ["lookup", lookupLines(explanation)],
    ["why", failure === undefined ? [] : failureLines(failure)],
    ["mapping", mapping === undefined ? [] : mappingLines(mapping)],
    ["mapping", neighbourLines(explanation)],
    ["code maps", codeMapLines(explanation)],
    ["kernel", kernelLines(explanation)],
    ["snapshots", contestedLines(explanation)],
    ["recording", recordedLines(explanation)],
    ["file", fileLines(explanation)],
    ["image", image === undefined ? [] : imageLines(image)],
    ["segments", segmentLines(segments)],
    ["load bias", biasLines(candidates)],
    ["remarks", (image?.remarks ?? []).map(({ label, detail }) => `${label}: ${detail}`)],
    ["place", placeLines(explanation)],
    ["evidence", evidenceLines(explanation)],
    ...name === undefined ? [] : nameSections(name),
  ];
  const lines = sections.flatMap(([label, lines]) =>
    lines.map((line, at) => `  ${(at === 0 ? label : "").padEnd(LABEL_WIDTH)}${line}`.trimEnd())
  );
  return [headline(explanation), ...lines].map((line) => `${printable(line)}\n`).join("");
}

const LABEL_WIDTH = 13;

function headline({ input, process, frames, failure }: Explanation): string {
  const whose = process === undefined ? "" : ` of process ${process}`;
  const [outer, ...inlined] = frames;
  const inside = inlined.map((frame) => `, inlined ${frame}`).join("");
  return failure === undefined
    ? `${input}${whose} is ${outer}${inside}`
    : `${input}${whose} has no name: ${frames.join(";")}`;
}

function lookupLines({ number, lookup }: Explanation): string[] {
  const { kind, module, buildId, symbol } = number;
  const what = KIND_TEXTS[kind] + (module === "" ? "" : ` of ${module}`) +
    (buildId === "" ? "" : ` of the file with build-id ${buildId}`);
  if (number.value === "") return [`${what}, but it is no number that such a thing may have`];
  const how = lookup.isReturnAddress
    ? `${what} behind a call, looked up one byte before: ${lookup.value}`
    : `${what}, looked up as it is: ${lookup.value}`;
  const other = lookup.isReturnAddress ? "As it is" : "As a return address, one byte before";
  return [
    how,
    ...lookup.otherwise === undefined
      ? []
      : [`${other}, it would be ${lookup.otherwise.join(";")}`],
    ...symbol === "" ? [] : [`the recorder called it ${symbol}`],
  ];
}

const KIND_TEXTS = { address: "an address", vaddr: "a vaddr", fileOffset: "a file offset" };

function failureLines({ meaning, detail, advice, commands }: ExplainedFailure): string[] {
  return [
    detail === "" ? meaning : `${meaning}: ${detail}`,
    ...advice === "" ? [] : [advice],
    ...commands.map(commandText),
  ];
}

/** A command that gets something, with what it is for and what symfold then needs. */
export function commandText({ system, command, option }: FetchCommand): string {
  const where = system === "any" ? "" : `${system}: `;
  return `  ${where}${command}${option === "" ? "" : `   # then ${option}`}`;
}

function mappingLines(mapping: ExplainedMapping): string[] {
  const { start, end, permissions, fileOffset, device, inode, path, isDeleted } = mapping;
  const what = path === "" ? "anonymous memory" : isDeleted ? `${path} (deleted)` : path;
  return [
    `${start}-${end} ${permissions} file offset ${fileOffset}, ${device} ${inode} ${what}`,
    `in "${mapping.snapshot}"`,
  ];
}

function neighbourLines({ neighbours }: Explanation): string[] {
  if (neighbours === undefined) return [];
  const { before, behind } = neighbours;
  return [
    "none; the nearest are",
    ...before === undefined ? [] : [`before it ${mappingLines(before)[0]}`],
    ...behind === undefined ? [] : [`behind it ${mappingLines(behind)[0]}`],
  ];
}

function contestedLines({ contested = [] }: Explanation): string[] {
  const isOpen = !contested.some(({ isChosen }) => isChosen);
  return alignTable(contested.map(({ snapshot, path, loadBias, isChosen, returns, calls }) => [
    `"${snapshot}"`,
    path,
    `load bias ${loadBias}:`,
    [
      isOpen ? "as likely" : isChosen ? "chosen" : "lost",
      returns > 0 ? `${calls} of ${returns} return addresses follow a call` : "",
    ].filter((text) => text !== "").join(", "),
  ]));
}

function recordedLines({ recorded }: Explanation): string[] {
  if (recorded === undefined) return [];
  const { sources, callerWeight, leafWeight, evidence, doubt, calledStart } = recorded;
  const uses = [
    callerWeight > 0 ? `a caller with weight ${callerWeight}` : "",
    leafWeight > 0 ? `a leaf with weight ${leafWeight}` : "",
  ].filter((text) => text !== "");
  return [
    `in ${sources.map((source) => `"${source}"`).join(", ")}: ${uses.join(", ") || "not there"}`,
    ...evidence === undefined
      ? []
      : [...evidence.checked > 0 ? [callsText(evidence)] : [], verdictText(evidence, doubt)],
    ...calledStart === undefined ? [] : [`the calls that lead there begin it at ${calledStart}`],
  ];
}

function verdictText({ verdict, checked }: ImageEvidence, doubt: string): string {
  const what = VERDICT_TEXTS[verdict];
  if (verdict === "not-judged") {
    return `${what}: ${checked} return ${checked === 1 ? "address" : "addresses"}`;
  }
  return doubt === "" ? what : `${what}: ${doubt}`;
}

function codeMapLines({ codeMaps = [] }: Explanation): string[] {
  return codeMaps.map(({ source, range }) => {
    if (range === undefined) return `"${source}" has nothing there`;
    const place = range.line === undefined
      ? `the record at file offset ${range.fileOffset}`
      : `line ${range.line}`;
    return `"${source}", ${place}: ${range.start}-${range.end} ${range.name}`;
  });
}

function kernelLines({ kernel }: Explanation): string[] {
  if (kernel === undefined) return [];
  const { kallsyms, vmlinux, chosen } = kernel;
  const lines: string[] = [];
  if (kallsyms !== undefined) {
    const { source, nearest, verdict } = kallsyms;
    if (nearest === undefined) lines.push(`"${source}" has no function at or before it`);
    else {
      const { line, start, name, module } = nearest;
      const where = module === "" ? "" : ` [${module}]`;
      lines.push(`"${source}", line ${line}: ${start} ${name}${where} ${KERNEL_TEXTS[verdict]}`);
    }
  }
  if (vmlinux !== undefined) {
    const { source, start, name } = vmlinux;
    lines.push(
      start === undefined ? `"${source}" has no function there` : `"${source}": ${start} ${name}`,
    );
  }
  if (kallsyms !== undefined && vmlinux !== undefined) lines.push(`chosen: ${chosen}`);
  return lines;
}

const KERNEL_TEXTS = {
  chosen: "is the nearest before it",
  ended: "is the nearest before it, but something else begins in between",
  "too far": "is the nearest before it, but too far away",
  none: "",
};

function fileLines({ file }: Explanation): string[] {
  if (file === undefined) return [];
  const { path, foundAt, architecture, buildId } = file;
  const here = foundAt === "" ? "not here" : foundAt === path ? "here" : `here ${foundAt}`;
  const what = foundAt === "" || architecture === ""
    ? []
    : [`${architecture}, ${buildId === "" ? "no build-id" : `build-id ${buildId}`}`];
  return [path, here, ...what];
}

function imageLines(
  { imageBase, loadBias, pageSize, mappings, problem }: ExplainedImage,
): string[] {
  const rows = mappings.map((mapping) => [
    `${mapping.start}-${mapping.end}`,
    mapping.permissions,
    `file offset ${mapping.fileOffset}`,
    [
      mapping.isFirst ? "first: the base" : "",
      mapping.isAnonymousText ? "anonymous memory in the place of text" : "",
      mapping.holdsAddress ? "holds the address" : "",
    ].filter((note) => note !== "").join("; "),
  ]);
  return [
    `base ${imageBase}, load bias ${loadBias}, ${pagesText(pageSize)}`,
    ...alignTable(rows),
    ...problem === "" ? [] : [`does not fit: ${problem}`],
  ];
}

/** A snapshot tells no more than what all its addresses are multiples of. */
export function pagesText(pageSize: string): string {
  return pageSize === "0x1000"
    ? `pages of ${pageSize} bytes`
    : `pages of at most ${pageSize} bytes`;
}

/** The segments, and which of them the mapping may show. */
function segmentLines(segments: readonly ImageSegment[]): string[] {
  const isCompared = segments.some(({ loadBias }) => loadBias !== undefined);
  const rows = segments.map((segment) => [
    `${segment.number}`,
    segment.permissions,
    `offset ${segment.fileOffset}`,
    `vaddr ${segment.vaddr}`,
    `size ${segment.memorySize}`,
    segment.loadBias === undefined
      ? isCompared ? "does not fit" : ""
      : `fits with bias ${segment.loadBias}, score ${segment.score}`,
    segment.holdsVaddr ? "holds the vaddr" : "",
  ]);
  return alignTable(rows);
}

function biasLines(candidates: readonly ExplainedBias[]): string[] {
  return alignTable(candidates.map(({ loadBias, mappings, score, outcome }) => [
    loadBias,
    `explains ${mappings} ${mappings === 1 ? "mapping" : "mappings"}, score ${score}:`,
    BIAS_TEXTS[outcome],
  ]));
}

function placeLines({ place }: Explanation): string[] {
  if (place === undefined) return [];
  const { vaddr, lookupVaddr, fileOffset, section } = place;
  const looked = vaddr === lookupVaddr ? "" : ` (looked up at ${lookupVaddr})`;
  const file = fileOffset === undefined ? "not in the file" : `file offset ${fileOffset}`;
  const inside = section === undefined
    ? "no section"
    : `section ${section.name || "without a name"} at ${section.vaddr}, size ${section.size}`;
  return [`vaddr ${vaddr}${looked}, ${file}, ${inside}`];
}

function evidenceLines({ evidence }: Explanation): string[] {
  if (evidence === undefined) return [];
  const { finding, target, targetName, isSignalReturn } = evidence;
  const called = target === undefined
    ? []
    : [`it calls ${target}${targetName === undefined ? "" : `, ${targetName}`}`];
  return [
    EVIDENCE_TEXTS[finding],
    ...called,
    ...isSignalReturn ? ["the code there returns from a signal handler"] : [],
  ];
}
