import { assert } from "@std/assert";
import { inRepository, testdata } from "./testdata.ts";

/** What a run of the command gave. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the command. */
export interface RunOptions {
  /** What it reads from standard input; nothing by default. */
  readonly stdin?: string | Uint8Array;
  /** The folder it runs in. */
  readonly cwd?: string;
}

/** A run that takes longer hangs; an emulated one takes seconds to start. */
const TIMEOUT_MS = 120_000;

/**
 * Runs the command `symfold` in a process of its own and waits for it. The environment variable
 * SYMFOLD_COMMAND says which: a program and its first arguments, divided by blanks. By default it
 * is `main.ts`, with no permission but to read, and to write if an argument asks for a file.
 */
export function runSymfold(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const [program, ...first] = commandFor(args);
  return runProgram(program!, [...first, ...args], options);
}

/** Runs a line of shell in which `symfold` is the command, with these arguments behind it. */
export function runShell(
  line: (symfold: string) => string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  return runProgram("sh", ["-c", line(shellCommand(args))], options);
}

/** The command as a shell wants it. */
export function shellCommand(args: readonly string[]): string {
  return [...commandFor(args), ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
}

/** The recording that most tests use, and its snapshot and files. */
export const CPP_RECORDING: string = testdata("recordings/cpp-x86_64/raw.folded");
/** The options that go with {@linkcode CPP_RECORDING}. */
export const CPP_OPTIONS: readonly string[] = recordingOptions("cpp-x86_64");

/** The snapshot and the files of a recording in `testdata/`, as options. */
export function recordingOptions(name: string): string[] {
  const folder = testdata(`recordings/${name}`);
  return ["--maps", `${folder}/maps`, "--sysroot", `${folder}/sysroot`];
}

const WRITING_REGEXP = /^(?:-[qv]*o|--output|--report)(?:=|$)/;

function commandFor(args: readonly string[]): string[] {
  const chosen = Deno.env.get("SYMFOLD_COMMAND")?.split(/\s+/).filter((word) => word !== "") ?? [];
  if (chosen.length > 0) return chosen;
  const permissions = ["--no-prompt", "--allow-read"];
  const writes = args[0] === "collect" && !args.includes("--dry-run") ||
    args.some((arg) => WRITING_REGEXP.test(arg));
  if (writes) permissions.push("--allow-write");
  return [Deno.execPath(), "run", ...permissions, inRepository("main.ts")];
}

async function runProgram(
  program: string,
  args: readonly string[],
  { stdin = "", cwd }: RunOptions,
): Promise<Run> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd !== undefined && { cwd }),
  }).spawn();
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, TIMEOUT_MS);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), feed(child.stdin, stdin)]);
  clearTimeout(timer);
  const decoder = new TextDecoder();
  const run = { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  assert(!hangs, `It did not end within ${TIMEOUT_MS / 1000} s; it said: ${run.stderr}`);
  // Whatever happens, a user is told in words.
  assert(!/at (?:async )?(?:\S+ \()?(?:file|ext|npm|data):|Uncaught/.test(run.stderr), run.stderr);
  return run;
}

async function feed(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  input: string | Uint8Array,
): Promise<void> {
  try {
    const writer = stdin.getWriter();
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input.slice());
    await writer.close();
  } catch (error) {
    // The command may well end without reading what it was given.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
