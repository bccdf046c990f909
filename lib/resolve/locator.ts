import { EM_ARM } from "../elf/constants.ts";
import { hex } from "../errors.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import {
  type AddressLocation,
  baseName,
  type FileOffsetLocation,
  type FrameLocation,
  type VaddrLocation,
} from "../profile/mod.ts";
import type { NamedCode } from "../symbols/mod.ts";
import { type AddressPlace, isOfOtherFile, type NoPlace, notThere } from "./address_place.ts";
import { chooseModules } from "./choose_modules.ts";
import { outerRequest } from "./archived_file.ts";
import { ambiguousAmong, type ContestedAddress, ImageChoices } from "./choices.ts";
import {
  areSeveral,
  type Contenders,
  contendersAt,
  type FoundImage,
  imageIn,
  isOfProcess,
} from "./contenders.ts";
import type { FileProvider } from "./file_provider.ts";
import type { FrameRole } from "./frame_roles.ts";
import { PerfNumbers } from "./perf_numbers.ts";
import { missing, missingAddress, missingFile } from "./missing_place.ts";
import type { CodePlace, MissingPlace, Place } from "./place.ts";
import { UNKNOWN_PROCESS } from "./processes.ts";
import type { Failure, RecordedFile } from "./recorded_file.ts";
import { RecordedFiles } from "./recorded_files.ts";
import { searchMissing } from "./search_missing.ts";
import { SnapshotIndex } from "./snapshot_index.ts";
import { Snapshots } from "./snapshots.ts";

/**
 * Finds for each frame the file and the vaddr of its code. Made for all frames at once, because it
 * opens only the files that they need.
 */
export class Locator {
  readonly #snapshots: Snapshots;
  readonly #files: RecordedFiles;
  readonly #byBuildId: ReadonlyMap<string, RecordedFile>;
  readonly #perfNumbers: PerfNumbers;
  readonly #generated: readonly NamedCode[];
  readonly #choices = new ImageChoices();
  /** By module, where several files have the name. */
  readonly #chosenFiles = new Map<string, RecordedFile>();
  /** By file and load bias. */
  readonly #doubts = new Map<RecordedFile, Map<number | undefined, Failure>>();

  private constructor(
    locations: readonly FrameLocation[],
    generated: readonly NamedCode[],
    snapshots: Snapshots,
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
      (module) => files.candidates(module),
    );
  }

  /**
   * Opens all files that the frames need, and finds the images in the snapshots.
   *
   * @param isReturn By key, see `resolve`: 1 for the frames that are return addresses, if the frame
   * has that role. The code before them decides where there are several files or images to choose
   * from.
   * @param generated Names for code made at run time; the first that has one is asked.
   * @param needsAll Whether all files of the snapshots are needed, whatever the frames need.
   */
  static async open(
    locations: readonly FrameLocation[],
    isReturn: Uint8Array,
    snapshots: readonly MapsSnapshot[],
    generated: readonly NamedCode[],
    provider: FileProvider,
    needsAll = false,
  ): Promise<Locator> {
    const files = new RecordedFiles();
    const indexes = snapshots.map((snapshot) => new SnapshotIndex(snapshot, files));
    const sorted = new Snapshots(indexes);
    if (needsAll) { for (const index of indexes) index.needAll(); }
    const needed = new Set<RecordedFile>();
    let needsBuildIds = false;
    for (const location of locations) {
      if (location.kind === "address") {
        for (const index of sorted.of(location)) needAddress(index, location);
        if (location.perfModule === "") continue;
        for (const file of files.candidates(location.perfModule)) needed.add(file);
      } else if (location.kind === "fileOffset" && location.buildId !== "") {
        needsBuildIds = true;
      } else if (location.kind !== "name") {
        for (const file of files.candidates(location.module)) needed.add(file);
      }
    }
    for (const index of indexes) {
      for (const file of needed) index.needFile(file);
      for (const file of index.needed) needed.add(file);
    }
    if (needsBuildIds) { for (const file of files.all()) needed.add(file); }
    await provider.prepare?.(Array.from(needed, ({ request }) => outerRequest(request)));
    for (const file of needed) await file.open(provider);
    const returns = locations.filter((_, frame) => isReturn[2 * frame] || isReturn[2 * frame + 1]);
    const returnsOf = sorted.addressesIn(returns);
    await searchMissing(needed, indexes, provider, returnsOf);
    for (const index of indexes) {
      await index.openArchives();
      await index.findImages(returnsOf(index));
    }
    const byBuildId = new Map<string, RecordedFile>();
    if (needsBuildIds) { for (const file of needed) byBuildId.set(await file.buildId(), file); }
    const locator = new Locator(locations, generated, sorted, files, byBuildId);
    await locator.#choices.add(locator.#contestedAmong(returns));
    const chosen = await chooseModules(files, returns, (location) => locator.#moduleOf(location));
    for (const [module, file] of chosen) locator.#chosenFiles.set(module, file);
    return locator;
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

  /** The snapshots, in order. */
  get snapshots(): readonly SnapshotIndex[] {
    return this.#snapshots.all;
  }

  /** What chose between images. */
  get choices(): ImageChoices {
    return this.#choices;
  }

  /** What a frame says, where that is not what it seems: newer perf prints file offsets. */
  understand(location: FrameLocation): FrameLocation {
    if (location.kind !== "address" || !this.#perfNumbers.isFileOffset(location)) return location;
    const { address: fileOffset, perfModule: module } = location;
    return { ...location, kind: "fileOffset", module, buildId: "", fileOffset };
  }

  /** The address to look up for a frame in a role. */
  lookupAddressOf({ address }: AddressLocation, role: FrameRole): number {
    // The byte before address 0 would be the last one of the kernel.
    return address === 0 ? 0 : address - role;
  }

  /**
   * The snapshot that tells where an address lies, and what it tells: the one that the location says,
   * else the one with the image by which the address follows a call, or else the first with an image
   * there, else the first with a mapping, else the first. Undefined if there is none of the process.
   * Where another one has code there that cannot be read, only the call decides.
   */
  whereIs(
    location: AddressLocation,
    lookupAddress: number,
  ): { readonly index: SnapshotIndex; readonly place: AddressPlace } | undefined {
    if (this.#snapshots.all.length === 1) {
      const index = this.#snapshots.all[0]!;
      if (!isOfProcess(index.process, location)) return undefined;
      return { index, place: index.placeOf(lookupAddress) };
    }
    const known = location.snapshot !== undefined &&
      this.imageIn(location.snapshot, location, lookupAddress);
    if (known) return known;
    const contenders = this.contendersAt(location, lookupAddress);
    const { images } = contenders;
    if (areSeveral(contenders)) {
      const place = this.#choices.choose(location, contenders);
      const { index } = images.find((image) => image.place === place) ?? images[0]!;
      return { index, place };
    }
    return images[0] ?? this.#noPlaceOf(location, lookupAddress);
  }

  /** The code made at run time that an address lies in; undefined if nobody names it. */
  generatedAt(location: AddressLocation, lookupAddress: number): NamedCode | undefined {
    if (this.#generated.length === 0) return undefined;
    return this.#generated.find((code) =>
      isOfProcess(code.process, location) && code.rangeAt(lookupAddress) !== undefined
    );
  }

  /** Where the code of a frame is. */
  placeOf(location: FrameLocation, role: FrameRole): Place {
    const understood = this.understand(location);
    switch (understood.kind) {
      case "name":
        return understood;
      case "address":
        return this.#placeOfAddress(understood, role);
      case "vaddr":
        return this.#placeOfVaddr(understood, role);
      case "fileOffset":
        return this.#placeOfFileOffset(understood, role);
    }
  }

  #placeOfAddress(location: AddressLocation, role: FrameRole): Place {
    const { address, bare } = location;
    // perf writes no file beside what it takes for inlined.
    const isOfNoFile = location.inlined !== undefined && location.perfModule === "";
    if (isOfNoFile && this.#perfNumbers.areFileOffsets) return { kind: "name" };
    const lookup = this.lookupAddressOf(location, role);
    const generated = this.generatedAt(location, lookup);
    if (bare && generated === undefined && !this.#isCode(location, lookup)) return { kind: "name" };
    if (Number.isNaN(address)) return missing("not-canonical", "", "[not an address]");
    const { index, place } = this.whereIs(location, lookup) ?? {};
    if (place !== undefined && "loadBias" in place) {
      const { file, loadBias } = place;
      if (index?.snapshot.isRecorded === true && isOfOtherFile(location, place)) {
        return missingAddress(address, notThere(location, place));
      }
      const doubt = this.#doubtOf(file, loadBias);
      if (doubt !== undefined) {
        // Not the file is wrong then, but what was taken to be of it.
        const contenders = this.contendersAt(location, lookup);
        const isOpen = contenders.unread.length > 0;
        return missingAddress(
          address,
          isOpen ? ambiguousAmong(contenders) : { ...place, ...doubt },
        );
      }
      return codePlace(file, address - loadBias, role, { loadBias, hasBuildId: false });
    }
    if (generated !== undefined && place?.file === undefined) {
      return { kind: "generated", name: generated.rangeAt(lookup)!.name || "[jit]" };
    }
    if (address < 0 && place?.mapping === undefined) {
      return { kind: "kernel", lookupAddress: lookup };
    }
    if (place !== undefined) return missingAddress(address, place);
    if (this.#snapshots.all.length === 0) {
      return isBelowAll(location)
        ? missing("not-canonical", "", "[not an address]")
        : missing("no-maps", "", "[no maps]");
    }
    return location.process === UNKNOWN_PROCESS
      ? missing("unknown-process", "", "[unknown process]")
      : missing("no-maps-of-process", `process ${location.process}`, "[other process]");
  }

  /** Whether an address may be one of code: in a snapshot of its process, or of the kernel. */
  #isCode(location: AddressLocation, lookupAddress: number): boolean {
    return location.address < 0 ||
      this.#snapshots.of(location).some((index) => index.isCode(lookupAddress));
  }

  /** The image that one snapshot has at an address; undefined if none, or of another process. */
  imageIn(snapshot: number, location: AddressLocation, lookup: number): FoundImage | undefined {
    return imageIn(this.#snapshots.all[snapshot], location, lookup);
  }

  /** What the snapshots have at an address. */
  contendersAt(location: AddressLocation, lookupAddress: number): Contenders {
    return contendersAt(this.#snapshots.of(location), location, lookupAddress);
  }

  /**
   * Why no image holds an address: what the snapshot says that has the file there that the recorder
   * names, or else the first that maps anything.
   */
  #noPlaceOf(
    location: AddressLocation,
    lookupAddress: number,
  ): { readonly index: SnapshotIndex; readonly place: NoPlace } | undefined {
    let first: { readonly index: SnapshotIndex; readonly place: NoPlace } | undefined;
    for (const index of this.#snapshots.of(location)) {
      const place = index.placeOf(lookupAddress);
      if ("loadBias" in place) continue;
      if (place.file !== undefined && place.file.request.path === location.perfModule) {
        return { index, place };
      }
      if (first === undefined || first.place.mapping === undefined) first = { index, place };
    }
    return first;
  }

  /** The return addresses that several images may explain. */
  *#contestedAmong(returns: readonly FrameLocation[]): Generator<ContestedAddress> {
    if (this.#snapshots.all.length < 2) return;
    for (const location of returns) {
      if (location.kind !== "address" || this.#perfNumbers.isFileOffset(location)) continue;
      const { address } = location;
      const contenders = this.contendersAt(location, address - 1);
      if (areSeveral(contenders)) yield { location, address, contenders };
    }
  }

  /** The name of the file that a frame's number counts in; empty if it is an address. */
  #moduleOf(location: FrameLocation): string {
    if (location.kind === "address") {
      return this.#perfNumbers.isFileOffset(location) ? location.perfModule : "";
    }
    return location.kind === "name" ? "" : location.module;
  }

  #placeOfVaddr(location: VaddrLocation, role: FrameRole): Place {
    const { module, vaddr, bare } = location;
    const files = this.#files.here(module);
    if (bare && files.length === 0) return { kind: "name" };
    if (Number.isNaN(vaddr)) return missing("not-canonical", "", module);
    const file = this.#chosenFiles.get(module) ?? onlyOf(files, module);
    // A tombstone has `[vdso]` for the name of a file.
    const name = baseName(module).replace(/^\[(.*)\]$/, "$1");
    const label = `[${name}+${hex(vaddr)}]`;
    if ("reason" in file) return { ...file, label };
    if (file.elf === undefined || file.layoutProblem !== "") return { ...missingFile(file), label };
    const doubt = this.#doubtOf(file, undefined);
    if (doubt !== undefined) return { ...missingFile(file), ...doubt, label };
    return codePlace(file, vaddr, role, { loadBias: undefined, hasBuildId: false });
  }

  #placeOfFileOffset(location: FileOffsetLocation, role: FrameRole): Place {
    const { module, buildId, fileOffset, process } = location;
    if (Number.isNaN(fileOffset)) return missing("not-canonical", "", module || buildId);
    const byId = this.#byBuildId.get(buildId);
    const file = buildId === ""
      ? this.#snapshots.fileOf(process, module) ?? this.#chosenFiles.get(module) ??
        onlyOf(this.#files.here(module), module)
      : byId ?? missing("unknown-module", `no file has the build-id ${buildId}`, buildId);
    const label = buildId === "" ? `[${baseName(module)}@${hex(fileOffset)}]` : "";
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

/** A frame may be looked up at its address or one before it, which may be another mapping. */
function needAddress(index: SnapshotIndex, { address }: AddressLocation): void {
  if (Number.isNaN(address)) return;
  index.need(address);
  index.need(address - 1);
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

/** Linux maps nothing below it by default (vm.mmap_min_addr). A file offset may be as small. */
const LOWEST_ADDRESS = 0x10000;

/** Whether nothing can be mapped at an address. */
function isBelowAll({ address, perfModule }: AddressLocation): boolean {
  return perfModule === "" && address >= 0 && address < LOWEST_ADDRESS;
}
