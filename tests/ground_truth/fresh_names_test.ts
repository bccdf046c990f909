import { assert } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { isJitdump, readJitdump, readPerfMap } from "../../lib/symbols/mod.ts";
import { resolveText, type ResolveTextOptions } from "../support/resolve_text.ts";

// Code that is in no file, recorded a moment ago: V8's and a JVM's, the vDSO and the kernel. What perf
// names, symfold names alike, from the maps that the runtimes wrote, a copy of the vDSO that was taken
// as README.md says, and a snapshot of kallsyms.

const FOLDER = Deno.env.get("SYMFOLD_FRESH_NAMES");
const PROGRAMS = FOLDER === undefined
  ? []
  : [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
/** Of the frames that perf names, by weight. */
const WANTED_SHARE = 0.995;
/** A recording with less in it shows nothing. */
const MIN_WEIGHT = 300;

Deno.test({
  name: "SYMFOLD_FRESH_NAMES names a folder made by fresh_names.sh",
  ignore: FOLDER === undefined,
  fn() {
    assert(PROGRAMS.join() === "clock,java,node,node-jitdump", `Found ${PROGRAMS} in "${FOLDER}"`);
  },
});

/** A frame that perf has a name for. */
interface KnownFrame {
  readonly address: string;
  readonly role: string;
  readonly weight: number;
  /** As symfold spells them in a folded line. */
  readonly names: readonly string[];
}

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
        const folded = truth.map(({ address, role }) =>
          `${address}${role === "leaf" ? "" : ";leaf"} 1\n`
        );
        const { output } = await resolveText(folded.join(""), {
          maps: Deno.readTextFileSync(`${folder}/maps`),
          files,
          demangle: "none",
          inlines: false,
          merge: false,
          ...await sourcesOf(folder),
        });
        compare(`${program}, ${kind}`, truth, output.trimEnd().split("\n"));
      },
    });
  }
}

function compare(title: string, truth: readonly KnownFrame[], lines: readonly string[]): void {
  let total = 0;
  let right = 0;
  const wrong: string[] = [];
  for (const [at, { address, role, weight, names }] of truth.entries()) {
    const found = lines[at]!.replace(/(?:;leaf)? 1$/, "");
    total += weight;
    if (names.includes(found)) right += weight;
    else wrong.push(`${weight} times ${address} as ${role} is ${found}, want one of ${names}`);
  }
  const examples = wrong.slice(0, 20).map((text) => `\n  ${text.slice(0, 300)}`).join("");
  assert(total >= MIN_WEIGHT, `perf names only ${total} frames`);
  assert(right >= WANTED_SHARE * total, `${right} of ${total} are right; wrong:${examples}`);
  // deno-lint-ignore no-console -- how much is left to be done, if anything
  console.log(`${title}: ${right} of ${total} frames as perf names them${examples}`);
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

function truthOf(path: string): KnownFrame[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => {
    const [, address = "", role = "", weight = "", ...names] = line.split("\t");
    const spelled = names.map((name) => name.replaceAll(";", ":").trim());
    return { address, role, weight: Number(weight), names: spelled };
  });
}
