import { ET_DYN } from "../../elf/constants.ts";
import { isDebugOnly } from "../../elf/debug_only.ts";
import type { ElfFile } from "../../elf/mod.ts";
import { isSourceError } from "../../errors.ts";
import { type Call, type CallFormat, MAX_SIGNAL_RETURN_SIZE } from "./call.ts";
import { callFormatOf, hasLittleEndianCode } from "./call_format.ts";
import { CodeWindow, type VaddrRange } from "./code_window.ts";

/** What the code says of an address that may be a return address. */
export interface CallSite {
  /** The call that ends there, or else the one that the byte there belongs to. */
  readonly call: Call | undefined;
  /** Whether the byte there belongs to the call: then the address was adjusted already. */
  readonly isInside: boolean;
  /** Whether the code there does nothing but return from a signal handler. */
  readonly isSignalReturn: boolean;
}

/** Nearer together than this, addresses are read in one piece: cheaper than two reads. */
const MAX_GAP = 1 << 12;
const MAX_CHUNK = 1 << 16;

/**
 * Decodes the code before and at vaddrs of a file. Little else is read: pieces that hold one or
 * several of them, none longer than 64 KiB.
 *
 * @param vaddrs Ascending and different.
 * @returns Of each vaddr what is there; undefined where the file has no code, or cannot be read. All
 * are undefined if the calls of the file's machine are not known.
 */
export async function readCallSites(
  elf: ElfFile,
  vaddrs: Float64Array,
): Promise<(CallSite | undefined)[]> {
  const sites: (CallSite | undefined)[] = Array.from(vaddrs, () => undefined);
  const format = callFormatOf(elf.header);
  if (format === undefined) return sites;
  const segments = await codeSegments(elf);
  const buffer = new Uint8Array(MAX_CHUNK);
  let first = 0;
  while (first < vaddrs.length) {
    const segment = segments.find(({ start, end }) =>
      vaddrs[first]! > start && vaddrs[first]! <= end
    );
    if (segment === undefined) {
      first++;
      continue;
    }
    const last = endOfRun(vaddrs, first, segment.end);
    const start = Math.max(segment.start, vaddrs[first]! - format.maxSize);
    const end = Math.min(segment.end, vaddrs[last - 1]! + MAX_SIGNAL_RETURN_SIZE);
    const code = await readCode(elf, segments, { start, end }, buffer);
    if (code !== undefined) {
      for (let at = first; at < last; at++) sites[at] = siteAt(code, vaddrs[at]!, format);
    }
    first = last;
  }
  return sites;
}

/**
 * Finds what a piece of code calls.
 *
 * @returns The vaddrs of the called functions, in the order of the calls, and what looks like such;
 * undefined if the piece cannot be read, or the calls of the machine are not known.
 */
export async function findTargets(
  elf: ElfFile,
  { start, end }: VaddrRange,
): Promise<Float64Array | undefined> {
  const format = callFormatOf(elf.header);
  if (format === undefined) return undefined;
  const code = await readCodeOf(elf, { start, end });
  if (code === undefined) return undefined;
  const targets: number[] = [];
  for (let at = start - start % format.step + format.step; at <= end; at += format.step) {
    const target = format.callBefore(code, at)?.target;
    if (target !== undefined) targets.push(target);
  }
  return Float64Array.from(targets);
}

/** A piece of the code of a file; undefined if it cannot be read, or no segment holds it all. */
export async function readCodeOf(
  elf: ElfFile,
  piece: VaddrRange,
): Promise<CodeWindow | undefined> {
  return await readCode(elf, await codeSegments(elf), piece);
}

interface CodeSegment extends VaddrRange {
  readonly fileOffset: number;
}

/** Where the file has code; nowhere if it has debug information only. */
async function codeSegments(elf: ElfFile): Promise<CodeSegment[]> {
  if (await attempt(() => isDebugOnly(elf))) return [];
  return elf.loadSegments.filter(({ executable }) => executable).map((segment) => ({
    start: segment.vaddr,
    end: segment.vaddr + segment.fileSize,
    fileOffset: segment.fileOffset,
  }));
}

/** Undefined if no segment holds the piece, or the file is cut there: that is for others to tell. */
async function readCode(
  elf: ElfFile,
  segments: readonly CodeSegment[],
  piece: VaddrRange,
  buffer?: Uint8Array,
): Promise<CodeWindow | undefined> {
  const segment = segments.find(({ start, end }) => piece.start >= start && piece.end <= end);
  if (segment === undefined) return undefined;
  const fileOffset = segment.fileOffset + piece.start - segment.start;
  const length = piece.end - piece.start;
  const bytes = await attempt(() => elf.source.readAt(fileOffset, length, buffer));
  const littleEndian = hasLittleEndianCode(elf.header);
  return bytes &&
    new CodeWindow(bytes, piece.start, littleEndian, segments, isCopyOfMemory(elf));
}

/**
 * Whether a file has generated code as it was in memory, as `perf inject --jit` writes it, a file a
 * function: nothing but one segment, which leaves the file's headers out. A link editor's files have
 * more: its direct calls lead to code of the same file.
 */
function isCopyOfMemory({ header, programHeaders }: ElfFile): boolean {
  const [segment, ...others] = programHeaders;
  return header.type === ET_DYN && segment !== undefined && others.length === 0 &&
    segment.executable && segment.fileOffset > 0;
}

/** Undefined if the file is damaged there. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

/**
 * Decodes the code before and at vaddrs of a file, as {@linkcode readCallSites} does.
 *
 * @param vaddrs In any order, repeated or not; NaN is none.
 * @returns In the same order.
 */
export async function readCallSitesAt(
  elf: ElfFile,
  vaddrs: readonly number[],
): Promise<(CallSite | undefined)[]> {
  const sorted = Float64Array.from(new Set(vaddrs.filter((vaddr) => !Number.isNaN(vaddr)))).sort();
  const sites = new Map<number, CallSite | undefined>();
  for (const [at, site] of (await readCallSites(elf, sorted)).entries()) {
    sites.set(sorted[at]!, site);
  }
  return vaddrs.map((vaddr) => sites.get(vaddr));
}

/** The call that ends at a vaddr of a file, where it would return to; undefined if none does. */
export async function findCallBefore(elf: ElfFile, returnVaddr: number): Promise<Call | undefined> {
  const [site] = await readCallSites(elf, Float64Array.of(returnVaddr));
  return site === undefined || site.isInside ? undefined : site.call;
}

function endOfRun(vaddrs: Float64Array, first: number, end: number): number {
  let last = first + 1;
  while (
    last < vaddrs.length && vaddrs[last]! <= end && vaddrs[last]! - vaddrs[last - 1]! <= MAX_GAP &&
    vaddrs[last]! - vaddrs[first]! < MAX_CHUNK - 64
  ) last++;
  return last;
}

function siteAt(code: CodeWindow, vaddr: number, format: CallFormat): CallSite {
  const before = format.callBefore(code, vaddr);
  if (before !== undefined) return { call: before, isInside: false, isSignalReturn: false };
  const around = callAround(code, vaddr, format);
  const isInside = around !== undefined;
  return { call: around, isInside, isSignalReturn: format.isSignalReturn(code, vaddr) };
}

/** The call that a byte belongs to. */
function callAround(
  code: CodeWindow,
  vaddr: number,
  { callBefore, maxSize, step }: CallFormat,
): Call | undefined {
  for (let end = vaddr - vaddr % step + step; end - maxSize <= vaddr; end += step) {
    const call = callBefore(code, end);
    if (call !== undefined && end - call.size <= vaddr) return call;
  }
  return undefined;
}
