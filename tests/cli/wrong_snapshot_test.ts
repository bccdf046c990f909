import { assertEquals, assertStringIncludes } from "@std/assert";
import { CPP_RECORDING, recordingOptions, runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

const CPP_SYSROOT = ["--sysroot", testdata("recordings/cpp-x86_64/sysroot")];
const OTHER_MAPS = testdata("evidence/x86_64/maps");
const ADVICE = "give the snapshot of the recorded process itself, taken after it called exec\n";

Deno.test("symfold exits with 1 if no address is in code of the snapshot, and says whose that is", async () => {
  const { code, stdout, stderr } = await runSymfold([
    ...["-q", "--maps", OTHER_MAPS, ...CPP_SYSROOT],
    CPP_RECORDING,
  ]);
  assertEquals(
    { code, stderr },
    {
      code: 1,
      stderr: "symfold: Cannot resolve addresses: no code is mapped at any of them in " +
        `"${OTHER_MAPS}", which is of "/opt/evidence/record": ${ADVICE}`,
    },
  );
  // What could be done is done.
  assertEquals(/^encode;\[unknown\];/m.test(stdout), true);
});

Deno.test("symfold says it of several snapshots, and of the kernel's frames nothing", async () => {
  using folder = new TempFolder();
  const empty = folder.write("empty.maps", "7f0000000000-7f0000001000 rw-p 00000000 00:00 0\n");
  const stdin = "a;0x7f0000000010;0x500000;0xffffffff81000010 1\na;0x7f0000000020 1\n";
  const { code, stderr } = await runSymfold(["-q", "--maps", empty, "--maps", OTHER_MAPS], {
    stdin,
  });
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `in "${empty}" or "${OTHER_MAPS}", which is of "/opt/evidence/record": `,
  );
});

Deno.test("symfold names no more than three snapshots that have no code at the addresses", async () => {
  using folder = new TempFolder();
  const line = "7f0000000000-7f0000001000 rw-p 00000000 00:00 0\n";
  const names = ["1", "2", "3", "4", "5"].map((name) => folder.write(name, line));
  const maps = names.flatMap((name) => ["--maps", name]);
  const { stderr } = await runSymfold(["-q", ...maps], { stdin: "a;0x401010 1\n" });
  const named = names.slice(0, 3).map((name) => `"${name}"`).join(" or ");
  assertStringIncludes(stderr, `in ${named} or 2 more: ${ADVICE}`);
});

for (
  const [what, stdin] of [
    ["one address is in code", "a;0x7f0000000010;0x500000 9\na;0x401010;0x500000 1\n"],
    ["the recorder has named most frames", "a;main;run 9\na;main;0x10;run 1\n"],
    ["there are no addresses", "a;main;run 9\n"],
  ] as const
) {
  Deno.test(`symfold does not take a snapshot for that of another process if ${what}`, async () => {
    using folder = new TempFolder();
    const maps = folder.write("maps", "00401000-00402000 r-xp 00001000 fe:00 42 /bin/a\n");
    const run = await runSymfold(["-q", "--maps", maps], { stdin });
    assertEquals([run.code, run.stderr], [0, ""]);
  });
}

Deno.test("symfold says it of the side of a comparison", async () => {
  const after = recordingOptions("cpp-x86_64").slice(0, 2).map((arg) =>
    arg === "--maps" ? "--after-maps" : arg
  );
  const { code, stderr } = await runSymfold([
    ...["diff", "-q", "--before-maps", OTHER_MAPS, ...after, ...CPP_SYSROOT],
    ...[CPP_RECORDING, CPP_RECORDING],
  ]);
  assertEquals(code, 1);
  assertEquals(stderr.split("\n").length, 2);
  assertStringIncludes(stderr, "symfold: before: Cannot resolve addresses: no code is mapped at ");
});

Deno.test("symfold says in a line of its own that all files are others, and exits with 0", async () => {
  const { code, stderr } = await runSymfold([
    ...["--maps", OTHER_MAPS, "--sysroot", testdata("evidence/x86_64/other")],
    testdata("evidence/x86_64/raw.folded"),
  ]);
  assertEquals([code, stderr.split("\n")[1]], [
    0,
    "The files here are not those that ran: they are of other builds, or the snapshot is not of " +
    "the recorded process",
  ]);
  const same = ["--sysroot", testdata("evidence/x86_64/same")];
  const right = await runSymfold([
    "--maps",
    OTHER_MAPS,
    ...same,
    testdata("evidence/x86_64/raw.folded"),
  ]);
  assertEquals([right.code, right.stderr.includes("The files here")], [0, false]);
});
