import { assertEquals } from "@std/assert";
import { MemoryFiles } from "../support/memory_files.ts";
import { resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// The recording of replaced_library_test.ts, with one of the two libraries or one of the two
// snapshots missing. Names have what `truth` says, or there are none.

const FOLDER = testdata("recordings/replaced-x86_64");
const LIBRARIES = "/opt/replaced-demo/lib";
const PROGRAM = "/opt/replaced-demo/bin/replace";
const read = (name: string) => Deno.readTextFileSync(`${FOLDER}/${name}`);

function filesWith(...libraries: readonly string[]): MemoryFiles {
  const paths = [PROGRAM, ...libraries.map((name) => `${LIBRARIES}/${name}.so`)];
  return new MemoryFiles(Object.fromEntries(
    paths.map((path) => [path, Deno.readFileSync(`${FOLDER}/sysroot${path}`)]),
  ));
}

async function load(maps: readonly string[], libraries: readonly string[]) {
  const { output, report } = await resolveText(read("raw.folded"), {
    maps: maps.map(read),
    files: filesWith(...libraries),
  });
  const named = new Map<string, number>();
  for (const [, names, weight] of output.matchAll(/^.*?((?:run;|leaf\d|caller\d).*) (\d+)$/gm)) {
    named.set(names!, (named.get(names!) ?? 0) + Number(weight));
  }
  const images = new Map(report.images.map((image) => [image.image, image]));
  return { named, images };
}

/** What frames in one of the libraries weigh by `truth`, by their names. */
function truthOf(build: string): Map<string, number> {
  const lines = read("truth").matchAll(/^(\S+) (\d+)$/gm);
  return new Map(
    [...lines].map(([, names, weight]): [string, number] => [names!, Number(weight)])
      .filter(([names]) => names.endsWith(build)),
  );
}

for (const maps of [["maps-before", "maps"], ["maps", "maps-before"]]) {
  Deno.test(`resolve() names no code of a library that is missing, by ${maps.join(" and ")}`, async () => {
    // Its own return addresses tell the first library from what follows no call.
    const first = await load(maps, ["libfirst"]);
    const weight = [...truthOf("_first").values()].reduce((sum, one) => sum + one, 0);
    assertEquals([first.images.get(`${LIBRARIES}/libfirst.so`)?.resolvedWeight], [2 * weight]);
    for (const [names, own] of first.named) assertEquals(own, truthOf("_first").get(names), names);
    const open = first.images.get("[several images]");
    assertEquals(open?.reasons.map(({ reason }) => reason), ["ambiguous-snapshot"]);
    assertEquals(open?.resolvedWeight, 0);
    // Some of the first library follow a call in the second one, too, and lead nowhere from there.
    const second = await load(maps, ["libsecond"]);
    assertEquals([...second.named], []);
    const { weight: all, reasons = [] } = second.images.get("[several images]") ?? {};
    assertEquals([all, reasons.map(({ reason }) => reason)], [294, ["ambiguous-snapshot"]]);
    const { detail = "" } = reasons[0] ?? {};
    assertEquals(["libfirst.so", "libsecond.so"].filter((one) => !detail.includes(one)), []);
  });
}

for (const [maps, library] of [["maps-before", "libfirst"], ["maps", "libsecond"]] as const) {
  Deno.test(`resolve() does not take all for code of ${library}.so by its snapshot alone`, async () => {
    const { named, images } = await load([maps], ["libfirst", "libsecond"]);
    assertEquals([...named], []);
    const { evidence, reasons = [] } = images.get(`${LIBRARIES}/${library}.so`) ?? {};
    assertEquals([evidence?.edges, evidence?.agreeingEdges, evidence?.verdict], [10, 0, "differs"]);
    assertEquals(reasons.map(({ reason }) => reason), ["file-differs"]);
  });
}

Deno.test("resolve() takes calls whose callers were missed for no doubt", async () => {
  const { images } = await load(["maps", "maps-before"], ["libfirst", "libsecond"]);
  for (const library of ["libfirst", "libsecond"]) {
    const { evidence } = images.get(`${LIBRARIES}/${library}.so`) ?? {};
    assertEquals([evidence?.agreeingEdges, evidence?.impossibleEdges], [0, 0]);
    assertEquals(evidence?.verdict, "fits");
  }
});
