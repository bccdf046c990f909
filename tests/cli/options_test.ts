import { assertEquals, assertThrows } from "@std/assert";
import { COMMANDS } from "../../lib/cli/commands.ts";
import { optionsOf } from "../../lib/cli/option_table.ts";
import { parseOptions, UsageError } from "../../lib/cli/options.ts";
import { chooseOutput } from "../../lib/cli/output_choice.ts";

Deno.test("parseOptions() gives every option its default", () => {
  assertEquals(parseOptions([]), {
    command: "filter",
    operands: [],
    inputs: ["-"],
    sides: [],
    format: undefined,
    event: undefined,
    weight: undefined,
    roots: "comm",
    maps: [],
    bundle: undefined,
    maxBundleSize: undefined,
    pid: undefined,
    proc: "/proc",
    dryRun: false,
    code: false,
    whole: false,
    dwarf: false,
    sysroot: undefined,
    debugDirs: [],
    pathMap: [],
    search: [],
    buildIds: undefined,
    vdso: undefined,
    kallsyms: undefined,
    vmlinux: undefined,
    perfMaps: [],
    annotate: [],
    imagePrefix: false,
    shape: { include: [], exclude: [], mergeRecursion: false, reverse: false, root: "" },
    inlines: true,
    lines: false,
    output: undefined,
    outputChoice: chooseOutput("folded", undefined),
    title: undefined,
    weightType: undefined,
    report: undefined,
    demangle: "short",
    unresolved: "offset",
    returnAddresses: undefined,
    trustFiles: false,
    merge: true,
    normalize: false,
    failUnder: undefined,
    json: false,
    quiet: false,
    verbose: false,
    help: false,
    version: false,
  });
});

Deno.test("parseOptions() reads every option", () => {
  const args =
    "--input perf --event x --weight y --pids --maps a --maps=b --bundle w --max-bundle-size 3M " +
    "--sysroot c -o d.gz --format folded --title z --unit bytes --report e --demangle none --unresolved file " +
    "--debug-dir h --debug-dir i --path-map /j=/k=l --search p --build-ids q --vdso m --kallsyms n --perf-map o " +
    "--vmlinux r --annotate kernel,jit,inline --no-inlines --lines --image-prefix " +
    "--include r --include ^s$ --exclude t|u --merge-recursion --reverse --root v " +
    "--return-addresses all --trust-files --no-merge --fail-under 99.5 -q -v -h --version f g";
  assertEquals(parseOptions(args.split(" ")), {
    command: "filter",
    operands: ["f", "g"],
    inputs: ["f", "g"],
    sides: [],
    format: "perf",
    event: "x",
    weight: "y",
    roots: "comm-pid",
    maps: ["a", "b"],
    bundle: "w",
    maxBundleSize: 3 * 2 ** 20,
    pid: undefined,
    proc: "/proc",
    dryRun: false,
    code: false,
    whole: false,
    dwarf: false,
    sysroot: "c",
    debugDirs: ["h", "i"],
    pathMap: [{ from: "/j", to: "/k=l" }],
    search: ["p"],
    buildIds: "q",
    vdso: "m",
    kallsyms: "n",
    vmlinux: "r",
    perfMaps: ["o"],
    annotate: ["kernel", "jit", "inline"],
    imagePrefix: true,
    shape: {
      include: [/r/u, /^s$/u],
      exclude: [/t|u/u],
      mergeRecursion: true,
      reverse: true,
      root: "v",
    },
    inlines: false,
    lines: true,
    output: "d.gz",
    outputChoice: chooseOutput("folded", "d.gz"),
    title: "z",
    weightType: { name: "weight", unit: "bytes" },
    report: "e",
    demangle: "none",
    unresolved: "file",
    returnAddresses: "all",
    trustFiles: true,
    merge: false,
    normalize: false,
    failUnder: 99.5,
    json: false,
    quiet: true,
    verbose: true,
    help: true,
    version: true,
  });
});

Deno.test("parseOptions() takes options behind recordings, and short ones together", () => {
  const { inputs, quiet, verbose, output } = parseOptions(["a", "-qvo", "b", "c"]);
  assertEquals({ inputs, quiet, verbose, output }, {
    inputs: ["a", "c"],
    quiet: true,
    verbose: true,
    output: "b",
  });
});

Deno.test('parseOptions() takes what is behind "--" as recordings', () => {
  assertEquals(parseOptions(["-q", "--", "-o", "--maps", "-"]).inputs, ["-o", "--maps", "-"]);
});

Deno.test("parseOptions() leaves recordings with the names of numbers as they are", () => {
  assertEquals(parseOptions(["4711", "007", "1e3"]).inputs, ["4711", "007", "1e3"]);
});

for (const args of [["-o", "-"], ["--output", "-"], ["--output=-"]]) {
  Deno.test(`parseOptions() takes the "-" of ${args.join(" ")} as its value`, () => {
    const { inputs, output } = parseOptions([...args, "a"]);
    assertEquals({ inputs, output }, { inputs: ["a"], output: "-" });
  });
}

for (const value of ["-1", "101", "NaN", "", " ", "1,5", "Infinity"]) {
  Deno.test(`parseOptions() refuses --fail-under=${JSON.stringify(value)}`, () => {
    assertThrows(() => parseOptions([`--fail-under=${value}`]), UsageError, '"--fail-under"');
  });
}

for (const value of ["user", "kernel,", "jit,kernel,inlined"]) {
  Deno.test(`parseOptions() refuses --annotate=${value}`, () => {
    assertThrows(
      () => parseOptions([`--annotate=${value}`]),
      UsageError,
      "want kernel, jit or inline",
    );
  });
}

Deno.test("parseOptions() refuses a pattern that is none, and a root with a semicolon", () => {
  const message = `Option "--include" has the value "(": Invalid regular expression`;
  assertThrows(() => parseOptions(["--include", "("]), UsageError, message);
  assertThrows(() => parseOptions(["--root=a;b"]), UsageError, 'has the value "a;b", want no ";"');
});

for (const value of ["=/b", "/a"]) {
  Deno.test(`parseOptions() refuses --path-map=${value}`, () => {
    assertThrows(() => parseOptions([`--path-map=${value}`]), UsageError, "want FROM=TO");
  });
}

for (
  const arg of ["--maps.x=1", "--no-maps", "--no-quiet", "--__proto__", "---", "-z", "-5", "-qz"]
) {
  Deno.test(`parseOptions() refuses the unknown option ${arg}`, () => {
    assertThrows(() => parseOptions([arg]), UsageError, `Unknown option "${arg}"`);
  });
}

for (const arg of ["--quiet=no", "--no-merge=", "--merge=false", "--help=all"]) {
  Deno.test(`parseOptions() refuses the value of ${arg}`, () => {
    const [name] = arg.split("=");
    const message = `Option "${name}" takes no value: "${arg}"`;
    assertThrows(() => parseOptions([arg]), UsageError, message);
  });
}

Deno.test("parseOptions() does not take an option for the value of another", () => {
  assertThrows(
    () => parseOptions(["--maps", "--quiet"]),
    UsageError,
    'Option "--maps" needs a value: FILE',
  );
});

for (const { name } of COMMANDS) {
  Deno.test(`optionsOf() has no option of ${name} twice`, () => {
    const rows = optionsOf(name);
    const words = rows.flatMap((row) =>
      row.short === undefined ? [row.name] : [row.name, row.short]
    );
    assertEquals(words.filter((word, at) => words.indexOf(word) !== at), []);
    assertEquals(["help", "version"].every((word) => words.includes(word)), true);
  });
}

Deno.test("parseOptions() reads the options of explain, whose operands are addresses", () => {
  const args = [
    ...["explain", "--maps", "a", "--json", "0x1", "--kallsyms", "k", "libc.so.6+0x2"],
    ...["--recording", "r", "--recording=-"],
  ];
  const { command, operands, inputs, maps, json, kallsyms, returnAddresses } = parseOptions(args);
  assertEquals({ command, operands, inputs, maps, json, kallsyms, returnAddresses }, {
    command: "explain",
    operands: ["0x1", "libc.so.6+0x2"],
    inputs: ["r", "-"],
    maps: ["a"],
    json: true,
    kallsyms: "k",
    returnAddresses: undefined,
  });
});

Deno.test("parseOptions() wants operands where a command has some, but not with --help", () => {
  assertThrows(() => parseOptions(["explain"]), UsageError, "needs an ADDRESS, or --recording");
  assertEquals(parseOptions(["explain", "--recording", "r"]).operands, []);
  assertThrows(() => parseOptions(["images", "x"]), UsageError, "has 1 operand, want 0");
  assertEquals(parseOptions(["explain", "--help"]).help, true);
});

Deno.test("parseOptions() gives each side of diff what is its own, and else what holds for both", () => {
  const args = "diff --sysroot s --maps m --before-maps a --before-maps=b --after-sysroot t " +
    "--search x --after-search y --normalize --lines one two -q";
  const { inputs, sides, normalize, merge, quiet } = parseOptions(args.split(" "));
  assertEquals({ inputs, normalize, merge, quiet }, {
    inputs: ["one", "two"],
    normalize: true,
    merge: true,
    quiet: true,
  });
  assertEquals(
    sides.map(({ inputs, maps, sysroot, search, lines }) => [inputs, maps, sysroot, search, lines]),
    [
      [["one"], ["a", "b"], "s", ["x"], true],
      [["two"], ["m"], "t", ["y"], true],
    ],
  );
});

Deno.test("parseOptions() lets diff compare no addresses", () => {
  const stylesOf = (...args: string[]) =>
    parseOptions(["diff", ...args, "a", "b"]).sides.map(({ unresolved }) => unresolved);
  assertEquals(stylesOf(), ["stable", "stable"]);
  assertEquals(stylesOf("--unresolved=file"), ["file", "file"]);
  const message = 'Option "--unresolved" has the value "address", want one of offset, file';
  assertThrows(() => stylesOf("--unresolved=address"), UsageError, message);
});

for (const args of [[], ["a"], ["a", "b", "c"]]) {
  Deno.test(`parseOptions() refuses diff of ${args.length} recordings`, () => {
    const message = `operand${
      args.length === 1 ? "" : "s"
    }, want 2: symfold diff [OPTION]... BEFORE AFTER`;
    assertThrows(() => parseOptions(["diff", ...args]), UsageError, message);
    assertEquals(parseOptions(["diff", ...args, "--help"]).sides, []);
  });
}

Deno.test("parseOptions() knows the options of one side for diff only", () => {
  const message = '"symfold" has no option "--before-maps"';
  assertThrows(() => parseOptions(["--before-maps=a"]), UsageError, message);
});
