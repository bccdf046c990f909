import type {
  ExplainedFailure,
  ImageDescription,
  ImagesDescription,
  SnapshotDescription,
} from "../resolve/mod.ts";
import { alignTable } from "./align_table.ts";
import { commandText, pagesText } from "./explain_text.ts";
import { printable } from "../output/printable.ts";

/** The images of snapshots as a person reads them. */
export function imagesText(
  { snapshots, kernel }: ImagesDescription,
  verbose: boolean,
): string {
  const blocks = snapshots.map((snapshot) => snapshotLines(snapshot, verbose));
  blocks.push([
    kernel.missing === undefined
      ? `Kernel frames: names from ${kernel.namesFrom.join(", ")}`
      : kernel.missing.reason === "kernel"
      ? "Kernel frames: no names without --kallsyms or --vmlinux"
      : `Kernel frames: no names, ${kernel.missing.meaning}`,
    ...commandLines(kernel.missing, verbose),
  ]);
  return blocks.map((lines) => lines.map((line) => `${printable(line)}\n`).join("")).join("\n");
}

function snapshotLines(snapshot: SnapshotDescription, verbose: boolean): string[] {
  const { images, generatedCode, fetchFiles, fetchOption } = snapshot;
  const lines = [headline(snapshot), ""];
  const table = alignTable([HEADER, ...images.map((image) => cells(image, verbose))]);
  for (const [at, line] of table.entries()) {
    lines.push(`  ${line}`);
    const image = images[at - 1];
    if (image === undefined) continue;
    // One command for all of them says less than each by itself, and is what people want.
    const isBelow = !verbose && image.missing?.reason === "file-not-found" && fetchFiles !== "";
    const commands = isBelow ? [] : commandLines(image.missing, verbose);
    lines.push(...[...notes(image, verbose), ...commands].map((note) => `      ${note}`));
  }
  if (fetchFiles !== "") {
    const command = { system: "any", command: fetchFiles, option: fetchOption } as const;
    lines.push("", "All files that are not here at once:", commandText(command));
  }
  if (generatedCode.mappings > 0) {
    const { mappings, size, namesFrom, missing } = generatedCode;
    const names = namesFrom.length > 0 ? `names from ${namesFrom.join(", ")}` : "no names";
    lines.push(
      "",
      `Code made at run time: ${mappings} executable ${
        mappings === 1 ? "mapping" : "mappings"
      } without a file, ${size} bytes, ${names}`,
      ...commandLines(missing, verbose),
    );
  }
  return lines;
}

function headline({ snapshot, process, pageSize, images }: SnapshotDescription): string {
  const isNamed = process === undefined || `${snapshot},`.startsWith(`process ${process},`);
  const whose = isNamed ? "" : ` of process ${process}`;
  const count = `${images.length} ${images.length === 1 ? "image" : "images"}`;
  return `${count} in "${snapshot}"${whose}, ${pagesText(pageSize)}`;
}

const HEADER = ["base", "load bias", "machine", "build-id", "names from", "image"];
/** Digits of a build-id that tell files apart well enough to look at. */
const SHORT_BUILD_ID = 12;

function cells(image: ImageDescription, verbose: boolean): string[] {
  const { imageBase, loadBias, architecture, buildId, namesFrom, path } = image;
  return [
    imageBase,
    loadBias ?? "-",
    architecture || "-",
    (verbose ? buildId : buildId.slice(0, SHORT_BUILD_ID)) || "-",
    namesFrom.map((name) => verbose || !name.startsWith("/") ? name : "debug file").join(" ") ||
    "-",
    path,
  ];
}

function notes(image: ImageDescription, verbose: boolean): string[] {
  const { remarks, missing, problems, foundAt, path } = image;
  const remarkable = remarks.filter(({ isOrdinary }) => verbose || !isOrdinary);
  return [
    ...verbose && foundAt !== "" && foundAt !== path ? [`found at ${foundAt}`] : [],
    ...remarkable.map(({ label, detail }) => `${label}: ${detail}`),
    ...missing === undefined ? [] : missingLines(missing),
    // Why symbols are missing was said.
    ...verbose && missing?.detail !== problems.join("; ") ? problems : [],
  ];
}

function missingLines({ meaning, detail, reason }: ExplainedFailure): string[] {
  // Where a file that is not there was looked for tells nothing that the line does not.
  const isPlain = detail === "" || reason === "file-not-found";
  return [`missing: ${isPlain ? meaning : `${meaning}: ${detail}`}`];
}

/** The best command, or all of them. */
function commandLines(missing: ExplainedFailure | undefined, verbose: boolean): string[] {
  const commands = missing?.commands ?? [];
  return (verbose ? commands : commands.slice(0, 1)).map(commandText);
}
