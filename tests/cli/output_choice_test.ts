import { assertEquals, assertThrows } from "@std/assert";
import { chooseOutput } from "../../lib/cli/output_choice.ts";
import { UsageError } from "../../lib/cli/options.ts";
import { OUTPUT_FORMATS } from "../../lib/output/mod.ts";

function chosen(name: string | undefined, path: string | undefined): string {
  const { format, gzip } = chooseOutput(name, path);
  return gzip ? `${format.name}, gzip` : format.name;
}

Deno.test("chooseOutput() takes collapsed stacks by default", () => {
  assertEquals(chosen(undefined, undefined), "folded");
  assertEquals(chosen(undefined, "-"), "folded");
  assertEquals(chosen(undefined, "named.txt"), "folded");
});

for (const { name, suffixes } of OUTPUT_FORMATS) {
  Deno.test(`chooseOutput() takes ${name} for its name and its suffixes`, () => {
    assertEquals(chosen(name, undefined), name);
    assertEquals(chosen(name, "named.txt"), name);
    for (const suffix of suffixes) {
      assertEquals(chosen(undefined, `named${suffix}`), name);
      assertEquals(chosen(undefined, `NAMED${suffix.toUpperCase()}`), name);
    }
  });
}

Deno.test("chooseOutput() compresses what .gz stands behind", () => {
  assertEquals(chosen(undefined, "named.folded.gz"), "folded, gzip");
  assertEquals(chosen("folded", "named.gz"), "folded, gzip");
  assertEquals(chosen(undefined, "named.firefox.json.gz"), "firefox, gzip");
});

Deno.test("chooseOutput() compresses nothing twice", () => {
  assertEquals(chosen(undefined, "named.pb.gz"), "pprof");
  assertEquals(chosen(undefined, "named.pprof.gz"), "pprof");
  assertEquals(chosen("pprof", "named.gz"), "pprof");
});

Deno.test("chooseOutput() does not guess which JSON is meant", () => {
  const message = 'Option "--output" names "a.json.gz", which may be any JSON: ' +
    "say which with --format";
  assertThrows(() => chooseOutput(undefined, "a.json.gz"), UsageError, message);
});

for (const path of ["a.png", "A.PDF", "a.csv", "perf.data", "a.xml.gz", "a.cpuprofile"]) {
  Deno.test(`chooseOutput() writes no stacks into ${path} unless it is told to`, () => {
    const message = `Option "--output" names "${path}", and nothing that is written ends in `;
    assertThrows(() => chooseOutput(undefined, path), UsageError, message);
    assertEquals(chosen("folded", path).split(",")[0], "folded");
  });
}

Deno.test("chooseOutput() takes names without a meaning for collapsed stacks", () => {
  for (const path of ["a", "a.out", "a.stacks", "a.foo"]) {
    assertEquals(chosen(undefined, path), "folded");
  }
});
