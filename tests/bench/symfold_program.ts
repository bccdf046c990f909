import { fromFileUrl } from "@std/path";
import type { Program } from "./measure.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** symfold as a user runs it from source, with the Deno that runs the bench. */
export function symfold(
  args: readonly string[],
  rest: Omit<Partial<Program>, "command"> = {},
): Program {
  return {
    label: "symfold",
    command: [Deno.execPath(), "run", "--allow-read", MAIN, ...args],
    ...rest,
  };
}
