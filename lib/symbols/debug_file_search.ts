import type { ByteSource } from "../bytes/mod.ts";
import { crc32OfSource } from "../bytes/crc32.ts";
import { SHT_SYMTAB } from "../elf/constants.ts";
import { compareMachines } from "../elf/compare_machines.ts";
import { readDebugFileBuildId } from "../elf/debug_file_build_id.ts";
import { type DebugLink, readDebugLink } from "../elf/debug_link.ts";
import { ElfFile, readBuildId } from "../elf/mod.ts";
import { FormatError, hex, isSourceError } from "../errors.ts";
import { type DebugFileCandidate, listDebugFiles } from "./debug_file_candidates.ts";

/** A file with the symbols or debug information of another one. */
export interface DebugFile {
  /** As the opener got it. */
  readonly path: string;
  /** What the opener gave. */
  readonly source: ByteSource;
  /** The same with its headers read. */
  readonly elf: ElfFile;
  /** Which rule led to it. */
  readonly how: DebugFileCandidate["how"];
}

/** What became of a place that was looked at. */
export type DebugFileOutcome =
  | "found"
  | "not found"
  | "unreadable"
  | "same file"
  | "not ELF"
  | "malformed"
  | "other machine"
  | "no build-id"
  | "build-id differs"
  | "CRC differs";

/** A place that was looked at. */
export interface TriedDebugFile {
  /** As the opener got it. */
  readonly path: string;
  /** Which rule led to it. */
  readonly how: DebugFileCandidate["how"];
  /** Whether it was taken, or why not. */
  readonly outcome: DebugFileOutcome;
  /** What is there and what is wanted, as a clause; empty if the outcome says it all. */
  readonly detail: string;
}

/** What {@linkcode findDebugFiles} found. */
export interface DebugFileSearch {
  /** Files that belong to the mapped one, in order; the last has `.symtab`, or none has. */
  readonly found: readonly DebugFile[];
  /** All places that were looked at, in order. */
  readonly tried: readonly TriedDebugFile[];
  /** What is wrong with the mapped file's own link or notes; empty if nothing is. */
  readonly problem: string;
}

/**
 * Opens a file by its path; undefined if there is none. What it throws is put down as
 * "unreadable".
 */
export type FileOpener = (path: string) => Promise<ByteSource | undefined>;

/**
 * Finds the files that hold the symbols of a mapped file, at the places that
 * {@linkcode listDebugFiles} lists, until one with `.symtab` is found.
 *
 * A file belongs to the mapped one if class, byte order and machine are the same, and
 *
 * - the build-ids, where both have one: if they are the same, the CRC does not matter (a debug file
 *   may have been compressed after it was linked to), and if they differ, it does not help either;
 *   elfutils decides likewise;
 * - else the CRC in `.gnu_debuglink`, if that led to it. A file that was looked for by build-id and
 *   has none is refused.
 *
 * Only the tables of a debug file may be used. Its program headers are those of the mapped file at
 * best, and their offsets and sizes are not true: addresses are placed by the mapped file's.
 *
 * @param elf The mapped file.
 * @param path Its path on the recorded machine, from the root.
 * @param debugDirs Folders such as `/usr/lib/debug`.
 */
export async function findDebugFiles(
  elf: ElfFile,
  path: string,
  opener: FileOpener,
  debugDirs: readonly string[],
): Promise<DebugFileSearch> {
  const wanted = await readIdentity(elf);
  const found: DebugFile[] = [];
  const tried: TriedDebugFile[] = [];
  for (const candidate of listDebugFiles(path, wanted.buildId, wanted.link?.fileName, debugDirs)) {
    const { how } = candidate;
    const { verdict, file } = await tryFile(candidate, path, wanted, opener);
    tried.push({ path: candidate.path, how, ...verdict });
    if (file === undefined) continue;
    found.push({ path: candidate.path, how, ...file });
    if (await hasSymbols(file.elf)) break;
  }
  return { found, tried, problem: wanted.problem };
}

interface Identity {
  readonly elf: ElfFile;
  /** Empty if there is none. */
  readonly buildId: string;
  readonly link: DebugLink | undefined;
  readonly problem: string;
}

interface Attempt {
  readonly verdict: { readonly outcome: DebugFileOutcome; readonly detail: string };
  /** Set if the outcome is "found". */
  readonly file?: { readonly source: ByteSource; readonly elf: ElfFile };
}

/** A damaged link does not keep the build-id from being used, nor the other way round. */
async function readIdentity(elf: ElfFile): Promise<Identity> {
  const problems: string[] = [];
  const orProblem = async <Value>(value: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await value;
    } catch (error) {
      if (!isSourceError(error)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const buildId = await orProblem(readBuildId(elf)) ?? "";
  const link = await orProblem(readDebugLink(elf));
  return { elf, buildId, link, problem: problems.join("; ") };
}

async function tryFile(
  candidate: DebugFileCandidate,
  mappedPath: string,
  wanted: Identity,
  opener: FileOpener,
): Promise<Attempt> {
  if (candidate.path === mappedPath) return refuse("same file");
  let source: ByteSource | undefined;
  try {
    source = await opener(candidate.path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuse("unreadable", error.message);
  }
  if (source === undefined) return refuse("not found");
  try {
    const elf = await ElfFile.open(source);
    await elf.sections(); // damage there is found now, and not when symbols are read
    return await check(elf, candidate, wanted) ?? {
      verdict: { outcome: "found", detail: "" },
      file: { source, elf },
    };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return refuse(isNotElf(error) ? "not ELF" : "malformed", error.message);
  }
}

/** Why a file does not belong to the mapped one; undefined if it does. */
async function check(
  elf: ElfFile,
  candidate: DebugFileCandidate,
  wanted: Identity,
): Promise<Attempt | undefined> {
  const difference = compareMachines(elf.header, wanted.elf.header);
  if (difference !== "") return refuse("other machine", difference);
  const buildId = await readDebugFileBuildId(elf);
  if (buildId !== "" && wanted.buildId !== "") {
    if (buildId === wanted.buildId) return undefined;
    return refuse("build-id differs", `it is ${buildId}, want ${wanted.buildId}`);
  }
  if (candidate.how !== "debuglink" || wanted.link === undefined) {
    return refuse("no build-id", `want ${wanted.buildId}`);
  }
  const crc32 = await crc32OfSource(elf.source);
  if (crc32 === wanted.link.crc32) return undefined;
  return refuse("CRC differs", `it is ${hex(crc32)}, want ${hex(wanted.link.crc32)}`);
}

function refuse(outcome: DebugFileOutcome, detail = ""): Attempt {
  return { verdict: { outcome, detail } };
}

/** Whether the very first bytes were wrong. */
function isNotElf(error: Error): boolean {
  if (!(error instanceof FormatError) || error.place === undefined) return false;
  return "fileOffset" in error.place && error.place.fileOffset === 0;
}

async function hasSymbols(elf: ElfFile): Promise<boolean> {
  return (await elf.sections()).some(({ type }) => type === SHT_SYMTAB);
}
