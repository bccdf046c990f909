import type { BenchLine, BenchRow } from "./bench_row.ts";
import { compare } from "./compare.ts";
import { measure } from "./measure.ts";
import { symfold } from "./symfold_program.ts";
import type { Workspace } from "./workspace.ts";

/** How long it takes to begin, beside a program that does nothing. */
export const START_ROW: BenchRow = { name: "start", run };

const TIME_BAR = 1.5;
/** Short runs are noisy, and cheap. */
const PAIRS = 15;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const output = workspace.path("version.out");
  await measure(symfold(["--version"], { output }));
  const version = await Deno.readTextFile(output);
  const { time, memory } = await compare(
    workspace,
    symfold(["--version"], { label: "start: symfold" }),
    { label: "start: deno", command: [Deno.execPath(), "eval", ""] },
    PAIRS,
  );
  return [{
    what: "`symfold --version`; `deno eval ''`",
    time: { value: time, bar: TIME_BAR },
    memory: { value: memory },
    problem: /^symfold \d+\.\d+\.\d+\n$/.test(version) ? undefined : `it wrote "${version}"`,
  }];
}
