import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertGolden } from "../support/golden.ts";
import {
  CPP_OPTIONS,
  CPP_RECORDING,
  recordingOptions,
  runShell,
  runSymfold,
} from "../support/run_symfold.ts";
import { readSvg } from "../support/svg_frames.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

const ARM64 = [...recordingOptions("arm64"), "-q", testdata("recordings/arm64/raw.folded")];

for (const format of ["top", "tree"]) {
  Deno.test(`symfold --format ${format} of recording arm64 gives what it gave`, async () => {
    const { code, stdout } = await runSymfold(["--format", format, ...ARM64]);
    assertEquals(code, 0);
    assertGolden(stdout, `arm64.${format}.txt`);
  });

  Deno.test(`symfold --format ${format} ends quietly when head has enough`, async () => {
    const run = await runShell((symfold) => `${symfold} | head -n 1`, [
      "--format",
      format,
      ...ARM64,
    ]);
    const heading = "raw.folded: 513 samples" + (format === "top" ? ", 17 functions\n" : "\n");
    assertEquals(run, { code: 0, stdout: heading, stderr: "" });
  });
}

// The picture of the README.
Deno.test("symfold --format svg of recording arm64 gives what it gave", async () => {
  const { code, stdout } = await runSymfold(["--format", "svg", "--title", "orbit", ...ARM64]);
  assertEquals(code, 0);
  assertGolden(stdout, "arm64.svg");
});

Deno.test("symfold --format tree --reverse shows who calls what is heavy", async () => {
  const { stdout } = await runSymfold(["--format", "tree", "--reverse", ...ARM64]);
  const [, , , all, heaviest] = stdout.split("\n");
  assertMatch(all!, / all$/);
  assertMatch(heaviest!, /^ 82\.8 % +425 .* ├─ field::attract$/);
});

Deno.test("symfold -o FILE.svg draws names, files, and why there is no name", async () => {
  using folder = new TempFolder();
  const output = folder.at("x.svg");
  const { code } = await runSymfold([
    ...CPP_OPTIONS,
    "-q",
    "--title",
    "<prism>",
    "-o",
    output,
    CPP_RECORDING,
  ]);
  assertEquals(code, 0);
  const { title, heading, frames } = readSvg(Deno.readTextFileSync(output));
  assertEquals([title, heading], ["<prism>", ["<prism>", "991 samples"]]);
  const tooltipOf = (name: string) => frames.find(({ tooltip }) => tooltip[0] === name)!.tooltip;
  assertStringIncludes(
    tooltipOf("geometry::Bvh::walk").join("\n"),
    "/opt/cpp-demo/lib/libgeometry.so",
  );
  assertStringIncludes(
    tooltipOf("[libc.so.6@0x891f5]").join("\n"),
    "no name: there is no such file here",
  );
});

Deno.test("symfold -o FILE.svg.gz compresses, and folded stacks with two counts are compared", async () => {
  using folder = new TempFolder();
  const output = folder.at("x.svg.gz");
  const run = await runSymfold(["-q", "-o", output], { stdin: "a;b 2 6\na;c 3 1\n" });
  assertEquals(run, { code: 0, stdout: "", stderr: "" });
  const packed = new Blob([Deno.readFileSync(output)]).stream();
  const text = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
  const { heading } = readSvg(text);
  assertMatch(heading[1]!, /^5 samples before, 7 samples after: \+2 \(\+40\.0 %\) · red: more/);
});
