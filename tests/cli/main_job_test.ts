import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertGolden } from "../support/golden.ts";
import {
  CPP_OPTIONS,
  CPP_RECORDING,
  recordingOptions,
  runSymfold,
} from "../support/run_symfold.ts";
import {
  AT_SECOND,
  AT_THIRD,
  BEHIND_ALL,
  IN_FIRST,
  SMALL_MAPS,
  SMALL_OPTIONS,
} from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

for (const name of ["cpp-x86_64", "rust-x86_64", "arm64"]) {
  Deno.test(`symfold names the recording ${name}`, async () => {
    const recording = testdata(`recordings/${name}/raw.folded`);
    const { code, stdout, stderr } = await runSymfold([...recordingOptions(name), recording]);
    assertGolden(stdout, `${name}.folded`);
    assertGolden(stderr, `${name}.report.txt`);
    assertEquals(code, 0);
  });
}

Deno.test("symfold names a recording from standard input if none is named", async () => {
  const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q"], {
    stdin: `app;${IN_FIRST} 3\n`,
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 3\n" });
});

Deno.test('symfold takes "-" among other recordings as standard input', async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", `app;${IN_FIRST} 1\n`);
  const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q", recording, "-"], {
    stdin: `app;${AT_SECOND} 2\n`,
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 1\napp;layout_second 2\n" });
});

Deno.test('symfold takes "-" as a snapshot from standard input', async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", `app;${IN_FIRST} 1\n`);
  const [, , ...sysroot] = SMALL_OPTIONS;
  const { code, stdout } = await runSymfold([...sysroot, "--maps", "-", "-q", recording], {
    stdin: Deno.readFileSync(SMALL_MAPS),
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 1\n" });
});

Deno.test("symfold adds the same stacks of several recordings up", async () => {
  using folder = new TempFolder();
  const one = folder.write("1.folded", `app;${IN_FIRST} 1\n`);
  const two = folder.write("2.folded", `app;${IN_FIRST} 2\nb 1\n`);
  const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q", one, two]);
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 3\nb 1\n" });
});

Deno.test("symfold reads a gzip recording as it reads the plain one", async () => {
  using folder = new TempFolder();
  const recording = folder.write("raw.folded.gz", await gzip(Deno.readFileSync(CPP_RECORDING)));
  const { code, stdout } = await runSymfold([...CPP_OPTIONS, "-q", recording]);
  assertGolden(stdout, "cpp-x86_64.folded");
  assertEquals(code, 0);
});

Deno.test("symfold reads gzip from standard input", async () => {
  const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q"], {
    stdin: await gzip(new TextEncoder().encode(`app;${IN_FIRST} 1\n`)),
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;layout_first 1\n" });
});

Deno.test("symfold takes several snapshots and believes the first that holds an address", async () => {
  using folder = new TempFolder();
  const early = folder.write(
    "early.maps",
    "00400000-00401000 r-xp 00000000 08:01 7 /opt/missing\n",
  );
  const options = ["--maps", early, ...SMALL_OPTIONS];
  const { code, stdout } = await runSymfold([...options, "-q"], {
    stdin: `app;0x400010;${AT_SECOND} 1\n`,
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;[missing@0x10];layout_second 1\n" });
});

Deno.test("symfold --no-merge writes a line for each line in its place", async () => {
  const { stdout } = await runSymfold([...SMALL_OPTIONS, "-q", "--no-merge"], {
    stdin: `b;${AT_SECOND} 1\na;${IN_FIRST} 2\nb;${AT_SECOND} 3\n`,
  });
  assertEquals(stdout, "b;layout_second 1\na;layout_first 2\nb;layout_second 3\n");
});

Deno.test("symfold merges lines and sorts them by their bytes", async () => {
  const { stdout } = await runSymfold([...SMALL_OPTIONS, "-q"], {
    stdin: `b;${AT_SECOND} 1\na;${IN_FIRST} 2\nb;${AT_SECOND} 3\nB 1\n`,
  });
  assertEquals(stdout, "B 1\na;layout_first 2\nb;layout_second 4\n");
});

const CROSSES = "geometry::Box::crosses";
for (
  const [style, name] of [
    ["short", CROSSES],
    ["full", `${CROSSES}(geometry::Ray const&, double) const`],
    ["none", "_ZNK8geometry3Box7crossesERKNS_3RayEd"],
  ] as const
) {
  Deno.test(`symfold --demangle ${style} spells a C++ name so`, async () => {
    const { stdout } = await runSymfold([...CPP_OPTIONS, "-q", "--demangle", style], {
      stdin: "0x7f696ecbbf09 1\n",
    });
    assertEquals(stdout, `${name} 1\n`);
  });
}

for (
  const [style, label] of [
    ["offset", "[liblld-shifted.so+0x15f0]"],
    ["file", "[liblld-shifted.so]"],
    ["address", BEHIND_ALL],
  ] as const
) {
  Deno.test(`symfold --unresolved ${style} puts ${label} for code without a name`, async () => {
    const { code, stdout } = await runSymfold([...SMALL_OPTIONS, "-q", "--unresolved", style], {
      stdin: `app;${BEHIND_ALL} 1\n`,
    });
    assertEquals({ code, stdout }, { code: 0, stdout: `app;${label} 1\n` });
  });
}

for (
  const [which, names] of [
    ["callers", "layout_first;layout_third"],
    ["all", "layout_first;layout_second"],
    ["none", "layout_second;layout_third"],
  ] as const
) {
  Deno.test(`symfold --return-addresses ${which} looks one byte before those`, async () => {
    const { stdout } = await runSymfold([...SMALL_OPTIONS, "-q", "--return-addresses", which], {
      stdin: `${AT_SECOND};${AT_THIRD} 1\n`,
    });
    assertEquals(stdout, `${names} 1\n`);
  });
}

Deno.test("symfold -q says nothing", async () => {
  const { code, stderr } = await runSymfold([...CPP_OPTIONS, "-q", CPP_RECORDING]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("symfold -v lists every reason that the short report leaves out", async () => {
  const [brief, verbose] = await Promise.all(
    [[], ["-v"]].map((more) => runSymfold([...CPP_OPTIONS, ...more, CPP_RECORDING])),
  );
  const reason = "5 unresolved: no mapping of the snapshot holds the address";
  assert(!brief!.stderr.includes(reason), brief!.stderr);
  assertStringIncludes(verbose!.stderr, reason);
  assertEquals(verbose!.stdout, brief!.stdout);
});

Deno.test("symfold without a snapshot writes the stacks as they were and exits with 1", async () => {
  const { code, stdout, stderr } = await runSymfold([], { stdin: `app;main;${IN_FIRST} 1\n` });
  assertEquals({ code, stdout }, { code: 1, stdout: `app;main;${IN_FIRST} 1\n` });
  assertStringIncludes(stderr, "no maps snapshot was given, use --maps FILE\n");
});

Deno.test("symfold names the way to a recording of perf with maps, if it has none", async () => {
  const { code, stderr } = await runSymfold([], {
    stdin: `app 10/11 1.5:  250 cycles: \n\t${IN_FIRST.slice(2)} [unknown] ([unknown])\n`,
  });
  assertEquals(code, 1);
  const advice = "use --maps FILE or perf script --show-mmap-events\n";
  assertStringIncludes(stderr, `no maps snapshot was given, ${advice}`);
});

Deno.test("symfold changes nothing in its own output", async () => {
  const golden = Deno.readTextFileSync(new URL("../golden/cpp-x86_64.folded", import.meta.url));
  const { code, stdout } = await runSymfold([...CPP_OPTIONS, "-q"], { stdin: golden });
  assertGolden(stdout, "cpp-x86_64.folded");
  assertEquals(code, 0);
});

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("symfold --vmlinux names kernel frames, moved as --kallsyms says", async () => {
  const folder = testdata("kernel/x86_64");
  const args = ["--vmlinux", `${folder}/vmlinux`, "--kallsyms", `${folder}/kallsyms-start`];
  const { code, stdout, stderr } = await runSymfold([...args, "--annotate", "kernel"], {
    stdin: "app;0xffffffff9f000030;0xffffffff9f000010 2\n",
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;schedule_[k];account_[k] 2\n" });
  assertStringIncludes(stderr, "       4   100.0 %  vmlinux     [kernel]\n");
});

Deno.test("symfold says why it does not use a vmlinux", async () => {
  const folder = testdata("kernel/x86_64");
  const args = ["--vmlinux", `${folder}/vmlinux`, "--return-addresses", "none"];
  const { code, stdout, stderr } = await runSymfold(args, {
    stdin: "app;0xffffffff9f000030;0xffffffff9f000010 2\n",
  });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;[kernel];[kernel] 2\n" });
  assertStringIncludes(
    stderr,
    "it is not known where the kernel of the vmlinux file was loaded: 0xffffffff9f000010 is not in " +
      `the code of "${folder}/vmlinux" as it is; give a copy of /proc/kallsyms`,
  );
});
