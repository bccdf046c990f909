import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertGolden } from "../support/golden.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { SHIFTED, shiftedMaps } from "../support/shifted_library.ts";
import { SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

/** Runs `symfold images` at the top of the repository, so that no path depends on where that is. */
function images(...args: readonly string[]) {
  return runSymfold(["images", ...args], { cwd: inRepository(".") });
}

function optionsOf(folder: string): string[] {
  return ["--maps", `testdata/${folder}/maps`, "--sysroot", `testdata/${folder}/sysroot`];
}

/** Of each golden file the arguments. */
const GOLDENS: Readonly<Record<string, readonly string[]>> = {
  "images-cpp-x86_64": optionsOf("recordings/cpp-x86_64"),
  "images-arm64-verbose": [...optionsOf("recordings/arm64"), "-v"],
  "images-twice": optionsOf("layouts/x86_64/twice"),
  "images-anon-all": optionsOf("layouts/aarch64/anon-all"),
  "images-hole": optionsOf("layouts/x86_64/hole"),
  "images-s390x": optionsOf("layouts/s390x/plain"),
};

for (const [name, args] of Object.entries(GOLDENS)) {
  Deno.test(`symfold images prints ${name}`, async () => {
    const { code, stdout, stderr } = await images(...args);
    assertGolden(stdout, `${name}.txt`);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  });
}

Deno.test("symfold images --json prints the same as JSON", async () => {
  const { code, stdout } = await images(...optionsOf("layouts/x86_64/twice"), "--json");
  assertGolden(stdout, "images-twice.json");
  assertEquals(code, 0);
});

Deno.test("symfold images says how to get a deleted file from its process", async () => {
  using folder = new TempFolder();
  const line = "7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 /opt/x.so (deleted)\n";
  folder.write("4711.maps", line);
  const { code, stdout } = await runSymfold(["images", "--maps", folder.path]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, `1 image in "${folder.path}/4711.maps" of process 4711`);
  assertStringIncludes(
    stdout,
    "mkdir -p sysroot/opt && " +
      "sudo cp /proc/4711/map_files/7f0000000000-7f0000001000 sysroot/opt/x.so",
  );
});

for (const [number, wanted] of [[1, "--path-map"], [2, "--search"]] as const) {
  Deno.test(`symfold images ${wanted} leaves files of this machine in use, with ${number} missing`, async () => {
    using folder = new TempFolder();
    const here = folder.write("here.so", SHIFTED);
    const missing = ["a.so", "b.so"].slice(0, number).map((name) => folder.at(name));
    const texts = [here, ...missing].map((path, at) =>
      shiftedMaps(path, 0x7f0000000000 + at * 0x10000, at + 7)
    );
    const maps = folder.write("maps", texts.join(""));
    const run = (...args: string[]) =>
      runSymfold(["images", "--maps", maps, ...args], { cwd: folder.path });
    const before = await run();
    const option = /# then (.*)\n/.exec(before.stdout)![1]!;
    assertEquals(option.split(" ")[0], wanted);
    // What the command does, from another machine.
    for (const path of missing) folder.write(`sysroot${path}`, SHIFTED);
    const { stdout } = await run(...option.split(" "));
    assertEquals(stdout.match(/ \.symtab /g)?.length, 1 + number, stdout);
  });
}

Deno.test("symfold images takes the options with which the filter was run", async () => {
  const others = ["--kallsyms", "testdata/jit/kallsyms", "--perf-map", "testdata/jit/perf.map"];
  const { code, stdout } = await images(
    ...[...SMALL_OPTIONS, ...others, "--demangle", "full", "--search", "testdata/layouts/x86_64"],
    ...["--path-map", "/usr/lib=/nowhere", "--debug-dir", "testdata"],
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Kernel frames: names from testdata/jit/kallsyms\n");
});

for (
  const [args, message] of [
    [[], '"symfold images" needs --maps FILE, or --recording FILE'],
    [
      ["--maps", SMALL_MAPS, "0x1"],
      '"symfold images" has 1 operand, want 0: ' +
      "symfold images (--maps FILE | --recording FILE) [OPTION]...",
    ],
    [["--maps", SMALL_MAPS, "-q"], '"symfold images" has no option "-q"'],
  ] as const
) {
  Deno.test(`symfold images ${args.length} arguments: ${message}`, async () => {
    const run = await runSymfold(["images", ...args]);
    const stderr = `symfold: ${message}\nsymfold: Try --help\n`;
    assertEquals(run, { code: 2, stdout: "", stderr });
  });
}

Deno.test("symfold images lists what it can of a snapshot with lines that are none", async () => {
  using folder = new TempFolder();
  const maps = folder.write("maps", "nonsense\n" + Deno.readTextFileSync(SMALL_MAPS));
  const [, , ...sysroot] = SMALL_OPTIONS;
  const { code, stdout, stderr } = await runSymfold(["images", "--maps", maps, ...sysroot]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'the first is line 1: "nonsense"');
  assertStringIncludes(stdout, "/opt/layouts/liblld-shifted.so");
});

Deno.test("symfold images --recording lists the images of each process of a recording", async () => {
  const recording = "testdata/recorders/perf/processes.txt";
  const { code, stdout } = await images("--recording", recording, "--sysroot", "testdata/layouts");
  assertEquals(code, 0);
  const headlines = stdout.split("\n").filter((line) => line.includes(" images in "));
  assertEquals(headlines.map((line) => line.slice(0, line.lastIndexOf(","))), [
    '4 images in "process 18885"',
    '4 images in "process 18893, program 1"',
    '4 images in "process 18894, program 1"',
    '8 images in "process 18893, program 2"',
    '6 images in "process 18894, program 2"',
  ]);
  assertStringIncludes(stdout, "/usr/bin/dash\n");
});

Deno.test("symfold images --recording keeps to the snapshot that is given besides", async () => {
  const recording = "testdata/recorders/perf/raw.txt";
  const given = optionsOf("layouts/x86_64/twice");
  const { code, stdout } = await images("--recording", recording, ...given);
  assertEquals(code, 0);
  assertGolden(stdout, "images-twice.txt");
});

Deno.test("symfold images --recording refuses a recording without maps", async () => {
  const recording = "testdata/recordings/cpp-x86_64/raw.folded";
  const run = await images("--recording", recording);
  const stderr = `symfold: Cannot list images: there are no maps in "${recording}", ` +
    "give them with --maps\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});
