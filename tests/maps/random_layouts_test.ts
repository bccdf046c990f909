import { assertEquals } from "@std/assert";
import { checkText, findImages, type LoadSegment, type Mapping } from "../../lib/maps/mod.ts";
import { load } from "../support/maps_lines.ts";
import { Random } from "../support/random.ts";

// Files with segments at random places are loaded as the kernel and the loader do it, and the
// images found must be those that were loaded.

const SEEDS = 2000;

Deno.test("findImages() finds the load biases of random files", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { segments, mappings, biases, pageSize } = randomProcess(new Random(seed));
    const found = findImages(mappings, segments, pageSize).map(({ loadBias }) => loadBias);
    assertEquals(found, biases, `seed ${seed}`);
  }
});

Deno.test("findImages() finds them by executable mappings alone", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { segments, mappings, biases, pageSize } = randomProcess(new Random(seed));
    const executable = mappings.filter((mapping) => mapping.executable);
    const found = findImages(executable, segments, pageSize).map(({ loadBias }) => loadBias);
    assertEquals(found, biases, `seed ${seed}`);
  }
});

Deno.test("checkText() agrees with random files that were loaded", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { segments, mappings, pageSize } = randomProcess(new Random(seed));
    for (const image of findImages(mappings, segments, pageSize)) {
      assertEquals(checkText(image, segments, mappings, pageSize), "", `seed ${seed}`);
    }
  }
});

function randomProcess(random: Random) {
  const pageSize = random.pick([0x1000, 0x4000, 0x10000]);
  const segments = randomSegments(random, pageSize);
  const span = pagesUp(segments.at(-1)!.vaddr + segments.at(-1)!.memorySize, pageSize);
  const biases: number[] = [];
  const mappings: Mapping[] = [];
  let free = 0x7f00_0000_0000;
  for (let copies = 1 + random.below(2); copies > 0; copies--) {
    free += random.below(3) * pageSize;
    if (random.below(3) === 0) {
      mappings.push(wholeFile(free, segments, pageSize));
      free = mappings.at(-1)!.end;
    }
    const loadBias = free - pagesDown(segments[0]!.vaddr, pageSize);
    biases.push(loadBias);
    mappings.push(...loaded(segments, loadBias, pageSize, random));
    free = loadBias + span;
  }
  return { segments, mappings, biases, pageSize };
}

/** A read-only segment, text, and maybe data; file offset and vaddr agree in their page only. */
function randomSegments(random: Random, pageSize: number): LoadSegment[] {
  const flags = random.pick([["R", "R E", "R", "RW"], ["R E", "RW"], ["R", "R E", "RW", "RW"]]);
  const maxPageSize = pageSize * random.pick([1, 4, 16]);
  const segments: LoadSegment[] = [];
  let fileOffset = random.below(2) * random.below(3 * pageSize);
  let vaddr = fileOffset + random.below(3) * maxPageSize;
  for (const flag of flags) {
    const fileSize = 1 + random.below(5 * pageSize);
    const memorySize = fileSize + (flag === "RW" ? random.below(3 * pageSize) : 0);
    segments.push(load(fileOffset, vaddr, fileSize, memorySize, flag));
    const gap = random.pick([0, 0, random.below(pageSize)]);
    fileOffset += fileSize + gap;
    const next = pagesUp(vaddr + memorySize, maxPageSize);
    vaddr = next + fileOffset % maxPageSize;
  }
  return segments;
}

function loaded(
  segments: readonly LoadSegment[],
  loadBias: number,
  pageSize: number,
  random: Random,
): Mapping[] {
  return segments.flatMap((segment) => {
    const start = pagesDown(loadBias + segment.vaddr, pageSize);
    const end = pagesUp(loadBias + segment.vaddr + segment.fileSize, pageSize);
    const mapping = mappingOf(start, end, pagesDown(segment.fileOffset, pageSize), segment);
    // Relocated data is read-only afterwards; other mappings are split at times.
    const cut = start + random.below((end - start) / pageSize) * pageSize;
    if (cut === start) return [mapping];
    const behind = { ...mapping, start: cut, fileOffset: mapping.fileOffset + cut - start };
    return [{ ...mapping, end: cut, writable: false }, behind];
  });
}

function wholeFile(start: number, segments: readonly LoadSegment[], pageSize: number): Mapping {
  const last = segments.at(-1)!;
  const size = pagesUp(last.fileOffset + last.fileSize, pageSize);
  return mappingOf(start, start + size, 0, { readable: true, writable: false, executable: false });
}

function mappingOf(
  start: number,
  end: number,
  fileOffset: number,
  { readable, writable, executable }: Pick<LoadSegment, "readable" | "writable" | "executable">,
): Mapping {
  const file = { device: "fe:01", inode: 42, path: "/opt/x.so", deleted: false };
  return { start, end, readable, writable, executable, fileOffset, ...file };
}

function pagesDown(value: number, pageSize: number): number {
  return Math.floor(value / pageSize) * pageSize;
}

function pagesUp(value: number, pageSize: number): number {
  return Math.ceil(value / pageSize) * pageSize;
}
