import type { BenchLine, BenchRow } from "./bench_row.ts";
import { checkFolded } from "./check_folded.ts";
import { compare } from "./compare.ts";
import { measure } from "./measure.ts";
import { symfold } from "./symfold_program.ts";
import type { Workspace } from "./workspace.ts";

/** Four times the lines, but no new stacks: memory must not follow the length of a recording. */
export const REPEATED_ROW: BenchRow = { name: "repeated", run };

const TIMES = 4;
const TIME_BAR = 4.2;
const MEMORY_BAR = 1.1;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const recording = await workspace.recording();
  const { path, process: { maps } } = recording;
  // An empty file makes it come through a pipe the first time, too.
  const once = [path, "/dev/null"];
  const often = Array.from({ length: TIMES }, () => path);
  const args = ["--maps", maps, "-q"];
  const output = workspace.path("repeated.out");
  await measure(symfold(args, { input: often, output }));
  const problem = await checkFolded(output, recording.expected(), TIMES);
  const { time, memory } = await compare(
    workspace,
    symfold(args, { label: "repeated: four times", input: often }),
    symfold(args, { label: "repeated: once", input: once }),
    Math.min(3, workspace.pairs),
  );
  return [{
    what: "the same lines four times over, through a pipe; once",
    time: { value: time, bar: TIME_BAR },
    memory: { value: memory, bar: MEMORY_BAR },
    problem,
  }];
}
