import { Aliases, differenceOf } from "../support/frame_difference.ts";
import { REFERENCES, rustAddr2line } from "../support/reference_frames.ts";
import { runTool } from "../support/run_tool.ts";
import type { BenchLine, BenchRow } from "./bench_row.ts";
import { compare } from "./compare.ts";
import type { DwarfJob } from "./dwarf_job.ts";
import { findTool } from "./find_tool.ts";
import type { Program } from "./measure.ts";
import { symfold } from "./symfold_program.ts";
import type { Workspace } from "./workspace.ts";

/** Inlined functions and lines of many addresses in a program with much debug information. */
export const INLINES_ROW: BenchRow = { name: "inlines", run };

const LLVM_TIME_BAR = 1;
const LLVM_MEMORY_BAR = 1;
/** How many frame lists have to be those of llvm-symbolizer. */
const MIN_SAME = 0.995;

async function run(workspace: Workspace): Promise<BenchLine[]> {
  const all = "5,000 addresses in a C++ program";
  if (findTool("g++") === undefined || findTool("python3") === undefined) {
    return [{ what: all, skipped: "install g++ and python3, which make it" }];
  }
  const job = await workspace.dwarfJob();
  const what = `${all} with ${Math.round(job.dwarfSize / 1e6)} MB of DWARF`;
  const ours = symfold(["--maps", job.maps, "--lines", "-q", job.recording], {
    label: "inlines: symfold",
  });
  const problem = await check(job);
  const lines: BenchLine[] = [];
  for (const peer of peersOf(job)) {
    const title = `${lines.length === 0 ? what : "the same"}; \`${peer.title}\``;
    if (peer.command === undefined) {
      lines.push({ what: title, skipped: peer.install });
      continue;
    }
    const { time, memory } = await compare(workspace, ours, peer as Program);
    const isLlvm = peer.title.startsWith("llvm");
    lines.push({
      what: title,
      time: isLlvm ? { value: time, bar: LLVM_TIME_BAR } : { value: time },
      memory: isLlvm ? { value: memory, bar: LLVM_MEMORY_BAR } : { value: memory },
      problem,
    });
  }
  return lines;
}

interface Peer extends Omit<Program, "command"> {
  readonly title: string;
  readonly install: string;
  /** Undefined if it is not installed. */
  readonly command: readonly string[] | undefined;
}

function peersOf({ path, input, vaddrs }: DwarfJob): Peer[] {
  const addr2line = ["-i", "-f", "-C", "-e", path];
  const [llvm, binutils, rust, blaze] = [
    findTool("llvm-symbolizer"),
    "/usr/bin/addr2line",
    rustAddr2line(),
    findTool("blazecli"),
  ];
  const peer = (
    title: string,
    install: string,
    program: string | undefined,
    args: readonly string[],
  ): Peer => ({
    title,
    install,
    label: `inlines: ${title}`,
    command: program === undefined ? undefined : [program, ...args],
    input: [input],
  });
  return [
    peer("llvm-symbolizer -i", "install llvm", llvm, ["--inlines", `--obj=${path}`]),
    peer("addr2line -i -f -C", "install binutils", binutils, addr2line),
    peer(
      "addr2line -i -f -C (Rust)",
      "cargo install addr2line --features bin",
      rust,
      addr2line,
    ),
    peer("blazecli symbolize elf", "cargo install blazecli", blaze, [
      "symbolize",
      "elf",
      "--path",
      path,
      ...vaddrs.map((vaddr) => `0x${vaddr.toString(16)}`),
    ]),
  ];
}

/** Compares what comes out with what llvm-symbolizer says; undefined if that is the same. */
async function check({ path, maps, recording, vaddrs }: DwarfJob): Promise<string | undefined> {
  const llvm = REFERENCES[0]!;
  if (!llvm.isInstalled()) return undefined;
  const args = ["--maps", maps, "--lines", "--no-merge", "--demangle", "none", "-q", recording];
  const [program, ...rest] = symfold(args).command;
  const output = (await runTool(program!, rest)).trimEnd().split("\n");
  const theirs = await llvm.frames(path, Float64Array.from(vaddrs));
  const aliases = await Aliases.of(path);
  const different = output.flatMap((line, at) => {
    const frames = theirs[at]!.map((frame) => ({
      ...frame,
      // A semicolon divides frames.
      name: frame.name.replaceAll(";", ":"),
      file: frame.file.slice(frame.file.lastIndexOf("/") + 1),
    }));
    const difference = differenceOf(parseLine(line), frames, llvm, aliases);
    return difference === "" ? [] : [`0x${vaddrs[at]!.toString(16)}: ${difference}`];
  });
  if (output.length === vaddrs.length && different.length <= (1 - MIN_SAME) * vaddrs.length) {
    return undefined;
  }
  return `${different.length} of ${output.length} differ: ${different[0]}`;
}

/** Reads `[file.c:12] outer;[file.c:3] inner 1`. */
function parseLine(line: string) {
  const [outer, ...inlined] = line.replace(/ 1$/, "").split(";").map((frame) => {
    const [, file = "", number = "0", name = frame] =
      /^\[([^\]]*?)(?::(\d+))?\] (.*)$/.exec(frame) ??
        [];
    return { name, position: { file, line: Number(number), column: 0 } };
  });
  return { ...outer!, start: 0, inlined };
}
