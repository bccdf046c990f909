import { testdata } from "./testdata.ts";

/** What the loader of a process said. */
export interface Truth {
  /** Of each image its path and load bias, in the order of the loader. */
  readonly biases: readonly { readonly path: string; readonly loadBias: number }[];
  readonly names: readonly { readonly address: string; readonly name: string }[];
  /** Code that no symbol covers. */
  readonly misses: readonly string[];
}

/** A folder of testdata/layouts. */
export interface Layout {
  /** Machine and name. */
  readonly folder: string;
  /** The snapshot. */
  readonly maps: string;
  readonly truth: Truth;
}

/** All folders that have a snapshot. */
export function* layouts(): Generator<Layout> {
  for (const machine of sortedNames("layouts")) {
    for (const name of sortedNames(`layouts/${machine}`)) {
      const folder = `${machine}/${name}`;
      const files = new Set(
        [...Deno.readDirSync(testdata(`layouts/${folder}`))].map((e) => e.name),
      );
      if (!files.has("maps")) continue;
      const maps = Deno.readTextFileSync(testdata(`layouts/${folder}/maps`));
      const truth = Deno.readTextFileSync(testdata(`layouts/${folder}/truth`));
      yield { folder, maps, truth: parseTruth(truth) };
    }
  }
}

/** A name with a newline is committed as the kernel spells it: not every system can have it. */
export function sysrootOf(folder: string): string {
  const committed = testdata(`layouts/${folder}/sysroot`);
  if (folder !== "x86_64/newline-path") return committed;
  const real = Deno.makeTempDirSync();
  Deno.mkdirSync(`${real}/opt/layouts/new\nline`, { recursive: true });
  const library = "libnewline.so";
  Deno.copyFileSync(
    `${committed}/opt/layouts/new\\012line/${library}`,
    `${real}/opt/layouts/new\nline/${library}`,
  );
  addEventListener("unload", () => Deno.removeSync(real, { recursive: true }));
  return real;
}

function sortedNames(folder: string): string[] {
  return [...Deno.readDirSync(testdata(folder))].filter((entry) => entry.isDirectory)
    .map((entry) => entry.name).sort();
}

function parseTruth(text: string): Truth {
  const lines = text.split("\n");
  return {
    biases: lines.flatMap((line) => {
      const match = /^# loadBias (.*) (0x[0-9a-f]+)$/.exec(line);
      return match === null ? [] : [{ path: match[1]!, loadBias: Number(match[2]) }];
    }),
    names: lines.flatMap((line) => {
      const match = /^(0x[0-9a-f]+) (\S+)$/.exec(line);
      return match === null ? [] : [{ address: match[1]!, name: match[2]! }];
    }),
    misses: lines.flatMap((line) => /^# miss, .*: (0x[0-9a-f]+)$/.exec(line)?.[1] ?? []),
  };
}
