/**
 * Runs a program of this machine and gives what it prints.
 *
 * @param input Its standard input; none by default.
 * @throws {Error} If it fails; with what it wrote to standard error.
 */
export async function runTool(
  program: string,
  args: readonly string[],
  input: string = "",
): Promise<string> {
  const { success, output, errors } = await outputOfTool(program, args, input);
  if (!success) throw new Error(`Cannot run ${program}: ${errors.slice(0, 2000)}`);
  return output;
}

/** The same for programs that fail where only a part of the answer cannot be had. */
export async function outputOfTool(
  program: string,
  args: readonly string[],
  input: string,
): Promise<{ readonly success: boolean; readonly output: string; readonly errors: string }> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), written]);
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

/** Whether a program can be run. */
export function isInstalled(program: string): boolean {
  try {
    new Deno.Command(program, {
      args: ["--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return true;
  } catch {
    return false;
  }
}
