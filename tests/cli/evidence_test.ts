import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

const FOLDER = testdata("evidence/x86_64");
const RAW = `${FOLDER}/raw.folded`;

async function run(build: string, ...more: readonly string[]) {
  const files = ["--maps", `${FOLDER}/maps`, "--sysroot", `${FOLDER}/${build}`];
  return await runSymfold([...files, ...more, RAW]);
}

/** The line of the library and the indented ones below it. */
function notesOf(report: string): string {
  return /^.*\/libwalk\.so\n(?: {6}\w.*\n)*/m.exec(report)![0].replaceAll(/^ +/gm, "");
}

Deno.test("symfold says nothing of return addresses in files that fit", async () => {
  const { code, stderr } = await run("same");
  assertEquals(code, 0);
  assertEquals(notesOf(stderr), "617   100.0 %  .symtab .dynsym  /opt/evidence/libwalk.so\n");
});

Deno.test("symfold -v says how well files fit", async () => {
  assertStringIncludes(
    notesOf((await run("same", "-v")).stderr),
    "\n100.0 % of 100 return addresses follow a call (100.0 % by weight), " +
      "98.1 % of 55 calls lead to the next frame\n",
  );
});

Deno.test("symfold takes no names from a file that differs, and says why", async () => {
  const { code, stdout, stderr } = await run("other");
  assertEquals(code, 0);
  assert(!stdout.includes("step_"));
  assertEquals(
    notesOf(stderr),
    "617     0.0 %  -           /opt/evidence/libwalk.so\n" +
      "617 unresolved: the file is not what was mapped there: return addresses in it follow no " +
      "calls; give the file that was running, or the snapshot of the same process; " +
      "--trust-files keeps the names\n" +
      "0.0 % of 100 return addresses follow a call (0.0 % by weight), " +
      "9.0 % of 11 calls lead to the next frame\n",
  );
});

Deno.test("symfold --trust-files takes names from a file that differs, and says so", async () => {
  const { stdout, stderr } = await run("other", "--trust-files");
  assertStringIncludes(stdout, ";step_");
  assertStringIncludes(notesOf(stderr), "9.0 % of 11 calls lead to the next frame; the names may");
});

Deno.test("symfold --report has the evidence of each image", async () => {
  const { stdout } = await run("other", "-q", "--output", "/dev/null", "--report", "-");
  const { images } = JSON.parse(stdout);
  const library = images.find(({ image }: { image: string }) => image.endsWith("/libwalk.so"));
  assertEquals(library.evidence.verdict, "differs");
  assertEquals(Object.keys(library.evidence), [
    "checked",
    "calls",
    "insideCalls",
    "checkedWeight",
    "callsWeight",
    "insideCallsWeight",
    "strays",
    "edges",
    "agreeingEdges",
    "impossibleEdges",
    "excess",
    "verdict",
  ]);
  const others = images.filter(({ image }: { image: string }) => !image.endsWith("/libwalk.so"));
  assert(others.every(({ evidence }: { evidence: unknown }) => evidence === undefined));
});

Deno.test("symfold says that return addresses were adjusted already, or that they were not", async () => {
  using folder = new TempFolder();
  const text = Deno.readTextFileSync(RAW);
  const adjusted = folder.write(
    "adjusted.folded",
    text.replaceAll(/0x[0-9a-f]+/g, (address) => `0x${(Number(address) - 1).toString(16)}`),
  );
  const options = ["--maps", `${FOLDER}/maps`, "--sysroot", `${FOLDER}/same`];
  const secondLine = async (...args: readonly string[]) =>
    (await runSymfold([...options, ...args])).stderr.split("\n")[1];
  const none = ["--return-addresses", "none"];
  assertEquals(
    await secondLine(adjusted),
    "The return addresses were adjusted already: use --return-addresses none",
  );
  assertEquals(await secondLine(...none, adjusted), "");
  assertEquals(
    await secondLine(...none, RAW),
    "The return addresses were not adjusted: leave out --return-addresses none",
  );
  assertEquals(await secondLine(RAW), "");
});

Deno.test("symfold says that unwinding is broken where callers are no return addresses", async () => {
  using folder = new TempFolder();
  const maps = Deno.readTextFileSync(`${FOLDER}/maps`);
  const line = maps.split("\n").find((line) => line.endsWith("/libwalk.so"))!;
  // The starts of step_1 to step_9, as readelf gives them.
  const starts = [0x4a0, 0x5c0, 0x6e0, 0x800, 0x920, 0xa40, 0xb60, 0xc80, 0xda0];
  const stacks = starts.map((start) => `0x${(parseInt(line, 16) + start).toString(16)};leaf 1\n`);
  const recording = folder.write("raw.folded", stacks.join(""));
  const { stdout, stderr } = await runSymfold([
    ...["--maps", `${FOLDER}/maps`, "--sysroot", `${FOLDER}/same`],
    recording,
  ]);
  assertStringIncludes(stdout, ";leaf 1\n");
  assertStringIncludes(stderr, "\n      9 of 9 callers are no return addresses: the unwinding is ");
});

Deno.test("symfold says of which files too few return addresses tell whether they are right", async () => {
  // Return addresses in the library.
  const own = ["0x7efd265d3127", "0x7efd265d251a"];
  const outcomes = [];
  for (const stack of [own.slice(0, 1), [own[0], "leaf"], [own[0], "leaf", own[1], "leaf"]]) {
    const { stderr } = await runSymfold([
      ...["--maps", `${FOLDER}/maps`, "--sysroot", `${FOLDER}/same`],
    ], { stdin: `${stack.join(";")} 1\n` });
    outcomes.push(/^ +not judged: .*$/m.exec(stderr)?.[0].trim());
  }
  const rest = "too few to tell whether it is the right file";
  assertEquals(outcomes, [
    `not judged: 0 return addresses, ${rest}`,
    `not judged: 1 return address, ${rest}`,
    `not judged: 2 return addresses, ${rest}`,
  ]);
});
