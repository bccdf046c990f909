import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertGolden } from "../support/golden.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { AT_SECOND, IN_FIRST, SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

/** Runs `symfold explain` at the top of the repository, so that no path depends on where that is. */
function explain(...args: readonly string[]) {
  return runSymfold(["explain", ...args], { cwd: inRepository(".") });
}

function optionsOf(layout: string): string[] {
  const folder = `testdata/layouts/${layout}`;
  return ["--maps", `${folder}/maps`, "--sysroot", `${folder}/sysroot`];
}

const JIT = "testdata/jit";
/** Of each golden file the arguments. */
const GOLDENS: Readonly<Record<string, readonly string[]>> = {
  // Two mappings at file offset 0; the third of three text segments.
  "explain-section-start": [...optionsOf("aarch64/section-start"), "0x5502b37000"],
  "explain-twice": [...optionsOf("aarch64/twice"), "0x5502b2f404", "0x5502b32404"],
  "explain-anon-part": [...optionsOf("x86_64/anon-part"), "0x7ffff7fba000"],
  "explain-read-first": [...optionsOf("x86_64/read-first"), "7ffff7fbc000"],
  // Three names for one range, a function in a function, a label, a gap.
  "explain-nested-symbols": [
    ...optionsOf("x86_64/nested-symbols"),
    "0x7ffff7fbd020",
    "0x7ffff7fbd03a",
    "0x7ffff7fbd018",
    "0x7ffff7fbd010",
  ],
  "explain-dynsym-only": [...optionsOf("aarch64/dynsym-only"), "0x5502b2f480"],
  // Each function, inlined or not, with its own place in the source.
  "explain-inlined": ["--sysroot", "testdata/dwarf", "/gcc-dwarf5.so+0x1068"],
  "explain-caller": [
    "--maps",
    "testdata/recordings/arm64/maps",
    "--sysroot",
    "testdata/recordings/arm64/sysroot",
    "--return-addresses",
    "all",
    "0x5500001620",
  ],
  "explain-other-code": [
    ...["--kallsyms", `${JIT}/kallsyms`, "--perf-map", `${JIT}/perf.map`],
    ...["--perf-map", `${JIT}/jit.dump`, ...optionsOf("x86_64/exec")],
    ...["0xffffffff81000130", "0xffffffff00000000", "0x7fa8480034dc", "0x10"],
  ],
};

for (const [name, args] of Object.entries(GOLDENS)) {
  Deno.test(`symfold explain prints ${name}`, async () => {
    const { code, stdout, stderr } = await explain(...args);
    assertGolden(stdout, `${name}.txt`);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  });
}

Deno.test("symfold explain --json prints what is known as JSON", async () => {
  const { code, stdout } = await explain(
    ...optionsOf("aarch64/section-start"),
    "--json",
    "0x5502b33000",
  );
  assertGolden(stdout, "explain-section-start.json");
  assertEquals(code, 0);
});

Deno.test("symfold explain names an address that is none, and explains the others", async () => {
  const run = await runSymfold(["explain", ...SMALL_OPTIONS, IN_FIRST, "0xg", AT_SECOND, "main"]);
  assertEquals(run.code, 1);
  assertEquals(
    run.stderr,
    'symfold: Cannot explain "0xg": it is no address, want one such as 0x7f572d91b230 or ' +
      'libc.so.6+0x12\nsymfold: Cannot explain "main": it is no address, want one such as ' +
      "0x7f572d91b230 or libc.so.6+0x12\n",
  );
  assertEquals(run.stdout.match(/^\S.*$/gm), [
    `${IN_FIRST} is layout_first`,
    `${AT_SECOND} is layout_second`,
  ]);
});

Deno.test("symfold explain --json prints a list without those that are no addresses", async () => {
  const { code, stdout } = await runSymfold(["explain", "--json", ...SMALL_OPTIONS, "zzz"]);
  assertEquals(code, 1);
  assertEquals(JSON.parse(stdout).explanations, []);
});

Deno.test("symfold explain --return-addresses all names the callers", async () => {
  const options = [...SMALL_OPTIONS, "--return-addresses", "all"];
  const { stdout } = await runSymfold(["explain", ...options, AT_SECOND]);
  assertEquals(stdout.split("\n")[0], `${AT_SECOND} is layout_first`);
  assertStringIncludes(stdout, "As it is, it would be layout_second");
});

Deno.test("symfold explain takes an address of digits only, whatever lies there", async () => {
  const { code, stdout } = await runSymfold(["explain", ...SMALL_OPTIONS, "deadbeef"]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n")[0], "deadbeef has no name: [unknown]");
});

Deno.test("symfold explain explains without a snapshot that it needs one", async () => {
  const { code, stdout } = await runSymfold(["explain", IN_FIRST]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "no maps snapshot was given");
});

Deno.test('symfold explain reads a snapshot from standard input as "-"', async () => {
  const [, , ...sysroot] = SMALL_OPTIONS;
  const { stdout } = await runSymfold(["explain", "--maps", "-", ...sysroot, IN_FIRST], {
    stdin: Deno.readFileSync(SMALL_MAPS),
  });
  assertEquals(stdout.split("\n")[0], `${IN_FIRST} is layout_first`);
});

Deno.test("symfold explain --demangle spells names as the filter does", async () => {
  const folder = "testdata/recordings/cpp-x86_64";
  const options = ["--maps", `${folder}/maps`, "--sysroot", `${folder}/sysroot`];
  const { stdout } = await explain(...options, "--demangle", "full", "0x7f696ecbbf09");
  const name = "geometry::Box::crosses(geometry::Ray const&, double) const";
  assertEquals(stdout.split("\n")[0], `0x7f696ecbbf09 is ${name}`);
});

for (
  const [args, message] of [
    [[], '"symfold explain" needs an ADDRESS, or --recording FILE'],
    [["-o", "x", "0x1"], '"symfold explain" has no option "-o"'],
    [["--report", "x", "0x1"], '"symfold explain" has no option "--report"'],
    [["--jsno", "0x1"], 'Unknown option "--jsno", did you mean --json?'],
    [
      ["--return-addresses", "some", "0x1"],
      'Option "--return-addresses" has the value "some", want one of none, all, callers',
    ],
  ] as const
) {
  Deno.test(`symfold explain ${args.join(" ")} is a usage error`, async () => {
    const run = await runSymfold(["explain", ...args]);
    const stderr = `symfold: ${message}\nsymfold: Try --help\n`;
    assertEquals(run, { code: 2, stdout: "", stderr });
  });
}

Deno.test("symfold explain says that a snapshot is missing", async () => {
  const { code, stdout, stderr } = await runSymfold(["explain", "--maps", "/none", "0x1"]);
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertEquals(stderr, 'symfold: Cannot read "/none": there is no such file or directory\n');
});

Deno.test("symfold reads a recording that is called explain as ./explain", async () => {
  using folder = new TempFolder();
  folder.write("explain", `app;${IN_FIRST} 1\n`);
  const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q", "./explain"], {
    cwd: folder.path,
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 1\n" });
});

for (
  const [command, usage] of [
    ["explain", "(--maps FILE | --recording FILE) [OPTION]... [ADDRESS]..."],
    ["images", "(--maps FILE | --recording FILE) [OPTION]..."],
  ] as const
) {
  Deno.test(`symfold ${command} --help prints the help of that command`, async () => {
    const { code, stdout } = await runSymfold([command, "--help"]);
    assertEquals(code, 0);
    assertEquals(stdout.startsWith(`Usage: symfold ${command} ${usage}\n`), true);
    assertStringIncludes(stdout, "--json");
  });
}

Deno.test("symfold explain tells of a debug file where it has names and where it was tried", async () => {
  using folder = new TempFolder();
  const linked = inRepository("testdata/debug_files/x86_64/linked");
  folder.write("root/usr/lib/libnames.so", Deno.readFileSync(`${linked}/libnames.so`));
  const link = "usr/lib/.debug/libnames.debug";
  folder.write(`root/${link}`, Deno.readFileSync(`${linked}/.debug/libnames.debug`));
  const nm = Deno.readTextFileSync(inRepository("testdata/debug_files/x86_64/nm"));
  const [, vaddr, name] = /^0*([0-9a-f]+) [0-9a-f]+ t (\w+)$/m.exec(nm)!;
  const { code, stdout } = await runSymfold([
    ...["explain", "--sysroot", folder.at("root"), `/usr/lib/libnames.so+0x${vaddr}`],
  ]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, `${name} (debug file .symtab)  chosen\n`);
  assertStringIncludes(stdout, `/${link}`);
  const lines = stdout.split("\n").filter((line) => line.includes(`/${link}`));
  assertEquals(lines.length, 2, stdout);
});

const WALK = "testdata/evidence/x86_64";

Deno.test("symfold explain --recording says that the file is another one than ran", async () => {
  const options = ["--maps", `${WALK}/maps`, "--recording", `${WALK}/raw.folded`];
  const other = await explain(...options, "--sysroot", `${WALK}/other`, "0x7efd265d3127");
  assertEquals({ code: other.code, stderr: other.stderr }, { code: 0, stderr: "" });
  assertGolden(other.stdout, "explain-recording.txt");
  const trusted = await explain(
    ...[...options, "--sysroot", `${WALK}/other`, "--trust-files", "0x7efd265d3127"],
  );
  assertEquals(trusted.stdout.split("\n")[0], "0x7efd265d3127 is walk");
});

Deno.test("symfold explain --recording takes the maps of the recording itself", async () => {
  const folder = "testdata/recordings/cpp-x86_64";
  const maps = Deno.readTextFileSync(inRepository(`${folder}/maps`));
  using temp = new TempFolder();
  const heap = temp.write(
    "heap.txt",
    "heap profile:      1:       64 [     1:       64] @ heapprofile\n" +
      "     1:       64 [     1:       64] @ 0x55d375807703 0x55d3758057ab\n\n" +
      `MAPPED_LIBRARIES:\n${maps}`,
  );
  const options = ["--sysroot", inRepository(`${folder}/sysroot`), "--recording", heap];
  const { stdout } = await runSymfold(["explain", ...options, "0x55d375807703"]);
  assertStringIncludes(stdout, "0x55d375807703 is prism::encode::compressed_bits\n");
  // Of a heap profile the leaf is a return address, too.
  assertStringIncludes(stdout, `in "${heap}": a caller with weight 64\n`);
});

Deno.test("symfold explain explains an address for each of several recordings", async () => {
  using temp = new TempFolder();
  const folded = temp.write("raw.folded", `${IN_FIRST};leaf 3\n`);
  const other = temp.write("other.folded", `x;${IN_FIRST} 4\n`);
  const perf = temp.write(
    "perf.txt",
    `app 7 1.5: 1 cycles:\n\t${IN_FIRST.slice(2)} [unknown] (x)\n\n`,
  );
  const recordings = [folded, other, perf].flatMap((path) => ["--recording", path]);
  const { stdout } = await runSymfold(["explain", ...SMALL_OPTIONS, ...recordings, IN_FIRST]);
  assertEquals(stdout.match(/^ {2}recording .*$/gm), [
    `  recording    in "${folded}", "${other}": a caller with weight 3, a leaf with weight 4`,
    `  recording    in "${perf}": a leaf with weight 1`,
  ]);
});

Deno.test("symfold explain --recording without an address explains what gets no name", async () => {
  using temp = new TempFolder();
  const folded = temp.write("raw.folded", `0x10;${IN_FIRST};leaf 3\n`);
  const options = [...SMALL_OPTIONS, "--recording", folded];
  const { code, stdout } = await runSymfold(["explain", ...options]);
  assertEquals(code, 0);
  assertEquals(stdout.match(/^\S.*$/gm), ["0x10 has no name: [unknown]"]);
  const { stdout: none } = await runSymfold(["explain", ...options, "0xg"]);
  assertEquals(none, "");
});

Deno.test("symfold explain names a recording that cannot be read, and its bad lines", async () => {
  using temp = new TempFolder();
  const folded = temp.write("raw.folded", `a;${IN_FIRST} 1\nno stack\n`);
  const recordings = ["--recording", folded, "--recording", temp.at("none")];
  const { code, stdout, stderr } = await runSymfold([
    ...["explain", ...SMALL_OPTIONS, ...recordings, IN_FIRST],
  ]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot read "${temp.at("none")}"`);
  assertStringIncludes(stderr, "Ignored 1 line that is no stack");
  assertStringIncludes(stdout, "a leaf with weight 1");
});
