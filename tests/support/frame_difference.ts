import type { FoundFunction } from "../../lib/symbols/mod.ts";
import type { Reference, ReferenceFrame } from "./reference_frames.ts";
import { runTool } from "./run_tool.ts";

/** How what we found differs from the frames of a reference; empty if it is the same. */
export function differenceOf(
  ours: FoundFunction | undefined,
  theirs: readonly ReferenceFrame[],
  { demangles }: Pick<Reference, "demangles">,
  aliases: Aliases,
): string {
  const known = theirs.filter(({ name, file }) => name !== "" || file !== "");
  if (ours === undefined) return known.length > 0 ? "not found" : "";
  const { name, position, inlined = [] } = ours;
  if (known.length !== inlined.length + 1) {
    return `${inlined.length + 1} frames, not ${known.length}`;
  }
  for (const [at, frame] of [{ name, position }, ...inlined].entries()) {
    const other = known[at]!;
    const isSame = demangles || identifierOf(other.name).startsWith("operator")
      ? isSameIdentifier(frame.name, other.name)
      : isSameName(frame.name, other.name, at === 0, aliases);
    if (!isSame) return `name ${frame.name}, not ${other.name}`;
    const file = frame.position?.file ?? "";
    if (!isSamePath(file, other.file)) return `file ${file}, not ${other.file}`;
    const line = frame.position?.line ?? 0;
    if (line !== other.line) return `line ${line}, not ${other.line}`;
  }
  return "";
}

/** What compilers put behind the name of a part or a copy of a function. */
const CLONE_REGEXP =
  /(?:\.(?:cold|part|constprop|isra|lto_priv|llvm|local|localalias|resolver)(?:\.\d+)*)+$/;

/**
 * Where DWARF has no linkage name, references print the name without its scopes. The physical
 * function has the symbol table's name here, and so may be called by another alias, and is told
 * apart from its original; DWARF may have only the short name of the original.
 */
function isSameName(ours: string, other: string, isPhysical: boolean, aliases: Aliases): boolean {
  if (ours === other || ours.endsWith(`::${other}`) || ours.endsWith(`.${other}`)) return true;
  if (!isPhysical) return false;
  const [one, two] = [ours, other].map((name) => name.replace(CLONE_REGEXP, ""));
  return one === two || aliases.isSame(ours, other) || aliases.isSame(one!, two!) ||
    one!.includes(identifierOf(two!)) && !/^_[ZR]/.test(two!) && /^_[ZR]/.test(one!);
}

/** Demangled names differ in parameters, template arguments and scopes. */
function isSameIdentifier(ours: string, other: string): boolean {
  const identifier = identifierOf(other);
  return ours.includes(identifier) || identifier.startsWith("operator") ||
    /^[{<\[(]|^$/.test(identifier);
}

/** The last part of a name, without template arguments and parameters. */
function identifierOf(name: string): string {
  const operator = name.lastIndexOf("operator");
  if (operator >= 0) return name.slice(operator);
  let plain = name.replace(/ const$/, "").replaceAll("(anonymous namespace)", "anonymous");
  for (let before = ""; before !== plain;) {
    before = plain;
    plain = plain.replace(/<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]$/g, "");
  }
  return plain.replace(CLONE_REGEXP, "").replace(/^.*(?:::|\.)/, "").replace("~", "");
}

/** References may leave out the compilation directory, and what `..` leads out of. */
function isSamePath(ours: string, other: string): boolean {
  if (ours === other) return true;
  const [one, two] = [normalize(ours), normalize(other)];
  return one === two || !other.startsWith("/") && one.endsWith(`/${two}`);
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

/** Which names of a symbol table are of the same function. */
export class Aliases {
  readonly #starts = new Map<string, string[]>();

  /** Asks `nm` about a file that has a symbol table. */
  static async of(path: string): Promise<Aliases> {
    const aliases = new Aliases();
    for (const line of (await runTool("nm", [path])).split("\n")) {
      const [start = "", , symbol = ""] = line.split(" ");
      const name = symbol.replace(/@.*/, "");
      const starts = aliases.#starts.get(name);
      if (starts === undefined) aliases.#starts.set(name, [start]);
      else starts.push(start);
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
