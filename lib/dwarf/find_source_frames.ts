import type { DwarfFiles } from "./dwarf_file.ts";
import { DwarfSections } from "./dwarf_sections.ts";
import type { FunctionName } from "./function_name.ts";
import { FunctionNames } from "./function_names.ts";
import { LineTableLoader } from "./line_table.ts";
import { ProblemList } from "./problem_list.ts";
import { type FrameDraft, resolveUnit, type VaddrDraft } from "./resolve_unit.ts";
import type { SourceFrame } from "./source_frame.ts";
import { type SourcePath, spellPath } from "./source_path.ts";
import { SplitUnits } from "./split_units.ts";
import { UnitFinder } from "./unit_finder.ts";
import { UnitLoader } from "./unit_loader.ts";
import { scanUnits } from "./unit_scan.ts";

/** What {@linkcode findSourceFrames} found. */
export interface SourceFrameLookup {
  /**
   * Of each vaddr its frames, outermost first: the physical function, then what was inlined into
   * it, one into the other. The place in the source is where each of them was: of the innermost
   * that of the code, of the others that of the call. Undefined if DWARF says nothing of the vaddr.
   * Vaddrs of one call share the frames around it, those of one line all.
   * A frame alone may have no name: an assembler's unit has lines and no functions.
   */
  readonly frames: readonly (readonly SourceFrame[] | undefined)[];
  /**
   * Of each vaddr whether frames or places of it may be missing, as something is damaged or is not
   * there; what that is, is among the `problems`.
   */
  readonly isIncomplete: readonly boolean[];
  /**
   * Of each vaddr whether the name or place of a function that is inlined there could not be read,
   * or not all of it, for a reason that is among the `problems`.
   */
  readonly hasLostInlined: readonly boolean[];
  /** What could not be used, and why: clauses for the user. */
  readonly problems: readonly string[];
}

/**
 * Finds the functions that were running at vaddrs, inlined ones included, and the places in their
 * source, from DWARF 2 to 5.
 *
 * Of each unit the header and the first entry are read. Units that have code at wanted vaddrs are
 * read whole, one after the other, each once, and forgotten; then strings, those that are wanted
 * only.
 *
 * A damaged unit costs the frames of its own vaddrs, and is among the `problems`.
 *
 * @param vaddrs Ascending and different.
 * @param hasLines Whether files and lines are wanted, and not only functions: the line tables are read.
 */
export async function findSourceFrames(
  files: DwarfFiles,
  vaddrs: Float64Array,
  hasLines = true,
): Promise<SourceFrameLookup> {
  const problems = new ProblemList();
  const alternate = files.alternate &&
    new DwarfSections(`the supplementary file of ${files.main.name}`, files.alternate);
  const main = new DwarfSections(files.main.name, () => Promise.resolve(files.main), { alternate });
  const split = new SplitUnits(files.split, problems);
  const drafts: (VaddrDraft | undefined)[] = new Array(vaddrs.length).fill(undefined);
  const isIncomplete: boolean[] = new Array(vaddrs.length).fill(false);
  const info = await problems.attempt(() => main.find(".debug_info"));
  if (info !== undefined && vaddrs.length > 0) {
    const scan = await scanUnits(main, info, vaddrs, problems);
    const loader = new UnitLoader(scan.addressBases);
    const lines = new LineTableLoader();
    const names = new FunctionNames(problems);
    // A unit that says nothing of its code may have any of it.
    if (problems.count > 0) isIncomplete.fill(true);
    for (const claim of scan.claiming) {
      for (const index of claim.vaddrIndexes) isIncomplete[index] = false;
    }
    for (const claim of scan.claiming) {
      const indexes = claim.vaddrIndexes.filter((index) => !drafts[index]?.hasFunction);
      if (indexes.length === 0) continue;
      const problemsBefore = problems.count;
      let isMissing = false;
      await problems.attempt(async () => {
        const unit = await loader.load(main, info, claim.header);
        const table = hasLines ? await problems.attempt(() => lines.load(unit)) : undefined;
        const wanted = indexes.map((index) => vaddrs[index]!);
        const whole = await split.unitOf(unit);
        isMissing = whole === undefined && unit.attributes.dwoName !== undefined;
        const found = await resolveUnit(whole ?? unit, wanted, table, { names, problems });
        for (const [at, draft] of found.entries()) {
          const index = indexes[at]!;
          if (draft?.hasFunction || drafts[index] === undefined) drafts[index] = draft;
        }
      });
      const isLossy = isMissing || problems.count > problemsBefore;
      for (const index of indexes) {
        isIncomplete[index] = isLossy || isIncomplete[index]! && !drafts[index]?.hasFunction;
      }
    }
    await names.follow(loader, main, new UnitFinder(info, scan.starts));
  } else if (problems.count > 0) isIncomplete.fill(true);
  split.report();
  for (const sections of [main, alternate, ...split.opened]) await sections?.strings.load(problems);
  const finisher = new FrameFinisher(main.name, problems);
  const frames = drafts.map((draft) => draft && finisher.framesOf(draft.innermost));
  const hasLostInlined: boolean[] = new Array(vaddrs.length).fill(false);
  if (problems.count > 0) {
    for (const [index, draft] of drafts.entries()) {
      let at = frames[index]?.length ?? 0;
      for (let frame = draft?.innermost; frame !== undefined; frame = frame.caller) {
        const finished = frames[index]![--at]!;
        const isPlaceLost = hasLostPlace(frame, finished);
        // The physical function has its name from elsewhere.
        if (frame.caller === undefined) isIncomplete[index] ||= isPlaceLost;
        else if (isPlaceLost || hasLostName(frame, finished)) hasLostInlined[index] = true;
      }
    }
  }
  return { frames, isIncomplete, hasLostInlined, problems: problems.clauses() };
}

/** Whether the name could not be read, or not all of it. */
function hasLostName({ name }: FrameDraft, finished: SourceFrame): boolean {
  return name !== undefined && (finished.name === "" || name.isMissing);
}

/** Whether the path could not be read, or not all of it. */
function hasLostPlace({ path }: FrameDraft, finished: SourceFrame): boolean {
  if (path === undefined) return false;
  const parts = [path.compilationDirectory, path.directory, path.name];
  return finished.file === "" || parts.some((part) => part?.isMissing);
}

/** Names and paths of a run take some MiB; made of long strings that many share, far more. */
const MAX_SPELLED = 1 << 27;

/** Puts strings into frames. Many frames share a function or a file, which is spelled once. */
class FrameFinisher {
  readonly #file: string;
  readonly #problems: ProblemList;
  #room = MAX_SPELLED;
  readonly #names = new Map<FunctionName, Pick<SourceFrame, "name" | "isLinkageName">>();
  readonly #paths = new Map<SourcePath, string>();
  readonly #frames = new Map<FrameDraft, SourceFrame>();
  #lastDraft: FrameDraft | undefined;
  #lastFrames: readonly SourceFrame[] = [];

  /** @param file What problems call the file. */
  constructor(file: string, problems: ProblemList) {
    this.#file = file;
    this.#problems = problems;
  }

  /** That of a draft, with all it is inlined into, outermost first. */
  framesOf(innermost: FrameDraft): readonly SourceFrame[] {
    if (innermost === this.#lastDraft) return this.#lastFrames;
    const frames: SourceFrame[] = [];
    for (let draft: FrameDraft | undefined = innermost; draft; draft = draft.caller) {
      frames.push(this.#frameOf(draft));
    }
    this.#lastDraft = innermost;
    return this.#lastFrames = frames.reverse();
  }

  #frameOf(draft: FrameDraft): SourceFrame {
    let frame = this.#frames.get(draft);
    if (frame === undefined) this.#frames.set(draft, frame = this.#finish(draft));
    return frame;
  }

  #finish({ name, path, line, column }: FrameDraft): SourceFrame {
    const spelled = name === undefined ? UNKNOWN : this.#nameOf(name);
    const file = path === undefined ? "" : this.#fileOf(path);
    return { name: spelled.name, isLinkageName: spelled.isLinkageName, file, line, column };
  }

  #nameOf(name: FunctionName): Pick<SourceFrame, "name" | "isLinkageName"> {
    let spelled = this.#names.get(name);
    if (spelled === undefined) {
      const { linked } = name;
      if (linked === "" && name.isEndless) {
        this.#problems.add(`"${this.#file}" has functions that refer to each other without end`);
      }
      spelled = {
        name: this.#spell(() => linked || name.qualified),
        isLinkageName: linked !== "",
      };
      this.#names.set(name, spelled);
    }
    return spelled;
  }

  #fileOf(path: SourcePath): string {
    let file = this.#paths.get(path);
    if (file === undefined) {
      this.#paths.set(path, file = this.#spell(() => spellPath(path)));
    }
    return file;
  }

  /** Nothing if it is too much together. */
  #spell(spell: () => string): string {
    if (this.#room < 0) return "";
    const text = spell();
    this.#room -= text.length;
    if (this.#room < 0) {
      this.#problems.add(
        `"${this.#file}" has names and paths of more than ${MAX_SPELLED} characters`,
      );
    }
    return text;
  }
}

const UNKNOWN = { name: "", isLinkageName: false };
