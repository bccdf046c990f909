import type { BenchLine, BenchRow } from "./bench_row.ts";
import { compare } from "./compare.ts";
import { findTool } from "./find_tool.ts";
import { measure, type Program } from "./measure.ts";
import { Random } from "./random.ts";
import { symfold } from "./symfold_program.ts";
import { makeKallsyms, makePerfMap, type SyntheticNames } from "./synthetic_names.ts";
import type { Workspace } from "./workspace.ts";

// Texts that name addresses, beside what a shell makes of them: the lines and the addresses sorted
// together, and one pass over them that keeps the last name.

/** Kernel addresses, and a snapshot of kallsyms. */
export const KALLSYMS_ROW: BenchRow = {
  name: "kallsyms",
  run: (workspace) =>
    run(workspace, {
      name: "kallsyms",
      what: "1,000 addresses, kallsyms of 200,000 symbols",
      names: makeKallsyms(new Random(5), 200_000, ADDRESS_COUNT),
      // Half of it is what it takes to start.
      timeBar: 4,
      // A symbol that is no function ends the one before it.
      awk: '$2 == "~" { print $1, name; next } ' +
        '$2 ~ /[tTwW]/ { name = $3; if ($4 != "") name = name " " $4; next } { name = "" }',
    }),
};

/** Addresses of generated code, and a perf map. */
export const PERF_MAP_ROW: BenchRow = {
  name: "perf-map",
  run: (workspace) =>
    run(workspace, {
      name: "perf-map",
      what: "1,000 addresses, a perf map of 100,000 lines",
      names: makePerfMap(new Random(6), 100_000, ADDRESS_COUNT),
      // Ranges may overlap, which the shell does not look at.
      timeBar: 5,
      awk: '$2 == "~" { print $1, name; next } { $1 = $2 = ""; name = substr($0, 3) }',
    }),
};

const ADDRESS_COUNT = 1_000;

interface NamesCase {
  readonly name: "kallsyms" | "perf-map";
  readonly what: string;
  readonly names: SyntheticNames;
  readonly timeBar: number;
  /** What the shell's pass does; `~` is the second field of an address. */
  readonly awk: string;
}

async function run(workspace: Workspace, task: NamesCase): Promise<BenchLine[]> {
  const { name, what, names: { lines, addresses, names }, awk, timeBar } = task;
  if (findTool("awk") === undefined) return [{ what, skipped: "install mawk for awk" }];
  const [text, recording, wanted] = ["text", "folded", "addresses"].map((file) =>
    workspace.path(`${name}.${file}`)
  ) as [string, string, string];
  await Deno.writeTextFile(text, lines.join(""));
  await Deno.writeTextFile(recording, addresses.map((address) => `0x${address} 1\n`).join(""));
  // As wide as those of the text, so that both sort alike; behind what begins at the same place.
  const digits = lines[0]!.indexOf(" ");
  await Deno.writeTextFile(
    wanted,
    addresses.map((address) => `${address.slice(-digits)} ~\n`).join(""),
  );
  const output = workspace.path(`${name}.out`);
  const ours = symfold([`--${name}`, text, "--demangle", "none", "--no-merge", "-q", recording], {
    label: `${name}: symfold`,
  });
  const theirs: Program = {
    label: `${name}: sort and awk`,
    command: ["sh", "-c", `sort "$1" "$2" | awk '${awk}'`, "sh", text, wanted],
  };
  await measure({ ...ours, output });
  const found = (await Deno.readTextFile(output)).trimEnd().split("\n");
  const ourNames = found.map((line) => line.replace(/ 1$/, ""));
  await measure({ ...theirs, output });
  const problem = firstDifference(names, ourNames) ??
    differenceOfPeer(names, addresses, digits, await Deno.readTextFile(output));
  const { time, memory } = await compare(workspace, ours, theirs);
  return [{
    what: `${what}; \`sort\` and one pass of \`awk\``,
    time: { value: time, bar: timeBar },
    memory: { value: memory },
    problem,
  }];
}

function firstDifference(wanted: readonly string[], found: readonly string[]): string | undefined {
  const at = wanted.findIndex((name, index) => found[index] !== name);
  if (at >= 0) return `want "${wanted[at]}", got "${found[at]}"`;
  return wanted.length === found.length ? undefined : `${found.length} lines`;
}

/** Whether the peer did the same job. */
function differenceOfPeer(
  names: readonly string[],
  addresses: readonly string[],
  digits: number,
  text: string,
): string | undefined {
  const found = new Map(
    text.trimEnd().split("\n").map((line) => [line.slice(0, digits), line.slice(digits + 1)]),
  );
  const theirs = addresses.map((address) => found.get(address.slice(-digits)) ?? "");
  const problem = firstDifference(names, theirs);
  return problem && `the peer is wrong: ${problem}`;
}
