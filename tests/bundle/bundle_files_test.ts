import { assertEquals, assertRejects } from "@std/assert";
import { openBundle } from "../../lib/bundle/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { makeBundle } from "../support/bundles.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, codeSection } from "../support/elf_builder.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { Random } from "../support/random.ts";

const SEED = 20261128;
const COUNT = 12;
const PATHS = Array.from({ length: COUNT }, (_, at) => `/opt/lib${at}.so`);
const MAPS = PATHS.map((path, at) => {
  const [start, end] = [at, at + 1].map((page) => (0x400000 + page * 0x1000).toString(16));
  return `${start}-${end} r-xp 00000000 fe:00 ${at + 1} ${path}\n`;
}).join("");

const CONTENTS: ReadonlyMap<string, Uint8Array> = elfFiles();

/** Files of up to 300 KB that cannot be compressed. */
function elfFiles(): Map<string, Uint8Array> {
  const random = new Random(SEED);
  return new Map(PATHS.map((path) => {
    const bytes = Uint8Array.from({ length: random.below(300_000) }, () => random.below(256));
    const text = { ...codeSection(".text", 0), bytes };
    return [path, buildElf({ sections: [text], sectionNames: true }).bytes];
  }));
}

/** A bundle of these files, whole; `passes` says how often it was read from its start. */
async function openTestBundle() {
  const files = new MemoryFiles(Object.fromEntries(CONTENTS));
  const bytes = await makeBundle({ maps: MAPS, files, whole: true });
  const source = new CountingSource(new MemorySource("test.tar.gz", bytes));
  const bundle = await openBundle(source);
  const passes = () => source.reads.filter(({ fileOffset }) => fileOffset === 0).length;
  return { ...bundle, passes };
}

Deno.test("BundleFiles gives the bytes of its files, whichever are asked for", async () => {
  const { files } = await openTestBundle();
  const random = new Random(SEED);
  for (let round = 0; round < 10; round++) {
    const paths = random.shuffle(PATHS).slice(0, random.below(COUNT));
    if (random.below(2) === 0) {
      await files.prepare(paths.map((path) => ({ path, deleted: false })));
    }
    for (const path of paths) {
      const answer = await files.open({ path, deleted: false });
      if (!("source" in answer)) throw new Error(`${path}: ${answer.reason}`);
      const { source } = answer;
      const bytes = await source.readAt(0, source.size);
      const wanted = CONTENTS.get(path)!;
      assertEquals([source.name, source.size], [path, wanted.length]);
      assertEquals(bytes.every((byte, at) => byte === wanted[at]), true, `${path}, seed ${SEED}`);
    }
  }
});

Deno.test("BundleFiles unpacks all files that it is told of in one pass", async () => {
  const { files, passes } = await openTestBundle();
  assertEquals(passes(), 1);
  const requests = PATHS.map((path) => ({ path, deleted: false }));
  await files.prepare(requests);
  for (const request of requests) await files.open(request);
  assertEquals(passes(), 2);
  await files.open({ path: "/opt/other.so", deleted: false });
  assertEquals(passes(), 2);
});

Deno.test("BundleFiles has no other files, deleted ones and debug files neither", async () => {
  const { files } = await openTestBundle();
  const missing = { reason: "file-not-found", detail: '"test.tar.gz" does not have it' } as const;
  assertEquals(await files.open({ path: "/etc/passwd", deleted: false }), missing);
  assertEquals(await files.open({ path: PATHS[0]!, deleted: true }), missing);
  assertEquals(await files.openDebugFile(PATHS[0]!), undefined);
  assertEquals(await files.open({ path: "[vdso]", deleted: false }), {
    reason: "special-mapping",
    detail: "",
  });
});

Deno.test("BundleFiles throws if the bundle was changed meanwhile", async () => {
  const files = new MemoryFiles(Object.fromEntries(CONTENTS));
  const bytes = await makeBundle({ maps: MAPS, files, whole: true });
  const { files: bundled } = await openBundle(new MemorySource("test.tar.gz", bytes));
  bytes.fill(0, bytes.length / 2);
  await assertRejects(
    () => bundled.open({ path: PATHS.toSorted().at(-1)!, deleted: false }),
    Error,
    'of "test.tar.gz"',
  );
});
