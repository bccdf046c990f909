import { assertEquals, assertMatch } from "@std/assert";
import { inRepository } from "./support/testdata.ts";

// What the folders of lib/ may know of each other: only what is on a line further down.
const LAYERS: readonly (readonly string[])[] = [
  ["main", "mod"],
  ["cli"],
  ["bundle"],
  ["resolve", "input", "output", "shape"],
  ["symbols"],
  ["elf", "dwarf", "maps"],
  ["profile"],
  ["bytes"],
  ["errors"],
];
/** The only files that may touch the system, besides all of `lib/cli/`. */
const SYSTEM_FILES = ["main.ts", "lib/bytes/file_source.ts"];
const MAX_LINES = 400;
const TOP_LEVEL = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "lib",
  "main.ts",
  "mod.ts",
  "testdata",
  "tests",
];

interface SourceFile {
  /** From the top of the repository. */
  readonly path: string;
  readonly text: string;
  /** Without comments, and so without the examples in them. */
  readonly code: string;
}

const FILES = [...sourceFiles("lib"), readSource("main.ts"), readSource("mod.ts")];

Deno.test("the sources import only what is further down", () => {
  const upward = FILES.flatMap((file) =>
    importsOf(file)
      .filter((to) => to.startsWith("."))
      .map((to) => [file.path, pathOf(file.path, to)] as const)
      .filter(([from, to]) => partOf(from) !== partOf(to) && layerOf(from) >= layerOf(to))
      .map(([from, to]) => `${from} imports ${to}`)
  );
  assertEquals(upward, []);
});

Deno.test("the sources import each other in no circles", () => {
  const targets = new Map(FILES.map((file) => {
    const local = importsOf(file).filter((to) => to.startsWith("."));
    return [file.path, local.map((to) => pathOf(file.path, to))];
  }));
  /** Files from which no circle can be reached. */
  const fine = new Set<string>();
  const circleFrom = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (fine.has(path)) return [];
    for (const target of targets.get(path) ?? []) {
      const circle = circleFrom(target, [...way, path]);
      if (circle.length > 0) return circle;
    }
    fine.add(path);
    return [];
  };
  for (const { path } of FILES) assertEquals(circleFrom(path, []), []);
});

Deno.test("the sources have a layer for every folder", () => {
  const known = LAYERS.flat();
  assertEquals(FILES.map(({ path }) => partOf(path)).filter((part) => !known.includes(part)), []);
});

Deno.test("the sources import packages by the names of the import map only", () => {
  const names = Object.keys(JSON.parse(readSource("deno.json").text).imports);
  const packages = FILES.flatMap((file) =>
    importsOf(file).filter((to) => !/^(?:\.|node:)/.test(to) && !names.includes(to))
      .map((to) => `${file.path} imports ${to}`)
  );
  assertEquals(packages, []);
});

Deno.test("the sources touch the system only in lib/cli/ and where files are read", () => {
  const touching = FILES.filter(({ path }) =>
    !path.startsWith("lib/cli/") && !SYSTEM_FILES.includes(path)
  ).filter(({ code }) =>
    /\bDeno\s*[.[]|\bconsole\s*[.[]|\bprocess\s*[.[]|"node:(?:fs|process)/.test(code)
  );
  assertEquals(touching.map(({ path }) => path), []);
});

for (const { path, text } of FILES.filter((file) => file.path.endsWith("mod.ts"))) {
  Deno.test(`${path} begins with what it is for`, () => {
    assertMatch(text, /^\/\*\*\n(?: \*.*\n)+? \* @module\n \*\/\n/);
  });
}

Deno.test("every folder of lib has a mod.ts", () => {
  const folders = new Set(FILES.map(({ path }) => /^lib\/\w+\//.exec(path)?.[0]));
  folders.delete(undefined);
  const paths = FILES.map(({ path }) => path);
  assertEquals([...folders].filter((folder) => !paths.includes(`${folder}mod.ts`)), []);
});

Deno.test(`no source file has more than ${MAX_LINES} lines`, () => {
  const long = FILES.filter(({ text }) => text.split("\n").length - 1 > MAX_LINES);
  assertEquals(long.map(({ path }) => path), []);
});

Deno.test("the repository holds nothing unexpected", () => {
  const names = [...Deno.readDirSync(inRepository("."))].map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !isIgnored(name));
  assertEquals(names.filter((name) => !TOP_LEVEL.includes(name)), []);
});

function* sourceFiles(folder: string): Generator<SourceFile> {
  for (const { name, isDirectory } of Deno.readDirSync(inRepository(folder))) {
    if (isDirectory) yield* sourceFiles(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield readSource(`${folder}/${name}`);
  }
}

function readSource(path: string): SourceFile {
  const text = Deno.readTextFileSync(inRepository(path));
  return { path, text, code: text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "") };
}

const IMPORT_REGEXP = /^(?:import|export)\b(?:[^"';]*\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

function importsOf({ code }: SourceFile): string[] {
  return [...code.matchAll(IMPORT_REGEXP)].map(([, fixed, late]) => fixed ?? late!);
}

/** The path that an import leads to, from the top of the repository. */
function pathOf(from: string, to: string): string {
  return new URL(to, `file:///${from}`).pathname.slice(1);
}

/** The folder of lib/ that a path is in, or the name of the file if it is in none. */
function partOf(path: string): string {
  return path.replace(/^lib\//, "").split("/")[0]!.replace(/\.(?:ts|json)$/, "");
}

/** `deno.json` is nobody's: it is data, below everything. */
function layerOf(path: string): number {
  const layer = LAYERS.findIndex((parts) => parts.includes(partOf(path)));
  return layer < 0 ? LAYERS.length : layer;
}

/** What .gitignore keeps out of the repository. */
function isIgnored(name: string): boolean {
  return Deno.readTextFileSync(inRepository(".gitignore")).split("\n")
    .some((line) => line.replaceAll("/", "") === name);
}
