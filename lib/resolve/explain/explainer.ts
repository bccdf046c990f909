import { hex } from "../../errors.ts";
import type { Mapping } from "../../maps/mod.ts";
import type { Demangler, LookupTrace, NamedCode } from "../../symbols/mod.ts";
import { RETURN } from "../frame_roles.ts";
import type { FetchContext } from "../images/fetch_commands.ts";
import type { KernelNames } from "../kernel_names.ts";
import type { Locator } from "../locator.ts";
import type { MachineOptions } from "../machine_options.ts";
import { OutputFrames } from "../output_frames.ts";
import type { Place } from "../place.ts";
import type { RecordedFile } from "../recorded_file.ts";
import { whyUnresolved } from "../report.ts";
import { functionOf } from "../decide.ts";
import type { ResolveOptions } from "../resolve.ts";
import type { CheckedImage, SnapshotIndex } from "../snapshot_index.ts";
import { explainFailure } from "./explain_failure.ts";
import { explainFile, explainPlace, foundAt } from "./explain_file.ts";
import {
  explainCandidates,
  explainImage,
  explainMapping,
  explainNeighbours,
  explainSegments,
} from "./explain_image.ts";
import type { RecordedFrames, RecordingToExplain } from "./explain_recording.ts";
import { spellNumber } from "./spell_number.ts";
import { explainName } from "./explain_name.ts";
import { lookupOf, numberOf, type Subject, targetOf } from "./subject.ts";
import type {
  ContestedImage,
  ExplainedCodeMap,
  ExplainedEvidence,
  ExplainedFailure,
  ExplainedKernel,
  ExplainedRecording,
  Explanation,
} from "./explanation.ts";

/**
 * What {@linkcode explainAddresses} needs besides the addresses. Generated code that keeps its places
 * tells where it has a name.
 */
export interface ExplainOptions extends MachineOptions, Pick<ResolveOptions, "demangle"> {
  /**
   * Whether the addresses are those behind calls, which are looked up one byte before. By default they
   * are if they are in the recording.
   */
  readonly areReturnAddresses?: boolean | undefined;
  /** A recording, so that files, images and snapshots are chosen, and doubted, as it is resolved. */
  readonly recording?: RecordingToExplain | undefined;
  /** See `resolve`: whether files name frames that the recording says they do not fit. */
  readonly trustFiles?: boolean;
  /** The folder with copies of the recorded machine's files, for commands that put more there. */
  readonly sysroot?: string | undefined;
}

/** What is known when all was looked up. */
export interface Knowledge {
  readonly locator: Locator;
  readonly kernel: KernelNames;
  readonly traces: ReadonlyMap<RecordedFile, LookupTrace>;
  readonly spell: Demangler;
  readonly context: FetchContext;
  /** Undefined without a recording. */
  readonly recorded: RecordedFrames | undefined;
}

/** Puts what is known of an address into words and numbers. */
export class Explainer {
  readonly #options: ExplainOptions;
  readonly #known: Knowledge;

  /** @param known What is known when all was looked up. */
  constructor(options: ExplainOptions, known: Knowledge) {
    this.#options = options;
    this.#known = known;
  }

  /** All that is known of an address. */
  async explain(subject: Subject): Promise<Explanation> {
    const { text, location, understood, place, role } = subject;
    const where = this.#whereIs(subject);
    const file = place.kind === "code" ? place.file : where?.file ?? this.#fileOf(subject);
    const failure = await this.#failure(subject, where?.mapping, file);
    const frames = this.#frames(subject, place);
    const otherwise = this.#frames(subject, subject.otherPlace);
    const codeMaps = this.#codeMaps(subject);
    const evidence = this.#evidence(subject);
    const contested = this.#contested(subject);
    return {
      input: text,
      ...(location.kind === "address" && location.process !== undefined && {
        process: location.process,
      }),
      frames,
      ...(failure && { failure }),
      number: {
        kind: understood.kind,
        value: spellNumber(numberOf(understood)),
        module: understood.kind === "address" ? "" : understood.module,
        buildId: understood.kind === "fileOffset" ? understood.buildId : "",
        symbol: understood.symbol,
      },
      lookup: {
        isReturnAddress: role === RETURN,
        value: spellNumber(lookupOf(subject)),
        ...(otherwise.join(";") !== frames.join(";") && { otherwise }),
      },
      ...(where?.mapping && { mapping: explainMapping(where.index, where.mapping) }),
      ...(where && where.mapping === undefined && lookupOf(subject) >= 0 && {
        neighbours: explainNeighbours(where.index, lookupOf(subject)),
      }),
      ...(contested.length > 1 && { contested }),
      ...(this.#known.recorded && { recorded: this.#recorded(subject, this.#known.recorded) }),
      ...(file && { file: await explainFile(file) }),
      ...(file?.elf && this.#image(subject, file, where)),
      ...(place.kind === "code" && { place: await explainPlace(place) }),
      ...(evidence && { evidence }),
      ...(place.kind === "code" && {
        name: explainName(place, this.#known.traces.get(place.file)!, this.#known.spell),
      }),
      ...(codeMaps.length > 0 && { codeMaps }),
      ...(place.kind === "kernel" && { kernel: this.#kernel(place.lookupAddress) }),
    };
  }

  /** The images that snapshots have at an address, and what chose between them. */
  #contested({ understood, role }: Subject): ContestedImage[] {
    if (understood.kind !== "address") return [];
    const { locator } = this.#known;
    const lookup = locator.lookupAddressOf(understood, role);
    const contenders = locator.contendersAt(understood, lookup);
    const { images } = contenders;
    const votes = locator.choices.votesOf(contenders);
    const chosen = locator.whereIs(understood, lookup)?.place;
    return images.map(({ index, place }, at) => ({
      snapshot: index.snapshot.name,
      path: place.file.request.path,
      loadBias: hex(place.loadBias),
      isChosen: place === chosen,
      ...votes?.[at] ?? { returns: 0, calls: 0 },
    }));
  }

  #recorded({ understood, place, role }: Subject, recorded: RecordedFrames): ExplainedRecording {
    const { locator } = this.#known;
    if (place.kind === "code") return recorded.explain(understood, role, place);
    // The image of an address that is doubted has no place in the file any more.
    const where = understood.kind === "address"
      ? locator.whereIs(understood, locator.lookupAddressOf(understood, role))?.place
      : undefined;
    const image = where !== undefined && "loadBias" in where ? where : undefined;
    return recorded.explain(understood, role, image);
  }

  #whereIs({ understood, role }: Subject): Where | undefined {
    const { locator } = this.#known;
    if (understood.kind !== "address") return undefined;
    const lookup = locator.lookupAddressOf(understood, role);
    const found = locator.whereIs(understood, lookup);
    const mapping = found?.index.mappingAt(lookup);
    return found && { index: found.index, mapping, file: found.place.file };
  }

  /** The file that a frame names itself; undefined if none is known by that name. */
  #fileOf({ understood, place }: Subject): RecordedFile | undefined {
    if (understood.kind === "address" || place.kind !== "missing") return undefined;
    return [...this.#known.locator.files].find(({ request }) => request.path === place.image);
  }

  #frames(subject: Subject, place: Place): string[] {
    const { text, location, understood, role } = subject;
    const { spell, kernel, recorded } = this.#known;
    const called = place === subject.place ? recorded?.calledFunction(understood, role) : undefined;
    const found = functionOf(place, kernel) ?? called;
    const spelling = {
      unresolved: "offset",
      annotate: [],
      lines: false,
      imagePrefix: false,
    } as const;
    const output = new OutputFrames(spell, spelling, undefined);
    output.add(() => text, location, place, found);
    return output.numbers.map((number) => output.table.textOf(number));
  }

  async #failure(
    { location, place }: Subject,
    mapping: Mapping | undefined,
    file: RecordedFile | undefined,
  ): Promise<ExplainedFailure | undefined> {
    const { kernel, context } = this.#known;
    const found = functionOf(place, kernel);
    if (place.kind === "name" || found !== undefined && found.name !== "") return undefined;
    return explainFailure(whyUnresolved(place, kernel), {
      path: file?.request.path ?? mapping?.path ?? "",
      foundAt: file === undefined ? "" : foundAt(file),
      buildId: await file?.buildId() || this.#recordedBuildId(file),
      mapping,
      process: location.kind === "address" ? location.process : undefined,
    }, context);
  }

  #recordedBuildId(file: RecordedFile | undefined): string {
    return file && this.#options.files.buildIdsOf?.(file.request.path).at(-1) || "";
  }

  #image(
    { place }: Subject,
    file: RecordedFile,
    where: Where | undefined,
  ): Pick<Explanation, "segments" | "candidates" | "image"> {
    const mapping = where?.mapping;
    const vaddr = place.kind === "code" ? place.lookupVaddr : NaN;
    const index = where?.index ??
      this.#known.locator.snapshots.find((one) => one.imagesOf(file).length > 0);
    const pageSize = index?.snapshot.pageSize ?? 0x1000;
    const inside = mapping && index?.insideArchive(mapping);
    // Anonymous memory in the place of text shows no part of the file.
    const holder = inside && index?.mappingsOf(file).includes(inside) ? inside : undefined;
    const segments = explainSegments(file.elf!.loadSegments, holder, vaddr, pageSize);
    if (index === undefined) return { segments };
    const image = imageAt(index, file, mapping);
    const candidates = explainCandidates(index.searchOf(file), image?.loadBias);
    return {
      segments,
      candidates,
      ...(image && { image: explainImage(index, file, image, mapping) }),
    };
  }

  #evidence(subject: Subject): ExplainedEvidence | undefined {
    const { site, place } = subject;
    if (site === undefined || place.kind !== "code") return undefined;
    const { call, isInside, isSignalReturn } = site;
    if (call === undefined) return { finding: "no call", isSignalReturn };
    const name = targetOf(subject)?.name;
    return {
      finding: isInside ? "inside a call" : "behind a call",
      callSize: call.size,
      ...(call.target !== undefined && { target: hex(call.target) }),
      ...(name && { targetName: this.#known.spell(name) }),
      isSignalReturn,
    };
  }

  /** Maps are told of if they have the address, or if it is code that they should have. */
  #codeMaps(subject: Subject): ExplainedCodeMap[] {
    const { understood, place } = subject;
    if (understood.kind !== "address") return [];
    const { process } = understood;
    const maps = (this.#options.generated ?? [])
      .filter((code) => (code.process ?? process) === process || process === undefined)
      .map((code) => explainCodeMap(code, lookupOf(subject)));
    const isWanted = place.kind === "generated" ||
      place.kind === "missing" && place.reason === "anonymous" ||
      maps.some(({ range }) => range !== undefined);
    return isWanted ? maps : [];
  }

  #kernel(lookupAddress: number): ExplainedKernel {
    const { kallsyms, vmlinux } = this.#options;
    const { kernel, spell } = this.#known;
    const sources = kernel.sourcesOf(lookupAddress);
    const decision = sources?.kallsyms;
    const own = sources?.vmlinux;
    const found = kernel.functionAt(lookupAddress);
    return {
      chosen: found === undefined ? "none" : sources?.isOwn ? "vmlinux" : "kallsyms",
      ...(kallsyms && {
        kallsyms: {
          source: kallsyms.name,
          ...(decision?.nearest && {
            nearest: {
              ...decision.nearest,
              start: hex(decision.nearest.start),
              line: decision.line,
            },
          }),
          verdict: decision?.verdict ?? "none",
        },
      }),
      ...(vmlinux && {
        vmlinux: {
          source: vmlinux.name,
          ...(own && { start: hex(own.start), name: spell(own.name) }),
        },
      }),
    };
  }
}

/** Where a snapshot has an address. */
interface Where {
  readonly index: SnapshotIndex;
  readonly mapping: Mapping | undefined;
  readonly file: RecordedFile | undefined;
}

/** The image that a mapping belongs to; the only one if no address was given. */
function imageAt(
  index: SnapshotIndex,
  file: RecordedFile,
  mapping: Mapping | undefined,
): CheckedImage | undefined {
  const images = index.imagesOf(file);
  if (mapping === undefined) return images.length === 1 ? images[0] : undefined;
  const inside = index.insideArchive(mapping);
  return images.find((image) =>
    image.mappings.includes(inside) || image.anonymousText.includes(mapping)
  );
}

function explainCodeMap(code: NamedCode, address: number): ExplainedCodeMap {
  const source = code.source ?? "";
  const range = code.rangeAt(address);
  if (range === undefined) return { source };
  const { start, end, name, place } = range;
  return {
    source,
    range: {
      start: hex(start),
      end: hex(end),
      name,
      ...(place &&
        ("line" in place ? { line: place.line } : { fileOffset: hex(place.fileOffset) })),
    },
  };
}
