import { EM_ARM } from "../elf/constants.ts";
import { hex } from "../errors.ts";
import type { Mapping, MapsSnapshot } from "../maps/mod.ts";
import type {
  AddressLocation,
  FileOffsetLocation,
  FrameLocation,
  VaddrLocation,
} from "../profile/mod.ts";
import { findMappedFile, type NamedCode } from "../symbols/mod.ts";
import type { FileProvider } from "./file_provider.ts";
import type { FrameRole } from "./frame_roles.ts";
import { PerfNumbers } from "./perf_numbers.ts";
import type { CodePlace, MissingPlace, Place } from "./place.ts";
import type { Failure, RecordedFile } from "./recorded_file.ts";
import { RecordedFiles } from "./recorded_files.ts";
import { type NoPlace, SnapshotIndex } from "./snapshot_index.ts";

/**
 * Finds for each frame the file and the vaddr of its code. Made for all frames at once, because it
 * opens only the files that they need.
 */
export class Locator {
  readonly #snapshots: readonly SnapshotIndex[];
  readonly #files: RecordedFiles;
  readonly #byBuildId: ReadonlyMap<string, RecordedFile>;
  readonly #perfNumbers: PerfNumbers;
  readonly #generated: readonly NamedCode[];
  /** By file and load bias. */
  readonly #doubts = new Map<RecordedFile, Map<number | undefined, Failure>>();

  private constructor(
    locations: readonly FrameLocation[],
    generated: readonly NamedCode[],
    snapshots: readonly SnapshotIndex[],
    files: RecordedFiles,
    byBuildId: ReadonlyMap<string, RecordedFile>,
  ) {
    this.#generated = generated;
    this.#snapshots = snapshots;
    this.#files = files;
    this.#byBuildId = byBuildId;
    this.#perfNumbers = new PerfNumbers(
      locations,
      snapshots,
      (module) => candidatesOf(files, module),
    );
  }

  /**
   * Opens all files that the frames need, and finds the images in the snapshots.
   *
   * @param generated Names for code made at run time; the first that has one is asked.
   */
  static async open(
    locations: readonly FrameLocation[],
    snapshots: readonly MapsSnapshot[],
    generated: readonly NamedCode[],
    provider: FileProvider,
  ): Promise<Locator> {
    const files = new RecordedFiles();
    const indexes = snapshots.map((snapshot) => new SnapshotIndex(snapshot, files));
    const needed = new Set<RecordedFile>();
    let needsBuildIds = false;
    for (const location of locations) {
      if (location.kind === "address") {
        for (const index of indexes) needAddress(index, location);
        for (const file of candidatesOf(files, location.perfModule)) needed.add(file);
      } else if (location.kind === "fileOffset" && location.buildId !== "") {
        needsBuildIds = true;
      } else if (location.kind !== "name") {
        for (const file of candidatesOf(files, location.module)) needed.add(file);
      }
    }
    for (const index of indexes) {
      for (const file of needed) index.needFile(file);
      for (const file of index.needed) needed.add(file);
    }
    if (needsBuildIds) { for (const file of files.all()) needed.add(file); }
    for (const file of needed) await file.open(provider);
    await searchMissing(needed, indexes, provider);
    for (const index of indexes) {
      await index.openArchives();
      index.findImages();
    }
    const byBuildId = new Map<string, RecordedFile>();
    if (needsBuildIds) { for (const file of needed) byBuildId.set(await file.buildId(), file); }
    return new Locator(locations, generated, indexes, files, byBuildId);
  }

  /** The files that were opened, and those that the snapshots name. */
  get files(): Iterable<RecordedFile> {
    return this.#files.all();
  }

  /**
   * Gives up the names of an image: its code is not that of its file, or its base is wrong.
   *
   * @param loadBias Undefined for the frames that say themselves which vaddr of the file they are.
   * @param detail What shows it.
   */
  doubt(file: RecordedFile, loadBias: number | undefined, detail: string): void {
    const doubts = this.#doubts.get(file) ?? new Map<number | undefined, Failure>();
    this.#doubts.set(file, doubts.set(loadBias, { reason: "file-differs", detail }));
  }

  /** Whether the names of a place were given up. */
  isDoubted({ file, loadBias, hasBuildId }: CodePlace): boolean {
    return !hasBuildId && this.#doubtOf(file, loadBias) !== undefined;
  }

  /** Where the code of a frame is. */
  placeOf(location: FrameLocation, role: FrameRole): Place {
    switch (location.kind) {
      case "name":
        return location;
      case "address":
        return this.#placeOfAddress(location, role);
      case "vaddr":
        return this.#placeOfVaddr(location, role);
      case "fileOffset":
        return this.#placeOfFileOffset(location, role);
    }
  }

  #placeOfAddress(location: AddressLocation, role: FrameRole): Place {
    const { address, bare, perfModule } = location;
    // The byte before address 0 would be the last one of the kernel.
    const lookup = address === 0 ? 0 : address - role;
    if (this.#perfNumbers.isFileOffset(location)) {
      return this.#placeOfFileOffset({
        ...location,
        kind: "fileOffset",
        module: perfModule,
        buildId: "",
        fileOffset: address,
      }, role);
    }
    const generated = this.#generated.find((code) => code.rangeAt(lookup) !== undefined);
    const isCode = generated !== undefined || address < 0 ||
      this.#snapshots.some((index) => index.isCode(lookup));
    if (bare && !isCode) return { kind: "name" };
    if (Number.isNaN(address)) return missing("not-canonical", "", "[not an address]");
    let first: NoPlace | undefined;
    for (const index of this.#snapshots) {
      const place = index.placeOf(lookup);
      if ("loadBias" in place) {
        const { file, loadBias } = place;
        const doubt = this.#doubtOf(file, loadBias);
        if (doubt !== undefined) return missingAddress(address, { ...place, ...doubt });
        return codePlace(file, address - loadBias, role, { loadBias, hasBuildId: false });
      }
      if (first === undefined || first.mapping === undefined) first = place;
    }
    if (generated !== undefined && first?.file === undefined) {
      return { kind: "generated", name: generated.rangeAt(lookup)!.name || "[jit]" };
    }
    if (address < 0 && first?.mapping === undefined) {
      return { kind: "kernel", lookupAddress: lookup };
    }
    if (first !== undefined) return missingAddress(address, first);
    return missing("no-maps", "", "[no maps]");
  }

  #placeOfVaddr(location: VaddrLocation, role: FrameRole): Place {
    const { module, vaddr, bare } = location;
    const files = candidatesOf(this.#files, module);
    if (bare && files.length === 0) return { kind: "name" };
    if (Number.isNaN(vaddr)) return missing("not-canonical", "", module);
    const file = onlyOf(files, module);
    const label = `[${lastPart(module)}+${hex(vaddr)}]`;
    if ("reason" in file) return { ...file, label };
    if (file.elf === undefined || file.layoutProblem !== "") return { ...missingFile(file), label };
    const doubt = this.#doubtOf(file, undefined);
    if (doubt !== undefined) return { ...missingFile(file), ...doubt, label };
    return codePlace(file, vaddr, role, { loadBias: undefined, hasBuildId: false });
  }

  #placeOfFileOffset(location: FileOffsetLocation, role: FrameRole): Place {
    const { module, buildId, fileOffset } = location;
    if (Number.isNaN(fileOffset)) return missing("not-canonical", "", module || buildId);
    const byId = this.#byBuildId.get(buildId);
    const file = buildId === ""
      ? onlyOf(candidatesOf(this.#files, module), module)
      : byId ?? missing("unknown-module", `no file has the build-id ${buildId}`, buildId);
    const label = buildId === "" ? `[${lastPart(module)}@${hex(fileOffset)}]` : "";
    if ("reason" in file) return { ...file, label };
    if (file.elf === undefined || file.layoutProblem !== "") return { ...missingFile(file), label };
    const vaddr = file.elf.vaddrOf(fileOffset);
    if (vaddr === undefined) return { ...missingFile(file), reason: "outside-segments", label };
    const hasBuildId = buildId !== "";
    const doubt = hasBuildId ? undefined : this.#doubtOf(file, undefined);
    if (doubt !== undefined) return { ...missingFile(file), ...doubt, label };
    return codePlace(file, vaddr, role, { loadBias: undefined, hasBuildId });
  }

  #doubtOf(file: RecordedFile, loadBias: number | undefined): Failure | undefined {
    return this.#doubts.get(file)?.get(loadBias);
  }
}

/** Why a file may be elsewhere than at its path. */
const SEARCHED_REASONS: ReadonlySet<string> = new Set([
  "file-deleted",
  "file-not-found",
  "build-id-mismatch",
]);

/** Looks for files that are not at their paths among those that the provider has besides. */
async function searchMissing(
  needed: Iterable<RecordedFile>,
  indexes: readonly SnapshotIndex[],
  provider: FileProvider,
): Promise<void> {
  if (provider.searchFiles === undefined) return;
  for (const file of needed) {
    if (!SEARCHED_REASONS.has(file.failure?.reason ?? "")) continue;
    const search = await findMappedFile(provider.searchFiles(), {
      buildId: provider.buildIdsOf?.(file.request.path).at(-1) ?? "",
      compareLayout: (elf) =>
        indexes.map((index) => index.compareLayout(file, elf)).find((one) => one !== "") ?? "",
    });
    if ("found" in search) file.adopt(search.found.elf);
    else if (search.reason === "ambiguous") {
      file.failure = { ...file.failure!, detail: search.detail };
    }
  }
}

/** A frame may be looked up at its address or one before it, which may be another mapping. */
function needAddress(index: SnapshotIndex, { address }: AddressLocation): void {
  if (Number.isNaN(address)) return;
  index.need(address);
  index.need(address - 1);
}

/** The files that a frame's module may be; a full path that no snapshot knows is taken as it is. */
function candidatesOf(files: RecordedFiles, module: string): readonly RecordedFile[] {
  const named = files.named(module);
  if (named.length > 0 || !module.startsWith("/")) return named;
  return [files.ofPath(module)];
}

function onlyOf(files: readonly RecordedFile[], module: string): RecordedFile | MissingPlace {
  const [file, ...others] = files;
  if (file === undefined) return missing("unknown-module", "", module);
  if (others.length === 0) return file;
  const paths = files.map(({ request }) => request.path).join('", "');
  return missing("ambiguous-module", `it may be "${paths}"`, module);
}

function codePlace(
  file: RecordedFile,
  vaddr: number,
  role: FrameRole,
  rest: Pick<CodePlace, "loadBias" | "hasBuildId">,
): CodePlace {
  // The lowest bit of a return address says, on Arm, that it is Thumb code.
  const mark = file.elf?.header.machine === EM_ARM ? vaddr % 2 : 0;
  return { kind: "code", file, vaddr, lookupVaddr: vaddr - mark - role, ...rest };
}

/** What stands for an address that no image explains. */
function missingAddress(address: number, place: NoPlace): MissingPlace {
  const { mapping, file, reason, detail } = place;
  if (mapping === undefined) {
    const label = "[unknown]";
    return { kind: "missing", reason, detail, image: label, label, shortLabel: label };
  }
  if (reason === "not-executable") {
    const image = mapping.path || "[anonymous memory]";
    return { kind: "missing", reason, detail, image, label: "[unknown]", shortLabel: "[unknown]" };
  }
  const fileOffset = hex(address - mapping.start + mapping.fileOffset);
  if (file !== undefined) {
    const label = `[${file.baseName}@${fileOffset}]`;
    return { ...missingFile(file), reason, detail, label };
  }
  if (reason === "special-mapping") {
    const name = mapping.path.replace(/^\[|\]$/g, "");
    const label = `[${name}+${hex(address - mapping.start)}]`;
    const shortLabel = mapping.path;
    return { kind: "missing", reason, detail, image: mapping.path, label, shortLabel };
  }
  const label = labelOfAnonymous(mapping);
  return { kind: "missing", reason, detail, image: label, label, shortLabel: label };
}

/** One frame for all code made at run time, not a hundred that are each seen once. */
function labelOfAnonymous({ path }: Mapping): string {
  if (path === "") return "[jit]";
  return path.startsWith("[") ? path : `[${path.replace(/^\/+/, "")}]`;
}

function missingFile(file: RecordedFile): MissingPlace {
  const { reason, detail } = file.failure ??
    { reason: "layout-mismatch", detail: file.layoutProblem };
  const shortLabel = `[${file.baseName}]`;
  return { kind: "missing", reason, detail, image: file.request.path, label: "", shortLabel };
}

function missing(reason: MissingPlace["reason"], detail: string, image: string): MissingPlace {
  const shortLabel = reason === "unknown-module" ? `[${lastPart(image)}]` : "";
  return { kind: "missing", reason, detail, image, label: "", shortLabel };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
