import { assert, assertEquals } from "@std/assert";
import type { Explanation } from "../../lib/resolve/mod.ts";
import { explainText } from "../support/explain_text.ts";
import { type Layout, layouts, sysrootOf } from "../support/layouts.ts";
import {
  type MapsLine,
  parseMapsLines,
  parseProgramHeaders,
  parseSymbols,
  type ReadelfSegment,
} from "../support/readelf.ts";
import { testdata } from "../support/testdata.ts";

// What `explain` claims of addresses, against what the loader, readelf and the maps lines say of them.

for (const layout of layouts()) {
  const { folder, maps, truth } = layout;
  // Its file cannot be found by the path in the snapshot: there is nothing to claim.
  if (maps.includes("/memfd:")) continue;

  Deno.test(`explainAddresses() claims what loader and readelf say in ${folder}`, async () => {
    const addresses = truth.names.map(({ address }) => address);
    const explanations = await explainText(addresses, { maps, sysroot: sysrootOf(folder) });
    assertEquals(explanations.map(({ frames }) => frames), truth.names.map(({ name }) => [name]));
    const facts = factsOf(layout);
    for (const explanation of explanations) checkClaims(explanation, facts);
  });
}

/** What others say. */
interface Facts {
  readonly lines: readonly MapsLine[];
  readonly loadBiases: ReadonlyMap<string, readonly number[]>;
  readonly segments: ReadonlyMap<string, readonly ReadelfSegment[]>;
}

function factsOf({ folder, maps, truth }: Layout): Facts {
  const loadBiases = new Map<string, number[]>();
  for (const { path, loadBias } of truth.biases) {
    loadBiases.set(plain(path), [...loadBiases.get(plain(path)) ?? [], loadBias]);
  }
  const headers = Deno.readTextFileSync(testdata(`layouts/${folder}/program-headers`));
  const segments = parseProgramHeaders(headers);
  return {
    lines: parseMapsLines(maps),
    loadBiases,
    segments: new Map([...segments].map(([path, loads]) => [plain(path), loads])),
  };
}

/** A path as symfold has it. */
function plain(path: string): string {
  return path.replace(/ \(deleted\)$/, "").replaceAll("\\012", "\n");
}

function checkClaims(explanation: Explanation, { lines, loadBiases, segments }: Facts): void {
  const { input, mapping, file, image, candidates, place } = explanation;
  const address = Number(input);
  const line = lines.find(({ start, end }) => start <= address && address < end)!;
  assertEquals([mapping?.start, mapping?.end].map(Number), [line.start, line.end]);
  assertEquals(mapping?.permissions, line.permissions);
  assertEquals(Number(mapping?.fileOffset), line.fileOffset);
  assertEquals(mapping?.path, plain(line.path));

  const { path } = file!;
  const loadBias = Number(image!.loadBias);
  assert(loadBiases.get(path)!.includes(loadBias), `${path} ${loadBias.toString(16)}`);
  const loads = segments.get(path)!;
  const firstVaddr = Math.min(...loads.map(({ vaddr }) => vaddr));
  const base = floor(loadBias + firstVaddr);
  assertEquals(Number(image!.imageBase), base);
  const firsts = image!.mappings.filter(({ isFirst }) => isFirst);
  assertEquals(firsts.map(({ start }) => Number(start)), [base]);
  const first = lines.find(({ start }) => start === base)!;
  assertEquals(plain(first.path), path);
  assertEquals(image!.mappings[0], firsts[0]);
  const holders = image!.mappings.filter(({ holdsAddress }) => holdsAddress);
  assertEquals(holders.map(({ start }) => Number(start)), [line.start]);

  const chosen = candidates!.filter(({ outcome }) => outcome === "chosen");
  assertEquals(chosen.map((candidate) => Number(candidate.loadBias)), [loadBias]);
  const others = candidates!.filter(({ outcome }) => outcome === "another copy");
  const copies = loadBiases.get(path)!.filter((bias) => bias !== loadBias);
  assertEquals(others.map((candidate) => Number(candidate.loadBias)), copies);

  const vaddr = address - loadBias;
  const found = explanation.segments!.map((segment) => ({
    fileOffset: Number(segment.fileOffset),
    vaddr: Number(segment.vaddr),
    fileSize: Number(segment.fileSize),
    memorySize: Number(segment.memorySize),
    permissions: segment.permissions,
  }));
  assertEquals(found, loads.map(({ sections: _, ...load }) => load));
  const holds = (load: ReadelfSegment) =>
    vaddr >= load.vaddr && vaddr < load.vaddr + load.memorySize;
  assertEquals(explanation.segments!.map(({ holdsVaddr }) => holdsVaddr), loads.map(holds));
  const own = loads.find(holds)!;
  const segment = explanation.segments![loads.indexOf(own)]!;
  // What is on anonymous memory shows no part of the file.
  if (line.path !== "") assertEquals(Number(segment.loadBias), loadBias);
  else assertEquals(explanation.segments!.map((one) => one.loadBias), loads.map(() => undefined));

  assertEquals(Number(place!.vaddr), vaddr);
  assertEquals(Number(place!.lookupVaddr), vaddr);
  assertEquals(Number(place!.fileOffset), vaddr - own.vaddr + own.fileOffset);
  const section = place!.section;
  if (own.sections.length === 0) assertEquals(section, undefined);
  else assert(own.sections.includes(section!.name), section!.name);
}

/** Pages of all layouts have 4 KiB. */
function floor(address: number): number {
  return Math.floor(address / 0x1000) * 0x1000;
}

for (const machine of ["x86_64", "aarch64"]) {
  const folder = `${machine}/nested-symbols`;
  const maps = Deno.readTextFileSync(testdata(`layouts/${folder}/maps`));
  const symbols = parseSymbols(Deno.readTextFileSync(testdata(`layouts/${folder}/symbols`)))
    .filter(({ type }) => type === "FUNC" || type === "NOTYPE");
  const [layout] = [...layouts()].filter((one) => one.folder === folder);

  Deno.test(`explainAddresses() has the symbols that readelf has in ${folder}`, async () => {
    const { names, misses, biases } = layout!.truth;
    const addresses = [...names.map(({ address }) => address), ...misses];
    const explanations = await explainText(addresses, { maps, sysroot: sysrootOf(folder) });
    const loadBias = biases[0]!.loadBias;
    for (const { input, name } of explanations) {
      const vaddr = Number(input) - loadBias;
      const around = symbols.filter(({ value, size }) => value <= vaddr && vaddr < value + size);
      assertEquals(spell(name!.symbols), spellKnown(around), input);
      const labels = symbols.filter(({ value, size, name }) =>
        size === 0 && value <= vaddr && name !== "" && !name.startsWith("$")
      );
      const nearest = Math.max(...labels.map(({ value }) => value));
      const known = labels.filter(({ value }) => value === nearest);
      if (name!.label === undefined) assertEquals(known, [], input);
      else assertEquals(Number(name!.label.start), nearest, input);
    }
  });
}

type Symbols = NonNullable<Explanation["name"]>["symbols"];

/** Bounds, binding, name and table of each, in no order. */
function spell(symbols: Symbols): string[] {
  return symbols.flatMap(({ start, size, binding, names }) =>
    names.flatMap(({ name, tables }) =>
      tables.map((table) => [Number(start), Number(size), binding, name, table].join(" "))
    )
  ).sort();
}

function spellKnown(symbols: ReturnType<typeof parseSymbols>): string[] {
  return symbols.map(({ value, size, binding, name, table }) =>
    [value, size, binding, name, table].join(" ")
  ).sort();
}
