import { assert, assertEquals } from "@std/assert";
import { recordingOptions, runSymfold } from "../support/run_symfold.ts";
import {
  decodePprof,
  type FirefoxFile,
  namesOfFirefoxStack,
  type SpeedscopeFile,
  stacksOfFirefox,
  stacksOfPprof,
  stacksOfSpeedscope,
} from "../support/read_outputs.ts";
import { BEHIND_ALL, IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// The formats for other viewers, as the command writes them.

const STACKS = `app;${IN_FIRST} 3\napp;${BEHIND_ALL} 1\n`;
const SUMS = new Map([["app\nlayout_first", 3], ["app\n[liblld-shifted.so+0x15f0]", 1]]);

async function write(name: string, args: readonly string[] = [], stdin = STACKS) {
  using folder = new TempFolder();
  const path = folder.at(name);
  const run = await runSymfold([...SMALL_OPTIONS, "-q", ...args, "-o", path], { stdin });
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
  return Deno.readFileSync(path);
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

Deno.test("symfold -o .speedscope.json writes a profile for speedscope", async () => {
  const file: SpeedscopeFile = JSON.parse(
    new TextDecoder().decode(await write("a.speedscope.json", ["--title", "Mine"])),
  );
  assertEquals(stacksOfSpeedscope(file), SUMS);
  assertEquals(file.name, "Mine");
  assert(file.exporter.startsWith("symfold "));
});

Deno.test("symfold -o .firefox.json writes a profile for the Firefox Profiler, also compressed", async () => {
  const plain = new TextDecoder().decode(await write("a.firefox.json"));
  assertEquals(stacksOfFirefox(JSON.parse(plain)), SUMS);
  assertEquals(await gunzip(await write("a.firefox.json.gz")), plain);
});

for (
  const [name, ...args] of [["a.pb.gz"], ["a.pprof"], ["a.pprof.gz"], ["a.gz", "--format", "pprof"]]
) {
  Deno.test(`symfold ${args.join(" ")} -o ${name} writes a profile for pprof, compressed once`, async () => {
    const message = decodePprof(await write(name!, args));
    const sums = stacksOfPprof(message);
    assertEquals(sums.get("app\nlayout_first"), 3);
    assertEquals(sums.get(`app\n${BEHIND_ALL}`), 1);
  });
}

Deno.test("symfold --format firefox gives a big-endian library the id that symbolic gives it", async () => {
  const folder = testdata("layouts/s390x/plain");
  const args = [
    "-q",
    "--format",
    "firefox",
    "--maps",
    `${folder}/maps`,
    "--sysroot",
    `${folder}/sysroot`,
  ];
  const { stdout } = await runSymfold(args, { stdin: "app;0x4002b0a3b0 1\n" });
  const { libs } = JSON.parse(stdout);
  assertEquals(libs.map(({ name, breakpadId }: Record<string, string>) => [name, breakpadId]), [
    ["libplain.so", "A95ED5F5D75E4FB2934244E03B4B54250"],
  ]);
});

Deno.test("symfold reads back what it wrote for pprof", async () => {
  using folder = new TempFolder();
  const path = folder.at("a.pb.gz");
  await runSymfold([...SMALL_OPTIONS, "-q", "-o", path], { stdin: STACKS });
  const sysroot = SMALL_OPTIONS[SMALL_OPTIONS.indexOf("--sysroot") + 1]!;
  const run = await runSymfold(["-q", "--sysroot", sysroot, path]);
  assertEquals(run, {
    code: 0,
    stdout: "app;[liblld-shifted.so+0x15f0] 1\napp;layout_first 3\n",
    stderr: "",
  });
});

Deno.test("symfold writes vaddrs for pprof where the recording does not say where a file was", async () => {
  const stdin = "app;(/opt/layouts/liblld-shifted.so+0x53a) 1\n";
  const { location, mapping } = decodePprof(await write("a.pb.gz", [], stdin));
  assertEquals(location.map(({ address }) => Number(address)).sort(), [0, 0x153a]);
  // The pages of the segment that begins at vaddr 0x150c, file offset 0x50c.
  assertEquals(
    mapping.map((one) => [one.memoryStart, one.memoryLimit, one.fileOffset].map(Number)),
    [[0x1000, 0x2000, 0]],
  );
});

Deno.test("symfold --unit is the unit of all formats", async () => {
  const bytes = await write("a.speedscope.json", ["--unit", "bytes"]);
  const speedscope: SpeedscopeFile = JSON.parse(new TextDecoder().decode(bytes));
  assertEquals(speedscope.profiles[0]!.unit, "bytes");
  const { sampleType: [type], stringTable } = decodePprof(
    await write("a.pb.gz", ["--unit", "bytes"]),
  );
  assertEquals(stringTable.strings[Number(type!.unit)], "bytes");
});

const INLINES_MAPS = `7f0000000000-7f0000001000 r--p 00000000 00:00 0 /dwarf/gcc-dwarf5.so
7f0000001000-7f0000002000 r-xp 00001000 00:00 0 /dwarf/gcc-dwarf5.so
7f0000002000-7f0000003000 r--p 00002000 00:00 0 /dwarf/gcc-dwarf5.so
`;
/** What llvm-symbolizer says of vaddr 0x1068, innermost first; see `testdata/dwarf`. */
const INLINES = [
  { name: "square", line: 5, column: 16 },
  { name: "polynomial", line: 11, column: 12 },
  { name: "inline_twice", line: 19, column: 15 },
];
const INLINES_FILE = "/src/sources/dwarf/inlines.c";

async function writeInlines(name: string): Promise<Uint8Array<ArrayBuffer>> {
  using folder = new TempFolder();
  const maps = folder.write("maps", INLINES_MAPS);
  const args = ["--maps", maps, "--sysroot", testdata("."), "-q", "-o", folder.at(name)];
  const run = await runSymfold(args, { stdin: "main;0x7f0000001068 7\n" });
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
  return Deno.readFileSync(folder.at(name));
}

Deno.test("symfold -o .pb.gz writes inlined functions with their lines and columns", async () => {
  const { location, function: functions, stringTable: { strings }, mapping } = decodePprof(
    await writeInlines("a.pb.gz"),
  );
  const found = location.find(({ address }) => BigInt(address) === 0x7f0000001068n)!;
  const lines = found.line.map(({ functionId, line, column }) => {
    const { name, filename } = functions.find(({ id }) => id === functionId)!;
    assertEquals(strings[Number(filename)], INLINES_FILE);
    return { name: strings[Number(name)], line, column };
  });
  assertEquals<unknown>(lines, INLINES);
  assertEquals(BigInt(mapping[0]!.memoryStart), 0x7f0000001000n);
  assertEquals(mapping[0]!.fileOffset, 0x1000);
  assertEquals(mapping[0]!.hasInlineFrames, true);
});

Deno.test("symfold -o .firefox.json writes inlined functions with their lines and columns", async () => {
  const file: FirefoxFile = JSON.parse(
    new TextDecoder().decode(await writeInlines("a.firefox.json")),
  );
  const [thread] = file.threads;
  const { frameTable, nativeSymbols, stringArray } = thread!;
  const leafFirst = namesOfFirefoxStack(thread!, thread!.samples["stack"]![0]!).reverse();
  assertEquals(leafFirst, [...INLINES.map(({ name }) => name), "main"]);
  const rows = frameTable["address"]!.map((address, row) => ({
    address,
    depth: frameTable["inlineDepth"]![row],
    line: frameTable["line"]![row],
    column: frameTable["column"]![row],
  }));
  const inlined = INLINES.toReversed().map(({ line, column }, depth) => ({
    address: 0x1068,
    depth,
    line,
    column,
  }));
  assertEquals<unknown>(rows.slice(1), inlined);
  assertEquals(stringArray[nativeSymbols["name"]![0]!], "inline_twice");
  assertEquals<unknown>(nativeSymbols["address"], [0x1040]);
});

Deno.test("symfold --threads makes each thread a profile of its own", async () => {
  using folder = new TempFolder();
  const path = folder.at("a.speedscope.json");
  const args = [...recordingOptions("cpp-x86_64").slice(2), "-q", "--threads"];
  const recording = testdata("recorders/perf/raw.txt");
  assertEquals((await runSymfold([...args, "-o", path, recording])).code, 0);
  const { profiles }: SpeedscopeFile = JSON.parse(Deno.readTextFileSync(path));
  const folded = (await runSymfold([...args, recording])).stdout.trimEnd().split("\n");
  const roots = new Map<string, number>();
  for (const line of folded) {
    const [root] = line.split(";") as [string];
    roots.set(root, (roots.get(root) ?? 0) + Number(line.slice(line.lastIndexOf(" ") + 1)));
  }
  assert(roots.size > 1);
  const wanted = [...roots].sort(([, a], [, b]) => b - a);
  assertEquals(profiles.map(({ name, endValue }) => [name, endValue]), wanted);
});

Deno.test("symfold diff -o .pb.gz writes what pprof -diff_base makes of the two", async () => {
  using folder = new TempFolder();
  const before = folder.write("before.folded", "main;a 10\nmain;b 5\n");
  const after = folder.write("after.folded", "main;a 4\nmain;c 9\n");
  const path = folder.at("diff.pb.gz");
  const run = await runSymfold(["diff", "-q", "-o", path, before, after]);
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
  const message = decodePprof(Deno.readFileSync(path));
  assertEquals(stacksOfPprof(message), new Map([["main\na", 4], ["main\nc", 9]]));
  assertEquals(stacksOfPprof(message, true), new Map([["main\na", 10], ["main\nb", 5]]));
});

Deno.test("symfold -o .pb.gz keeps the names that the recorder gave to what has no file here", async () => {
  using folder = new TempFolder();
  const raw = "app 1 1.0: 1 clock:\n" +
    "\t    7f0000001234 malloc+0x14 (/opt/none/libq.so)\n" +
    "\t    7f0000005678 main+0x8 (/opt/none/app)\n\n";
  const path = folder.at("a.pb.gz");
  const { code } = await runSymfold([...SMALL_OPTIONS, "-q", "-o", path], { stdin: raw });
  assertEquals(code, 0);
  assertEquals(
    stacksOfPprof(decodePprof(Deno.readFileSync(path))),
    new Map([["app\nmain\nmalloc", 1]]),
  );
});

Deno.test("symfold diff -o .pb.gz gives no address to what has another on each side", async () => {
  using folder = new TempFolder();
  const before = folder.write("before", "main;0x7f0000001234 2\n");
  const after = folder.write("after", "main;0x7f0000009999 3\nmain;0x7f000000aaaa 4\n");
  const path = folder.at("d.pb.gz");
  await runSymfold(["diff", ...SMALL_OPTIONS, "-q", before, after, "-o", path]);
  const sums = stacksOfPprof(decodePprof(Deno.readFileSync(path)));
  assertEquals([...sums.keys()], ["main\n[unknown]"]);
});
