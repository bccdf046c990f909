import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { CPP_OPTIONS, CPP_RECORDING, runShell, runSymfold } from "../support/run_symfold.ts";
import { IN_FIRST, SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";

const STACK = `app;${IN_FIRST} 1\n`;
const NAMED = "app;layout_first 1\n";

Deno.test("symfold reads the other recordings if one is missing", async () => {
  using folder = new TempFolder();
  const missing = folder.at("missing.folded");
  const run = await runSymfold([...SMALL_OPTIONS, "-q", missing, folder.write("a.folded", STACK)]);
  const stderr = `symfold: Cannot read "${missing}": there is no such file or directory\n`;
  assertEquals(run, { code: 1, stdout: NAMED, stderr });
});

Deno.test("symfold reads the other recordings if one is a directory", async () => {
  using folder = new TempFolder();
  const recordings = [folder.path, folder.write("a.folded", STACK)];
  const run = await runSymfold([...SMALL_OPTIONS, "-q", ...recordings]);
  const stderr = `symfold: Cannot read "${folder.path}": it is a directory, want a file\n`;
  assertEquals(run, { code: 1, stdout: NAMED, stderr });
});

Deno.test("symfold reads the other recordings if it may not read one", async () => {
  using folder = new TempFolder();
  const secret = folder.write("secret.folded", STACK);
  Deno.chmodSync(secret, 0o000);
  // Root may read everything, unless it gives that up.
  const lower =
    "lower=; if [ $(id -u) = 0 ]; then lower='setpriv --bounding-set=-all'; fi; $lower ";
  const args = [...SMALL_OPTIONS, "-q", secret, folder.write("a.folded", STACK)];
  const run = await runShell((symfold) => lower + symfold, args);
  const stderr = `symfold: Cannot read "${secret}": permission denied\n`;
  assertEquals(run, { code: 1, stdout: NAMED, stderr });
});

Deno.test("symfold exits with 1 if a recording is empty", async () => {
  const run = await runSymfold([...SMALL_OPTIONS, "-q", "/dev/null"]);
  const stderr = "symfold: Found no stacks: there is nothing to write\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold names the first line that is no stack and writes the others", async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", `${STACK}what;is this\n\n${STACK}nor this\n`);
  const run = await runSymfold([...SMALL_OPTIONS, "-q", recording]);
  const stderr = "symfold: Ignored 2 lines that are no stack; the first is line 2 of " +
    `"${recording}" (no count at its end): "what;is this"\n`;
  assertEquals(run, { code: 1, stdout: "app;layout_first 2\n", stderr });
});

Deno.test("symfold writes what it could read of a small gzip file that is damaged", async () => {
  using folder = new TempFolder();
  const lines = Array.from({ length: 500 }, (_, at) => `main;work${at * 7919 % 1000} ${at}\n`);
  const bytes = new Uint8Array(gzipSync(new TextEncoder().encode(lines.join(""))));
  bytes.fill(0xff, bytes.length - 100, bytes.length - 50);
  const recording = folder.write("damaged.folded.gz", bytes);
  const { code, stdout, stderr } = await runSymfold(["-q", recording]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot decompress the gzip data of "${recording}": `);
  const read = stdout.trimEnd().split("\n");
  assert(read.length > 400, `${read.length}`);
  assertEquals(read.filter((line) => !lines.includes(`${line}\n`)), []);
});

Deno.test("symfold writes what it could read of a gzip file that was cut", async () => {
  using folder = new TempFolder();
  const whole = folder.at("raw.folded.gz");
  const recording = folder.at("cut.folded.gz");
  const { code, stdout, stderr } = await runShell(
    (symfold) =>
      `gzip -c '${CPP_RECORDING}' > '${whole}' && head -c 6000 '${whole}' > '${recording}'; ${symfold}`,
    [...CPP_OPTIONS, "-q", "--no-merge", recording],
  );
  assertEquals(code, 1);
  const problem = `Cannot decompress the gzip data of "${recording}": unexpected end of file\n`;
  assertEquals(stderr, `symfold: ${problem}`);
  // The lines before the cut are the first of the recording, and their counts tell where it was.
  const lines = stdout.trimEnd().split("\n");
  const wanted = Deno.readTextFileSync(CPP_RECORDING).split("\n").slice(0, lines.length);
  assertEquals(lines.map(countOf), wanted.map(countOf));
  assertEquals(lines.length > 50, true);
});

Deno.test("symfold stops if a snapshot cannot be read", async () => {
  using folder = new TempFolder();
  const missing = folder.at("missing.maps");
  const run = await runSymfold(["--maps", missing, "-q"], { stdin: STACK });
  const stderr = `symfold: Cannot read "${missing}": there is no such file or directory\n`;
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold says to copy a snapshot in /proc first", async () => {
  const run = await runSymfold(["--maps", "/proc/self/maps", "-q"], { stdin: STACK });
  const stderr =
    'symfold: Cannot read "/proc/self/maps": Deno does not open files in /proc, /dev ' +
    "and /sys: copy it first, as in cp /proc/4711/maps 4711.maps\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold names the first line of a snapshot that is no mapping", async () => {
  using folder = new TempFolder();
  const [first, ...rest] = Deno.readTextFileSync(SMALL_MAPS).split("\n");
  const maps = folder.write("4711.maps", [first, "no mapping", "nor this", ...rest].join("\n"));
  const [, , ...sysroot] = SMALL_OPTIONS;
  const run = await runSymfold(["--maps", maps, ...sysroot, "-q"], { stdin: STACK });
  const stderr = `symfold: Ignored 2 of the lines of "${maps}", which are no mappings; the first ` +
    'is line 2: "no mapping"\n';
  assertEquals(run, { code: 1, stdout: NAMED, stderr });
});

Deno.test("symfold stops if no line of a snapshot is a mapping", async () => {
  using folder = new TempFolder();
  const maps = folder.write("4711.maps", "main;0x1 5\n");
  const run = await runSymfold(["--maps", maps, "-q"], { stdin: STACK });
  const stderr =
    `symfold: Cannot find a mapping of "${maps}", line 1: line is "main;0x1 5", want ` +
    "one of /proc/PID/maps\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});

for (
  const { what, content, problem } of [
    {
      what: "no ELF file",
      content: "not an ELF file\n",
      problem: 'Cannot read the ELF header of "PATH" at file offset 0x0: ' +
        "first bytes are 6e 6f 74 20, want 7f 45 4c 46",
    },
    {
      what: "empty",
      content: "",
      problem: 'Cannot read the ELF header of "PATH" at file offset 0x0: ' +
        "first bytes are none, want 7f 45 4c 46",
    },
    {
      what: "missing",
      content: undefined,
      problem: 'Cannot read "PATH": there is no such file or directory',
    },
  ]
) {
  Deno.test(`symfold stops if the vDSO is ${what}`, async () => {
    using folder = new TempFolder();
    const vdso = content === undefined ? folder.at("vdso") : folder.write("vdso", content);
    const run = await runSymfold([...SMALL_OPTIONS, "--vdso", vdso, "-q"], { stdin: STACK });
    const stderr = `symfold: ${problem.replace("PATH", vdso)}\n`;
    assertEquals(run, { code: 1, stdout: "", stderr });
  });
}

Deno.test("symfold says that a vmlinuz is no vmlinux", async () => {
  using folder = new TempFolder();
  const vmlinuz = folder.write("vmlinuz", "MZ\xea\x07 and so on");
  const run = await runSymfold(["--vmlinux", vmlinuz, "-q"], { stdin: STACK });
  const stderr = `symfold: Cannot read the ELF header of "${vmlinuz}" at file offset 0x0: ` +
    "first bytes are 4d 5a c3 aa, want 7f 45 4c 46; a vmlinuz has to be unpacked first, with " +
    "extract-vmlinux\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold stops if the vDSO is a directory", async () => {
  using folder = new TempFolder();
  const args = [...SMALL_OPTIONS, "--vdso", folder.path, "-q"];
  const run = await runSymfold(args, { stdin: STACK });
  const stderr = `symfold: Cannot open "${folder.path}": it is a directory, want a file\n`;
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold stops if the sysroot is missing", async () => {
  using folder = new TempFolder();
  const args = ["--maps", SMALL_MAPS, "--sysroot", folder.at("missing"), "-q"];
  const run = await runSymfold(args, { stdin: STACK });
  const stderr = `symfold: Cannot read "${folder.at("missing")}": there is no such file or ` +
    "directory\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold stops if the sysroot is a file", async () => {
  const run = await runSymfold(["--maps", SMALL_MAPS, "--sysroot", SMALL_MAPS], { stdin: STACK });
  const stderr = `symfold: Cannot read "${SMALL_MAPS}": it is a file, want a directory\n`;
  assertEquals(run, { code: 1, stdout: "", stderr });
});

Deno.test("symfold goes on whatever stands where a mapped file should be", async () => {
  using folder = new TempFolder();
  folder.write("opt/text", "not an ELF file\n");
  folder.write("opt/empty", "");
  folder.write(
    "opt/cut",
    Deno.readFileSync(`${SMALL_OPTIONS[3]}/opt/layouts/liblld-shifted.so`)
      .subarray(0, 100),
  );
  Deno.mkdirSync(folder.at("opt/directory"));
  Deno.symlinkSync("loop", folder.at("opt/loop"));
  Deno.symlinkSync("/etc/passwd", folder.at("opt/outside"));
  const files = ["cut", "directory", "empty", "fifo", "loop", "missing", "outside", "text"];
  const maps = folder.write(
    "maps",
    files.map((name, at) =>
      `0040${at}000-0040${at + 1}000 r-xp 00000000 08:01 ${at + 1} /opt/${name}\n`
    ).join(""),
  );
  const stacks = files.map((_, at) => `0x40${at}010 1\n`).join("");
  const args = ["--maps", maps, "--sysroot", folder.path, "-q", "--report", folder.at("report")];
  const { code, stdout, stderr } = await runShell(
    (symfold) => `mkfifo '${folder.at("opt/fifo")}' && ${symfold}`,
    args,
    { stdin: stacks },
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(stdout, files.map((name) => `[${name}@0x10] 1\n`).join(""));
  const { images } = JSON.parse(Deno.readTextFileSync(folder.at("report")));
  assertEquals(reasonsOf(images), {
    "/opt/cut": "malformed-elf",
    "/opt/directory": "file-unreadable",
    "/opt/empty": "malformed-elf",
    "/opt/fifo": "file-unreadable",
    "/opt/loop": "file-unreadable",
    "/opt/missing": "file-not-found",
    "/opt/outside": "file-not-found",
    "/opt/text": "not-elf",
  });
});

Deno.test("symfold says what to do about a file that is not there", async () => {
  using folder = new TempFolder();
  const args = ["--maps", SMALL_MAPS, "--sysroot", folder.path];
  const { code, stdout, stderr } = await runSymfold(args, { stdin: STACK });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;[liblld-shifted.so@0x510] 1\n" });
  const tried = folder.at("opt/layouts/liblld-shifted.so");
  assertStringIncludes(
    stderr,
    `there is no such file here: looked for "${tried}"; copy it from the recorded machine`,
  );
});

interface ImageRow {
  readonly image: string;
  readonly reasons: readonly { readonly reason: string }[];
}

function reasonsOf(images: readonly ImageRow[]): Record<string, string> {
  const rows = images.map(({ image, reasons }) => [image, reasons.map((r) => r.reason).join()]);
  return Object.fromEntries(rows.sort());
}

function countOf(line: string): string {
  return line.slice(line.lastIndexOf(" ") + 1);
}

for (
  const [what, line, hint] of [
    ["a maps snapshot", "00400000-00401000 r-xp 00000000 fe:00 42 /bin/a", "--maps"],
  ] as const
) {
  Deno.test(`symfold says what to do with the text of ${what}: ${JSON.stringify(line)}`, async () => {
    const { code, stdout, stderr } = await runSymfold(["-q"], { stdin: `main 1\n${line}\n` });
    assertEquals({ code, stdout }, { code: 1, stdout: "main 1\n" });
    assertStringIncludes(stderr, hint);
  });
}

Deno.test("symfold writes nothing for perf's own file, and says what to do", async () => {
  using folder = new TempFolder();
  const data = folder.write("perf.data", "PERFILE2" + "\0".repeat(100));
  const output = folder.at("a.svg");
  const run = await runSymfold(["-q", "-o", output, data]);
  const stderr = `symfold: Cannot read the stacks of "${data}": it is perf's own file: print it ` +
    "with perf script --show-mmap-events, see Take a recording in the README\n";
  assertEquals(run, { code: 1, stdout: "", stderr });
  assertEquals(folder.names(), ["perf.data"]);
});

Deno.test("symfold does not read a binary file as stacks unless it is told to", async () => {
  const stdin = "a\0;b 1\n";
  const refused = await runSymfold(["-q"], { stdin });
  assertEquals({ ...refused, stderr: "" }, { code: 1, stdout: "", stderr: "" });
  assertStringIncludes(refused.stderr, '"standard input": it is no text');
  const told = await runSymfold(["-q", "--input", "folded"], { stdin });
  assertEquals(told, { code: 0, stdout: "a;b 1\n", stderr: "" });
});

for (const option of ["--kallsyms", "--perf-map", "--maps"]) {
  Deno.test(`symfold ${option} prints nothing of a binary file that a terminal obeys`, async () => {
    using folder = new TempFolder();
    const elf = folder.write("a.out", "\x7fELF\x02\x01\x01\x1b[31m\x9b\n\x07 x\n");
    const { stderr } = await runSymfold(["-q", option, elf], { stdin: STACK });
    assertStringIncludes(stderr, "ELF");
    // deno-lint-ignore no-control-regex -- those are the characters to find
    assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.exec(stderr), null);
  });
}

Deno.test("symfold keeps a row of the report one line, whatever the file is called", async () => {
  using folder = new TempFolder();
  const maps = folder.write(
    "maps",
    "7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 /nosuch/a\\012symfold: 100.0 % resolved\n",
  );
  const { code, stderr } = await runSymfold(["--maps", maps], { stdin: "x;0x7f0000000010 1\n" });
  assertEquals(code, 0);
  assertStringIncludes(stderr, " /nosuch/a\\x0asymfold: 100.0 % resolved\n");
});
