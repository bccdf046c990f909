import { hex, isSourceError } from "../../errors.ts";
import { findGoTable } from "../../elf/gopclntab.ts";
import {
  type ImageSurroundings,
  isAnonymous,
  isVdso,
  mappedBesides,
  type Mapping,
  remarkLayout,
} from "../../maps/mod.ts";
import { explainFile } from "../explain/explain_file.ts";
import type { FileProvider } from "../file_provider.ts";
import { Locator } from "../locator.ts";
import type { MachineOptions } from "../machine_options.ts";
import type { Failure, RecordedFile } from "../recorded_file.ts";
import { ambiguityOf } from "../choose_biases.ts";
import type { CheckedImage, SnapshotIndex } from "../snapshot_index.ts";
import type { FetchContext } from "./fetch_commands.ts";
import { fetchContextOf } from "./fetch_context.ts";
import { explainFailure } from "../explain/explain_failure.ts";
import { KernelNames } from "../kernel_names.ts";
import type { NamedCode } from "../../symbols/mod.ts";
import type {
  ImageDescription,
  ImagesDescription,
  MissingPart,
  OtherCode,
  SnapshotDescription,
} from "./image_description.ts";

/** What {@linkcode describeImages} needs. */
export interface DescribeImagesOptions extends MachineOptions {
  /** The folder with copies of the recorded machine's files, for commands that put more there. */
  readonly sysroot?: string | undefined;
}

/**
 * Lists the loaded images of snapshots: where each is, what is remarkable about it, where its names
 * will come from, and what is missing. It is found by the very code that `resolve` uses. All files
 * that are mapped are opened.
 *
 * A file that is not here is listed if a mapping of it is executable. Files that were only mapped
 * for reading are no images.
 *
 * @example
 * ```ts
 * import { describeImages } from "../mod.ts";
 * import { parseMaps } from "../../maps/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const maps = "7f0000000000-7f0000001000 r-xp 00000000 fe:00 42 /opt/libfoo.so\n";
 * const snapshots = [await parseMaps("4711.maps", [new TextEncoder().encode(maps)])];
 * const files = { open: () => Promise.resolve({ reason: "file-not-found", detail: "" } as const) };
 * const description = await describeImages({ snapshots, files });
 * const [image] = description.snapshots[0]!.images;
 * assertEquals([image?.path, image?.missing?.reason], ["/opt/libfoo.so", "file-not-found"]);
 * ```
 */
export async function describeImages(
  options: DescribeImagesOptions,
): Promise<ImagesDescription> {
  const { snapshots, files, sysroot, generated = [] } = options;
  const locator = await Locator.open([], new Uint8Array(0), snapshots, [], files, true);
  const context = await fetchContextOf(snapshots, files, sysroot);
  const descriptions: SnapshotDescription[] = [];
  const names = new Map<RecordedFile, Names>();
  for (const index of locator.snapshots) {
    const images: ImageDescription[] = [];
    const all = index.snapshot.mappings.map((mapping) => index.insideArchive(mapping));
    for (const file of index.files) {
      const copies = copiesOf(index, file);
      if (copies.length === 0) continue;
      const found = names.get(file) ?? await findNames(file, files);
      names.set(file, found);
      const surroundings = surroundingsOf(index, file, all);
      for (const copy of copies) {
        images.push(await describeImage(index, file, copy, found, surroundings, context, files));
      }
    }
    images.sort((a, b) => Number(a.imageBase) - Number(b.imageBase));
    const { name, process, pageSize } = index.snapshot;
    descriptions.push({
      snapshot: name,
      ...(process !== undefined && { process }),
      pageSize: hex(pageSize),
      images,
      generatedCode: generatedCodeIn(index, generated),
      ...fetchAll(images, context),
    });
  }
  return { snapshots: descriptions, kernel: await describeKernel(options) };
}

async function describeKernel(options: DescribeImagesOptions): Promise<OtherCode> {
  const { kallsyms, vmlinux, files } = options;
  const wish = { inlines: false, positions: false };
  const { failure } = await KernelNames.read({ kallsyms, vmlinux }, [], files, wish);
  const isHidden = failure.reason === "kernel-hidden";
  const isCut = failure.reason === "kernel-gap" && failure.detail !== "";
  const sources = [isHidden || isCut ? undefined : kallsyms?.name, vmlinux?.name];
  const namesFrom = sources.filter((source) => source !== undefined);
  const isMissing = isHidden || namesFrom.length === 0;
  return { namesFrom, ...(isMissing && { missing: explainFailure(failure, NOBODY, NOWHERE) }) };
}

/** A loaded copy, or what may be one if the file is not here to tell. */
interface Copy {
  readonly image: CheckedImage;
  /** Whether its load bias is known. */
  readonly isCertain: boolean;
}

function copiesOf(index: SnapshotIndex, file: RecordedFile): Copy[] {
  const images = index.imagesOf(file);
  if (images.length > 0) {
    return images.map((image) => ({ image, isCertain: image.alike.length === 0 }));
  }
  const mappings = index.mappingsOf(file).filter(({ readable, writable, executable }) =>
    readable || writable || executable
  );
  // The mappings of a file in an archive are told of under its own name; those of memory are code
  // made at run time, unless somebody has the file that was in it.
  const isCode = mappings.some((mapping) =>
    mapping.executable && index.insideArchive(mapping) === mapping &&
    (isVdso(mapping) || !isAnonymous(mapping))
  );
  if (!isCode) return [];
  const imageBase = mappings[0]!.start;
  const problem = file.elf === undefined ? "" : file.layoutProblem;
  const image = { imageBase, loadBias: imageBase, mappings, anonymousText: [], problem, alike: [] };
  return [{ image, isCertain: false }];
}

/** What is known of the names of a file. */
interface Names {
  readonly namesFrom: readonly string[];
  readonly hasAll: boolean;
}

async function findNames(file: RecordedFile, files: FileProvider): Promise<Names> {
  if (file.elf === undefined || file.layoutProblem !== "") return { namesFrom: [], hasAll: true };
  await file.findNames(files);
  const hasGoTable = await hasGoFunctions(file);
  const namesFrom = hasGoTable ? [...file.namesFrom, ".gopclntab"] : file.namesFrom;
  // What the vDSO exports is all that anybody calls.
  const isVdsoFile = file.request.path === "[vdso]";
  return { namesFrom, hasAll: file.hasSymtab || hasGoTable || isVdsoFile };
}

async function hasGoFunctions({ elf }: RecordedFile): Promise<boolean> {
  try {
    return await findGoTable(elf!) !== undefined;
  } catch (error) {
    if (isSourceError(error)) return false;
    throw error;
  }
}

async function describeImage(
  index: SnapshotIndex,
  file: RecordedFile,
  { image, isCertain }: Copy,
  { namesFrom, hasAll }: Names,
  surroundings: ImageSurroundings,
  context: FetchContext,
  files: FileProvider,
): Promise<ImageDescription> {
  const described = await explainFile(file);
  const ambiguity = ambiguityOf(image);
  const failure = ambiguity === undefined
    ? failureOf(file, namesFrom, hasAll)
    : { ...ambiguity, what: "snapshot" as const };
  return {
    ...described,
    imageBase: hex(image.imageBase),
    ...(isCertain && { loadBias: hex(image.loadBias) }),
    mappings: image.mappings.length + image.anonymousText.length,
    remarks: remarkLayout(image, isCertain ? surroundings : aloneIn(surroundings, image)),
    namesFrom,
    problems: file.problems,
    ...(failure &&
      { missing: missingPart(index, file, image, failure, described, context, files) }),
  };
}

/** What all images of a file are seen in. */
function surroundingsOf(
  index: SnapshotIndex,
  file: RecordedFile,
  all: readonly Mapping[],
): ImageSurroundings {
  const [own, images] = [index.mappingsOf(file), index.imagesOf(file)];
  const { pageSize } = index.snapshot;
  const segments = file.elf?.loadSegments ?? [];
  return { images, own, besides: mappedBesides(own, images), all, segments, pageSize };
}

/** Where it is not known where an image was loaded, its segments say nothing. */
function aloneIn(surroundings: ImageSurroundings, image: CheckedImage): ImageSurroundings {
  const besides = mappedBesides(surroundings.own, [image]);
  return { ...surroundings, images: [image], besides, segments: [] };
}

/** Why names are missing; undefined if none are. */
function failureOf(
  { failure, layoutProblem, elf, problems }: RecordedFile,
  namesFrom: readonly string[],
  hasAll: boolean,
): (Failure & { readonly what: MissingPart["what"] }) | undefined {
  if (failure !== undefined) return { ...failure, what: "file" };
  if (elf === undefined) return { reason: "not-elf", detail: "", what: "file" };
  if (layoutProblem !== "") {
    return { reason: "layout-mismatch", detail: layoutProblem, what: "file" };
  }
  if (hasAll) return undefined;
  const reason = namesFrom.includes(".dynsym") ? "only-exported" : "no-symbols";
  return { reason, detail: problems.join("; "), what: "symbols" };
}

function missingPart(
  index: SnapshotIndex,
  { request: { path } }: RecordedFile,
  { mappings }: CheckedImage,
  { reason, detail, what }: Failure & { readonly what: MissingPart["what"] },
  { foundAt, buildId }: { readonly foundAt: string; readonly buildId: string },
  context: FetchContext,
  files: FileProvider,
): MissingPart {
  const subject = {
    path,
    foundAt,
    buildId: what === "file" ? files.buildIdsOf?.(path).at(-1) ?? "" : buildId,
    mapping: mappings.find(({ executable }) => executable) ?? mappings[0],
    process: index.process,
  };
  return { what, ...explainFailure({ reason, detail }, subject, context) };
}

/** Executable memory of no file, but for what is the text of an image. */
function generatedCodeIn(
  index: SnapshotIndex,
  generated: readonly NamedCode[],
): SnapshotDescription["generatedCode"] {
  const { process } = index;
  const isGenerated = (mapping: Mapping) =>
    mapping.executable && isAnonymous(mapping) && !("loadBias" in index.placeOf(mapping.start));
  const found = index.snapshot.mappings.filter(isGenerated);
  const size = found.reduce((sum, { start, end }) => sum + (end - start), 0);
  const namesFrom = generated
    .filter((code) => process === undefined || (code.process ?? process) === process)
    .map(({ source = "" }) => source);
  const isMissing = found.length > 0 && namesFrom.length === 0;
  const failure = { reason: "anonymous", detail: "" } as const;
  return {
    mappings: found.length,
    size: hex(size),
    namesFrom,
    ...(isMissing && { missing: explainFailure(failure, { ...NOBODY, process }, NOWHERE) }),
  };
}

const NOBODY = { path: "", foundAt: "", buildId: "", mapping: undefined, process: undefined };
const NOWHERE: FetchContext = { sysroot: undefined, areFilesHere: false, family: undefined };

/** Names that neither this shell nor the one of the other machine does anything with. */
const PLAIN_PATH_REGEXP = /^\/[A-Za-z0-9_./+-]+$/;

function fetchAll(
  images: readonly ImageDescription[],
  { sysroot, areFilesHere }: FetchContext,
): Pick<SnapshotDescription, "fetchFiles" | "fetchOption"> {
  const root = sysroot ?? "sysroot";
  const paths = new Set(
    images.filter(({ missing }) => missing?.reason === "file-not-found").map(({ path }) => path)
      .filter((path) => PLAIN_PATH_REGEXP.test(path)),
  );
  if (paths.size < 2 || !PLAIN_PATH_REGEXP.test(`/${root}`)) {
    return { fetchFiles: "", fetchOption: "" };
  }
  const names = [...paths].map((path) => path.slice(1)).join(" ");
  return {
    fetchFiles: `mkdir -p ${root} && ssh HOST tar -C / -chf - ${names} | tar -C ${root} -xf -`,
    fetchOption: sysroot !== undefined ? "" : `${areFilesHere ? "--search" : "--sysroot"} ${root}`,
  };
}
