import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openBundle } from "../../lib/bundle/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// The kernels are those of testdata/kernel; kallsyms says how far they were moved.

/** How far each was moved, see testdata/kernel/README.md. */
const SLIDES = { x86_64: 0x1e000000n, aarch64: 0x2b5c31a00000n } as const;

for (const machine of ["x86_64", "aarch64"] as const) {
  for (const name of ["vmlinux", "vmlinux-stripped", "vmlinux-other"]) {
    Deno.test(`symfold --bundle has the names of ${machine}/${name} that collect --vmlinux took`, async () => {
      using folder = new TempFolder();
      const kernel = testdata(`kernel/${machine}`);
      const raw = folder.write("raw.folded", stacksOf(kernel, SLIDES[machine]));
      const options = [
        ...[...SMALL_OPTIONS, "--vmlinux", `${kernel}/${name}`, "--debug-dir", `${kernel}/debug`],
        ...["--kallsyms", `${kernel}/kallsyms-start`],
      ];
      const wanted = await runSymfold([...options, raw]);
      assertEquals(wanted.stdout.includes("schedule"), name !== "vmlinux-other");
      for (const recording of [[], [raw]]) {
        const bundle = folder.at("b.tar.gz");
        await runSymfold(["collect", ...options, "-q", "-o", bundle, ...recording]);
        const found = await runSymfold(["--bundle", bundle, raw]);
        assertEquals(found, wanted);
        const { manifest } = await openBundle(new MemorySource(bundle, Deno.readFileSync(bundle)));
        const [file] = manifest.files.filter(({ role }) => role === "kernel");
        assertEquals([file?.entry, file?.path], ["vmlinux", `${kernel}/${name}`]);
        assert(file!.buildId !== "");
        assert(recording.length === 0 || file!.kept < 0.9 * file!.size, `${file!.kept} bytes`);
      }
    });
  }
}

Deno.test("symfold --bundle takes the vmlinux that is named before its own", async () => {
  using folder = new TempFolder();
  const kernel = testdata("kernel/x86_64");
  const raw = folder.write("raw.folded", stacksOf(kernel, SLIDES.x86_64));
  const options = ["--kallsyms", `${kernel}/kallsyms-start`];
  const bundle = folder.at("b.tar.gz");
  await runSymfold([
    ...["collect", ...SMALL_OPTIONS, ...options, "--vmlinux", `${kernel}/vmlinux-other`],
    ...["-q", "-o", bundle],
  ]);
  const { stdout } = await runSymfold(["--bundle", bundle, "--vmlinux", `${kernel}/vmlinux`, raw]);
  assertStringIncludes(stdout, "schedule");
});

Deno.test("symfold collect takes no vmlinux that is none", async () => {
  using folder = new TempFolder();
  const vmlinuz = folder.write(
    "vmlinuz",
    "MZ, and what a kernel is packed into, as it seems\n".repeat(9),
  );
  const run = await runSymfold(["collect", ...SMALL_OPTIONS, "--vmlinux", vmlinuz], {
    cwd: folder.path,
  });
  assertEquals(run.code, 1);
  assertStringIncludes(run.stderr, "a vmlinuz has to be unpacked first, with extract-vmlinux");
  assertEquals(folder.names(), ["vmlinuz"]);
});

/** Stacks with all functions as leaves, and all return addresses, of the kernel that was moved. */
function stacksOf(kernel: string, slide: bigint): string {
  const hexOf = (text: string) => `0x${(BigInt(`0x${text}`) + slide).toString(16)}`;
  const wordsOf = (name: string, pattern: RegExp) =>
    [...Deno.readTextFileSync(`${kernel}/${name}`).matchAll(pattern)].map(([, text]) =>
      hexOf(text!)
    );
  const leaves = wordsOf("nm", /^(f\w+) \w+ [tT] /gm);
  const returns = wordsOf("returns", /^(f\w+)$/gm);
  return [...leaves.map((leaf) => `app;${returns.join(";")};${leaf} 1\n`)].join("");
}
