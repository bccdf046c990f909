import {
  type BiasRound,
  checkText,
  findImages,
  type Image,
  isAnonymous,
  isFileBacked,
  isVdso,
  type Mapping,
  type MapsSnapshot,
} from "../maps/mod.ts";
import type { ByteSource } from "../bytes/mod.ts";
import type { ElfFile } from "../elf/mod.ts";
import { findZipEntry, type ZipEntryAnswer } from "../elf/zip_entries.ts";
import { isSourceError } from "../errors.ts";
import type { AddressPlace, NoPlace } from "./address_place.ts";
import { ambiguityOf, chooseBiases, type ImageSearch } from "./choose_biases.ts";
import type { Failure, RecordedFile } from "./recorded_file.ts";
import type { RecordedFiles } from "./recorded_files.ts";

/** A loaded copy of a file, and what was found when it was compared with the file. */
export interface CheckedImage extends Image {
  /** What does not agree between the file's text and what is mapped, as a clause; empty if all does. */
  readonly problem: string;
  /** Other load biases that are as likely, neither the mappings nor the code tell; as a rule none. */
  readonly alike: readonly number[];
}

/**
 * Finds the image that holds an address of one snapshot. Use it in three steps: tell it all
 * addresses, so that it knows which files are needed; have those opened; ask.
 */
export class SnapshotIndex {
  readonly #snapshot: MapsSnapshot;
  readonly #files: RecordedFiles;
  readonly #starts: Float64Array;
  /** The mappings of each file, by start. */
  readonly #mappingsOf = new Map<RecordedFile, Mapping[]>();
  readonly #needed = new Set<RecordedFile>();
  /** By mapping: 1 if its files are among those. Many addresses lie in the same mapping. */
  readonly #isMarked: Uint8Array;
  /** Of mappings of files in archives the same with file offsets inside the file; and back. */
  readonly #insideOf = new Map<Mapping, Mapping>();
  readonly #originalOf = new Map<Mapping, Mapping>();
  /** What may have taken the place of text. */
  readonly #anonymous: readonly Mapping[];
  /** Made when the files were opened. */
  readonly #placeOf = new Map<Mapping, AddressPlace>();
  readonly #imagesOf = new Map<RecordedFile, readonly CheckedImage[]>();
  /** The load biases that the code speaks for, where that made a difference. */
  readonly #provenOf = new Map<RecordedFile, readonly number[]>();

  /** Registers the files of the snapshot. */
  constructor(snapshot: MapsSnapshot, files: RecordedFiles) {
    this.#snapshot = snapshot;
    this.#files = files;
    this.#anonymous = snapshot.mappings.filter((mapping) =>
      mapping.executable && isAnonymous(mapping)
    );
    this.#isMarked = new Uint8Array(snapshot.mappings.length);
    this.#starts = Float64Array.from(snapshot.mappings, ({ start }) => start);
    for (const mapping of snapshot.mappings.filter(hasFile)) {
      const file = files.ofMapping(mapping);
      const mappings = this.#mappingsOf.get(file);
      if (mappings === undefined) this.#mappingsOf.set(file, [mapping]);
      else mappings.push(mapping);
    }
  }

  /** Step 1: marks the files that may hold an address. */
  need(address: number): void {
    const at = this.#indexOf(address);
    const mapping = this.#snapshot.mappings[at];
    if (mapping === undefined || this.#isMarked[at] === 1) return;
    this.#isMarked[at] = 1;
    if (hasFile(mapping)) this.#needed.add(this.#files.ofMapping(mapping));
    else if (mapping.executable && isAnonymous(mapping)) this.#needNeighbours(at);
  }

  /** Marks a file of the snapshot that a frame names. */
  needFile(file: RecordedFile): void {
    if (this.#mappingsOf.has(file)) this.#needed.add(file);
  }

  /** The PID of the process whose snapshot it is; undefined if it is that of all stacks. */
  get process(): number | undefined {
    return this.#snapshot.process;
  }

  /** Marks all files of the snapshot. */
  needAll(): void {
    for (const file of this.#mappingsOf.keys()) this.#needed.add(file);
  }

  /** Step 2: the files that were marked. */
  get needed(): Iterable<RecordedFile> {
    return this.#needed;
  }

  /**
   * What does not agree between a file and the mappings that this snapshot has of it: all of its
   * executable mappings have to be explained; empty if they are.
   */
  compareLayout(file: RecordedFile, elf: ElfFile): string {
    const own = this.mappingsOf(file);
    const { mappings, pageSize } = this.#snapshot;
    const { images } = this.#search(file, elf);
    const explained = new Set(images.flatMap((image) => image.mappings));
    if (own.some((mapping) => mapping.executable && !explained.has(mapping))) return NO_SEGMENT;
    return images.map((image) => checkText(image, elf.loadSegments, mappings, pageSize))
      .find((problem) => problem !== "") ?? "";
  }

  /**
   * Where addresses are in a file if it is the one that was mapped.
   *
   * @returns Of those that lie in the mappings of the file their vaddrs in the other.
   */
  vaddrsIn(file: RecordedFile, elf: ElfFile, addresses: Iterable<number>): number[] {
    const { images } = this.#search(file, elf);
    const biasOf = new Map(
      images.flatMap(({ mappings, loadBias }) =>
        mappings.map((mapping) => [mapping, loadBias] as const)
      ),
    );
    return [...addresses].flatMap((address) => {
      const mapping = this.#snapshot.mappings[this.#indexOf(address)];
      const loadBias = mapping && biasOf.get(mapping);
      return loadBias === undefined ? [] : [address - loadBias];
    });
  }

  /**
   * Step 3, once the files are open: takes the files in an archive that is mapped, as Android maps
   * the libraries of an APK, for files of their own.
   */
  async openArchives(): Promise<void> {
    for (const archive of [...this.#needed]) {
      if (archive.elf !== undefined || archive.source === undefined) continue;
      for (const mapping of this.#mappingsOf.get(archive) ?? []) {
        await this.#openEntry(archive, archive.source, mapping);
      }
    }
  }

  async #openEntry(archive: RecordedFile, source: ByteSource, mapping: Mapping): Promise<void> {
    const entry = await entryAt(source, mapping.fileOffset);
    if (entry === undefined) return;
    if ("reason" in entry) {
      if (entry.reason === "not a zip archive" || entry.reason === "no entry") return;
      archive.failure = { reason: "packed-in-archive", detail: `${entry.reason}: ${entry.detail}` };
      return;
    }
    const path = `${archive.request.path}!${entry.entryName}`;
    const file = this.#files.ofPath(path);
    if (file.source === undefined) await file.open({ open: () => Promise.resolve(entry) });
    const fileOffset = mapping.fileOffset - entry.source.start;
    const inside = { ...mapping, fileOffset };
    this.#insideOf.set(mapping, inside);
    this.#originalOf.set(inside, mapping);
    this.#mappingsOf.set(file, [...this.#mappingsOf.get(file) ?? [], inside]);
    this.#needed.add(file);
  }

  /**
   * Step 4: finds the images of all files that were marked.
   *
   * @param returns Return addresses of the process, ascending: they decide where mappings do not.
   */
  async findImages(returns: Float64Array): Promise<void> {
    const { pageSize } = this.#snapshot;
    const mappings = this.#snapshot.mappings.map((one) => this.#insideOf.get(one) ?? one);
    for (const file of this.#needed) {
      const { elf } = file;
      if (elf === undefined) continue;
      const segments = elf.loadSegments;
      const search = (proven: readonly number[]) => this.#search(file, elf, proven);
      const problemOf = (image: Image) => checkText(image, segments, mappings, pageSize);
      const { images, proven, undecided } = await chooseBiases(elf, search, problemOf, returns);
      if (proven.length > 0) this.#provenOf.set(file, proven);
      const problems = images.map(problemOf);
      // Where one copy has all of the text the file is right: another is what the program mapped of
      // its own file besides, as V8 does with its builtins.
      const isRight = problems.includes("");
      const checked = images.map((image, at) => ({
        ...image,
        problem: problems[at]!,
        alike: undecided.get(image.loadBias) ?? [],
      }));
      this.#imagesOf.set(file, checked);
      for (const image of checked) {
        const problem = isRight ? "" : image.problem;
        file.layoutProblem ||= problem;
        this.#place(file, image, failureOfImage(image, problem));
      }
      const isMapped = this.mappingsOf(file).some(({ executable }) => executable);
      if (images.length === 0 && isMapped) file.layoutProblem ||= NO_SEGMENT;
    }
  }

  #search(file: RecordedFile, elf: ElfFile, proven: readonly number[] = []): ImageSearch {
    const rounds: BiasRound[] = [];
    const [own, { pageSize }] = [this.mappingsOf(file), this.#snapshot];
    const segments = elf.loadSegments;
    const images = findImages(own, segments, pageSize, this.#anonymous, rounds, proven);
    return { images, rounds };
  }

  /** The mappings and what goes with them. */
  get snapshot(): MapsSnapshot {
    return this.#snapshot;
  }

  /** The files of the snapshot, in the order of their first mappings; those in archives last. */
  get files(): Iterable<RecordedFile> {
    return this.#mappingsOf.keys();
  }

  /** The mapping that holds an address; undefined if none does. */
  mappingAt(address: number): Mapping | undefined {
    return this.#snapshot.mappings[this.#indexOf(address)];
  }

  /**
   * The last mapping before an address that none holds, and the first behind it, in the same half of
   * the address space.
   */
  around(address: number): { readonly before?: Mapping; readonly behind?: Mapping } {
    const mappings = this.#snapshot.mappings.filter(({ start }) => start < 0 === address < 0);
    const before = mappings.findLast(({ end }) => end <= address);
    const behind = mappings.find(({ start }) => start > address);
    return { ...(before && { before }), ...(behind && { behind }) };
  }

  /** The mappings of a file, by start; of one in an archive, with file offsets inside of it. */
  mappingsOf(file: RecordedFile): readonly Mapping[] {
    return this.#mappingsOf.get(file) ?? [];
  }

  /** The same mapping with a file offset inside the file in the archive that is mapped there. */
  insideArchive(mapping: Mapping): Mapping {
    return this.#insideOf.get(mapping) ?? mapping;
  }

  /** The loaded copies of a file, by base. Call it after {@linkcode findImages}. */
  imagesOf(file: RecordedFile): readonly CheckedImage[] {
    return this.#imagesOf.get(file) ?? [];
  }

  /** How {@linkcode findImages} found the images of a file. */
  searchOf(file: RecordedFile): readonly BiasRound[] {
    const { elf } = file;
    return elf === undefined ? [] : this.#search(file, elf, this.#provenOf.get(file)).rounds;
  }

  /** Where an address lies. Call it after {@linkcode findImages}. */
  placeOf(address: number): AddressPlace {
    const mapping = this.#snapshot.mappings[this.#indexOf(address)];
    if (mapping === undefined) {
      const reason = this.#snapshot.isRecorded ? "outside-recording" : "outside-mappings";
      return { reason, detail: "", mapping: undefined, file: undefined };
    }
    return this.#placeOf.get(mapping) ?? this.#noPlace(mapping);
  }

  /** Whether an address lies in a mapping of a file with code. */
  isCodeOf(file: RecordedFile, address: number): boolean {
    const mapping = this.#snapshot.mappings[this.#indexOf(address)];
    return mapping !== undefined && hasFile(mapping) && this.#files.ofMapping(mapping) === file &&
      this.isCode(address);
  }

  /** Whether a file offset is that of code of a file, as far as its mappings tell. */
  isCodeOffsetOf(file: RecordedFile, offset: number): boolean {
    return (this.#mappingsOf.get(file) ?? []).some(({ executable, fileOffset, start, end }) =>
      executable && offset >= fileOffset && offset < fileOffset + (end - start)
    );
  }

  /** Whether an address lies in an executable mapping, or in text that was made readable only. */
  isCode(address: number): boolean {
    const mapping = this.#snapshot.mappings[this.#indexOf(address)];
    if (mapping === undefined) return false;
    const place = this.#placeOf.get(mapping);
    return mapping.executable || place !== undefined && "loadBias" in place;
  }

  #place(file: RecordedFile, image: Image, failure: Failure | undefined): void {
    const { loadBias } = image;
    const text = file.elf!.loadSegments.filter(({ executable }) => executable);
    for (const part of [...image.mappings, ...image.anonymousText]) {
      const mapping = this.#originalOf.get(part) ?? part;
      const holdsText = mapping.executable ||
        text.some(({ vaddr, memorySize }) =>
          mapping.start < image.loadBias + vaddr + memorySize &&
          image.loadBias + vaddr < mapping.end
        );
      if (!holdsText || this.#placeOf.has(mapping)) continue;
      this.#placeOf.set(
        mapping,
        failure === undefined ? { file, loadBias, mapping } : { ...failure, mapping, file },
      );
    }
  }

  #noPlace(mapping: Mapping): NoPlace {
    const unread = !isFileBacked(mapping) && hasFile(mapping) &&
        this.#files.ofMapping(mapping).elf === undefined
      ? this.#files.ofMapping(mapping)
      : undefined;
    // Not that there is none, but that the one that was given is not the right one.
    const isRefused = isVdso(mapping) && unread?.failure !== undefined &&
      unread.failure.reason !== "file-not-found" && unread.failure.reason !== "special-mapping";
    if (!hasFile(mapping) || unread !== undefined && !isRefused) {
      const reason = !mapping.executable
        ? "not-executable"
        : isAnonymous(mapping)
        ? "anonymous"
        : "special-mapping";
      const detail = unread?.failure?.reason === reason
        ? unread.failure.detail
        : reason === "anonymous" && unread !== undefined
        ? whereItMayBe(unread)
        : "";
      return { reason, detail, mapping, file: undefined };
    }
    const file = this.#files.ofMapping(mapping);
    if (file.elf === undefined && file.failure !== undefined && mapping.executable) {
      return { ...file.failure, mapping, file };
    }
    if (!mapping.executable) return { reason: "not-executable", detail: "", mapping, file };
    return { reason: "layout-mismatch", detail: NO_SEGMENT, mapping, file };
  }

  /** The files whose text an anonymous mapping may have replaced are those mapped around it. */
  #needNeighbours(at: number): void {
    for (const step of [-1, 1]) {
      const seen = new Set<RecordedFile>();
      for (let near = at + step; seen.size < MAX_NEIGHBOURS; near += step) {
        const mapping = this.#snapshot.mappings[near];
        if (mapping === undefined) break;
        if (!isFileBacked(mapping)) continue;
        seen.add(this.#files.ofMapping(mapping));
        this.#needed.add(this.#files.ofMapping(mapping));
      }
    }
  }

  /** The index of the mapping that holds an address; -1 if none does. */
  #indexOf(address: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address < this.#snapshot.mappings[low - 1]!.end ? low - 1 : -1;
  }
}

/** Why addresses of an image have no names; undefined if nothing keeps them from it. */
function failureOfImage(image: CheckedImage, problem: string): Failure | undefined {
  return problem === "" ? ambiguityOf(image) : { reason: "layout-mismatch", detail: problem };
}

const NO_SEGMENT = "no LOAD segment of the file holds the file offset of its mapping";

/** What is known of the library that may have been loaded from memory. */
function whereItMayBe({ failure }: RecordedFile): string {
  const candidates = failure?.reason === "file-deleted" ? failure.detail : "";
  return candidates || "if it is a library, --search DIR finds it in a folder with its file";
}

/** Whether an ELF file may be behind a mapping. */
function hasFile(mapping: Mapping): boolean {
  return isFileBacked(mapping) || isVdso(mapping) || mapping.path.startsWith("/memfd:");
}

/** The entry of an archive that holds a file offset; undefined if the archive is damaged. */
async function entryAt(
  archive: ByteSource,
  fileOffset: number,
): Promise<ZipEntryAnswer | undefined> {
  try {
    return await findZipEntry(archive, fileOffset);
  } catch (error) {
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

/** Files on each side; between an image's own mappings there are hardly ever more. */
const MAX_NEIGHBOURS = 2;
