import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { runShell, runSymfold } from "../support/run_symfold.ts";
import { IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";

Deno.test("symfold --version prints the version of deno.json", async () => {
  const run = await runSymfold(["--version"]);
  assertEquals(run, { code: 0, stdout: `symfold ${config.version}\n`, stderr: "" });
});

Deno.test("symfold --version prints the version beside other options, too", async () => {
  const run = await runSymfold(["-q", "--version"]);
  assertEquals(run, { code: 0, stdout: `symfold ${config.version}\n`, stderr: "" });
});

for (const option of ["--help", "-h"]) {
  Deno.test(`symfold ${option} prints help that fits 80 columns`, async () => {
    const { code, stdout, stderr } = await runSymfold([option]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assert(stdout.startsWith("Usage: symfold [--maps FILE] [OPTION]... [RECORDING]...\n"), stdout);
    assertEquals(stdout.split("\n").filter((line) => line.length > 80), []);
  });
}

const USAGE_ERRORS: readonly (readonly [readonly string[], string])[] = [
  [["--mpas", "x"], 'Unknown option "--mpas", did you mean --maps?'],
  [["--mapz=x"], 'Unknown option "--mapz=x", did you mean --maps?'],
  [["--sysr"], 'Unknown option "--sysr", did you mean --sysroot?'],
  [["--no-inlnes"], 'Unknown option "--no-inlnes", did you mean --no-inlines?'],
  [["--unlike-any"], 'Unknown option "--unlike-any"'],
  [["exlpain", "--json"], 'There is no file or command "exlpain", did you mean explain?'],
  [["image"], 'There is no file or command "image", did you mean images?'],
  [
    ["-q", "diff", "a", "b"],
    'There is no file "diff", and as a command it comes first: symfold diff',
  ],
  [
    ["--maps", "x", "explain", "0x1"],
    'There is no file "explain", and as a command it comes first: symfold explain',
  ],
  [
    ["--json", "--maps=x", "-o", "y", "images"],
    'There is no file "images", and as a command it comes first: symfold images',
  ],
  [
    ["--before-maps", "x", "-qv", "diff", "a", "b"],
    'There is no file "diff", and as a command it comes first: symfold diff',
  ],
  [
    ["-o", "a.png"],
    'Option "--output" names "a.png", and nothing that is written ends in .png: ' +
    "say what it is to be with --format",
  ],
  [["-x"], 'Unknown option "-x"'],
  [["raw.folded", "--maps"], 'Option "--maps" needs a value: FILE'],
  [
    ["--demangle", "loud"],
    'Option "--demangle" has the value "loud", want one of short, full, none',
  ],
  [["-o", "a", "-o", "b"], 'Option "--output" is given 2 times, want it once'],
  [["--fail-under", "most"], 'Option "--fail-under" has the value "most", want a number up to 100'],
  [["--no-merge=yes"], 'Option "--no-merge" takes no value: "--no-merge=yes"'],
  [["--maps", "-", "-"], "Standard input is to be read 2 times, want it once"],
  [
    ["--report", "-"],
    'Standard output cannot take both the stacks and the report: use "--output FILE"',
  ],
];

for (const [args, message] of USAGE_ERRORS) {
  Deno.test(`symfold ${args.join(" ")} is a usage error`, async () => {
    const run = await runSymfold(args);
    const stderr = `symfold: ${message}\nsymfold: Try --help\n`;
    assertEquals(run, { code: 2, stdout: "", stderr });
  });
}

// `script` of util-linux runs a command on a terminal of its own.
const hasScript = new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" })
  .outputSync().success;

Deno.test({
  name: "symfold does not wait for a recording to be typed",
  ignore: !hasScript,
  async fn() {
    const { code, stdout } = await runShell((symfold) => `script -qec "${symfold}" /dev/null`, []);
    assertEquals(code, 2);
    const message = "Standard input is a terminal: name a recording, or pipe one in";
    assertEquals(stdout, `symfold: ${message}\r\nsymfold: Try --help\r\n`);
  },
});

Deno.test({
  name: "symfold shows on a terminal what it reads, and takes that away",
  ignore: !hasScript,
  async fn() {
    const { code, stdout } = await runTerminal([...SMALL_OPTIONS]);
    assertEquals(code, 0);
    const [, shown] = stdout.split("\r\x1b[K");
    assertEquals(shown, "symfold: reading standard input: 0 MB");
    assert(stdout.includes("\r\x1b[Ksymfold: 100.0 % of native frames resolved"), stdout);
    assert(stdout.includes("app;layout_first 8\r\n"), stdout);
  },
});

Deno.test({
  name: "symfold -q shows nothing on a terminal",
  ignore: !hasScript,
  async fn() {
    const { code, stdout } = await runTerminal([...SMALL_OPTIONS, "-q"]);
    assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 8\r\n" });
  },
});

/** Runs the command on a terminal, with a recording that takes two seconds to come. */
function runTerminal(args: readonly string[]) {
  const slow = `for n in 1 2 3 4 5 6 7 8; do echo 'app;${IN_FIRST} 1'; sleep 0.25; done`;
  return runShell(
    (symfold) => `script -qec "(${slow}) | ${symfold}" /dev/null`,
    args,
  );
}
