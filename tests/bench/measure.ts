import { findTool } from "./find_tool.ts";

/** A program to run. */
export interface Program {
  /** What `--times` calls it. */
  readonly label: string;
  /** The path of the executable, and its arguments. */
  readonly command: readonly string[];
  /** Files that it gets as standard input, one behind the other; none by default. */
  readonly input?: readonly string[];
  /** Where its standard output goes; nowhere by default. */
  readonly output?: string;
}

/** What one run of a program cost. */
export interface Cost {
  /** Wall time, from before the process is started until after it has ended. */
  readonly seconds: number;
  /** The largest resident set of the process, in kilobytes. */
  readonly kilobytes: number;
}

/**
 * Runs a program as a process of its own and measures it from outside. What feeds its standard input
 * is not measured: one file is given as it is, several come through a pipe.
 *
 * @throws {Error} If it fails; with what it wrote to standard error.
 */
export async function measure(program: Program): Promise<Cost> {
  const { command, input = [], output = "/dev/null" } = program;
  const watched = `${await watcher()} ${command.map(quote).join(" ")}`;
  const source = input.length > 1
    ? `cat ${input.map(quote).join(" ")} | ${watched}`
    : `${watched} < ${quote(input[0] ?? "/dev/null")}`;
  const shell = new Deno.Command("sh", {
    args: ["-c", `${source} 3>&1 > ${quote(output)}`],
    env: { LC_ALL: "C" },
    stdin: "null",
    stderr: "piped",
  });
  const start = performance.now();
  const { success, stdout, stderr } = await shell.output();
  const seconds = (performance.now() - start) / 1000;
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${program.label}: ${decoder.decode(stderr).trim()}`);
  return { seconds, kilobytes: Number(/\d+/.exec(decoder.decode(stdout))) };
}

/** GNU time asks the system, wait4(2), and is right; but it is not installed everywhere. */
const GNU_TIME = "time -q -f %M -o";

/** Asks every 10 ms: it may miss the very end of a process, and make it end 10 ms later. */
const POLLING = `sh -c '
"$@" <&4 4<&- &
pid=$!
(
  while now=$(grep -s VmHWM "/proc/$pid/status"); do
    peak=$now
    sleep 0.01
  done
  echo "$peak" >&3
) &
wait $pid
status=$?
wait
exit $status' sh 4<&0`;

let found: Promise<string> | undefined;

/** The beginning of a command line that a command follows; it writes the peak to descriptor 3. */
function watcher(): Promise<string> {
  return found ??= hasGnuTime().then((has) => has ? `env ${GNU_TIME} /dev/fd/3` : POLLING);
}

async function hasGnuTime(): Promise<boolean> {
  if (findTool("time") === undefined) return false;
  const args = [...GNU_TIME.split(" "), "/dev/null", "true"];
  const { success } = await new Deno.Command("env", { args, stderr: "null" }).output();
  return success;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
