import type { MapsSnapshot } from "../../maps/mod.ts";
import type { FrameLocation } from "../../profile/mod.ts";
import { type FoundFunction, loadDemangler, LookupTrace } from "../../symbols/mod.ts";
import { readCallSites } from "../evidence/read_calls.ts";
import { EXACT, type FrameRole, RETURN } from "../frame_roles.ts";
import { fetchContextOf } from "../images/fetch_context.ts";
import { KernelNames } from "../kernel_names.ts";
import { Locator } from "../locator.ts";
import type { RecordedFile } from "../recorded_file.ts";
import { decide, functionOf } from "../decide.ts";
import { type AddressedLocation, type AddressInput, type Subject, targetOf } from "./subject.ts";
import { RecordedFrames } from "./explain_recording.ts";
import { Explainer, type ExplainOptions } from "./explainer.ts";
import type { Explanation } from "./explanation.ts";

/**
 * Explains addresses: what was decided for each, and why. It is decided by the very code that
 * `resolve` uses.
 *
 * Where snapshots are those of several processes, an address is explained for each process that has
 * something mapped there.
 *
 * With a recording and no address, the heaviest frames are explained that it has no names for.
 *
 * @returns In the order of the addresses.
 *
 * @example
 * ```ts
 * import { explainAddresses } from "../mod.ts";
 * import { parseMaps } from "../../maps/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const maps = "7f0000000000-7f0000001000 r-xp 00000000 fe:00 42 /opt/libfoo.so\n";
 * const snapshots = [await parseMaps("4711.maps", [new TextEncoder().encode(maps)])];
 * const files = { open: () => Promise.resolve({ reason: "file-not-found", detail: "" } as const) };
 * const location = {
 *   kind: "address",
 *   address: 0x7f0000000123,
 *   bare: false,
 *   perfModule: "",
 *   symbol: "",
 *   annotation: "",
 * } as const;
 * const inputs = [{ text: "0x7f0000000123", location }];
 * const [explanation] = await explainAddresses(inputs, { snapshots, files });
 * assertEquals(explanation?.frames, ["[libfoo.so@0x123]"]);
 * assertEquals(explanation?.mapping?.path, "/opt/libfoo.so");
 * assertEquals(
 *   explanation?.failure?.commands[0]?.command,
 *   "mkdir -p sysroot/opt && scp HOST:/opt/libfoo.so sysroot/opt/",
 * );
 * ```
 */
export async function explainAddresses(
  inputs: readonly AddressInput[],
  options: ExplainOptions,
): Promise<Explanation[]> {
  const { snapshots, files, areReturnAddresses } = options;
  const given = inputs.flatMap((input) => inEachProcess(input, snapshots));
  const { locator, recorded } = await open(given.map(({ location }) => location), options);
  const spread = given.length === 0 && recorded !== undefined
    ? recorded.heaviestUnresolved(MAX_HEAVIEST)
    : given;
  const subjects: Subject[] = [];
  for (const { text, location } of spread) {
    const understood = locator.understand(location);
    const snapshot = recorded?.snapshotOf(understood);
    const isOfSnapshot = snapshot !== undefined && location.kind === "address";
    const input = { text, location: isOfSnapshot ? { ...location, snapshot } : location };
    const role = areReturnAddresses === undefined
      ? recorded?.roleOf(understood) ?? EXACT
      : areReturnAddresses
      ? RETURN
      : EXACT;
    subjects.push(await locate(locator, input, role));
  }
  for (const { place, otherPlace, site } of subjects) {
    if (place.kind !== "code") continue;
    place.file.want(place.lookupVaddr);
    place.file.want(place.vaddr);
    if (otherPlace.kind === "code") otherPlace.file.want(otherPlace.lookupVaddr);
    if (site?.call?.target !== undefined) place.file.want(site.call.target);
  }
  const traces = new Map<RecordedFile, LookupTrace>();
  for (const file of locator.files) {
    const trace = new LookupTrace();
    traces.set(file, trace);
    await file.lookUp(files, WISH, trace);
  }
  const places = subjects.flatMap(({ place, otherPlace }) => [place, otherPlace]);
  // By key: what is asked for besides is in no stack, so that it is no return address.
  const keyed = [...recorded?.places ?? [], ...places.flatMap((place) => [place, undefined])];
  const trustFiles = recorded === undefined || options.trustFiles === true;
  const kernel = await KernelNames.read({ ...options, trustFiles }, keyed, files, WISH, true);
  const functions = places.map((place) => functionOf(place, kernel));
  const targets = subjects.map(targetOf);
  const spell = await loadDemangler(
    options.demangle ?? "short",
    namesOf([...functions, ...targets]),
  );
  const context = await fetchContextOf(snapshots, files, options.sysroot);
  const explainer = new Explainer(options, { locator, kernel, traces, spell, context, recorded });
  const explanations: Explanation[] = [];
  for (const subject of subjects) explanations.push(await explainer.explain(subject));
  return given.length > 0 ? explanations : explanations.filter(({ failure }) => failure);
}

/** So many frames are explained if no address was given. */
const MAX_HEAVIEST = 8;

/** Opens the files that the addresses need, and decides what a recording decides if there is one. */
async function open(
  locations: readonly FrameLocation[],
  options: ExplainOptions,
): Promise<{ readonly locator: Locator; readonly recorded: RecordedFrames | undefined }> {
  const { snapshots, files, generated = [], areReturnAddresses, recording, trustFiles } = options;
  if (recording === undefined) {
    const isReturn = new Uint8Array(2 * locations.length).fill(areReturnAddresses ? 1 : 0);
    const locator = await Locator.open(locations, isReturn, snapshots, generated, files);
    return { locator, recorded: undefined };
  }
  const { profile, returnAddresses, sources } = recording;
  // Kernel names are looked up for the addresses: kallsyms can be read once.
  const decided = await decide(profile, {
    ...{ snapshots, files, generated, returnAddresses, others: locations },
    ...trustFiles !== undefined && { trustFiles },
  });
  return { locator: decided.locator, recorded: new RecordedFrames(decided, sources) };
}

/** Everything that is known. */
const WISH = { inlines: true, positions: true } as const;

/** The address in each process that has something mapped there; in the first one if none has. */
function inEachProcess(input: AddressInput, snapshots: readonly MapsSnapshot[]): AddressInput[] {
  const { location } = input;
  const known = [...new Set(snapshots.flatMap(({ process }) => process ?? []))];
  if (location.kind !== "address" || !(location.address >= 0) || known.length === 0) return [input];
  const { address } = location;
  const having = known.filter((process) =>
    snapshots.some((snapshot) =>
      (snapshot.process ?? process) === process &&
      snapshot.mappings.some(({ start, end }) => start <= address && address <= end)
    )
  );
  const processes = having.length > 0 ? having : known.slice(0, 1);
  return processes.map((process) => ({ ...input, location: { ...location, process } }));
}

async function locate(locator: Locator, input: AddressInput, role: FrameRole): Promise<Subject> {
  const understood = locator.understand(input.location) as AddressedLocation;
  const place = locator.placeOf(input.location, role);
  const otherPlace = locator.placeOf(input.location, role === EXACT ? RETURN : EXACT);
  const [site] = place.kind === "code"
    ? await readCallSites(place.file.elf!, Float64Array.of(place.vaddr))
    : [];
  return { ...input, role, understood, place, otherPlace, site };
}

function* namesOf(functions: readonly (FoundFunction | undefined)[]): Generator<string> {
  for (const found of functions) {
    if (found === undefined) continue;
    yield found.name;
    for (const { name } of found.inlined ?? []) yield name;
  }
}
