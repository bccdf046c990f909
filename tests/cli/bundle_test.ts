import { packTar } from "modern-tar";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CPP_RECORDING, runShell, runSymfold } from "../support/run_symfold.ts";
import { IN_FIRST, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { bytesOf } from "../support/resolve_text.ts";

const FOLDED = `app;${IN_FIRST} 1\n`;
const NAMED = "app;layout_first 1\n";

/** A bundle of the small library; gives its path. */
async function smallBundle(folder: TempFolder, more: readonly string[] = []): Promise<string> {
  const path = folder.at("b.tar.gz");
  const { stderr } = await runSymfold(["collect", ...SMALL_OPTIONS, "-o", path, ...more]);
  assertStringIncludes(stderr, `symfold: Wrote "${path}": `);
  return path;
}

Deno.test("symfold --bundle reads a bundle from a pipe, and from standard input", async () => {
  using folder = new TempFolder();
  const bundle = await smallBundle(folder);
  const recording = folder.write("raw.folded", FOLDED);
  const piped = await runShell(
    (symfold) => `mkfifo ${folder.at("fifo")}; cat ${bundle} > ${folder.at("fifo")} & ${symfold}`,
    ["--bundle", folder.at("fifo"), "-q", recording],
  );
  assertEquals([piped.code, piped.stdout], [0, NAMED]);
  const { code, stdout } = await runSymfold(["--bundle", "-", "-q", recording], {
    stdin: Deno.readFileSync(bundle),
  });
  assertEquals([code, stdout], [0, NAMED]);
});

Deno.test("symfold --bundle reads a bundle that was decompressed", async () => {
  using folder = new TempFolder();
  const bundle = await smallBundle(folder);
  const plain = await new Response(
    new Blob([Deno.readFileSync(bundle)]).stream()
      .pipeThrough(new DecompressionStream("gzip")),
  ).bytes();
  const path = folder.write("b.tar", plain);
  const { code, stdout } = await runSymfold(["--bundle", path, "-q"], { stdin: FOLDED });
  assertEquals([code, stdout], [0, NAMED]);
});

Deno.test("symfold --bundle opens no files of this machine", async () => {
  using folder = new TempFolder();
  const bundle = await smallBundle(folder);
  const { stdout } = await runSymfold(["--bundle", bundle, "-q"], {
    stdin: `app;0x10 (${Deno.execPath()}) 1\napp;${Deno.execPath()}+0x10 1\n`,
  });
  assert(!/;[^[]/.test(stdout), stdout);
});

Deno.test("symfold takes what is named beside --bundle first, or adds it", async () => {
  using folder = new TempFolder();
  const kallsyms = folder.write("kallsyms", "ffffffff81000000 T bundled\n");
  const bundle = await smallBundle(folder, ["--kallsyms", kallsyms]);
  const kernel = { stdin: "app;0xffffffff81000010 1\n" };
  const own = await runSymfold(["--bundle", bundle, "-q"], kernel);
  assertEquals(own.stdout, "app;bundled 1\n");
  const other = folder.write("other", "ffffffff81000000 T named\n");
  const named = await runSymfold(["--bundle", bundle, "--kallsyms", other, "-q"], kernel);
  assertEquals(named.stdout, "app;named 1\n");
  const maps = folder.write("maps", "10000-11000 rwxp 00000000 00:00 0\n");
  const perfMap = folder.write("a.map", "10000 1000 jitted\n");
  const added = await runSymfold(
    ["--bundle", bundle, "--maps", maps, "--perf-map", perfMap, "-q"],
    { stdin: `app;${IN_FIRST};0x10010 1\n` },
  );
  assertEquals(added.stdout, "app;layout_first;jitted 1\n");
});

Deno.test("symfold --sysroot gives files that a bundle does not have", async () => {
  using folder = new TempFolder();
  const [maps, file, sysroot, dir] = SMALL_OPTIONS as [string, string, string, string];
  const bundle = folder.at("b.tar.gz");
  await runSymfold(["collect", maps, file, sysroot, folder.path, "-o", bundle]);
  const without = await runSymfold(["--bundle", bundle, "-q"], { stdin: FOLDED });
  assertEquals(without.stdout, "app;[liblld-shifted.so@0x510] 1\n");
  const { stdout } = await runSymfold(["--bundle", bundle, sysroot, dir, "-q"], { stdin: FOLDED });
  assertEquals(stdout, NAMED);
});

Deno.test("symfold --bundle refuses what leads out of a bundle, and writes nothing", async () => {
  using folder = new TempFolder();
  const tar = await packTar([
    { header: { name: "symfold-bundle.json", size: 2 }, body: "{}" },
    { header: { name: "../evil", size: 4 }, body: "evil" },
    { header: { name: folder.at("evil"), size: 4 }, body: "evil" },
  ]);
  const bundle = folder.write("inner/b.tar", tar);
  const { code, stdout, stderr } = await runSymfold(["--bundle", bundle], {
    stdin: FOLDED,
    cwd: folder.at("inner"),
  });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, `of "${bundle}": `);
  assertEquals(folder.names(), ["inner"]);
  assertEquals([...Deno.readDirSync(folder.at("inner"))].map(({ name }) => name), ["b.tar"]);
});

Deno.test("symfold --bundle refuses what is none", async () => {
  const { code, stdout, stderr } = await runSymfold(["--bundle", CPP_RECORDING], { stdin: FOLDED });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, `symfold: Cannot read the entries of "${CPP_RECORDING}": `);
});

Deno.test("symfold --max-bundle-size limits what a bundle unpacks to", async () => {
  using folder = new TempFolder();
  const bundle = await smallBundle(folder);
  const small = ["--bundle", bundle, "-q", "--max-bundle-size"];
  const { code, stderr } = await runSymfold([...small, "10K"], { stdin: FOLDED });
  assertEquals(code, 1);
  assertEquals(
    stderr,
    `symfold: Cannot read the entries of "${bundle}": they unpack to more than 10240 bytes ` +
      "(see --max-bundle-size)\n",
  );
  assertEquals((await runSymfold([...small, "1M"], { stdin: FOLDED })).stdout, NAMED);
  const wrong = await runSymfold([...small, "1T"], { stdin: FOLDED });
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, 'Option "--max-bundle-size" has the value "1T", want a');
});

Deno.test("symfold does not write over the bundle that it reads", async () => {
  using folder = new TempFolder();
  const bundle = await smallBundle(folder);
  const { code, stderr } = await runSymfold(["--bundle", bundle, "-o", bundle], {
    stdin: bytesOf(""),
  });
  assertEquals(code, 2);
  assertStringIncludes(stderr, `"${bundle}", which is the bundle and would be lost`);
});
