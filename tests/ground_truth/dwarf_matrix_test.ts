import { assert } from "@std/assert";
import { codeAddresses } from "../support/code_addresses.ts";
import {
  type BuiltProgram,
  compileProgram,
  type DwarfProgram,
  GENERATED_PROGRAMS,
  generateProgram,
  missingOf,
  OTHER_PROGRAMS,
} from "../support/dwarf_programs.ts";
import { Aliases, differenceOf } from "../support/frame_difference.ts";
import { functionsOfFile } from "../support/functions_of_file.ts";
import { Random } from "../support/random.ts";
import { REFERENCES } from "../support/reference_frames.ts";
import { TempFolder } from "../support/temp_folder.ts";

// Frames at random addresses of programs with debug information of every kind, against those that
// other tools give. With SYMFOLD_DWARF=1, for what is installed; it takes some minutes.
// SYMFOLD_DWARF=full makes the large program as large as it is meant to be, over 100 MB of debug
// information, and takes twice the time. SYMFOLD_SEED=N repeats the addresses of a run.

const WISH = Deno.env.get("SYMFOLD_DWARF");
const SEED = Number(Deno.env.get("SYMFOLD_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const ADDRESS_COUNT = 5000;
/** A frame list is right if one of the references gives it. */
const MIN_RIGHT = 99.5;
const SMALL_UNIT_COUNT = 3;
const LARGE_UNIT_COUNT = WISH === "full" ? 32 : 8;

const LARGE: DwarfProgram = {
  title: `g++, ${LARGE_UNIT_COUNT} large units`,
  needs: ["g++", "python3"],
  inlined: 30,
  async build(folder) {
    const sources = `${folder}/sources`;
    Deno.mkdirSync(sources);
    await generateProgram(sources, LARGE_UNIT_COUNT, true);
    return { path: await compileProgram(["g++", "-O2", "-g"], sources, folder) };
  },
};

for (const program of [LARGE, ...GENERATED_PROGRAMS, ...OTHER_PROGRAMS]) {
  const missing = WISH === undefined ? [] : missingOf(program);
  const needs = missing.length > 0 ? ` (needs ${missing.join(", ")})` : "";
  Deno.test({
    name: `findFunctions() gives the frames of other tools: ${program.title}${needs}`,
    ignore: WISH === undefined || missing.length > 0,
    async fn() {
      using folder = new TempFolder();
      const sources = folder.at("sources");
      const built = folder.at("built");
      for (const path of [sources, built]) Deno.mkdirSync(path);
      if (GENERATED_PROGRAMS.includes(program)) await generateProgram(sources, SMALL_UNIT_COUNT);
      const { right, inlined, text } = await compare(await program.build(built, sources));
      Deno.stdout.writeSync(new TextEncoder().encode(`${program.title}: ${text}\n`));
      assert(right >= MIN_RIGHT, text);
      assert(inlined >= program.inlined, text);
    },
  });
}

/** Shares in percent, and words about them. */
interface Outcome {
  readonly right: number;
  readonly inlined: number;
  readonly text: string;
}

async function compare(program: BuiltProgram): Promise<Outcome> {
  const { path, symbols = path, reference = path } = program;
  const vaddrs = await codeAddresses(symbols, ADDRESS_COUNT, new Random(SEED));
  const { functions, problems } = await functionsOfFile(path, vaddrs);
  const aliases = await Aliases.of(symbols);
  /** By index of a vaddr, those that no reference has given yet: how each differs. */
  let left = new Map<number, string[]>([...vaddrs.keys()].map((at) => [at, []]));
  const steps: string[] = [];
  for (const tool of REFERENCES.filter(({ isInstalled }) => isInstalled())) {
    const indexes = [...left.keys()];
    if (indexes.length === 0) break;
    const frames = await tool.frames(reference, Float64Array.from(indexes, (at) => vaddrs[at]!));
    if (frames.length !== indexes.length) continue;
    const next = new Map<number, string[]>();
    for (const [place, at] of indexes.entries()) {
      const difference = differenceOf(functions[at], frames[place] ?? [], tool, aliases);
      if (difference !== "") next.set(at, [...left.get(at)!, `${tool.name}: ${difference}`]);
    }
    steps.push(`${left.size - next.size} by ${tool.name}`);
    left = next;
  }
  const count = vaddrs.length;
  const right = 100 * (1 - left.size / count);
  const inlined = 100 * functions.filter((found) => found?.inlined?.length).length / count;
  const differences = [...left].slice(0, SHOWN).map(([at, texts]) =>
    [`\n  0x${vaddrs[at]!.toString(16)}`, ...texts].join("\n    ")
  );
  const text = `${right.toFixed(2)} % of ${count} right (seed ${SEED}; ${steps.join(", ")}), ` +
    `${inlined.toFixed(0)} % inlined${problems.map((problem) => `; ${problem}`).join("")}` +
    differences.join("");
  return { right, inlined, text };
}

/** How many differences are printed. */
const SHOWN = Number(Deno.env.get("SYMFOLD_SHOWN") ?? 4);
