import { assert, assertEquals } from "@std/assert";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles, type DiskFilesOptions } from "../../lib/cli/disk_files.ts";
import { hex } from "../../lib/errors.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { isJitdump, readJitdump, readPerfMap } from "../../lib/symbols/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import {
  ARCHITECTURES,
  functionsOf,
  type KnownFunction,
  knownFunctions,
} from "../support/debug_files.ts";
import { resolveText } from "../support/resolve_text.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { testdata } from "../support/testdata.ts";
import { buildZip } from "../support/zip_builder.ts";

// One library with its symbols in place, and moved to each place where names may be: the same names
// from all of them. The truth is what nm says of the first. See testdata/debug_files/README.md.

/** Every function of the library, at its first, second and last byte, as a frame of its own. */
async function namesFrom(
  architecture: string,
  file: string,
  options: DiskFilesOptions = {},
  functions: readonly KnownFunction[] = knownFunctions(architecture),
): Promise<{
  names: string[];
  namesFrom: readonly string[];
  details: string;
  reasons: readonly string[];
}> {
  const path = `/lib/${file}`;
  const vaddrs = functions.flatMap(({ vaddr, size }) => [vaddr, vaddr + 1, vaddr + size - 1]);
  const folded = vaddrs.map((vaddr) => `${path}+${hex(vaddr)} 1\n`).join("");
  const folder = testdata(`debug_files/${architecture}`);
  using files = new DiskFiles({ pathMap: [{ from: "/lib", to: folder }], ...options });
  const { output, report } = await resolveText(folded, { files, merge: false, demangle: "none" });
  return {
    names: output.trimEnd().split("\n").map((line) => line.replace(/ 1$/, "")),
    namesFrom: report.images[0]!.namesFrom,
    details: report.reasons.map(({ detail }) => detail).join(),
    reasons: report.reasons.map(({ reason }) => reason),
  };
}

for (const architecture of ARCHITECTURES) {
  const truth = knownFunctions(architecture).flatMap(({ name }) => [name, name, name]);

  Deno.test(`resolve() names ${architecture} functions by the symbols in place`, async () => {
    const { names } = await namesFrom(architecture, "libnames.so");
    assertEquals(names, truth);
  });

  Deno.test(`resolve() names ${architecture} functions by a compressed .symtab`, async () => {
    const { names, namesFrom: from } = await namesFrom(architecture, "libnames-symtab-zlib.so");
    assertEquals(names, truth);
    assert(from.includes(".symtab"));
  });

  Deno.test(`resolve() names ${architecture} functions by .gnu_debugdata`, async () => {
    const { names, namesFrom: from } = await namesFrom(architecture, "libnames-mini.so");
    assertEquals(names, truth);
    assert(from.includes(".gnu_debugdata"));
  });

  Deno.test(`resolve() names ${architecture} functions by .gnu_debuglink`, async () => {
    const { names, namesFrom: from } = await namesFrom(architecture, "linked/libnames.so");
    assertEquals(names, truth);
    assert(from.includes("/lib/linked/.debug/libnames.debug"));
  });

  Deno.test(`resolve() names ${architecture} functions by build-id`, async () => {
    const debugDirs = [testdata(`debug_files/${architecture}/debug`)];
    const { names, namesFrom: from } = await namesFrom(architecture, "libnames-stripped.so", {
      debugDirs,
    });
    assertEquals(names, truth);
    assert(from.some((source) => source.startsWith(`${debugDirs[0]}/.build-id/`)));
  });

  // Arm's unwind tables are made on request only, and this library has none.
  if (architecture === "armhf") continue;
  Deno.test(`resolve() gives stripped ${architecture} functions one frame each`, async () => {
    const { names } = await namesFrom(architecture, "libnames-stripped.so");
    for (const [at, { name, vaddr, size }] of knownFunctions(architecture).entries()) {
      const [first, second, last] = names.slice(3 * at, 3 * at + 3);
      assertEquals([second, last], [first, first], `${name} at ${hex(vaddr)}, ${size} bytes`);
      assert(first === name || first === `[libnames-stripped.so+${hex(vaddr)}]`, first);
    }
  });
}

// The same for libraries whose truth is nm's of another whole file: what dwz has rewritten, and what
// rustc has made.
for (
  const { title, truth, file, debugDir, from } of [
    { title: "that dwz has shrunk", truth: "dwz", file: "dwz/libone.so", from: ".symtab" },
    {
      title: "whose debug file dwz has shrunk",
      truth: "dwz",
      file: "dwz/libone-stripped.so",
      from: "/lib/dwz/.debug/libone.debug",
    },
    {
      title: "of rustc with strip=debuginfo",
      truth: "rust",
      file: "rust/libnames-no-debug.so",
      from: ".symtab",
    },
    {
      title: "of rustc with split-debuginfo=packed and a debug file",
      truth: "rust",
      file: "rust/libnames.so",
      debugDir: "rust/debug",
      from: /\/rust\/debug\/\.build-id\/..\/.*\.debug$/,
    },
  ]
) {
  Deno.test(`resolve() names the functions of a library ${title}`, async () => {
    const functions = functionsOf(`x86_64/${truth}/nm`);
    const debugDirs = debugDir === undefined ? [] : [testdata(`debug_files/x86_64/${debugDir}`)];
    const found = await namesFrom("x86_64", file, { debugDirs }, functions);
    assertEquals(found.names, functions.flatMap(({ name }) => [name, name, name]));
    assert(
      found.namesFrom.some((source) =>
        typeof from === "string" ? source === from : from.test(source)
      ),
      found.namesFrom.join(),
    );
  });
}

for (const file of ["libnames.so", "libnames-no-symbols.so"]) {
  Deno.test(`resolve() names only exported functions of rust/${file}, and says why`, async () => {
    const functions = functionsOf("x86_64/rust/nm");
    const found = await namesFrom("x86_64", `rust/${file}`, {}, functions);
    for (const [at, { name, vaddr }] of functions.entries()) {
      const frame = name.startsWith("_R") ? `[${file}+${hex(vaddr)}]` : name;
      assertEquals(found.names.slice(3 * at, 3 * at + 3), [frame, frame, frame]);
    }
    assertEquals(found.reasons, ["only-exported"]);
  });
}

Deno.test("resolve() refuses the debug file of another build, and says so", async () => {
  const folder = testdata("debug_files/x86_64");
  const { names, details } = await namesFrom("x86_64", "linked/libnames.so", {
    pathMap: [
      { from: "/lib/linked/.debug/libnames.debug", to: `${folder}/other/libnames.debug` },
      { from: "/lib", to: folder },
    ],
  });
  assert(names.some((name) => name.startsWith("[libnames.so+0x")), names.join());
  assert(
    details.startsWith('"/lib/linked/.debug/libnames.debug" is not used: build-id differs'),
    details,
  );
});

for (const [file, format] of [["perf.map", "a perf map"], ["jit.dump", "a jitdump"]] as const) {
  Deno.test(`resolve() names generated code by ${format}, as perf does`, async () => {
    const bytes = Deno.readFileSync(testdata(`jit/${file}`));
    const generated = isJitdump(bytes)
      ? await readJitdump(new MemorySource(file, bytes))
      : await readPerfMap(readerOfBytes(file, bytes));
    const truth = truthOf(file);
    const folded = truth.map(([address]) => `0x${address.toString(16)} 1\n`).join("");
    const { output } = await resolveText(folded, { generated: [generated], merge: false });
    assertEquals(output, truth.map(([, name]) => `${name.replaceAll(";", ":")} 1\n`).join(""));
  });
}

Deno.test("resolve() names kernel frames by kallsyms, as perf does", async () => {
  const kallsyms = readerOfBytes("kallsyms", Deno.readFileSync(testdata("jit/kallsyms")));
  const truth = truthOf("kallsyms");
  const folded = truth.map(([address]) => `app;${hex(address)} 1\n`).join("");
  const { output, report } = await resolveText(folded, { kallsyms, merge: false });
  assertEquals(output, truth.map(([, name]) => `app;${name} 1\n`).join(""));
  assertEquals(report.images[0]?.namesFrom, ["kallsyms"]);
});

Deno.test("resolve() says that a kallsyms snapshot holds zeros only", async () => {
  const bytes = Deno.readFileSync(testdata("jit/kallsyms-restricted"));
  const kallsyms = readerOfBytes("kallsyms", bytes);
  const { output, report } = await resolveText("0xffffffff81000010 1\n", { kallsyms });
  assertEquals(output, "[kernel] 1\n");
  assertEquals(report.reasons.map(({ reason }) => reason), ["kernel-hidden"]);
});

Deno.test("resolve() names frames in [vdso] by a copy of the vDSO", async () => {
  const maps = "7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0  [vdso]\n";
  const vdso = testdata("layouts/x86_64/noseparate-code/sysroot/opt/layouts/libnoseparate-code.so");
  using files = new DiskFiles({ vdso });
  const symbol = knownIn("layouts/x86_64/noseparate-code/truth");
  const { output } = await resolveText(`${hex(0x7ffd00000000 + symbol)} 1\n`, { maps, files });
  assertEquals(output, "layout_first 1\n");
});

Deno.test("resolve() refuses a vDSO whose build-id is not the recorded one", async () => {
  const maps = "7ffd00004000-7ffd00005000 r-xp 00000000 00:00 0  [vdso]\n";
  const library = "layouts/x86_64/noseparate-code/sysroot/opt/layouts/libnoseparate-code.so";
  const list = Deno.makeTempFileSync();
  try {
    for (
      const [buildId, wanted] of [
        ["67ba398b15dca0c2e3f316cdf094d9b3075ce55b", "layout_first"],
        ["67ba398b15dca0c2e3f316cdf094d9b3075ce55c", "[vdso@0x3a0]"],
      ]
    ) {
      Deno.writeTextFileSync(list, `${buildId} [vdso]\n`);
      using files = new DiskFiles({ vdso: testdata(library), buildIds: list });
      const { output, report } = await resolveText("0x7ffd000043a0 1\n", { maps, files });
      assertEquals(output, `${wanted} 1\n`);
      assertEquals(
        report.reasons.map(({ reason }) => reason),
        wanted === "layout_first" ? [] : ["build-id-mismatch"],
      );
    }
  } finally {
    Deno.removeSync(list);
  }
});

/** The vaddr of `layout_first` in the first page of a fixture. */
function knownIn(path: string): number {
  const text = Deno.readTextFileSync(testdata(path));
  const loadBias = Number(/loadBias \S+ (0x[0-9a-f]+)/.exec(text)![1]);
  return Number(/(0x[0-9a-f]+) layout_first/.exec(text)![1]) - loadBias;
}

/** Lines `ADDRESS NAME` that perf wrote. */
function truthOf(file: string): [address: number, name: string][] {
  const text = Deno.readTextFileSync(testdata(`jit/${file}.truth`));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [digits, ...name] = line.split(" ");
    const address = BigInt.asIntN(64, BigInt(`0x${digits!.replace(/^0x/, "")}`));
    return [Number(address), name.join(" ")];
  });
}

for (const [name, path] of [["memfd", "/memfd:"], ["deleted", ".so (deleted)"]] as const) {
  Deno.test(`resolve() finds a file that is gone (${path}) by its layout`, async () => {
    const folder = `layouts/x86_64/${name}`;
    const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
    assert(maps.includes(path));
    const lines = Deno.readTextFileSync(testdata(`${folder}/truth`)).split("\n");
    const truth = lines.flatMap((line) => /^(0x\S+) (\S+)$/.exec(line)?.slice(1) ?? []);
    const folded = truth.filter((_, at) => at % 2 === 0).map((address) => `${address} 1\n`);
    using files = new DiskFiles({ search: [testdata(folder)] });
    const { output } = await resolveText(folded.join(""), { maps, files, merge: false });
    assertEquals(output, truth.filter((_, at) => at % 2 === 1).map((one) => `${one} 1\n`).join(""));
  });
}

Deno.test("resolve() names nothing if several different files could have been the one that is gone", async () => {
  const folder = "layouts/x86_64/deleted";
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
  const address = /^0x\S+(?= )/m.exec(Deno.readTextFileSync(testdata(`${folder}/truth`)))![0];
  using files = new DiskFiles({ search: [testdata("layouts/x86_64")] });
  const { output, report } = await resolveText(`${address} 1\n`, { maps, files });
  assert(/^\[libdeleted\.so@0x[0-9a-f]+\] 1\n$/.test(output), output);
  assertEquals(report.reasons[0]?.reason, "file-deleted");
  assert(report.reasons[0]!.detail !== "");
});

Deno.test("resolve() refuses a file whose build-id is not the recorded one", async () => {
  const list = Deno.makeTempFileSync();
  try {
    const own = Deno.readTextFileSync(testdata("debug_files/x86_64/build-id")).trim();
    for (
      const [buildId, reasons] of [[own, []], ["ab".repeat(20), ["build-id-mismatch"]]] as const
    ) {
      Deno.writeTextFileSync(list, `${buildId} /lib/libnames.so\n`);
      const { vaddr, name } = knownFunctions("x86_64")[0]!;
      const folder = testdata("debug_files/x86_64");
      using files = new DiskFiles({ buildIds: list, pathMap: [{ from: "/lib", to: folder }] });
      const frame = `/lib/libnames.so+${hex(vaddr)}`;
      const { output, report } = await resolveText(`${frame} 1\n`, { files });
      assertEquals(report.reasons.map(({ reason }) => reason), [...reasons]);
      assertEquals(output === `${name} 1\n`, reasons.length === 0);
    }
  } finally {
    Deno.removeSync(list);
  }
});

// As Android maps libraries of an APK: the file offsets are those of the archive. A first entry fills
// the archive up to a page, as zipalign does.
Deno.test("resolve() names the functions of a library that is mapped inside an archive", async () => {
  const folder = "layouts/x86_64/lld-shifted";
  const library = "/opt/layouts/liblld-shifted.so";
  const data = Deno.readFileSync(testdata(`${folder}/sysroot${library}`));
  const entryName = "lib/x86_64/liblld-shifted.so";
  const entries = (fill: number) => [
    { name: "fill", data: new Uint8Array(fill) },
    { name: entryName, data },
  ];
  const unaligned = buildZip({ entries: entries(0) }).starts[1]!;
  const { bytes, starts } = buildZip({ entries: entries(0x2000 - unaligned) });
  assertEquals(starts[1], 0x2000);
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`)).replaceAll(
    /(\S+ \S+ )(\S+)( \S+ \d+ +)\/opt\/layouts\/liblld-shifted\.so/g,
    (_, before, offset, after) =>
      `${before}${
        (parseInt(offset, 16) + 0x2000).toString(16).padStart(8, "0")
      }${after}/app/base.apk`,
  );
  const lines = Deno.readTextFileSync(testdata(`${folder}/truth`)).split("\n");
  const truth = lines.flatMap((line) => /^(0x\S+) (\S+)$/.exec(line)?.slice(1) ?? []);
  const folded = truth.filter((_, at) => at % 2 === 0).map((address) => `${address} 1\n`);
  const files = new MemoryFiles({ "/app/base.apk": bytes });
  const { output, report } = await resolveText(folded.join(""), { maps, files, merge: false });
  assertEquals(output, truth.filter((_, at) => at % 2 === 1).map((one) => `${one} 1\n`).join(""));
  assertEquals(report.images[0]?.image, `/app/base.apk!${entryName}`);
});

// A file at a low fixed address whose text lies above its base: an offset may look like an address.
Deno.test("resolve() tells perf's file offsets from addresses where a number may be either", async () => {
  const folder = "layouts/x86_64/exec";
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
  const lines = Deno.readTextFileSync(testdata(`${folder}/truth`)).split("\n");
  const truth = lines.flatMap((line) => /^(0x\S+) (\S+)$/.exec(line)?.slice(1) ?? []);
  const sysroot = testdata(`${folder}/sysroot`);
  const { mappings } = await parseMaps("maps", [new TextEncoder().encode(maps)]);
  for (const isOffset of [false, true]) {
    const folded = truth.filter((_, at) => at % 2 === 0).map((address) => {
      const mapping = mappings.find(({ start, end }) => start <= +address && +address < end)!;
      const number = isOffset ? +address - mapping.start + mapping.fileOffset : +address;
      return `[${mapping.path.split("/").at(-1)} <${number.toString(16)}>] 1\n`;
    });
    const { output } = await resolveText(folded.join(""), { maps, sysroot, merge: false });
    assertEquals(output, truth.filter((_, at) => at % 2 === 1).map((one) => `${one} 1\n`).join(""));
  }
});

Deno.test("resolve() names perf's JIT frames, whatever else it wrote", async () => {
  const map = "7f0000001000 40 js_function\n";
  const generated = [await readPerfMap(readerOfBytes("perf.map", new TextEncoder().encode(map)))];
  const folded =
    "a;[perf-407.map <7f0000001004>];b 1\na;7f0000001004 [unknown] (/tmp/perf-407.map) 2\n";
  const { output } = await resolveText(folded, { generated });
  assertEquals(output, "a;js_function 2\na;js_function;b 1\n");
});
