import { assertEquals } from "@std/assert";
import { IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

Deno.test("run() gives the permission to write up if nothing is to be written", async () => {
  using folder = new TempFolder();
  assertEquals(await permissionAfterRun(folder, []), "prompt");
});

Deno.test("run() keeps the permission to write if a file is to be written", async () => {
  using folder = new TempFolder();
  assertEquals(await permissionAfterRun(folder, ["-o", folder.at("named.folded")]), "granted");
});

/** The state of the permission to write behind `run()`, in a process of its own. */
async function permissionAfterRun(folder: TempFolder, more: readonly string[]): Promise<string> {
  const recording = folder.write("raw.folded", `app;${IN_FIRST} 1\n`);
  const args = [...SMALL_OPTIONS, "-q", ...more, recording];
  const script = folder.write(
    "script.ts",
    `import { run } from ${JSON.stringify(import.meta.resolve("../../lib/cli/mod.ts"))};
     if (await run(${JSON.stringify(args)}) !== 0) throw new Error("It failed");
     await Deno.stderr.write(new TextEncoder().encode(
       Deno.permissions.querySync({ name: "write" }).state));`,
  );
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--config", inRepository("deno.json"), "--allow-read"]
      .concat("--allow-write", script),
  });
  const { stderr } = await command.output();
  return new TextDecoder().decode(stderr);
}
