import type { Random } from "./random.ts";
import { testdata } from "./testdata.ts";

/** The path below `testdata/` of the process that {@linkcode randomRecording} samples. */
const FOLDER = "recordings/cpp-x86_64";

/** The text of its snapshot. */
export const RECORDED_MAPS: string = Deno.readTextFileSync(testdata(`${FOLDER}/maps`));
/** The folder with its files. */
export const RECORDED_SYSROOT: string = testdata(`${FOLDER}/sysroot`);

const ADDRESSES: readonly number[] = [
  ...new Set(
    Deno.readTextFileSync(testdata(`${FOLDER}/truth`)).trimEnd().split("\n")
      .map((line) => Number(line.split(" ")[0])),
  ),
];
const MODULES: readonly string[] = [
  ...new Set(
    RECORDED_MAPS.split("\n").map((line) => line.slice(73)).filter((path) => path.startsWith("/")),
  ),
];
const NAMES: readonly string[] = [
  "main",
  "operator()",
  "std::map<int, int>",
  "[unknown]",
  "-",
  "cb 3",
  "",
  "deadbeef",
  "f_[k]",
  "höhe",
  "a\tb",
];

/** Lines of a recording of a real process, with every kind of frame that there is. */
export function randomRecording(random: Random, lineCount: number): string[] {
  const stacks = Array.from(
    { length: 1 + lineCount / 2 },
    // Not empty at the root: a stack has a beginning.
    () => ["app", ...Array.from({ length: random.below(12) }, () => randomFrame(random))].join(";"),
  );
  return Array.from({ length: lineCount }, () => `${random.pick(stacks)} ${random.below(1000)}`);
}

function randomFrame(random: Random): string {
  const near = random.pick(ADDRESSES) + random.pick([0, 0, 0, 1, -1, 64, -4096]);
  const digits = near.toString(16);
  const small = random.below(0x20000).toString(16);
  const module = random.pick(MODULES);
  const baseName = module.slice(module.lastIndexOf("/") + 1);
  return random.pick([
    `0x${digits}`,
    `0x${digits}`,
    `0x${digits}`,
    digits,
    `0x${digits.padStart(16, "0")}`,
    `0x${digits}_[i]`,
    `[${baseName} <${digits}>]`,
    `${digits} sym+0x12 (${module})`,
    `0x${digits} [unknown]`,
    `[${baseName}+0x${small}]`,
    `${module}+0x${small}`,
    `[${baseName}@0x${small}]`,
    `libmissing.so+0x${small}`,
    `0x${random.below(2 ** 32).toString(16)}`,
    "0x61ce258d4c544155",
    random.pick(NAMES),
    random.pick(NAMES),
  ]);
}
