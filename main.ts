/**
 * The command `symfold`: arguments in, exit code out.
 *
 * @module
 */
import { VERSION } from "./lib/cli/version.ts";

// The version is asked for by scripts, often: it is not worth loading everything else for it.
if (Deno.args.length === 1 && Deno.args[0] === "--version") {
  Deno.stdout.writeSync(new TextEncoder().encode(`symfold ${VERSION}\n`));
} else {
  const { run } = await import("./lib/cli/mod.ts");
  Deno.exitCode = await run(Deno.args);
}
