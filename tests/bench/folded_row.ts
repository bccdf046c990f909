import type { BenchLine, BenchRow } from "./bench_row.ts";
import { checkFolded } from "./check_folded.ts";
import { compare } from "./compare.ts";
import { measure } from "./measure.ts";
import { symfold } from "./symfold_program.ts";
import type { Workspace } from "./workspace.ts";

/** The whole job on a large recording, beside merely sorting its lines. */
export const FOLDED_ROW: BenchRow = { name: "folded", run };

/** What sorting lines with the system's own tool takes; the aim is a quarter of it. */
const TIME_BAR = 1;
/** So little is sorted before Deno has started. */
const QUICK_TIME_BAR = 5;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const recording = await workspace.recording();
  const { path, process: { maps, addresses }, stackCount, lineCount } = recording;
  const args = ["--maps", maps, "-q", path];
  const output = workspace.path("folded.out");
  await measure(symfold(args, { output }));
  const problem = await checkFolded(output, recording.expected(), 1);
  const { time, memory } = await compare(
    workspace,
    symfold(args, { label: "folded: symfold" }),
    { label: "folded: sort", command: ["sort", path] },
  );
  const megabytes = Math.round(Deno.statSync(path).size / 1e6);
  const [lines, stacks, frames] = [lineCount, stackCount, addresses.length].map((count) =>
    count.toLocaleString("en-US")
  );
  return [{
    what: `${megabytes} MB: ${lines} lines, ${stacks} stacks, ${frames} addresses; ` +
      "`LC_ALL=C sort`",
    time: { value: time, bar: workspace.quick ? QUICK_TIME_BAR : TIME_BAR },
    memory: { value: memory },
    problem,
  }];
}
