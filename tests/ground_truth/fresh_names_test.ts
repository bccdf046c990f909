import { assert } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { isJitdump, readJitdump, readPerfMap } from "../../lib/symbols/mod.ts";
import {
  assertNamesOfPerf,
  foldedOfFrames,
  type PerfFrame,
  programsIn,
} from "../support/names_of_perf.ts";
import { resolveText, type ResolveTextOptions } from "../support/resolve_text.ts";

// Code that is in no file, recorded a moment ago: V8's and a JVM's, the vDSO and the kernel. What perf
// names, symfold names alike, from the maps that the runtimes wrote, a copy of the vDSO that was taken
// as README.md says, and a snapshot of kallsyms.

const FOLDER = Deno.env.get("SYMFOLD_FRESH_NAMES");
const PROGRAMS = programsIn(FOLDER);
/** A recording with less in it shows nothing. */
const MIN_WEIGHT = 300;

Deno.test({
  name: "SYMFOLD_FRESH_NAMES names a folder made by fresh_names.sh",
  ignore: FOLDER === undefined,
  fn() {
    assert(PROGRAMS.join() === "clock,java,node,node-jitdump", `Found ${PROGRAMS} in "${FOLDER}"`);
  },
});

for (const program of PROGRAMS) {
  for (const kind of program === "clock" ? ["vdso", "kernel"] : ["jit"]) {
    const folder = `${FOLDER}/${program}`;
    const truthPath = `${folder}/truth-${kind}`;
    Deno.test({
      name: `resolve() names 99.5 % of the ${kind} frames of ${program} as perf does`,
      // A kernel may hide its addresses.
      ignore: kind === "kernel" && !isThere(truthPath),
      async fn() {
        const truth = truthOf(truthPath);
        const vdso = isThere(`${folder}/vdso.so`) ? `${folder}/vdso.so` : undefined;
        using files = new DiskFiles({ sysroot: "/", vdso });
        const { output } = await resolveText(foldedOfFrames(truth), {
          maps: Deno.readTextFileSync(`${folder}/maps`),
          files,
          demangle: "none",
          inlines: false,
          merge: false,
          ...await sourcesOf(folder),
        });
        assertNamesOfPerf(`${program}, ${kind}`, truth, output, MIN_WEIGHT);
      },
    });
  }
}

/** What has the names, besides files. */
async function sourcesOf(folder: string): Promise<Partial<ResolveTextOptions>> {
  const file = ["kallsyms", "perf.map", "jit.dump"].find((name) => isThere(`${folder}/${name}`));
  if (file === undefined) return {};
  const bytes = Deno.readFileSync(`${folder}/${file}`);
  if (file === "kallsyms") return { kallsyms: readerOfBytes(file, bytes) };
  const code = isJitdump(bytes)
    ? await readJitdump(new MemorySource(file, bytes))
    : await readPerfMap(readerOfBytes(file, bytes));
  return { generated: [code] };
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function truthOf(path: string): PerfFrame[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => {
    const [, address = "", role = "", weight = "", ...names] = line.split("\t");
    const spelled = names.map((name) => name.replaceAll(";", ":").trim());
    return { address, role, weight: Number(weight), names: spelled };
  });
}
