/**
 * Compares collapsed stacks with the answer: the same lines, in the order of their bytes.
 *
 * @param path The file.
 * @param expected Each stack with its weight; used up.
 * @param times How many times the weights occur.
 * @returns What is wrong; undefined if nothing is.
 */
export async function checkFolded(
  path: string,
  expected: Map<string, number>,
  times: number,
): Promise<string | undefined> {
  const sort = new Deno.Command("sort", {
    args: ["-c", path],
    env: { LC_ALL: "C" },
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await sort.output();
  if (!success) return new TextDecoder().decode(stderr).trim();
  for await (const line of linesOf(path)) {
    const blank = line.lastIndexOf(" ");
    const stack = line.slice(0, blank);
    const weight = expected.get(stack);
    if (weight === undefined) return `unexpected or repeated line "${line.slice(0, 200)}"`;
    if (line.slice(blank + 1) !== `${weight * times}`) {
      return `want ${weight * times} in the line "${line}"`;
    }
    expected.delete(stack);
  }
  return expected.size === 0 ? undefined : `${expected.size} stacks are missing`;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path);
  let rest = "";
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
