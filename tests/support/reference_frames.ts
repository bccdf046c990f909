import type { SourceFrame } from "../../lib/dwarf/mod.ts";

/** A frame as another tool prints it. */
export interface ReferenceFrame {
  /** Not demangled; empty if it is unknown. */
  readonly name: string;
  /** Empty if it is unknown. */
  readonly file: string;
  /** 0 if it is unknown. */
  readonly line: number;
  /** -1 if the tool does not print any. */
  readonly column: number;
}

/** What `llvm-symbolizer -i` says of vaddrs of a file: of each its frames, outermost first. */
export async function llvmFrames(
  path: string,
  vaddrs: Float64Array,
  options: readonly string[] = [],
): Promise<ReferenceFrame[][]> {
  const args = ["--inlines", "--no-demangle", "--output-style=JSON", `--obj=${path}`, ...options];
  const output = await run("llvm-symbolizer", args, linesOf(vaddrs));
  return output.trimEnd().split("\n").map((line) => {
    const { Symbol: frames = [] } = JSON.parse(line) as { Symbol?: LlvmFrame[] };
    return frames.map(({ FunctionName, FileName, Line, Column }) => ({
      name: FunctionName,
      file: FileName,
      line: Line,
      column: Column,
    })).reverse();
  });
}

interface LlvmFrame {
  readonly FunctionName: string;
  readonly FileName: string;
  readonly Line: number;
  readonly Column: number;
}

/** What `addr2line -i -f` says of vaddrs of a file: of each its frames, outermost first. */
export async function addr2lineFrames(
  path: string,
  vaddrs: Float64Array,
): Promise<ReferenceFrame[][]> {
  const output = await run("addr2line", ["-a", "-i", "-f", "-e", path], linesOf(vaddrs));
  const frames: ReferenceFrame[][] = [];
  const lines = output.trimEnd().split("\n");
  for (let at = 0; at < lines.length;) {
    if (/^0x[0-9a-f]+$/.test(lines[at]!)) {
      frames.push([]);
      at++;
      continue;
    }
    const name = lines[at]!.replace(/^\?\?$/, "");
    const [, file = "", line = ""] =
      /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(lines[at + 1]!) ?? [];
    frames.at(-1)!.unshift({
      name,
      file: file.replace(/^\?\?$/, ""),
      line: Number(line.replace("?", "0")),
      column: -1,
    });
    at += 2;
  }
  return frames;
}

/** How our frames differ from those of a reference; empty if they are the same. */
export function differenceOf(
  ours: readonly SourceFrame[] | undefined,
  theirs: readonly ReferenceFrame[],
  aliases: Aliases,
): string {
  const known = theirs.filter(({ name, file }) => name !== "" || file !== "");
  // Without DWARF, references print names of the symbol table, even those of files.
  if (ours === undefined) return known.some(({ line }) => line > 0) ? "not found" : "";
  if (known.length !== ours.length) return `${ours.length} frames, not ${known.length}`;
  for (const [at, frame] of ours.entries()) {
    const other = known[at]!;
    if (!isSameName(frame, other.name, at === 0, aliases)) {
      return `name ${frame.name}, not ${other.name}`;
    }
    if (frame.file !== other.file) return `file ${frame.file}, not ${other.file}`;
    if (frame.line !== other.line) return `line ${frame.line}, not ${other.line}`;
    if (other.column >= 0 && frame.column !== other.column) {
      return `column ${frame.column}, not ${other.column}`;
    }
  }
  return "";
}

/**
 * Where DWARF has no linkage name, references print the name without its scopes. The physical
 * function has the symbol table's name with references, and so may be called by another alias, or
 * by its linkage name; DWARF may have only the short name of that, or that of the original of a
 * clone.
 */
function isSameName(
  { name, isLinkageName }: SourceFrame,
  other: string,
  isPhysical: boolean,
  aliases: Aliases,
): boolean {
  if (name === other || !isLinkageName && name.endsWith(`::${other}`)) return true;
  if (!isPhysical) return false;
  if (name === "" || aliases.isSame(name, other)) return true;
  if (isLinkageName) return other.startsWith(`${name}.`);
  const identifier = identifierOf(name);
  return identifier.startsWith("operator") || other.includes(identifier);
}

/** The last part of a name, without template arguments, as it is in mangled names too. */
function identifierOf(name: string): string {
  const operator = name.lastIndexOf("operator");
  if (operator >= 0) return name.slice(operator);
  let plain = name;
  for (let before = ""; before !== plain;) {
    before = plain;
    plain = plain.replace(/<[^<>]*>/g, "");
  }
  return plain.replace(/^.*::/, "").replace("~", "");
}

/** Which names of a symbol table are of the same function. */
export class Aliases {
  readonly #starts = new Map<string, string[]>();

  /** Asks `nm`. */
  static async of(path: string): Promise<Aliases> {
    const aliases = new Aliases();
    for (const line of (await run("nm", [path], "")).split("\n")) {
      const [start = "", , symbol = ""] = line.split(" ");
      const name = symbol.replace(/@.*/, "");
      aliases.#starts.set(name, [...aliases.#starts.get(name) ?? [], start]);
    }
    return aliases;
  }

  /** Whether two names stand for one address. */
  isSame(one: string, other: string): boolean {
    const starts = this.#starts.get(one.replace(/@.*/, "")) ?? [];
    return this.#starts.get(other.replace(/@.*/, ""))?.some((start) => starts.includes(start)) ??
      false;
  }
}

function linesOf(vaddrs: Float64Array): string {
  return Array.from(vaddrs, (vaddr) => `0x${vaddr.toString(16)}\n`).join("");
}

async function run(program: string, args: readonly string[], input: string): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const [{ success, stdout }] = await Promise.all([child.output(), written]);
  if (!success) throw new Error(`Cannot run ${program} ${args.join(" ")}`);
  return new TextDecoder().decode(stdout);
}
