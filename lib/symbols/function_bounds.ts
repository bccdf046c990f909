import { FormatError, hex } from "../errors.ts";
import type { ElfFile } from "../elf/mod.ts";
import { findExidxRanges } from "../elf/arm_exidx.ts";
import { ehFrameAt, findDebugFrame, findEhFrame, FrameEntries } from "../elf/eh_frame.ts";
import { type EhFrameHeader, readEhFrameHeader, searchEhFrameHeader } from "../elf/eh_frame_hdr.ts";
import type { CodeRange, FrameSection } from "../elf/frame_entries.ts";
import { lowerBound } from "../bytes/lower_bound.ts";

export type { CodeRange } from "../elf/frame_entries.ts";

/**
 * Finds the bounds of the functions that vaddrs lie in, in files without symbols for them, by what
 * is there for exception handling and debuggers. In this order, each for the vaddrs that those
 * before it do not know:
 *
 * 1. `.eh_frame`: by the sorted table of `.eh_frame_hdr`, of which little is read; whole, if there
 *    is no such table.
 * 2. `.debug_frame`, whole.
 * 3. `.ARM.exidx`, which is coarser; see `findExidxRanges`.
 *
 * A range is what one entry says. Link editors give `.plt` and the like one entry for all stubs, so
 * that its range is the section; a part of a function that was split off (`foo.cold`) has its own.
 *
 * @param vaddrs Ascending and different.
 * @returns Of each vaddr its range, `[start, end)`; undefined in gaps between functions and where
 * nothing is known. The same range is the same object.
 * @throws {FormatError} If a table is malformed.
 * @throws {UnsupportedError} If one uses an encoding or augmentation that is not known.
 */
export async function findFunctionBounds(
  elf: ElfFile,
  vaddrs: Float64Array,
): Promise<(CodeRange | undefined)[]> {
  const bounds: (CodeRange | undefined)[] = Array.from(vaddrs, () => undefined);
  await fill(bounds, vaddrs, (missing) => boundsByEhFrame(elf, missing));
  await fill(
    bounds,
    vaddrs,
    async (missing) => await boundsByEntries(await findDebugFrame(elf), missing),
  );
  await fill(bounds, vaddrs, (missing) => findExidxRanges(elf, missing));
  return bounds;
}

type Bounds = readonly (CodeRange | undefined)[];

/** Asks for the bounds that are not known yet. */
async function fill(
  bounds: (CodeRange | undefined)[],
  vaddrs: Float64Array,
  find: (missing: Float64Array) => Promise<Bounds>,
): Promise<void> {
  const places: number[] = [];
  for (let at = 0; at < bounds.length; at++) if (bounds[at] === undefined) places.push(at);
  if (places.length === 0) return;
  const found = await find(Float64Array.from(places, (at) => vaddrs[at]!));
  for (const [index, at] of places.entries()) bounds[at] = found[index];
}

async function boundsByEhFrame(elf: ElfFile, vaddrs: Float64Array): Promise<Bounds> {
  const header = await readEhFrameHeader(elf);
  if (hasTable(header)) return await boundsByHeader(elf, header, vaddrs);
  const vaddr = header?.ehFrameVaddr;
  const section = await findEhFrame(elf) ??
    (vaddr === undefined ? undefined : ehFrameAt(elf, vaddr));
  return await boundsByEntries(section, vaddrs);
}

function hasTable(
  header: EhFrameHeader | undefined,
): header is EhFrameHeader & { readonly table: object } {
  return header?.table !== undefined;
}

async function boundsByHeader(
  elf: ElfFile,
  header: EhFrameHeader & { readonly table: object },
  vaddrs: Float64Array,
): Promise<Bounds> {
  const { starts, entryVaddrs } = await searchEhFrameHeader(elf, header, vaddrs);
  const wanted = Float64Array.from(new Set(entryVaddrs.filter((vaddr) => !Number.isNaN(vaddr))))
    .sort();
  if (wanted.length === 0) return [];
  // Where the entries are is all that matters of .eh_frame here, not where it begins: the section
  // is taken to begin with the segment that holds them.
  const segment = elf.loadSegments.find((segment) =>
    wanted[0]! >= segment.vaddr && wanted[0]! < segment.vaddr + segment.fileSize
  );
  const section = segment && ehFrameAt(elf, segment.vaddr);
  if (section === undefined) {
    throw headerError(elf, header, `entry at vaddr ${hex(wanted[0]!)} is not in the file`);
  }
  const ranges = await new FrameEntries(section)
    .rangesAt(wanted.map((vaddr) => vaddr - section.vaddr));
  const byEntry = new Map<number, CodeRange>();
  for (const [at, range] of ranges.entries()) byEntry.set(wanted[at]!, range);
  return Array.from(vaddrs, (vaddr, at) => {
    const range = byEntry.get(entryVaddrs[at]!);
    if (range === undefined) return undefined;
    if (range.start !== starts[at]) {
      const detail = `table has a function at vaddr ${hex(starts[at]!)}, its entry says ${
        hex(range.start)
      }`;
      throw headerError(elf, header, detail);
    }
    return vaddr < range.end ? range : undefined;
  });
}

function headerError(
  elf: ElfFile,
  { table }: EhFrameHeader & { readonly table: { readonly fileOffset: number } },
  detail: string,
): FormatError {
  return new FormatError({
    action: "read .eh_frame_hdr",
    source: elf.source.name,
    place: { fileOffset: table.fileOffset },
    detail,
  });
}

/** A second of work or so; functions do not overlap in earnest. */
const MAX_STEPS = 100_000_000;

async function boundsByEntries(
  section: FrameSection | undefined,
  vaddrs: Float64Array,
): Promise<Bounds> {
  const bounds: (CodeRange | undefined)[] = Array.from(vaddrs, () => undefined);
  if (section === undefined) return bounds;
  let steps = 0;
  await new FrameEntries(section).visitAll((start, end) => {
    let range: CodeRange | undefined;
    for (let at = lowerBound(vaddrs, start); at < vaddrs.length && vaddrs[at]! < end; at++) {
      if (++steps > MAX_STEPS) throw overlapError(section);
      const known = bounds[at];
      // Should ranges overlap: the greatest start, then the smallest.
      const isBetter = known === undefined || start > known.start ||
        start === known.start && end < known.end;
      if (isBetter) bounds[at] = range ??= { start, end };
    }
  });
  return bounds;
}

function overlapError({ source, fileOffset }: FrameSection): FormatError {
  return new FormatError({
    action: "read the call frame information",
    source: source.name,
    place: { fileOffset },
    detail: "too many ranges overlap",
  });
}
