import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { moveProcess } from "../support/move_process.ts";
import { CPP_RECORDING, recordingOptions, runShell, runSymfold } from "../support/run_symfold.ts";
import {
  AT_SECOND,
  BEHIND_ALL,
  IN_FIRST,
  SMALL_MAPS,
  SMALL_OPTIONS,
} from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

const [, CPP_MAPS = "", ...CPP_SYSROOT] = recordingOptions("cpp-x86_64");
const SMALL_SYSROOT = SMALL_OPTIONS.slice(2);
/** The small process, loaded elsewhere. */
const MOVED = moveProcess({
  maps: Deno.readTextFileSync(SMALL_MAPS),
  folded: `app;${IN_FIRST} 5\napp;${BEHIND_ALL} 1\n`,
});
const FOLDED = `app;${IN_FIRST} 2\napp;${AT_SECOND} 3\napp;${BEHIND_ALL} 1\n`;
const DIFF = "app;[liblld-shifted.so+0x15f0] 1 1\napp;layout_first 2 5\napp;layout_second 3 0\n";

/** What `symfold diff` gives of the small process here and elsewhere. */
async function smallDiff(args: readonly string[], before = FOLDED, after = MOVED.folded) {
  using folder = new TempFolder();
  const files = [folder.write("one/a.folded", before), folder.write("two/a.folded", after)];
  const maps = folder.write("moved.maps", MOVED.maps);
  const own = ["--before-maps", SMALL_MAPS, "--after-maps", maps, ...SMALL_SYSROOT];
  return await runSymfold(["diff", ...own, ...args, ...files]);
}

Deno.test("symfold diff gives two recordings of the same the same names, wherever it was loaded", async () => {
  using folder = new TempFolder();
  const recorded = {
    maps: Deno.readTextFileSync(CPP_MAPS),
    folded: Deno.readTextFileSync(CPP_RECORDING),
  };
  const moved = moveProcess(recorded);
  assertNotEquals(moved.folded, recorded.folded);
  const maps = folder.write("maps", moved.maps);
  const args = ["--before-maps", CPP_MAPS, "--after-maps", maps, ...CPP_SYSROOT, "-q"];
  const recordings = [CPP_RECORDING, folder.write("raw.folded", moved.folded)];
  const { code, stdout } = await runSymfold(["diff", ...args, ...recordings]);
  const named = await runSymfold(["--maps", CPP_MAPS, ...CPP_SYSROOT, "-q", CPP_RECORDING]);
  assertEquals({ code, stdout }, { code: 0, stdout: named.stdout.replace(/ (\d+)$/gm, " $1 $1") });
});

Deno.test("symfold diff compares recordings of two formats, of two runs of a program", async () => {
  const perf = testdata("recorders/perf/raw.txt");
  const args = ["--before-maps", CPP_MAPS, ...CPP_SYSROOT, "-q"];
  const { code, stdout } = await runSymfold(["diff", ...args, CPP_RECORDING, perf]);
  assertEquals(code, 0);
  // Of a second there are few samples: hardly a stack is the same, but the functions are.
  const functions = [new Set<string>(), new Set<string>()] as const;
  for (const line of stdout.trim().split("\n")) {
    const [, stack, before, after] = /^(.*) (\d+) (\d+)$/.exec(line)!;
    if (before !== "0") stack!.split(";").forEach((frame) => functions[0].add(frame));
    if (after !== "0") stack!.split(";").forEach((frame) => functions[1].add(frame));
  }
  const own = [...functions[1]].filter((frame) => /^(?:prism|geometry)::/.test(frame));
  assertGreater(own.length, 15);
  assertGreater(own.filter((frame) => functions[0].has(frame)).length, 0.9 * own.length);
  assert(!/0x[0-9a-f]{8}|[0-9a-f]{12}/.test(stdout), "There is an address in the comparison");
});

Deno.test("symfold diff writes two counts, 0 where a stack is missing", async () => {
  const { code, stdout } = await smallDiff(["-q"]);
  assertEquals({ code, stdout }, { code: 0, stdout: DIFF });
});

Deno.test("symfold diff --normalize scales the first to weigh what the second does", async () => {
  const { stdout } = await smallDiff(["-q", "--normalize"], FOLDED.replace(/ \d+$/gm, "$&00"));
  assertEquals(
    stdout,
    "app;[liblld-shifted.so+0x15f0] 1 1\napp;layout_first 2 5\napp;layout_second 3 0\n",
  );
});

Deno.test("symfold diff compares recordings that have names without anything else", async () => {
  using folder = new TempFolder();
  const before = folder.write("before.folded", "main;a 30\nmain;gone 10\n");
  const { code, stdout, stderr } = await runSymfold(["diff", before, "-"], {
    stdin: "main;a 8\nmain;new 2\n",
  });
  assertEquals({ code, stdout, stderr }, {
    code: 0,
    stdout: "main;a 30 8\nmain;gone 10 0\nmain;new 0 2\n",
    stderr: "symfold: before: no native frames\n\nsymfold: after: no native frames\n",
  });
});

Deno.test("symfold diff takes a bundle for each side", async () => {
  using folder = new TempFolder();
  const maps = folder.write("moved.maps", MOVED.maps);
  for (const [name, snapshot] of [["a.tar", SMALL_MAPS], ["b.tar", maps]] as const) {
    const args = ["collect", "--maps", snapshot, ...SMALL_SYSROOT, "-o", folder.at(name), "-q"];
    await runSymfold(args);
  }
  const { code, stdout } = await runSymfold([
    ...["diff", "--before-bundle", folder.at("a.tar"), "--after-bundle", folder.at("b.tar"), "-q"],
    folder.write("before", FOLDED),
    folder.write("after", MOVED.folded),
  ]);
  assertEquals({ code, stdout }, { code: 0, stdout: DIFF });
});

Deno.test("symfold diff reports both sides, in text and as JSON", async () => {
  using folder = new TempFolder();
  const report = folder.at("report.json");
  const { code, stderr } = await smallDiff(["--report", report]);
  assertEquals(code, 0);
  const heads = stderr.split("\n").filter((line) => line.startsWith("symfold: "));
  assertEquals(heads, [
    "symfold: before: 83.3 % of native frames resolved (5 of 6 by weight, 2 of 3 different)",
    "symfold: after: 83.3 % of native frames resolved (5 of 6 by weight, 1 of 2 different)",
  ]);
  const { symfold, before, after } = JSON.parse(Deno.readTextFileSync(report));
  assertEquals(typeof symfold, "string");
  assertEquals([before.sampleWeight, before.frames], [6, 3]);
  assertEquals([after.sampleWeight, after.frames], [6, 2]);
});

Deno.test("symfold diff shapes what it has compared, and says what is left out of each", async () => {
  const { code, stdout, stderr } = await smallDiff(["--include=first|second", "--reverse"]);
  assertEquals({ code, stdout }, {
    code: 0,
    stdout: "layout_first;app 2 5\nlayout_second;app 3 0\n",
  });
  const text = "16.6 % of the weight is in stacks that were left out (1 of 6)\n";
  assertStringIncludes(stderr, `before: ${text}after: ${text}`);
});

Deno.test("symfold diff says which side failed, and compares nothing then", async () => {
  using folder = new TempFolder();
  const after = folder.write("after", "main 1\n");
  const { code, stdout, stderr } = await runSymfold(["diff", folder.at("none"), after]);
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertEquals(
    stderr,
    `symfold: before: Cannot read "${folder.at("none")}": there is no such file or directory\n` +
      "symfold: after: no native frames\n",
  );
});

Deno.test("symfold diff asks for the maps of the side that has none, and compares no addresses", async () => {
  using folder = new TempFolder();
  const [before, after] = [folder.write("before", FOLDED), folder.write("after", MOVED.folded)];
  const args = ["diff", "--before-maps", SMALL_MAPS, ...SMALL_SYSROOT, "-q", before, after];
  const { code, stdout, stderr } = await runSymfold(args);
  assertEquals(code, 1);
  assertEquals(stdout.split("\n").filter((line) => line.includes("0x7f")), []);
  assertEquals(
    stderr,
    "symfold: after: Cannot resolve addresses: no maps snapshot was given, use --after-maps FILE\n",
  );
});

Deno.test("symfold diff --fail-under wants it of each side", async () => {
  const { code, stdout, stderr } = await smallDiff(
    ["-q", "--fail-under=80"],
    `app;${BEHIND_ALL} 1\n`,
  );
  assertEquals([code, stdout.split("\n").length], [1, 3]);
  assertEquals(
    stderr,
    "symfold: before: Resolved 0.00 % of the native frames, want at least 80 %\n",
  );
});

Deno.test("symfold diff says that two recordings count different things", async () => {
  const [perf, heap] = ["perf/raw.txt", "heap/gperftools.heap"].map((path) =>
    testdata(`recorders/${path}`)
  );
  const args = ["diff", ...CPP_SYSROOT, perf!, heap!];
  const { stderr } = await runSymfold(args);
  const note =
    "symfold: before counts samples, after inuse_space (bytes): --unit says what both are\n";
  assertStringIncludes(stderr, note);
  const told = await runSymfold([...args, "--unit=samples"]);
  assert(!told.stderr.includes("before counts"), told.stderr);
});

Deno.test("symfold diff refuses to write over what it reads, of either side", async () => {
  using folder = new TempFolder();
  const [a, b] = [folder.write("a", "main 1\n"), folder.write("b", "main 1\n")];
  const maps = folder.write("maps", MOVED.maps);
  for (const path of [a, b, maps]) {
    const args = ["diff", "--after-maps", maps, "-o", path, a, b];
    const { code, stderr } = await runSymfold(args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Option "--output" names "${path}", which is`);
  }
});

Deno.test("symfold diff says so if it is given a comparison", async () => {
  using folder = new TempFolder();
  const before = folder.write("before", "main 1 2\n");
  const { code, stdout, stderr } = await runSymfold(["diff", "-q", before, "-"], {
    stdin: "main 4\n",
  });
  assertEquals([code, stdout], [1, "main 2 4\n"]);
  assertStringIncludes(stderr, "symfold: before: Stacks have two counts, as a comparison has");
});

Deno.test("symfold diff reads pipes on both sides", async () => {
  using folder = new TempFolder();
  const fifo = folder.at("fifo");
  const { code, stdout } = await runShell(
    (symfold) => `mkfifo ${fifo}; echo 'main 2' > ${fifo} & echo 'main 1' | ${symfold}`,
    ["diff", "-q", "-", fifo],
  );
  assertEquals({ code, stdout }, { code: 0, stdout: "main 1 2\n" });
});

Deno.test("symfold diff refuses to read standard input twice", async () => {
  const { code, stderr } = await runSymfold(["diff", "-", "-"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Standard input is to be read 2 times, want it once");
});

Deno.test("symfold diff refuses a pipe that both recordings would read", async () => {
  using folder = new TempFolder();
  const recording = folder.write("raw", "main 1\n");
  const kallsyms = folder.at("kallsyms");
  const { code, stderr } = await runShell(
    (symfold) => `mkfifo ${kallsyms}; ${symfold}`,
    ["diff", "--kallsyms", kallsyms, recording, recording],
  );
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    `Option "--kallsyms" names "${kallsyms}" for both recordings, which a pipe gives only once: ` +
      "want a file, or --before-kallsyms and --after-kallsyms",
  );
});

Deno.test("symfold diff reports both sides in the decimals that both have", async () => {
  using folder = new TempFolder();
  const before = folder.write("before", "app;0x7f0000001234 5\n");
  const after = folder.write("after", "app;0x7f0000001234 5.25\n");
  const { stderr, stdout } = await runSymfold(["diff", before, after]);
  assertEquals(stdout, "app;[unknown] 500 525\n");
  assertStringIncludes(stderr, "before: 0.0 % of native frames resolved (0 of 500 by weight");
  assertStringIncludes(stderr, "after: 0.0 % of native frames resolved (0 of 525 by weight");
});
