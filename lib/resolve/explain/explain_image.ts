import { hex } from "../../errors.ts";
import { spellNumber } from "./spell_number.ts";
import type { ProgramHeader } from "../../elf/mod.ts";
import {
  type BiasRound,
  fitSegment,
  mappedBesides,
  type Mapping,
  remarkLayout,
} from "../../maps/mod.ts";
import type { RecordedFile } from "../recorded_file.ts";
import type { CheckedImage, SnapshotIndex } from "../snapshot_index.ts";
import type {
  ExplainedBias,
  ExplainedImage,
  ExplainedMapping,
  Explanation,
  ImageMapping,
  ImageSegment,
} from "./explanation.ts";

/** A mapping as its snapshot has it. */
export function explainMapping(index: SnapshotIndex, mapping: Mapping): ExplainedMapping {
  const { device, inode } = mapping;
  return { snapshot: index.snapshot.name, ...spellMapping(mapping), device, inode };
}

/** The mappings on both sides of an address that none holds. */
export function explainNeighbours(
  index: SnapshotIndex,
  address: number,
): NonNullable<Explanation["neighbours"]> {
  const { before, behind } = index.around(address);
  return {
    ...(before && { before: explainMapping(index, before) }),
    ...(behind && { behind: explainMapping(index, behind) }),
  };
}

/** The permissions of a mapping or segment, as a snapshot spells them. */
export function spellPermissions(
  { readable, writable, executable }: Pick<Mapping, "readable" | "writable" | "executable">,
): string {
  return `${readable ? "r" : "-"}${writable ? "w" : "-"}${executable ? "x" : "-"}`;
}

/**
 * A loaded copy of a file.
 *
 * @param holder The mapping that holds the address; undefined if no address was given.
 */
export function explainImage(
  index: SnapshotIndex,
  file: RecordedFile,
  image: CheckedImage,
  holder: Mapping | undefined,
): ExplainedImage {
  const { pageSize, mappings: all } = index.snapshot;
  const [own, images] = [index.mappingsOf(file), index.imagesOf(file)];
  const inside = holder && index.insideArchive(holder);
  const describe = (mapping: Mapping, isAnonymousText: boolean): ImageMapping => ({
    ...spellMapping(mapping),
    isFirst: mapping === image.mappings[0],
    holdsAddress: mapping === inside,
    isAnonymousText,
  });
  const mappings = [
    ...image.mappings.map((mapping) => ({ mapping, isAnonymousText: false })),
    ...image.anonymousText.map((mapping) => ({ mapping, isAnonymousText: true })),
  ].sort((a, b) => a.mapping.start - b.mapping.start);
  return {
    loadBias: hex(image.loadBias),
    imageBase: hex(image.imageBase),
    pageSize: hex(pageSize),
    mappings: mappings.map(({ mapping, isAnonymousText }) => describe(mapping, isAnonymousText)),
    problem: image.problem,
    remarks: remarkLayout(image, {
      images,
      own,
      besides: mappedBesides(own, images),
      all: all.map((mapping) => index.insideArchive(mapping)),
      segments: file.elf!.loadSegments,
      pageSize,
    }),
  };
}

/**
 * The LOAD segments of a file, and how a mapping fits each.
 *
 * @param holder The mapping; undefined if no address was given.
 * @param vaddr The vaddr that was looked up; NaN if it is not known.
 */
export function explainSegments(
  segments: readonly ProgramHeader[],
  holder: Mapping | undefined,
  vaddr: number,
  pageSize: number,
): ImageSegment[] {
  return segments.map((segment, number) => {
    const fit = holder && fitSegment(holder, segment, segments, pageSize);
    const inside = vaddr - segment.vaddr;
    return {
      number,
      fileOffset: spellNumber(segment.fileOffset),
      fileSize: spellNumber(segment.fileSize),
      vaddr: spellNumber(segment.vaddr),
      memorySize: spellNumber(segment.memorySize),
      permissions: spellPermissions(segment),
      holdsVaddr: inside >= 0 && inside < segment.memorySize,
      ...(fit && { loadBias: spellNumber(fit.loadBias), score: fit.score }),
    };
  });
}

/**
 * The load biases among which the one of an image was chosen: those that were still possible when it
 * was, and those that had been chosen before.
 *
 * @param rounds How the images of the file were found.
 * @param loadBias Of the image; undefined if none holds the address.
 */
export function explainCandidates(
  rounds: readonly BiasRound[],
  loadBias: number | undefined,
): ExplainedBias[] {
  const own = rounds.findIndex(({ image }) => image !== undefined && image.loadBias === loadBias);
  const [first, ...others] = own < 0 ? rounds : [rounds[own]!, ...rounds.toSpliced(own, 1)];
  if (first === undefined) return [];
  const candidates = first.candidates();
  const possible = new Set(candidates.map(({ loadBias }) => loadBias));
  const roundOf = new Map(rounds.map((round) => [round.chosen.loadBias, round]));
  const outcomeOf = (bias: number): ExplainedBias["outcome"] => {
    const round = roundOf.get(bias);
    if (round === undefined) return "lost";
    if (round.image === undefined) return "mapped for reading";
    if (bias !== loadBias) return "another copy";
    return round.isProven ? "chosen by evidence" : "chosen";
  };
  // Those that were chosen before had taken their mappings away.
  const earlier = others.map(({ chosen }) => chosen)
    .filter(({ loadBias }) => !possible.has(loadBias));
  return [...candidates, ...earlier]
    .map(({ loadBias: bias, mappings, score }) => ({
      loadBias: hex(bias),
      mappings: mappings.length,
      score,
      outcome: outcomeOf(bias),
    }))
    .sort((a, b) =>
      Number(b.outcome.startsWith("chosen")) - Number(a.outcome.startsWith("chosen")) ||
      b.score - a.score
    );
}

function spellMapping(mapping: Mapping) {
  return {
    start: hex(mapping.start),
    end: hex(mapping.end),
    permissions: spellPermissions(mapping),
    fileOffset: hex(mapping.fileOffset),
    path: mapping.path,
    isDeleted: mapping.deleted,
  };
}
