import { assert, assertEquals } from "@std/assert";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { makeBundle, openBytes } from "../support/bundles.ts";
import {
  assertNamesOfPerf,
  foldedOfFrames,
  type PerfFrame,
  programsIn,
} from "../support/names_of_perf.ts";
import { resolveText } from "../support/resolve_text.ts";

// Large installed programs, recorded a moment ago: what perf names, symfold names alike. Programs
// and libraries are this machine's, so the recordings cannot be committed.

const FOLDER = Deno.env.get("SYMFOLD_FRESH_RECORDING");
const PROGRAMS = programsIn(FOLDER);
/** A recording with less in it shows nothing. */
const MIN_WEIGHT = 500;

Deno.test({
  name: "SYMFOLD_FRESH_RECORDING names a folder made by fresh_recording.sh",
  ignore: FOLDER === undefined,
  fn() {
    assert(PROGRAMS.length >= 3, `Found only ${PROGRAMS} in "${FOLDER}"`);
  },
});

for (const program of PROGRAMS) {
  Deno.test(`resolve() names 99.5 % of the frames of ${program} as perf does`, async () => {
    const read = (file: string) => Deno.readTextFileSync(`${FOLDER}/${program}/${file}`);
    const weights = weightsOfFrames(read("raw.folded"));
    const truth = read("truth").trimEnd().split("\n").map((line): PerfFrame => {
      const [address = "", role = "", ...names] = line.split(" ");
      return { address, role, weight: weights.get(`${address} ${role}`) ?? 0, names };
    });
    const { output } = await resolveText(foldedOfFrames(truth), {
      maps: read("maps"),
      sysroot: "/",
      demangle: "none",
      inlines: false,
      merge: false,
    });
    assertNamesOfPerf(program, truth, output, MIN_WEIGHT);
  });
}

for (const program of PROGRAMS) {
  for (const code of ["all", "recordings"] as const) {
    Deno.test(`a bundle of ${program} with the code of ${code} gives what its files give`, async () => {
      const [maps, folded] = ["maps", "raw.folded"].map((file) =>
        Deno.readTextFileSync(`${FOLDER}/${program}/${file}`)
      );
      using files = new DiskFiles({ sysroot: "/" });
      const wanted = await resolveText(folded!, { maps: maps!, files, inlines: false });
      const recording = code === "recordings" ? { folded: folded! } : {};
      const bytes = await makeBundle({ maps: maps!, files, code, ...recording });
      const bundle = await openBytes(bytes);
      const found = await resolveText(folded!, {
        maps: maps!,
        files: bundle.files,
        inlines: false,
      });
      assert(found.output === wanted.output);
      assertEquals(found.report, wanted.report);
      const whole = bundle.manifest.files.reduce((sum, { size }) => sum + size, 0);
      // deno-lint-ignore no-console -- what it is good for
      console.log(`${program}: ${bytes.length} bytes hold what is needed of ${whole}`);
    });
  }
}

Deno.test({
  name: "resolve() names static functions of libc by the debug file of libc6-dbg",
  ignore: FOLDER === undefined || !isThere("/usr/share/doc/libc6-dbg"),
  async fn() {
    const names = new Set<string>();
    const sources = new Set<string>();
    for (const program of PROGRAMS) {
      const { report, output } = await resolveText(
        Deno.readTextFileSync(`${FOLDER}/${program}/raw.folded`),
        { maps: Deno.readTextFileSync(`${FOLDER}/${program}/maps`), sysroot: "/" },
      );
      for (const frame of output.match(/(?<=[; ])[^; \n]+(?=[; ])/g) ?? []) names.add(frame);
      const libc = report.images.find(({ image }) => image.endsWith("/libc.so.6"));
      for (const source of libc?.namesFrom ?? []) sources.add(source);
    }
    const debugFiles = [...sources].filter((source) => source.startsWith("/usr/lib/debug/"));
    assert(debugFiles.length === 1, `libc.so.6 has its names from ${[...sources]}`);
    // Which variant of malloc's and memcpy's code runs is the machine's; none of them is exported.
    const staticNames = /^(?:_int_malloc|_int_free|__mem\w+_(?:avx|evex|sse2?)\w*)$/;
    assert([...names].some((name) => staticNames.test(name)), "no static function was sampled");
  },
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** How often each address occurs in a role; the leaf's role is its own. */
function weightsOfFrames(folded: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const line of folded.trimEnd().split("\n")) {
    const space = line.lastIndexOf(" ");
    const [, ...frames] = line.slice(0, space).split(";");
    for (const [at, frame] of frames.entries()) {
      const key = `${frame} ${at === frames.length - 1 ? "leaf" : "caller"}`;
      weights.set(key, (weights.get(key) ?? 0) + Number(line.slice(space + 1)));
    }
  }
  return weights;
}
