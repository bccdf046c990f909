import { assert, assertEquals } from "@std/assert";
import { runSymfold } from "../support/run_symfold.ts";
import { inRepository } from "../support/testdata.ts";

// What README.md shows of commands is what they print: blocks that begin with `$ cd testdata/...`,
// then have a command, and then its output.

const README = Deno.readTextFileSync(inRepository("README.md"));
const BLOCK_REGEXP = /^```\n\$ cd (testdata\/\S+)\n\$ symfold (.*)\n([^]*?)^```$/gm;
const BLOCKS = [...README.matchAll(BLOCK_REGEXP)];

for (const [, folder, line, output] of BLOCKS) {
  Deno.test(`README.md shows what symfold ${line} prints`, async () => {
    const run = await runSymfold(line!.split(" "), { cwd: inRepository(folder!) });
    assertEquals(run, { code: 0, stdout: output!, stderr: "" });
  });
}

Deno.test("README.md shows each command that looks into a snapshot", () => {
  for (const command of ["explain", "images"]) {
    assert(BLOCKS.some(([, , line]) => line!.startsWith(`${command} `)), command);
  }
});
