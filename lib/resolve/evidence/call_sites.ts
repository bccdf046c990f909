import type { ElfFile } from "../../elf/mod.ts";
import { findSection } from "../../elf/section_data.ts";
import { isSourceError } from "../../errors.ts";
import type { CodePlace, Place } from "../place.ts";
import type { RecordedFile } from "../recorded_file.ts";
import type { VaddrRange } from "./code_window.ts";
import { type CallSite, readCallSites } from "./read_calls.ts";

/** A return address of the profile, what the code says of it, and what the stacks do. */
export interface Site {
  readonly vaddr: number;
  readonly code: CallSite;
  /**
   * The vaddr of the function that is called; NaN if that is not known, or may be in another file,
   * because the call goes through a stub of the procedure linkage table.
   */
  readonly target: number;
  /** Whether it is a return address in some stack: all its frames may have been made exact. */
  isSeen: boolean;
  /** What the stacks weigh in which it is one, added up for each time that it is. */
  weight: number;
  /** What those weigh in which the next frame is in the function that is called; and in which not. */
  agreeingWeight: number;
  disagreeingWeight: number;
  /** Whether it is the start of a function: a pointer to it, and no return address. */
  isFunctionStart: boolean;
  /** Whether it has, in some stack, no neighbour that can be no frame. */
  isAmongFrames: boolean;
}

/** The return addresses in one loaded copy of a file. */
export interface ImageSites {
  readonly file: RecordedFile;
  /** Undefined for frames that say themselves which vaddr of the file they are. */
  readonly loadBias: number | undefined;
  /** By vaddr, each once; only those that can be checked. */
  readonly sites: readonly Site[];
}

/** The return addresses of a profile; keys are those of `resolve`. */
export interface CallSites {
  readonly images: readonly ImageSites[];
  /** By key: the number of the image that a frame lies in; -1 if in none. */
  readonly imageOf: Int32Array;
  /** By key; undefined for what is no return address, or cannot be checked. */
  readonly siteOf: readonly (Site | undefined)[];
}

/**
 * Reads the code before all return addresses of a profile.
 *
 * @param places By key.
 * @param isReturn By key: 1 for return addresses.
 */
export async function readSites(
  places: readonly (Place | undefined)[],
  isReturn: Uint8Array,
): Promise<CallSites> {
  const groups = groupByImage(places);
  const imageOf = new Int32Array(places.length).fill(-1);
  const siteOf: (Site | undefined)[] = Array.from(places, () => undefined);
  const images: ImageSites[] = [];
  for (const { file, loadBias, keys } of groups) {
    const vaddrOf = (key: number) => (places[key] as CodePlace).vaddr;
    const wanted = keys.filter((key) => isReturn[key] === 1);
    const sites = await sitesOf(file.elf!, Float64Array.from(new Set(wanted.map(vaddrOf))).sort());
    for (const key of keys) imageOf[key] = images.length;
    for (const key of wanted) siteOf[key] = sites.get(vaddrOf(key));
    images.push({ file, loadBias, sites: [...sites.values()] });
  }
  return { images, imageOf, siteOf };
}

interface ImageKeys {
  readonly file: RecordedFile;
  readonly loadBias: number | undefined;
  readonly keys: number[];
}

function groupByImage(places: readonly (Place | undefined)[]): ImageKeys[] {
  const groups = new Map<RecordedFile, Map<number | undefined, ImageKeys>>();
  for (let key = 0; key < places.length; key++) {
    const place = places[key];
    if (place?.kind !== "code" || place.hasBuildId) continue;
    const { file, loadBias } = place;
    const copies = groups.get(file) ?? new Map<number | undefined, ImageKeys>();
    groups.set(file, copies);
    const group = copies.get(loadBias) ?? { file, loadBias, keys: [] };
    copies.set(loadBias, group);
    group.keys.push(key);
  }
  return [...groups.values()].flatMap((copies) => [...copies.values()]);
}

async function sitesOf(elf: ElfFile, vaddrs: Float64Array): Promise<Map<number, Site>> {
  const sites = new Map<number, Site>();
  if (vaddrs.length === 0) return sites;
  const stubs = await stubRanges(elf);
  const isStub = (vaddr: number) => stubs.some(({ start, end }) => vaddr >= start && vaddr < end);
  for (const [at, code] of (await readCallSites(elf, vaddrs)).entries()) {
    if (code === undefined) continue;
    const target = code.call?.target ?? NaN;
    sites.set(vaddrs[at]!, {
      vaddr: vaddrs[at]!,
      code,
      target: isStub(target) ? NaN : target,
      isSeen: false,
      weight: 0,
      agreeingWeight: 0,
      disagreeingWeight: 0,
      isFunctionStart: false,
      isAmongFrames: false,
    });
  }
  return sites;
}

/** What link editors call the sections with stubs of the procedure linkage table. */
const STUB_SECTIONS = [".plt", ".plt.sec", ".plt.got", ".iplt"];

/** None if the file has no section headers, or damaged ones. */
async function stubRanges(elf: ElfFile): Promise<VaddrRange[]> {
  try {
    const ranges: VaddrRange[] = [];
    for (const name of STUB_SECTIONS) {
      const section = await findSection(elf, name);
      if (section === undefined) continue;
      ranges.push({ start: section.vaddr, end: section.vaddr + section.size });
    }
    return ranges;
  } catch (error) {
    if (isSourceError(error)) return [];
    throw error;
  }
}
