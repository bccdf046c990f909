/**
 * What symfold costs, beside what others cost: `deno task bench [--quick] [--times] [ROW]...`
 * prints a Markdown table of ratios. Every ratio is between two things done in this same run, whole
 * processes from outside where it is about time or memory, and every answer is checked before it
 * counts. Ratios travel between machines, times do not: `--times` prints those too.
 *
 * `--quick` is for CI: a tenth of the recording, fewer runs, and bars of time and memory
 * that may be passed by 25 %.
 *
 * The program of the rows "inlines" and "inlines-bytes" takes minutes to compile; with
 * SYMFOLD_BENCH_CACHE=FOLDER it is kept there for the next run.
 *
 * The exit code is 1 if an answer is wrong or a ratio is over its bar. A row whose peer is not
 * installed is skipped, and says what to install.
 *
 * @module
 */
import type { BenchLine, BenchRow } from "./bench_row.ts";
import { BYTES_ROW } from "./bytes_row.ts";
import { FOLDED_ROW } from "./folded_row.ts";
import { KALLSYMS_ROW, PERF_MAP_ROW } from "./names_rows.ts";
import { INLINES_BYTES_ROW } from "./inlines_bytes_row.ts";
import { INLINES_ROW } from "./inlines_row.ts";
import { REPEATED_ROW } from "./repeated_row.ts";
import { isFine, tableHead, tableLine } from "./report_table.ts";
import { START_ROW } from "./start_row.ts";
import { SYMBOLS_ROW } from "./symbols_row.ts";
import { UNWIND_TABLE_ROW } from "./unwind_table_row.ts";
import { Workspace } from "./workspace.ts";

const ROWS: readonly BenchRow[] = [
  FOLDED_ROW,
  REPEATED_ROW,
  SYMBOLS_ROW,
  KALLSYMS_ROW,
  PERF_MAP_ROW,
  BYTES_ROW,
  INLINES_ROW,
  INLINES_BYTES_ROW,
  UNWIND_TABLE_ROW,
  START_ROW,
];

Deno.exitCode = await main(Deno.args);

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = args.find((arg) =>
    arg.startsWith("--")
      ? arg !== "--quick" && arg !== "--times"
      : !ROWS.some(({ name }) => name === arg)
  );
  if (unknown !== undefined) {
    const rows = ROWS.map(({ name }) => name).join(", ");
    print(`Unknown argument "${unknown}", want --quick, --times, or rows of ${rows}\n`);
    return 2;
  }
  using workspace = new Workspace({ quick: args.includes("--quick") });
  Deno.addSignalListener("SIGINT", () => {
    workspace[Symbol.dispose]();
    Deno.exit(130);
  });
  print(tableHead(workspace.tolerance));
  let isAllFine = true;
  for (const row of ROWS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const line of await linesOf(row, workspace)) {
      print(tableLine(row.name, line, workspace.tolerance));
      isAllFine &&= isFine(line, workspace.tolerance);
    }
  }
  if (args.includes("--times")) print(`\n${workspace.times.join("\n")}\n`);
  return isAllFine ? 0 : 1;
}

/** One row that fails does not stop the others. */
async function linesOf(row: BenchRow, workspace: Workspace): Promise<BenchLine[]> {
  try {
    return await row.run(workspace);
  } catch (error) {
    return [{ what: "", problem: error instanceof Error ? error.message : String(error) }];
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
