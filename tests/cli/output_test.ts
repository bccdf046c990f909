import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertGolden } from "../support/golden.ts";
import { CPP_OPTIONS, CPP_RECORDING, runShell, runSymfold } from "../support/run_symfold.ts";
import { BEHIND_ALL, IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

const STACK = `app;${IN_FIRST} 1\n`;
const NAMED = "app;layout_first 1\n";

Deno.test("symfold -o writes the file and leaves nothing else behind", async () => {
  using folder = new TempFolder();
  const output = folder.at("named.folded");
  const { code, stdout } = await runSymfold([...CPP_OPTIONS, "-q", "-o", output, CPP_RECORDING]);
  assertEquals({ code, stdout }, { code: 0, stdout: "" });
  assertEquals(folder.names(), ["named.folded"]);
  assertGolden(Deno.readTextFileSync(output), "cpp-x86_64.folded");
});

// Names do not tell what the addresses were: an input that is written over is lost.
for (
  const { title, args, what } of [
    { title: "-o on its recording", args: ["-o", "raw"], what: "a recording" },
    { title: "-o on its snapshot", args: ["-o", "maps"], what: "a maps snapshot" },
    { title: "--report on its recording", args: ["--report", "raw"], what: "a recording" },
    {
      title: "-o on its kallsyms snapshot",
      args: ["--kallsyms", "other", "-o", "other"],
      what: "the kallsyms snapshot",
    },
    {
      title: "-o on its perf map",
      args: ["--perf-map", "other", "-o", "other"],
      what: "a perf map",
    },
    {
      title: "-o on its snapshot of one process",
      args: ["--maps", "7=other", "-o", "other"],
      what: "a maps snapshot",
    },
    {
      title: "-o on its perf map of one process",
      args: ["--perf-map", "7=other", "-o", "other"],
      what: "a perf map",
    },
    { title: "-o on its vmlinux", args: ["--vmlinux", "other", "-o", "other"], what: "vmlinux" },
    { title: "-o on its vDSO", args: ["--vdso", "other", "-o", "other"], what: "the vDSO" },
    {
      title: "-o on its list of build-ids",
      args: ["--build-ids", "other", "-o", "other"],
      what: "the list of build-ids",
    },
    { title: "-o on a link to its recording", args: ["-o", "link"], what: "a recording" },
    { title: "-o on another name of its recording", args: ["-o", "hard"], what: "a recording" },
  ]
) {
  Deno.test(`symfold ${title} is a usage error`, async () => {
    using folder = new TempFolder();
    const [raw, maps] = [folder.write("raw", STACK), folder.write("maps", "")];
    folder.write("other", "");
    Deno.symlinkSync("raw", folder.at("link"));
    Deno.linkSync(raw, folder.at("hard"));
    const paths = args.map((arg) =>
      arg.startsWith("-") ? arg : arg.replace(/^(\d+=)?/, `$1${folder.at("")}`)
    );
    const run = await runSymfold(["--maps", maps, "-q", ...paths, raw]);
    const option = args.includes("--report") ? "--report" : "--output";
    const stderr = `symfold: Option "${option}" names "${paths.at(-1)}", which is ${what} and ` +
      "would be lost: want another file\nsymfold: Try --help\n";
    assertEquals(run, { code: 2, stdout: "", stderr });
    assertEquals(Deno.readTextFileSync(raw), STACK);
    assertEquals(folder.names(), ["hard", "link", "maps", "other", "raw"]);
  });
}

for (const isThere of [true, false]) {
  Deno.test(`symfold -o and --report on one file is a usage error, ${isThere ? "there" : "new"}`, async () => {
    using folder = new TempFolder();
    const output = isThere ? folder.write("both", "old\n") : folder.at("both");
    const args = [...SMALL_OPTIONS, "-q", "-o", output, "--report", output];
    const run = await runSymfold(args, { stdin: STACK });
    const stderr = `symfold: Options "--output" and "--report" name the same file "${output}"\n` +
      "symfold: Try --help\n";
    assertEquals(run, { code: 2, stdout: "", stderr });
    assertEquals(folder.names(), isThere ? ["both"] : []);
  });
}

Deno.test('symfold --output "-" writes to standard output', async () => {
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "--output", "-"], { stdin: STACK });
  assertEquals(run, { code: 0, stdout: NAMED, stderr: "" });
});

Deno.test("symfold -o leaves the old file alone if there is nothing to write", async () => {
  using folder = new TempFolder();
  const output = folder.write("named.folded", "old\n");
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", output, folder.at("missing")]);
  assertEquals(run.code, 1);
  assertEquals(Deno.readTextFileSync(output), "old\n");
});

Deno.test("symfold -o follows a symbolic link and keeps it", async () => {
  using folder = new TempFolder();
  folder.write("real/named.folded", "old\n");
  Deno.symlinkSync("real/named.folded", folder.at("link"));
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", folder.at("link")], { stdin: STACK });
  assertEquals(run.code, 0);
  assertEquals(Deno.readLinkSync(folder.at("link")), "real/named.folded");
  assertEquals(Deno.readTextFileSync(folder.at("real/named.folded")), NAMED);
});

Deno.test("symfold -o follows a symbolic link to a file that is not there yet", async () => {
  using folder = new TempFolder();
  Deno.symlinkSync("later.folded", folder.at("link"));
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", folder.at("link")], { stdin: STACK });
  assertEquals(run.code, 0);
  assertEquals(folder.names(), ["later.folded", "link"]);
  assertEquals(Deno.readTextFileSync(folder.at("link")), NAMED);
});

Deno.test("symfold -o writes into a FIFO", async () => {
  using folder = new TempFolder();
  const fifo = folder.at("fifo");
  const args = [...CPP_OPTIONS, "-q", "-o", fifo, CPP_RECORDING];
  const { code, stdout, stderr } = await runShell(
    (symfold) => `mkfifo '${fifo}'; cat '${fifo}' & ${symfold}; code=$?; wait; exit $code`,
    args,
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertGolden(stdout, "cpp-x86_64.folded");
  assertEquals(folder.names(), ["fifo"]);
});

Deno.test("symfold -o takes /dev/null", async () => {
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", "/dev/null"], { stdin: STACK });
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
});

Deno.test("symfold -o says what to do instead of opening a device", async () => {
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", "/dev/full"], { stdin: STACK });
  const detail = "Deno does not open files in /proc, /dev and /sys: redirect standard output there";
  assertEquals(run, {
    code: 1,
    stdout: "",
    stderr: `symfold: Cannot write "/dev/full": ${detail}\n`,
  });
});

Deno.test("symfold -o says which permission Deno was not given", async () => {
  using folder = new TempFolder();
  const path = folder.at("a.html");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-read", inRepository("main.ts")]
      .concat("-q", "-o", path, CPP_RECORDING),
  });
  const { code, stderr } = await command.output();
  const detail = "Deno has no permission for it: run it with --allow-write";
  assertStringIncludes(new TextDecoder().decode(stderr), `Cannot write "${path}": ${detail}\n`);
  assertEquals(code, 1);
});

Deno.test("symfold -o says that it cannot write a directory", async () => {
  using folder = new TempFolder();
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", folder.path], { stdin: STACK });
  const stderr = `symfold: Cannot write "${folder.path}": it is a directory, want a file\n`;
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold -o says that there is no such directory", async () => {
  using folder = new TempFolder();
  const output = folder.at("missing/a.folded");
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "-o", output], { stdin: STACK });
  const stderr = `symfold: Cannot write "${output}": there is no such file or directory\n`;
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold --report writes what was resolved and why the rest was not", async () => {
  using folder = new TempFolder();
  const path = folder.at("report.json");
  const { code, stderr } = await runSymfold([...CPP_OPTIONS, "--report", path, CPP_RECORDING]);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "of native frames resolved");
  assertEquals(folder.names(), ["report.json"]);
  assertGolden(Deno.readTextFileSync(path), "cpp-x86_64.report.json");
});

Deno.test("symfold --report adds up", async () => {
  using folder = new TempFolder();
  const path = folder.at("report.json");
  await runSymfold([...CPP_OPTIONS, "-q", "--report", path, CPP_RECORDING]);
  const report = JSON.parse(Deno.readTextFileSync(path));
  const sum = (rows: readonly { weight: number }[]) =>
    rows.reduce((total, { weight }) => total + weight, 0);
  const folded = Deno.readTextFileSync(CPP_RECORDING).trimEnd().split("\n");
  const samples = folded.map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
  assertEquals(report.sampleWeight, samples.reduce((total, count) => total + count, 0));
  assertEquals(report.samples, folded.length);
  assertEquals(sum(report.images), report.weight);
  assertEquals(report.resolvedWeight + sum(report.reasons), report.weight);
});

Deno.test('symfold --report "-" writes the report to standard output', async () => {
  const args = [...SMALL_OPTIONS, "-q", "-o", "/dev/null", "--report", "-"];
  const { code, stdout } = await runSymfold(args, { stdin: STACK });
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).resolvedWeight, 1);
});

Deno.test("symfold --report that fails leaves the stacks written", async () => {
  using folder = new TempFolder();
  const path = folder.at("missing/report.json");
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "--report", path], { stdin: STACK });
  const stderr = `symfold: Cannot write "${path}": there is no such file or directory\n`;
  assertEquals(run, { code: 1, stdout: NAMED, stderr });
});

Deno.test("symfold --fail-under passes if enough frames are resolved", async () => {
  const args = [...SMALL_OPTIONS, "-q", "--fail-under", "75"];
  const run = await runSymfold(args, { stdin: `${IN_FIRST} 3\n${BEHIND_ALL} 1\n` });
  assertEquals({ code: run.code, stderr: run.stderr }, { code: 0, stderr: "" });
});

Deno.test("symfold --fail-under exits with 1 if too few are, with everything written", async () => {
  const args = [...SMALL_OPTIONS, "-q", "--fail-under", "75.1"];
  const run = await runSymfold(args, { stdin: `${IN_FIRST} 3\n${BEHIND_ALL} 1\n` });
  assertEquals(run, {
    code: 1,
    stdout: "[liblld-shifted.so+0x15f0] 1\nlayout_first 3\n",
    stderr: "symfold: Resolved 75.00 % of the native frames, want at least 75.1 %\n",
  });
});

Deno.test("symfold is quiet if the reader of its output is gone", async () => {
  const args = [...CPP_OPTIONS, "-q", CPP_RECORDING];
  const { stdout, stderr } = await runShell(
    (symfold) => `{ ${symfold}; echo "exit $?" >&2; } | head -c 20`,
    args,
  );
  assertEquals(stdout.length, 20);
  assertEquals(stderr, "exit 0\n");
});

Deno.test("symfold says that the disk behind standard output is full", async () => {
  const args = [...CPP_OPTIONS, CPP_RECORDING];
  const run = await runShell((symfold) => `${symfold} > /dev/full`, args);
  assertEquals(run, {
    code: 1,
    stdout: "",
    stderr: "symfold: Cannot write to standard output: No space left on device (os error 28)\n",
  });
});

Deno.test("symfold does its work even if it cannot say so", async () => {
  const { code, stdout } = await runShell((symfold) => `${symfold} 2> /dev/full`, SMALL_OPTIONS, {
    stdin: STACK,
  });
  assertEquals({ code, stdout }, { code: 0, stdout: NAMED });
});

Deno.test("symfold writes nothing beside what it was asked for", async () => {
  using folder = new TempFolder();
  const run = await runSymfold([...SMALL_OPTIONS, "-q"], { stdin: STACK, cwd: folder.path });
  assertEquals(run.code, 0);
  assertEquals(folder.names(), []);
});

Deno.test("symfold -o writes what .gz ends compressed", async () => {
  using folder = new TempFolder();
  const path = folder.at("named.folded.gz");
  const { code } = await runSymfold(["-q", "-o", path], { stdin: "main;work 2\nmain 1\n" });
  assertEquals(code, 0);
  const stream = new Blob([Deno.readFileSync(path)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(stream).text(), "main 1\nmain;work 2\n");
});
