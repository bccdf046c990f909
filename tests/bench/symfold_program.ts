import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import type { Program } from "./measure.ts";

/** The flag of the task "compile", so that what is measured is what users run. */
const V8_FLAGS = /--v8-flags=\S+/.exec(config.tasks.compile)![0];
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** symfold as a user runs it from source, with the Deno that runs the bench. */
export function symfold(
  args: readonly string[],
  rest: Omit<Partial<Program>, "command"> = {},
): Program {
  return {
    label: "symfold",
    command: [Deno.execPath(), "run", V8_FLAGS, "--allow-read", MAIN, ...args],
    ...rest,
  };
}
