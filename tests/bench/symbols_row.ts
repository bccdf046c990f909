import type { BenchLine, BenchRow } from "./bench_row.ts";
import { checkNames } from "./check_names.ts";
import { compare, costText } from "./compare.ts";
import { findTool } from "./find_tool.ts";
import { type LargeProcess, makeLargeProcess } from "./large_process.ts";
import { measure, type Program } from "./measure.ts";
import { symfold } from "./symfold_program.ts";
import type { Workspace } from "./workspace.ts";

/** Many addresses in large files, beside the tools that are made for that. */
export const SYMBOLS_ROW: BenchRow = { name: "symbols", run };

const FILE_COUNT = 4;
const ADDRESS_COUNT = 16_000;
const LLVM_TIME_BAR = 1;
const LLVM_MEMORY_BAR = 1;
const ELFUTILS_TIME_BAR = 0.01;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const process = await makeLargeProcess(workspace, {
    fileCount: FILE_COUNT,
    addressCount: ADDRESS_COUNT,
    seed: 3,
  });
  const what = "16,000 addresses in ELF files of 25 to 160 MB";
  if (process === undefined) return [{ what, skipped: "no such file has symbols; install nodejs" }];
  const names = process.files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
  const whatFiles = `16,000 addresses in ${names}`;
  const ours = await ourNames(workspace, process);
  return [
    {
      what: `${whatFiles}; \`llvm-symbolizer --no-inlines\``,
      ...await llvm(workspace, process, ours),
    },
    { what: `the same; ${ELFUTILS_WHAT}`, ...await elfutils(workspace, process, ours) },
  ];
}

/** The names as the symbol tables spell them, in the order of the addresses. */
async function ourNames(
  workspace: Workspace,
  { maps, recording }: LargeProcess,
): Promise<string[]> {
  const output = workspace.path("symbols.out");
  const args = ["--demangle", "none", "--no-merge", ...wholeJobArgs({ maps, recording })];
  await measure(symfold(args, { output }));
  return (await linesOf(output)).map((line) => line.replace(/ 1$/, ""));
}

type Outcome = Omit<BenchLine, "what">;

async function llvm(
  workspace: Workspace,
  process: LargeProcess,
  ours: readonly string[],
): Promise<Outcome> {
  const command = findTool("llvm-symbolizer");
  if (command === undefined) return { skipped: "install llvm for llvm-symbolizer" };
  const input = workspace.path("llvm.in");
  const lines = process.addresses.map(({ file, vaddr }) =>
    `${file.path} 0x${vaddr.toString(16)}\n`
  );
  await Deno.writeTextFile(input, lines.join(""));
  const output = workspace.path("llvm.out");
  const program: Program = {
    label: "symbols: llvm-symbolizer",
    command: [command, "--no-inlines"],
    input: [input],
  };
  await measure({ ...program, command: [...program.command, "--no-demangle"], output });
  // A name, where its source is, and a blank line.
  const theirs = (await linesOf(output)).filter((_, at) => at % 3 === 0);
  const { summary, problem } = checkNames(process.addresses, ours, theirs);
  const { time, memory } = await compare(workspace, wholeJob(process), program);
  workspace.times.push(`symbols: llvm-symbolizer: ${summary}`);
  return {
    time: { value: time, bar: LLVM_TIME_BAR },
    memory: { value: memory, bar: LLVM_MEMORY_BAR },
    problem,
  };
}

/** It is too slow to be given all addresses: two runs tell what each further one takes. */
const ELFUTILS_COUNTS = [50, 150] as const;
const ELFUTILS_WHAT = "`eu-addr2line -f -M`, its time for 16,000 by what 50 and 150 take";

async function elfutils(
  workspace: Workspace,
  process: LargeProcess,
  ours: readonly string[],
): Promise<Outcome> {
  const command = findTool("eu-addr2line");
  if (command === undefined) return { skipped: "install elfutils for eu-addr2line" };
  const output = workspace.path("elfutils.out");
  const programs = ELFUTILS_COUNTS.map((count): Program => {
    const addresses = process.addresses.slice(0, count);
    const input = workspace.path(`elfutils-${count}.in`);
    const lines = addresses.map(({ address }) => `0x${address.toString(16)}\n`);
    Deno.writeTextFileSync(input, lines.join(""));
    const label = `symbols: eu-addr2line, ${count} addresses`;
    return { label, command: [command, "-f", "-M", process.maps], input: [input], output };
  });
  const few = await measure(programs[0]!);
  const symfoldCost = await measure({ ...wholeJob(process), label: "symbols: symfold" });
  const more = await measure(programs[1]!);
  for (const [at, cost] of [few, more].entries()) {
    workspace.times.push(costText(programs[at]!.label, [cost]));
  }
  // A name, and where its source is.
  const theirs = (await linesOf(output)).filter((_, at) => at % 2 === 0);
  const { summary, problem } = checkNames(process.addresses, ours, theirs);
  workspace.times.push(`symbols: eu-addr2line: ${summary}`);
  const [first, second] = ELFUTILS_COUNTS;
  const each = (more.seconds - few.seconds) / (second - first);
  const seconds = few.seconds + each * (ADDRESS_COUNT - first);
  return {
    time: { value: symfoldCost.seconds / seconds, bar: ELFUTILS_TIME_BAR },
    memory: { value: symfoldCost.kilobytes / more.kilobytes },
    problem,
  };
}

function wholeJob(process: LargeProcess): Program {
  return symfold(wholeJobArgs(process), { label: "symbols: symfold" });
}

/** One name an address, as those get that it is compared with. */
function wholeJobArgs({ maps, recording }: Pick<LargeProcess, "maps" | "recording">): string[] {
  return ["--maps", maps, "--no-inlines", "-q", recording];
}

async function linesOf(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).trimEnd().split("\n");
}
