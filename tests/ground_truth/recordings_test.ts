import { assert, assertEquals } from "@std/assert";
import { parseMaps } from "../../lib/maps/mod.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Real programs, with the names that perf or the program's own loader gave their addresses. See
// testdata/recordings/README.md.

for (const name of ["cpp-x86_64", "rust-x86_64", "arm64"]) {
  const read = (file: string) => Deno.readTextFileSync(testdata(`recordings/${name}/${file}`));
  const maps = read("maps");
  const sysroot = testdata(`recordings/${name}/sysroot`);

  Deno.test(`resolve() names every address of ${name} as perf or the loader does`, async () => {
    const truth = read("truth").trimEnd().split("\n").map((line) => line.split(" "));
    const folded = truth.map(([address, role]) =>
      `${address}${role === "leaf" ? "" : ";leaf"} 1\n`
    );
    const { output } = await resolveText(folded.join(""), {
      maps,
      sysroot,
      demangle: "none",
      merge: false,
    });
    const lines = output.trimEnd().split("\n");
    assertEquals(lines.length, truth.length);
    for (const [at, [address, role, ...names]] of truth.entries()) {
      const found = lines[at]!.replace(/(?:;leaf)? 1$/, "");
      assert(names.includes(found), `${address} as ${role} is ${found}, want one of ${names}`);
    }
  });

  Deno.test(`resolve() conserves the weight of ${name}`, async () => {
    const { output, report } = await resolveText(read("raw.folded"), { maps, sysroot });
    assertEquals(weightOf(output), weightOf(read("raw.folded")));
    assertEquals(report.sampleWeight, weightOf(output));
    assert(report.resolvedWeight / report.weight > 0.9);
  });

  Deno.test(`resolve() changes nothing in its own output of ${name}`, async () => {
    const once = await resolveText(read("raw.folded"), { maps, sysroot });
    const twice = await resolveText(once.output, { maps, sysroot });
    assertEquals(twice.output, once.output);
  });
}

for (const variant of ["raw-bpftrace.folded", "raw-perf-addrs.folded"]) {
  Deno.test(`resolve() gives ${variant} the names of raw.folded`, async () => {
    const folder = "recordings/cpp-x86_64";
    const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
    const sysroot = testdata(`${folder}/sysroot`);
    const [plain, other] = await Promise.all(
      ["raw.folded", variant].map((file) =>
        resolveText(Deno.readTextFileSync(testdata(`${folder}/${file}`)), { maps, sysroot })
      ),
    );
    assertEquals(other!.report.resolvedWeight, plain!.report.resolvedWeight);
    if (variant === "raw-perf-addrs.folded") assertEquals(other!.output, plain!.output);
  });
}

// perf writes `ip - start + pgoff` for user frames (6.1 does); checked against `perf script`.
Deno.test("resolve() takes the file offsets of newer perf for what they are", async () => {
  const folder = "recordings/cpp-x86_64";
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
  const sysroot = testdata(`${folder}/sysroot`);
  const raw = Deno.readTextFileSync(testdata(`${folder}/raw.folded`));
  const { mappings } = await parseMaps("maps", [bytesOf(maps)]);
  const offsets = raw.replaceAll(/0x([0-9a-f]+)/g, (_, digits) => {
    const address = parseInt(digits, 16);
    const mapping = mappings.find(({ start, end }) => start <= address && address < end);
    if (mapping === undefined || !mapping.path.startsWith("/")) return `${digits} ([unknown])`;
    const fileOffset = address - mapping.start + mapping.fileOffset;
    return `${fileOffset.toString(16)} [unknown] (${mapping.path})`;
  });
  const plain = await resolveText(raw, { maps, sysroot });
  const other = await resolveText(offsets, { maps, sysroot });
  assertEquals(other.report.resolvedWeight, plain.report.resolvedWeight);
  assertEquals(other.output, plain.output);
});

Deno.test("resolve() takes the last user frame before the kernel's as exact", async () => {
  const folder = "recordings/cpp-x86_64";
  const maps = Deno.readTextFileSync(testdata(`${folder}/maps`));
  const sysroot = testdata(`${folder}/sysroot`);
  const [plain, kernel] = await Promise.all(
    ["raw.folded", "raw-kernel.folded"].map((file) =>
      resolveText(Deno.readTextFileSync(testdata(`${folder}/${file}`)), { maps, sysroot })
    ),
  );
  const userOnly = kernel!.output.replaceAll(/(?:;\[kernel\])+ /g, " ");
  assertEquals(sumByStack(userOnly), sumByStack(plain!.output));
});

function weightOf(folded: string): number {
  return folded.trimEnd().split("\n")
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

function sumByStack(folded: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of folded.trimEnd().split("\n")) {
    const space = line.lastIndexOf(" ");
    const stack = line.slice(0, space);
    sums[stack] = (sums[stack] ?? 0) + Number(line.slice(space + 1));
  }
  return sums;
}
