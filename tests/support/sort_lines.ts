/** Sorts the lines of a text as `LC_ALL=C sort` does, with that very command. */
export async function sortLines(text: string): Promise<string> {
  const sort = new Deno.Command("sort", {
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = sort.output();
  const writer = sort.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}
