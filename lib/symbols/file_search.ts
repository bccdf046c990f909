import { crc32OfSource } from "../bytes/crc32.ts";
import type { ByteSource } from "../bytes/mod.ts";
import { SHT_NOBITS } from "../elf/constants.ts";
import { ElfFile, readBuildId } from "../elf/mod.ts";
import { isSourceError } from "../errors.ts";
import { isSameBuildId } from "./build_id_list.ts";

/** A file that may be the one that was mapped. */
export interface CandidateFile {
  /** Where it is, for messages. */
  readonly path: string;
  /** Its bytes. */
  readonly source: ByteSource;
}

/** What is known of the file that was mapped. */
export interface WantedFile {
  /** Its build-id, lower-case hexadecimal; empty if it is not known. */
  readonly buildId: string;
  /**
   * Tells whether a file's LOAD segments are where the snapshot has its mappings, all of them and
   * nothing more, as `findImages` and `checkText` do.
   *
   * @returns What does not agree, as a clause; empty if all does.
   */
  readonly compareLayout: (elf: ElfFile) => string;
}

/** A file that is the one that was mapped. */
export interface FoundFile extends CandidateFile {
  /** The same with its headers read. */
  readonly elf: ElfFile;
  /** What shows it. */
  readonly how: "build-id" | "layout";
}

/** Which file was mapped, or why that is not known. */
export type FileSearch =
  | { readonly found: FoundFile }
  | { readonly reason: "none"; readonly detail: string }
  /** Files that are not the same fit equally well, each once, in order. */
  | { readonly reason: "ambiguous"; readonly detail: string; readonly files: readonly FoundFile[] };

/**
 * Picks the file that was mapped out of files that may be anything: libraries that a program
 * unpacked to a temporary folder and deleted, say.
 *
 * If the build-id is known, it is the first file that has it. Else it is the file whose layout fits;
 * if several fit, they must be copies of each other, by build-id or, without one, by size and
 * CRC-32. Files that are not ELF, damaged, or hold debug information only are passed over: the
 * program headers of the latter are not true.
 *
 * @param candidates Taken one by one. A source is read after the next one was asked for only if its
 * layout fits, and it has no build-id.
 */
export async function findMappedFile(
  candidates: AsyncIterable<CandidateFile> | Iterable<CandidateFile>,
  wanted: WantedFile,
): Promise<FileSearch> {
  const fits: Fit[] = [];
  let count = 0;
  for await (const candidate of candidates) {
    count++;
    const fit = await tryCandidate(candidate, wanted);
    if (fit?.file.how === "build-id") return { found: fit.file };
    if (fit !== undefined) fits.push(fit);
  }
  const [first, ...others] = await withoutCopies(fits);
  if (first === undefined) {
    const property = wanted.buildId === "" ? "a layout that fits" : `build-id ${wanted.buildId}`;
    return { reason: "none", detail: `of ${count} files none has ${property}` };
  }
  if (others.length === 0) return { found: first };
  const files = [first, ...others];
  const paths = files.map(({ path }) => path).join('", "');
  return { reason: "ambiguous", detail: `it may be "${paths}"`, files };
}

interface Fit {
  readonly file: FoundFile;
  /** Empty if it has none. */
  readonly buildId: string;
}

async function tryCandidate(
  { path, source }: CandidateFile,
  { buildId: wantedId, compareLayout }: WantedFile,
): Promise<Fit | undefined> {
  try {
    const elf = await ElfFile.open(source);
    const buildId = await readBuildId(elf);
    if (wantedId !== "" && !isSameBuildId(buildId, wantedId)) return undefined;
    if (await isDebugOnly(elf)) return undefined;
    if (wantedId === "" && compareLayout(elf) !== "") return undefined;
    const how = wantedId === "" ? "layout" : "build-id";
    return { file: { path, source, elf, how }, buildId };
  } catch (error) {
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

/** Whether the code is not in the file: `objcopy --only-keep-debug` leaves its headers only. */
async function isDebugOnly(elf: ElfFile): Promise<boolean> {
  return (await elf.sections()).some(({ type, executable }) => executable && type === SHT_NOBITS);
}

/** Each file once. */
async function withoutCopies(fits: readonly Fit[]): Promise<FoundFile[]> {
  const different: Fit[] = [];
  for (const fit of fits) {
    let isNew = true;
    for (const other of different) isNew &&= !await isCopy(other, fit);
    if (isNew) different.push(fit);
  }
  return different.map(({ file }) => file);
}

async function isCopy(first: Fit, other: Fit): Promise<boolean> {
  if (first.buildId !== "" || other.buildId !== "") return first.buildId === other.buildId;
  const [one, two] = [first.file.source, other.file.source];
  return one.size === two.size && await crc32OfSource(one) === await crc32OfSource(two);
}
