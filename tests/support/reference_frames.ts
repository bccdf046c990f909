import { isInstalled, outputOfTool, runTool } from "./run_tool.ts";

/** A frame as another tool prints it. */
export interface ReferenceFrame {
  /** As DWARF or the symbol table spells it, or demangled; empty if it is unknown. */
  readonly name: string;
  /** Empty if it is unknown. */
  readonly file: string;
  /** 0 if it is unknown. */
  readonly line: number;
}

/** A tool that gives frames for vaddrs. */
export interface Reference {
  readonly name: string;
  /** How to get it. */
  readonly install: string;
  /** Whether it demangles, and leaves out what it pleases. */
  readonly demangles: boolean;
  readonly isInstalled: () => boolean;
  /** What it says of vaddrs of a file: of each its frames, outermost first. */
  readonly frames: (path: string, vaddrs: Float64Array) => Promise<ReferenceFrame[][]>;
}

/** Fast ones first. */
export const REFERENCES: readonly Reference[] = [
  {
    name: "llvm-symbolizer",
    install: "apt-get install llvm",
    demangles: false,
    isInstalled: () => isInstalled("llvm-symbolizer"),
    frames: llvmFrames,
  },
  {
    name: "blazecli",
    install: "cargo install blazecli",
    demangles: true,
    isInstalled: () => isInstalled("blazecli"),
    frames: blazeFrames,
  },
  {
    name: "addr2line of Rust",
    install: "cargo install addr2line --features bin",
    demangles: false,
    isInstalled: () => rustAddr2line() !== undefined,
    frames: (path, vaddrs) => addr2lineFrames(rustAddr2line()!, path, vaddrs),
  },
  {
    name: "eu-addr2line",
    install: "apt-get install elfutils",
    demangles: false,
    isInstalled: () => isInstalled("eu-addr2line"),
    frames: (path, vaddrs) => addr2lineFrames("eu-addr2line", path, vaddrs),
  },
  {
    name: "addr2line of binutils",
    install: "apt-get install binutils",
    demangles: false,
    isInstalled: () => isInstalled("/usr/bin/addr2line"),
    frames: (path, vaddrs) => addr2lineFrames("/usr/bin/addr2line", path, vaddrs),
  },
];

/** What `llvm-symbolizer -i` says. */
async function llvmFrames(path: string, vaddrs: Float64Array): Promise<ReferenceFrame[][]> {
  const args = ["--inlines", "--no-demangle", "--output-style=JSON", `--obj=${path}`];
  const output = await runTool("llvm-symbolizer", args, linesOf(vaddrs));
  return output.trimEnd().split("\n").map((line) => {
    const { Symbol: frames = [] } = JSON.parse(line) as { Symbol?: LlvmFrame[] };
    // Without debug information it has a file's name from the symbol table.
    return frames.map(({ FunctionName, FileName, Line }) => ({
      name: FunctionName,
      file: Line === 0 && !FileName.includes("/") ? "" : FileName,
      line: Line,
    })).reverse();
  });
}

interface LlvmFrame {
  readonly FunctionName: string;
  readonly FileName: string;
  readonly Line: number;
}

/** The path of Rust's addr2line, which has the name of another tool and may be anywhere in PATH. */
export function rustAddr2line(): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/addr2line`).find(
    (path) => isInstalled(path) && isOfRust(path),
  );
}

function isOfRust(path: string): boolean {
  const { stdout } = new Deno.Command(path, { args: ["--version"], stderr: "null" }).outputSync();
  return !new TextDecoder().decode(stdout).includes("GNU");
}

/** What `addr2line -a -i -f` says; several programs have these options and print the same way. */
async function addr2lineFrames(
  program: string,
  path: string,
  vaddrs: Float64Array,
): Promise<ReferenceFrame[][]> {
  // elfutils fails if one address is unknown.
  const { output } = await outputOfTool(program, ["-a", "-i", "-f", "-e", path], linesOf(vaddrs));
  const frames: ReferenceFrame[][] = [];
  const lines = output.trimEnd().split("\n");
  for (let at = 0; at < lines.length;) {
    if (/^0x[0-9a-f]+$/.test(lines[at]!)) {
      frames.push([]);
      at++;
      continue;
    }
    // elfutils says twice what an inlined function is in.
    const name = lines[at]!.replace(/^\?\?$/, "").replace(/ inlined at .* in .*$/, "");
    const [, file = "", line = "0"] = PLACE_REGEXP.exec(lines[at + 1]!) ?? [];
    frames.at(-1)!.unshift({
      name,
      file: file.replace(/^\?\?$/, ""),
      line: Number(line.replace("?", "0")),
    });
    at += 2;
  }
  return frames;
}

const PLACE_REGEXP = /^(.*?):(\d+|\?)(?::\d+)?(?: \(discriminator \d+\))?$/;

/** What `blazecli symbolize elf` says. It takes addresses as arguments. */
async function blazeFrames(path: string, vaddrs: Float64Array): Promise<ReferenceFrame[][]> {
  const args = Array.from(vaddrs, (vaddr) => `0x${vaddr.toString(16)}`);
  const output = await runTool("blazecli", ["symbolize", "elf", "--path", path, ...args], "");
  const frames: ReferenceFrame[][] = [];
  for (const line of output.trimEnd().split("\n")) {
    if (/^0x[0-9a-f]+: /.test(line)) frames.push([]);
    const [, name, place = ""] = BLAZE_REGEXP.exec(line) ?? [];
    if (name === undefined) continue;
    const [, file = "", number = "0"] = /^(.*?)(?::(\d+))?(?::\d+)?$/.exec(place) ?? [];
    frames.at(-1)!.push({ name, file, line: Number(number) });
  }
  return frames;
}

const BLAZE_REGEXP =
  /^(?:0x[0-9a-f]+:)? +(.*?) @ (?:0x[0-9a-f]+\+0x[0-9a-f]+)? ?(\S.*?)?(?: \[inlined\])?$/;

function linesOf(vaddrs: Float64Array): string {
  return Array.from(vaddrs, (vaddr) => `0x${vaddr.toString(16)}\n`).join("");
}
