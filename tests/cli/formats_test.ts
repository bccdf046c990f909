import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { bytesOf } from "../support/resolve_text.ts";
import { linesOf, recorderFile } from "../support/recording_text.ts";
import { runShell, runSymfold } from "../support/run_symfold.ts";
import { AT_SECOND, AT_THIRD, IN_FIRST, SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";
import { buildAlignedZip } from "../support/zip_builder.ts";

const SYSROOT = SMALL_OPTIONS[SMALL_OPTIONS.indexOf("--sysroot") + 1]!;
const MAPS = Deno.readTextFileSync(SMALL_MAPS);
const CPP = ["--sysroot", testdata("recordings/cpp-x86_64/sysroot")];
const recorder = (path: string) => testdata(`recorders/${path}`);

const BPFTRACE = linesOf("@[", `    ${IN_FIRST}`, ", app]: 3");
/** Both frames are return addresses: that of the second function lies in the first. */
const JEMALLOC = linesOf(
  "heap_v2/1",
  "  t*: 1: 64 [0: 0]",
  `@ ${AT_SECOND} ${AT_THIRD}`,
  "  t*: 1: 64 [0: 0]",
  "",
  "MAPPED_LIBRARIES:",
) + MAPS;
const MAPPED = "/opt/layouts/liblld-shifted.so";
const PERF = mmapEvents() + linesOf(
  "app 10/11 1.5:  250 cycles: ",
  `\t${IN_FIRST.slice(2)} [unknown] (${MAPPED})`,
  "",
  "app 10/11 1.6:  250 faults: ",
  `\t${AT_SECOND.slice(2)} [unknown] (${MAPPED})`,
  "",
);

/** The maps of the small case as perf prints them. */
function mmapEvents(): string {
  return MAPS.trim().split("\n").map((line) => {
    const [range = "", permissions, offset = "", device, inode, path = "//anon"] = line.split(/ +/);
    const [start = "", end = ""] = range.split("-");
    const length = (BigInt(`0x${end}`) - BigInt(`0x${start}`)).toString(16);
    return `app 10/10 1.0: PERF_RECORD_MMAP2 10/10: [0x${start}(0x${length}) @ 0x${offset} ` +
      `${device} ${inode} 0]: ${permissions} ${path}\n`;
  }).join("");
}

Deno.test("symfold reads bpftrace's output from a pipe", async () => {
  assertEquals(await runSymfold([...SMALL_OPTIONS, "-q"], { stdin: BPFTRACE }), {
    code: 0,
    stdout: "app;layout_first 3\n",
    stderr: "",
  });
});

Deno.test("symfold reads Zstandard", async () => {
  const hex = "28b52ffd04585900006170703b6d61696e20330a575c91ae";
  const stdin = Uint8Array.from(hex.match(/../g)!, (digits) => parseInt(digits, 16));
  const { code, stdout } = await runSymfold(["-q"], { stdin });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;main 3\n" });
});

Deno.test("symfold looks for a program that a backtrace names by a relative path", async () => {
  // From where the program ran, "./opt/..." is what --sysroot has at "/opt/...".
  const stdin = "./opt/layouts/liblld-shifted.so(+0x1570)[0x7ffff7fbd570]\n";
  const { code, stdout } = await runSymfold(["--sysroot", SYSROOT, "-q"], { stdin });
  assertEquals({ code, stdout }, { code: 0, stdout: "layout_third 1\n" });
  const { stderr } = await runSymfold(["--sysroot", testdata("sources")], { stdin });
  assertStringIncludes(stderr, "there is no such file here");
});

Deno.test("symfold writes what a tombstone has in the vDSO in one pair of brackets", async () => {
  const stdin = "    #00 pc 00000844  [vdso]\n    #01 pc 00000012  /lib/none.so (f+4)\n";
  const { code, stdout } = await runSymfold(["-q"], { stdin });
  assertEquals({ code, stdout }, { code: 0, stdout: "f;[vdso+0x844] 1\n" });
});

// Android writes where in the archive the library begins, and the name that the library has itself.
Deno.test("symfold names what a tombstone has in a library inside an APK", async () => {
  using folder = new TempFolder();
  const library = Deno.readFileSync(`${SYSROOT}/opt/layouts/liblld-shifted.so`);
  const { bytes, start } = buildAlignedZip("lib/x86_64/liblld-shifted.so", library);
  folder.write("data/app/base.apk", bytes);
  const frame = (number: number, vaddr: string, place: string) =>
    `    #0${number} pc 000000000000${vaddr}  /data/app/base.apk${place} (BuildId: b50b22ef1f439293)`;
  const place = `!liblld-shifted.so (offset 0x${start.toString(16)})`;
  const older = ` (offset 0x${start.toString(16)})`;
  const args = ["--sysroot", folder.path, "-q"];
  const stdin = linesOf(frame(0, "1570", `${place} (other+4)`), frame(1, "1560", older));
  const { code, stdout, stderr } = await runSymfold(args, { stdin });
  assertEquals({ code, stdout, stderr }, {
    code: 0,
    stdout: "layout_second;layout_third 1\n",
    stderr: "",
  });
});

Deno.test("symfold needs no --maps for a recording that has them", async () => {
  const { code, stdout } = await runSymfold(["--sysroot", SYSROOT, "-q"], { stdin: PERF });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 1\n" });
});

Deno.test("symfold takes all frames of a heap profile for return addresses", async () => {
  const { code, stdout } = await runSymfold(["--sysroot", SYSROOT, "-q"], { stdin: JEMALLOC });
  assertEquals({ code, stdout }, { code: 0, stdout: "layout_second;layout_first 64\n" });
});

Deno.test("symfold --return-addresses goes before what the format has", async () => {
  const args = ["--sysroot", SYSROOT, "-q", "--return-addresses", "none"];
  const { stdout } = await runSymfold(args, { stdin: JEMALLOC });
  assertEquals(stdout, "layout_third;layout_second 64\n");
});

Deno.test("symfold --maps goes before the maps of the recording", async () => {
  using folder = new TempFolder();
  const other = folder.write("other.maps", "00400000-00401000 r-xp 00000000 fe:00 1 /bin/other\n");
  const args = ["--maps", other, "--sysroot", SYSROOT, "-q"];
  const { stdout } = await runSymfold(args, { stdin: JEMALLOC });
  assertEquals(stdout, "[unknown];[unknown] 64\n");
});

Deno.test("symfold --maps PID=FILE is for the process of the recording", async () => {
  using folder = new TempFolder();
  const samples = [10, 20].map((pid) =>
    linesOf(`app ${pid}/${pid} 1.5: cycles:`, `\t${IN_FIRST.slice(2)} [unknown] ([unknown])`, "")
  );
  const path = folder.write("perf.txt", samples.join(""));
  const args = ["--maps", `20=${SMALL_MAPS}`, "--sysroot", SYSROOT, "-q", "--pids", path];
  assertEquals(
    (await runSymfold(args)).stdout,
    `app-10;${IN_FIRST.slice(2)} [unknown] ([unknown]) 1\napp-20;layout_first 1\n`,
  );
});

Deno.test("symfold reads several recordings, each by its own format and maps", async () => {
  using folder = new TempFolder();
  const paths = [
    folder.write("a.folded", `app;${IN_FIRST} 5\n`),
    folder.write("b.heap", JEMALLOC),
    folder.write("c.folded.gz", new Uint8Array(gzipSync(bytesOf(`app;${IN_FIRST} 7\n`)))),
    folder.write("d.txt", PERF),
  ];
  const { code, stdout, stderr } = await runSymfold(["--sysroot", SYSROOT, ...paths]);
  // The folded ones have no maps.
  assertEquals(code, 1);
  assertStringIncludes(stderr, "no maps snapshot was given");
  assertEquals(
    stdout,
    `app;${IN_FIRST} 12\napp;layout_first 1\nlayout_second;layout_first 64\n`,
  );
});

Deno.test("symfold --no-merge keeps the order of recordings", async () => {
  using folder = new TempFolder();
  const paths = [
    folder.write("a.folded", `app;${IN_FIRST} 5\n`),
    folder.write("b.txt", BPFTRACE),
    folder.write("c.folded", `app;${AT_SECOND} 7\n`),
  ];
  const { stdout } = await runSymfold([...SMALL_OPTIONS, "-q", "--no-merge", ...paths]);
  assertEquals(stdout, "app;layout_first 5\napp;layout_first 3\napp;layout_second 7\n");
});

Deno.test("symfold says which event it read, and reads the one that is asked for", async () => {
  const args = ["--sysroot", SYSROOT];
  const first = await runSymfold(args, { stdin: PERF });
  assertEquals(first.code, 0);
  assertStringIncludes(
    first.stderr,
    'symfold: Read the samples of the event "cycles" only, not of "faults": --event NAME chooses\n',
  );
  const second = await runSymfold([...args, "--event", "faults", "-q"], { stdin: PERF });
  assertEquals(second, { code: 0, stdout: "app;layout_second 1\n", stderr: "" });
});

Deno.test("symfold asks for no maps if the recorder gave all names itself", async () => {
  const named = linesOf("app 10/11 1.5:  250 cycles: ", "\t7f0000001234 f+0x1 (/x)", "");
  const { code, stdout, stderr } = await runSymfold([], { stdin: named });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;f 1\n" });
  assertStringIncludes(stderr, "100.0 % of them keep the names that the recorder gave\n");
  const other = linesOf("\t7f0000001235 [unknown] (/x)", "");
  const partly = await runSymfold(["-q"], { stdin: named.trimEnd() + "\n" + other });
  assertEquals(partly.code, 1);
  assertStringIncludes(partly.stderr, "no maps snapshot was given, use --maps FILE");
});

Deno.test("symfold --weight chooses what is counted", async () => {
  const args = ["--sysroot", SYSROOT, "-q"];
  const perf = await runSymfold([...args, "--weight", "period"], { stdin: PERF });
  assertEquals(perf.stdout, "app;layout_first 250\n");
  const heap = await runSymfold([...args, "--weight", "inuse_objects"], { stdin: JEMALLOC });
  assertEquals(heap.stdout, "layout_second;layout_first 1\n");
  assertEquals(await runSymfold([...args, "--weight", "what"], { stdin: PERF }), {
    code: 1,
    stdout: "",
    stderr:
      'symfold: Cannot find the weight "what" of "standard input": there is samples, period\n',
  });
});

for (
  const [choice, detail] of [
    [
      ["--event", "cycles"],
      'event "cycles" of "standard input": its format, folded, has no events',
    ],
    [["--weight", "bytes"], 'weight "bytes" of "standard input": there is samples'],
  ] as const
) {
  Deno.test(`symfold ${choice.join(" ")} is refused for folded stacks`, async () => {
    const { code, stdout, stderr } = await runSymfold([...choice, "-q"], { stdin: "a;b 1\n" });
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertStringIncludes(stderr, `symfold: Cannot find the ${detail}\n`);
  });
}

Deno.test("symfold --event is refused for one recording and taken for the other", async () => {
  const args = ["--sysroot", SYSROOT, "-q", "--event", "cycles", "-"];
  const folded = await Deno.makeTempFile();
  await Deno.writeTextFile(folded, "a;b 1\n");
  const { code, stdout, stderr } = await runSymfold([...args, folded], { stdin: PERF });
  await Deno.remove(folded);
  assertEquals({ code, stdout }, { code: 1, stdout: "app;layout_first 1\n" });
  assertStringIncludes(stderr, "its format, folded, has no events");
});

for (const [option, root] of [["--pids", "app-10"], ["--threads", "app-10/11"]] as const) {
  Deno.test(`symfold ${option} writes ${root} at the root`, async () => {
    const args = ["--sysroot", SYSROOT, "-q", option];
    assertEquals((await runSymfold(args, { stdin: PERF })).stdout, `${root};layout_first 1\n`);
  });
}

Deno.test("symfold --input goes before what the recording looks like", async () => {
  const args = [...SMALL_OPTIONS, "-q", "--input", "folded"];
  const { code, stdout, stderr } = await runSymfold(args, { stdin: BPFTRACE });
  assertEquals({ code, stdout }, { code: 1, stdout: ", app]: 3\n" });
  assertStringIncludes(stderr, "Ignored 2 lines that are no stack;");
});

Deno.test("symfold --input refuses a format that it does not know", async () => {
  const { code, stderr } = await runSymfold(["--input", "what"]);
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    'Option "--input" has the value "what", want one of folded, pprof, ',
  );
});

Deno.test("symfold writes what came before a cut, and says so", async () => {
  using folder = new TempFolder();
  const bytes = recorderFile("cpu/gperftools.prof");
  const path = folder.write("cut.prof", bytes.subarray(0, 4000));
  const { code, stdout, stderr } = await runSymfold([...CPP, "-q", path]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot read a record of "${path}" at file offset 0x`);
  assert(stdout.split("\n").length > 10);
});

Deno.test("symfold reads the others if one recording is damaged", async () => {
  using folder = new TempFolder();
  const damaged = folder.write("damaged.pb", recorderFile("cpu/pprof.pb.gz").subarray(0, 500));
  const good = folder.write("good.txt", BPFTRACE);
  const { code, stdout, stderr } = await runSymfold([...SMALL_OPTIONS, "-q", damaged, good]);
  assertEquals({ code, stdout }, { code: 1, stdout: "app;layout_first 3\n" });
  assertStringIncludes(stderr, `of "${damaged}"`);
});

Deno.test("symfold reads recordings from several pipes", async () => {
  using folder = new TempFolder();
  const a = folder.write("a.txt", BPFTRACE);
  const b = folder.write("b.folded", `app;${IN_FIRST} 4\n`);
  const { code, stdout } = await runShell(
    (symfold) => `mkfifo ${folder.at("p")}; cat ${a} > ${folder.at("p")} & cat ${b} | ${symfold}`,
    [...SMALL_OPTIONS, "-q", "-", folder.at("p")],
  );
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 7\n" });
});

Deno.test("symfold names kernel frames of several recordings with one kallsyms", async () => {
  using folder = new TempFolder();
  const kallsyms = folder.write(
    "kallsyms",
    linesOf("ffffffff81000000 T do_work", "ffffffff82000000 T _end"),
  );
  const a = folder.write("a.folded", "a;0xffffffff81000010 1\n");
  const b = folder.write("b.txt", linesOf("@[", "ffffffff81000020", "]: 2"));
  const { code, stdout } = await runSymfold(["--kallsyms", kallsyms, "-q", a, b]);
  assertEquals({ code, stdout }, { code: 0, stdout: "a;do_work 1\ndo_work 2\n" });
});

Deno.test("symfold names code made at run time for the process that made it", async () => {
  using folder = new TempFolder();
  const map = folder.write("perf-20.map", "7f0000000000 1000 jitted\n");
  const maps = (pid: number) =>
    `app ${pid}/${pid} 1.0: PERF_RECORD_MMAP2 ${pid}/${pid}: ` +
    "[0x7f0000000000(0x1000) @ 0 00:00 0 0]: rwxp //anon\n";
  const samples = [10, 20].map((pid) =>
    maps(pid) + linesOf(`app ${pid}/${pid} 1.5: cycles:`, "\t7f0000000010 [unknown] (//anon)", "")
  );
  const path = folder.write("perf.txt", samples.join(""));
  const { stdout } = await runSymfold(["--perf-map", map, "-q", "--pids", path]);
  assertEquals(stdout, "app-10;[jit] 1\napp-20;jitted 1\n");
});

Deno.test("symfold does not use a file with another build-id than the recording has", async () => {
  const place = (buildId: string) =>
    linesOf(
      "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0",
      `    #0 0x55d510 in f (/opt/crash-demo/bin/crash+0x11e6) (BuildId: ${buildId})`,
    );
  const args = ["--sysroot", testdata("recorders/crash/sysroot"), "--report", "-", "-o"];
  using folder = new TempFolder();
  const { stdout } = await runSymfold([...args, folder.at("out")], { stdin: place("00112233") });
  assertStringIncludes(stdout, '"reason": "build-id-mismatch"');
});

for (
  const [path, image] of [
    ["perf/raw.txt", "/opt/cpp-demo/lib/libgeometry.so"],
    ["heap/jemalloc.heap", "/opt/cpp-demo/bin/prism"],
    ["heap/gperftools.heap", "/opt/cpp-demo/bin/prism"],
    ["cpu/gperftools.prof", "/opt/cpp-demo/bin/prism"],
    ["cpu/pprof.pb.gz", "/opt/cpp-demo/bin/prism"],
    ["crash/gdb.txt", "/opt/cpp-demo/bin/prism"],
  ] as const
) {
  Deno.test(`symfold names all frames of ${image} in ${path}, with the maps in it`, async () => {
    using folder = new TempFolder();
    const output = folder.at("out.folded");
    const args = [...CPP, "--report", "-", "-q", "-o", output, recorder(path)];
    const { code, stdout } = await runSymfold(args);
    assertEquals(code, 0);
    const report = JSON.parse(stdout);
    const found = report.images.find((one: { image: string }) => one.image === image);
    assert(found.frames > 5);
    assertEquals(found.resolvedFrames, found.frames);
  });
}

Deno.test("symfold says that recordings count different things", async () => {
  const heap = testdata("recorders/heap/jemalloc.heap");
  const { stderr } = await runSymfold([heap, "-"], { stdin: "main 1\n" });
  assertStringIncludes(
    stderr,
    "The recordings count inuse_space (bytes), samples: --unit says what all are",
  );
});
