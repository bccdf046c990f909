import { hex } from "../errors.ts";
import type { Image } from "./find_images.ts";
import { isAccessible } from "./fit_segment.ts";
import type { LoadSegment } from "./load_segment.ts";
import type { Mapping } from "./mapping.ts";
import { floorToPage } from "./page.ts";

/** What is remarkable about the way a file is linked or mapped. */
export type LayoutRemarkKind =
  | "loaded-again"
  | "deleted"
  | "first-not-at-offset-0"
  | "several-at-offset-0"
  | "base-is-not-bias"
  | "text-shifted"
  | "several-texts"
  | "text-not-first"
  | "text-split"
  | "text-moved"
  | "holes"
  | "mapped-besides";

/** One remark about a loaded copy of a file. */
export interface LayoutRemark {
  /** What is remarkable. */
  readonly kind: LayoutRemarkKind;
  /** The same in a word or two, for a table. */
  readonly label: string;
  /** The same with its numbers, as a clause. */
  readonly detail: string;
  /** Whether it is so for most files, and of interest to those only who look closely. */
  readonly isOrdinary: boolean;
}

/** What an image is seen in. */
export interface ImageSurroundings {
  /** All images of the file, by base. */
  readonly images: readonly Image[];
  /** All mappings of the file, by start. */
  readonly own: readonly Mapping[];
  /** Those that are no part of an image, see {@linkcode mappedBesides}. */
  readonly besides: readonly Mapping[];
  /** All mappings of the snapshot, by start. */
  readonly all: readonly Mapping[];
  /** The LOAD segments of the file. */
  readonly segments: readonly LoadSegment[];
  /** Of the recorded machine, in bytes. */
  readonly pageSize: number;
}

/** Every remark, as a table spells it, and whether it is an ordinary one. */
const REMARKS: Readonly<
  Record<LayoutRemarkKind, { readonly label: string; readonly isOrdinary: boolean }>
> = {
  "loaded-again": { label: "loaded several times", isOrdinary: false },
  "deleted": { label: "deleted", isOrdinary: false },
  "first-not-at-offset-0": { label: "first mapping not at offset 0", isOrdinary: false },
  "several-at-offset-0": { label: "several mappings at offset 0", isOrdinary: false },
  "base-is-not-bias": { label: "base is not the load bias", isOrdinary: false },
  "text-shifted": { label: "shifted text", isOrdinary: false },
  "several-texts": { label: "several text segments", isOrdinary: false },
  "text-not-first": { label: "text not in the first segment", isOrdinary: true },
  "text-split": { label: "split text", isOrdinary: false },
  "text-moved": { label: "text on anonymous memory", isOrdinary: false },
  "holes": { label: "holes", isOrdinary: false },
  "mapped-besides": { label: "also mapped for reading", isOrdinary: false },
};

/**
 * Tells what is remarkable about an image: all that makes "address less base" or "address less start
 * plus file offset" a wrong vaddr, and all that looks like it.
 *
 * @param image One of the images of the file.
 */
export function remarkLayout(image: Image, surroundings: ImageSurroundings): LayoutRemark[] {
  const { images, segments, pageSize } = surroundings;
  const { mappings, anonymousText, loadBias, imageBase } = image;
  const remarks: LayoutRemark[] = [];
  const add = (kind: LayoutRemarkKind, detail: string) =>
    remarks.push({ kind, detail, ...REMARKS[kind] });

  if (images.length > 1) {
    add("loaded-again", `copy ${images.indexOf(image) + 1} of ${images.length}`);
  }
  if (mappings.some(({ deleted }) => deleted)) {
    add("deleted", "before the snapshot was taken, or replaced");
  }
  const [first] = mappings;
  if (first!.fileOffset !== 0) {
    add("first-not-at-offset-0", `it shows file offset ${hex(first!.fileOffset)}`);
  }
  const atZero = mappings.filter(({ fileOffset }) => fileOffset === 0);
  if (atZero.length > 1) {
    add("several-at-offset-0", `those at ${list(atZero)}`);
  }
  const ordered = segments.filter(({ fileSize }) => fileSize > 0).sort((a, b) => a.vaddr - b.vaddr);
  if (imageBase !== loadBias) {
    const [vaddr, linkedAt] = [imageBase - loadBias, floorToPage(ordered[0]?.vaddr ?? 0, pageSize)];
    const detail = vaddr === linkedAt
      ? `linked to run at ${hex(vaddr)}, not at 0`
      : `the snapshot has nothing below vaddr ${hex(vaddr)} of it`;
    add("base-is-not-bias", detail);
  }
  const texts = ordered.filter(({ executable }) => executable);
  const shifted = texts.find((text) => shiftOf(text) !== shiftOf(ordered[0]!));
  if (shifted !== undefined) {
    add(
      "text-shifted",
      `p_vaddr - p_offset is ${hex(shiftOf(shifted))} there, ` +
        `${hex(shiftOf(ordered[0]!))} in the first segment`,
    );
  }
  if (texts.length > 1) add("several-texts", `${texts.length} of them`);
  if (texts.length > 0 && texts[0] !== ordered[0]) {
    add("text-not-first", `but in segment ${segments.indexOf(texts[0]!)}`);
  }
  for (const text of texts) {
    const parts = mappings.filter((mapping) => shows(mapping, text, loadBias));
    if (parts.length > 1) {
      add("text-split", `segment ${segments.indexOf(text)} is in the mappings at ${list(parts)}`);
    }
  }
  if (anonymousText.length > 0) {
    add("text-moved", `at ${list(anonymousText)}: huge pages, or code that was patched`);
  }
  const holes = holesIn([...mappings, ...anonymousText], surroundings);
  if (holes.length > 0) add("holes", holes.join(", "));
  const { besides } = surroundings;
  if (besides.length > 0) {
    add("mapped-besides", `at ${list(besides)}, as no part of a loaded copy`);
  }
  return remarks;

  function shiftOf({ vaddr, fileOffset }: LoadSegment): number {
    // Below a page they are the same, or the file could not be mapped.
    return floorToPage(vaddr, pageSize) - floorToPage(fileOffset, pageSize);
  }
}

/** The mappings of a file that are no part of its images, and not what is left between them. */
export function mappedBesides(own: readonly Mapping[], images: readonly Image[]): Mapping[] {
  const taken = new Set(images.flatMap(({ mappings }) => mappings));
  return own.filter((mapping) => isAccessible(mapping) && !taken.has(mapping));
}

/** No more than this is listed. */
const MAX_LISTED = 4;

function list(mappings: readonly Mapping[]): string {
  const starts = mappings.slice(0, MAX_LISTED).map(({ start }) => hex(start));
  return starts.join(", ") + (mappings.length > MAX_LISTED ? ", ..." : "");
}

/** Whether a mapping shows bytes of a segment; not only those that share its last page. */
function shows(mapping: Mapping, { vaddr, fileSize }: LoadSegment, loadBias: number): boolean {
  return mapping.start < loadBias + vaddr + fileSize && loadBias + vaddr < mapping.end;
}

/** The holes between parts of an image, with what is in them. */
function holesIn(parts: readonly Mapping[], { all, own }: ImageSurroundings): string[] {
  const holes: string[] = [];
  let end = Infinity;
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    if (part.start > end) {
      const [from, to] = [end, part.start];
      const inside = all.filter((mapping) => mapping.start < to && from < mapping.end);
      const names = inside.map((mapping) =>
        own.includes(mapping) && !isAccessible(mapping)
          ? "no access"
          : mapping.path || "anonymous memory"
      );
      const what = [...new Set(names)].join(" and ") || "nothing";
      holes.push(`${hex(from)}-${hex(to)} (${what})`);
    }
    end = part.end;
  }
  if (holes.length <= MAX_LISTED) return holes;
  return [...holes.slice(0, MAX_LISTED), `${holes.length - MAX_LISTED} more`];
}
