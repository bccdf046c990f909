import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Bundle, openBundle } from "../../lib/bundle/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { CPP_OPTIONS, CPP_RECORDING, runShell, runSymfold } from "../support/run_symfold.ts";
import { SHIFTED, shiftedMaps } from "../support/shifted_library.ts";
import { IN_FIRST, SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";

const BASE = 0x7f0000000000;
/** Inside `layout_first`. */
const FRAME = "0x7f000000150c";
const NOT_TAKEN = "symfold: Not taken: ";
const PATH = "/opt/layouts/liblld-shifted.so";

async function readBundle(path: string): Promise<Bundle> {
  return await openBundle(new MemorySource(path, Deno.readFileSync(path)));
}

Deno.test("symfold collect takes along what --bundle gives the same names and report by", async () => {
  using folder = new TempFolder();
  const bundle = folder.at("b.tar.gz");
  const direct = await runSymfold([...CPP_OPTIONS, CPP_RECORDING]);
  for (const recording of [[], [CPP_RECORDING]]) {
    const { code, stderr } = await runSymfold([
      ...["collect", ...CPP_OPTIONS, "-o", bundle, ...recording],
    ]);
    // libc and others are not in the sysroot.
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      `${NOT_TAKEN}"/usr/lib/x86_64-linux-gnu/libc.so.6": there is no such file here`,
    );
    assertEquals(await runSymfold(["--bundle", bundle, CPP_RECORDING]), direct);
  }
});

Deno.test("symfold collect needs no snapshot for recordings that have their maps", async () => {
  using folder = new TempFolder();
  const [first, second] = [7, 8].map((pid) => {
    const path = folder.write(`${pid}/lib.so`, SHIFTED);
    const base = BASE + pid * 0x10000;
    const text = `prog ${pid} 1.0: PERF_RECORD_MMAP2 ${pid}/${pid}: ` +
      `[0x${(base + 0x1000).toString(16)}(0x1000) @ 0 fe:00 ${pid} 1]: r-xp ${path}\n` +
      `prog ${pid} 2.0: 1 cpu-clock:\n\t${(base + 0x150c).toString(16)} [unknown] (${path})\n\n`;
    return { path, recording: folder.write(`${pid}.perf`, text) };
  });
  const recordings = [first!.recording, second!.recording];
  const direct = await runSymfold(recordings);
  assertEquals(direct.stdout, "prog;layout_first 2\n");
  const bundle = folder.at("b.tar.gz");
  const { code } = await runSymfold(["collect", "-o", bundle, ...recordings]);
  assertEquals(code, 0);
  const { manifest } = await readBundle(bundle);
  assertEquals(manifest.maps, []);
  assertEquals(manifest.files.map(({ path }) => path), [first!.path, second!.path]);
  for (const { path } of [first!, second!]) Deno.removeSync(path);
  assertEquals(await runSymfold(["--bundle", bundle, ...recordings]), direct);
});

Deno.test("symfold collect keeps a perf map to its process without a snapshot, too", async () => {
  using folder = new TempFolder();
  const stackOf = (pid: number) =>
    `prog ${pid} 1.0: PERF_RECORD_MMAP ${pid}/${pid}: [0x7f0000000000(0x1000) @ 0]: x //anon\n` +
    `prog ${pid} 2.0: 1 cpu-clock:\n\t    7f0000000010 [unknown] (//anon)\n\n`;
  const recording = folder.write("r.perf", stackOf(7) + stackOf(8));
  const perfMap = ["--perf-map", `7=${folder.write("code.map", "7f0000000000 100 made\n")}`];
  const path = folder.write("lib.so", SHIFTED);
  const other = folder.write("o.folded", `${path}+0x150c 1\n`);
  const bundle = folder.at("b.tar.gz");
  await runSymfold(["collect", "-o", bundle, ...perfMap, recording, other]);
  const direct = await runSymfold([...perfMap, recording, other]);
  assertEquals(direct.stdout, "layout_first 1\nprog;[jit] 1\nprog;made 1\n");
  assertEquals(await runSymfold(["--bundle", bundle, recording, other]), direct);
});

Deno.test("symfold collect says that a recording alone is not enough if it has no maps", async () => {
  using folder = new TempFolder();
  const recording = folder.write("raw.folded", "prog;0x7f0000000010 1\n");
  const { code, stderr } = await runSymfold(["collect", "-o", folder.at("b"), recording]);
  const message =
    "symfold: There is nothing to collect: no file is known that the recordings have " +
    "addresses in, use --pid PID or --maps FILE\n";
  assertEquals({ code, stderr }, { code: 1, stderr: message });
  assertEquals(folder.names(), ["raw.folded"]);
});

Deno.test("symfold collect names the bundle itself if the user does not", async () => {
  using folder = new TempFolder();
  const { stderr } = await runSymfold(["collect", ...SMALL_OPTIONS], { cwd: folder.path });
  assertEquals(folder.names(), ["symfold-bundle.tar.gz"]);
  assertStringIncludes(stderr, 'symfold: Wrote "symfold-bundle.tar.gz": ');
});

Deno.test("symfold collect -o - writes the bundle to standard output", async () => {
  using folder = new TempFolder();
  const { code } = await runShell(
    (symfold) => `${symfold} > ${folder.at("piped.tar.gz")}`,
    ["collect", ...SMALL_OPTIONS, "-q", "-o", "-"],
  );
  await runSymfold(["collect", ...SMALL_OPTIONS, "-q", "-o", folder.at("b.tar.gz")]);
  assertEquals(code, 1);
  assertEquals(
    Deno.readFileSync(folder.at("piped.tar.gz")),
    Deno.readFileSync(folder.at("b.tar.gz")),
  );
});

Deno.test("symfold collect --dry-run lists what it would take, and writes nothing", async () => {
  using folder = new TempFolder();
  const options = { cwd: folder.path };
  const dry = await runSymfold(["collect", ...SMALL_OPTIONS, "--dry-run"], options);
  assertEquals(folder.names(), []);
  await runSymfold(["collect", ...SMALL_OPTIONS, "-o", "b.tar.gz"], options);
  const { manifest } = await readBundle(folder.at("b.tar.gz"));
  const { size } = Deno.statSync(folder.at("b.tar.gz"));
  assertStringIncludes(dry.stdout, `would have ${(size / 1000).toFixed(1)} kB with `);
  for (const { path } of manifest.files) assertStringIncludes(dry.stdout, path);
  assertStringIncludes(dry.stdout, "  maps\n");
  for (const { path } of manifest.missing) assertStringIncludes(dry.stderr, NOT_TAKEN + `"${path}`);
});

Deno.test("symfold collect takes code by the recording, all of it without one, or none", async () => {
  using folder = new TempFolder();
  const bundle = folder.at("b.tar.gz");
  const kept: number[] = [];
  for (
    const [code, more] of [
      ["none", ["--no-code"]],
      ["recordings", [CPP_RECORDING]],
      ["all", []],
      ["all", ["--whole"]],
    ] as const
  ) {
    await runSymfold(["collect", ...CPP_OPTIONS, "-o", bundle, ...more]);
    const { manifest } = await readBundle(bundle);
    assertEquals(manifest.code, code);
    kept.push(manifest.files[0]!.kept);
    if (more[0] === "--whole") assertEquals(manifest.files[0]!.size, kept.at(-1));
  }
  assertEquals(kept, kept.toSorted((a, b) => a - b));
  // Of a program that is hardly more than code all is nearly the whole file.
  assertEquals(new Set(kept).size, 3);
});

for (
  const [args, message] of [
    [["collect"], "There is nothing to collect: use --pid PID or --maps FILE"],
    [["collect", "--pid", "x"], 'Option "--pid" has the value "x", want the number of a process'],
    [["collect", "--pid", "0"], 'Option "--pid" has the value "0", want the number of a process'],
    [["collect", "--lines", "--maps", "a"], '"symfold collect" has no option "--lines"'],
    [["--pid", "1"], '"symfold" has no option "--pid"'],
  ] as const
) {
  Deno.test(`symfold ${args.join(" ")} is no command line`, async () => {
    const { code, stderr } = await runSymfold(args);
    assertEquals({ code, stderr }, {
      code: 2,
      stderr: `symfold: ${message}\nsymfold: Try --help\n`,
    });
  });
}

/** A folder that looks like `/proc` with the process 4711, which has a library mapped. */
function procFolder(folder: TempFolder, maps: string): string[] {
  folder.write("proc/4711/maps", maps);
  folder.write("proc/4711/comm", "node\n");
  folder.write("proc/4711/status", "Name:\tnode\nNSpid:\t4711\n");
  folder.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  folder.write("proc/kallsyms", "ffffffff81000000 T do_idle\n");
  folder.write("proc/modules", "nf_tables 1 0 - Live 0x0000000000000000\n");
  return ["collect", "--pid", "4711", "--proc", folder.at("proc"), "-o", folder.at("b.tar.gz")];
}

Deno.test("symfold collect --pid takes the process's snapshot, files, and the kernel's symbols", async () => {
  using folder = new TempFolder();
  const library = folder.write("libx.so", SHIFTED);
  const inode = Deno.statSync(library).ino!;
  const args = procFolder(folder, shiftedMaps(library, BASE, inode));
  assertEquals((await runSymfold(args)).code, 0);
  const { manifest } = await readBundle(folder.at("b.tar.gz"));
  assertEquals(
    { ...manifest, files: manifest.files.map(({ path }) => path), debugDirs: [], createdBy: "" },
    {
      createdBy: "",
      pid: 4711,
      command: "node",
      kernel: "6.1.0-18-amd64",
      code: "all",
      maps: [{ entry: "maps", process: undefined }],
      codeMaps: [],
      kallsyms: "kallsyms",
      modules: "modules",
      buildIds: "build-ids",
      debugDirs: [],
      files: [library],
      missing: [],
      notes: [],
    },
  );
  const { stdout } = await runSymfold(["--bundle", folder.at("b.tar.gz"), "-q"], {
    stdin: `node;${FRAME};0xffffffff81000010 1\n`,
  });
  assertEquals(stdout, "node;layout_first;do_idle 1\n");
});

Deno.test("symfold collect --pid does not take another file for the one that is mapped", async () => {
  using folder = new TempFolder();
  const library = folder.write("libx.so", SHIFTED);
  const inode = Deno.statSync(library).ino!;
  const maps = shiftedMaps(library, BASE, inode + 1) +
    shiftedMaps(`${library} (deleted)`, BASE + 0x10000, inode);
  const args = procFolder(folder, maps);
  const { code, stderr } = await runSymfold(args);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `${NOT_TAKEN}"${library}": the file cannot be read: the file there has inode ${inode}, the ` +
      `mapped one ${inode + 1}: it is another, maybe because the process is in a container; ` +
      "--sysroot / takes it all the same\n",
  );
  assertStringIncludes(stderr, `${NOT_TAKEN}"${library}" (deleted): the mapped file was deleted`);
  assertEquals((await readBundle(folder.at("b.tar.gz"))).manifest.files, []);
  assertEquals((await runSymfold([...args, "--sysroot", "/"])).code, 0);
  const { manifest } = await readBundle(folder.at("b.tar.gz"));
  assertEquals(manifest.files.map(({ path }) => path), [library, library]);
});

Deno.test("symfold collect says that the kernel hides its symbols", async () => {
  using folder = new TempFolder();
  const library = folder.write("libx.so", SHIFTED);
  const args = procFolder(folder, shiftedMaps(library, BASE, 0));
  folder.write("proc/kallsyms", "0000000000000000 T _stext\n".repeat(100));
  const { code, stderr } = await runSymfold(args);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "symfold: The kernel hides its addresses: ");
  const { stderr: report } = await runSymfold(["--bundle", folder.at("b.tar.gz")], {
    stdin: "0xffffffff81000010 1\n",
  });
  assertStringIncludes(report, "the kallsyms snapshot has no addresses, only zeros");
});

Deno.test("symfold collect names what it cannot read of a process, and takes the rest", async () => {
  using folder = new TempFolder();
  const library = folder.write("libx.so", SHIFTED);
  const args = procFolder(folder, shiftedMaps(library, BASE, 0));
  for (const name of ["kallsyms", "4711/comm"]) {
    Deno.removeSync(folder.at(`proc/${name}`));
  }
  const { code, stderr } = await runSymfold(args);
  assertEquals(code, 0);
  for (const name of ["kallsyms", "4711/comm"]) {
    const path = folder.at(`proc/${name}`);
    assertStringIncludes(
      stderr,
      `symfold: Cannot read "${path}": there is no such file or directory\n`,
    );
  }
  Deno.removeSync(folder.at("proc/4711/maps"));
  const without = await runSymfold(args);
  assertEquals(without.code, 1);
  assertStringIncludes(
    without.stderr,
    `symfold: Cannot read "${folder.at("proc/4711/maps")}": there is no such file or directory\n`,
  );
});

Deno.test("symfold collect --pid says how to pass in what Deno does not let it read", async () => {
  const { code, stderr } = await runSymfold(["collect", "--pid", `${Deno.pid}`, "-o", "/dev/null"]);
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `symfold: Cannot read "/proc/${Deno.pid}/maps": Deno opens no files there for a program that ` +
      `may only read and write: add --maps <(cat /proc/${Deno.pid}/maps)\n`,
  );
});

Deno.test("symfold collect takes snapshots of several processes, perf maps and jitdumps", async () => {
  using folder = new TempFolder();
  const perfMap = folder.write("perf-22.map", "10000 1000 jitted\n");
  const other = folder.write("other", "10000-11000 rwxp 00000000 00:00 0\n");
  const [, , ...sysroot] = SMALL_OPTIONS;
  await runSymfold([
    ...["collect", "--maps", `11=${SMALL_MAPS}`, "--maps", `22=${other}`, "--perf-map", perfMap],
    ...[...sysroot, "-o", folder.at("b.tar.gz")],
  ]);
  const { manifest } = await readBundle(folder.at("b.tar.gz"));
  assertEquals(manifest.maps, [{ entry: "11.maps", process: 11 }, {
    entry: "22.maps",
    process: 22,
  }]);
  assertEquals(manifest.codeMaps, [{ entry: "perf-22.map", process: 22 }]);
  assert(manifest.files.some(({ path }) => path === PATH));
  const { stdout } = await runSymfold(["--bundle", folder.at("b.tar.gz"), "-q"], {
    stdin: `app-11;${IN_FIRST} 1\napp-22;0x10010 2\napp-11;0x10010 3\n`,
  });
  assertEquals(stdout, "app-11;[unknown] 3\napp-11;layout_first 1\napp-22;jitted 2\n");
});
