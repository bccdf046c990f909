import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import type { CandidateFile } from "../../lib/symbols/mod.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Two builds of a library with the same layout: see testdata/evidence/README.md.

const FOLDER = testdata("evidence/x86_64");
const [SAME, OTHER] = ["same", "other"].map((build) =>
  Deno.readFileSync(`${FOLDER}/${build}/opt/evidence/libwalk.so`)
) as [Uint8Array, Uint8Array];
const RAW = Deno.readTextFileSync(`${FOLDER}/raw.folded`);
const MAPS = Deno.readTextFileSync(`${FOLDER}/maps`);
const LIBRARY = "/opt/evidence/libwalk.so";
const OLD = "/opt/old/libwalk.so";
/** The snapshot of the same process before it loaded the library again, from elsewhere. */
const OLD_MAPS = MAPS.replaceAll(LIBRARY, OLD);
const FILES = { [LIBRARY]: SAME, [OLD]: OTHER };
/** By how much functions are further behind in the other build, the first excepted. */
const SHIFT = 0x10;

const load = (maps: string | readonly string[], raw = RAW, files: MemoryFiles = of(FILES)) =>
  resolveText(raw, { maps, files, merge: false });

Deno.test("resolve() takes the snapshot in which return addresses follow calls", async () => {
  const right = await load(MAPS);
  for (const maps of [[MAPS, OLD_MAPS], [OLD_MAPS, MAPS]]) {
    assertEquals((await load(maps)).output, right.output);
  }
});

Deno.test("resolve() takes for each return address the snapshot in which it follows a call", async () => {
  // What was recorded before the library was loaded again.
  const oldRaw = RAW.replaceAll(/0x[0-9a-f]+/g, (address) => shifted(Number(address), SHIFT));
  const [right, oldRight] = [await load(MAPS), await load(OLD_MAPS, oldRaw)];
  assertEquals(oldRight.report.images[0]?.evidence?.verdict, "fits");
  const both = (await load([MAPS, OLD_MAPS], RAW + oldRaw)).output.trimEnd().split("\n");
  const wanted = (right.output + oldRight.output).trimEnd().split("\n");
  assertEquals(both, wanted);
});

Deno.test("resolve() takes leaves to be of the snapshot that their stack is of", async () => {
  const oldRaw = RAW.replaceAll(/0x[0-9a-f]+/g, (address) => shifted(Number(address), SHIFT));
  // Each stack with a leaf that both builds have: in different functions, or at different places.
  const leaf = `0x${(textStart() + 0x5c8).toString(16)}`;
  const withLeaf = (raw: string) => raw.replaceAll(/ 1$/gm, `;${leaf} 1`);
  const [now, before] = [withLeaf(RAW), withLeaf(oldRaw)];
  const right = (await load(MAPS, now)).output;
  const oldRight = (await load(OLD_MAPS, before)).output;
  const leavesOf = (output: string) => new Set(output.match(/[^;]+(?= 1$)/gm));
  assertEquals(leavesOf(right).union(leavesOf(oldRight)).size, 2);
  for (const maps of [[MAPS, OLD_MAPS], [OLD_MAPS, MAPS]]) {
    const { output, report } = await load(maps, now + before);
    assertEquals(output, right + oldRight);
    assertEquals(report.images.filter(({ evidence }) => evidence?.verdict === "differs"), []);
  }
});

Deno.test("resolve() takes the first snapshot for leaves, if nothing is known", async () => {
  const line = `0x${(textStart() + 0x500).toString(16)} 1\n`;
  for (const [maps, image] of [[[MAPS, OLD_MAPS], LIBRARY], [[OLD_MAPS, MAPS], OLD]] as const) {
    assertEquals((await load(maps, line)).report.images.map((counts) => counts.image), [image]);
  }
});

Deno.test("resolve() takes a leaf to be where the return addresses are", async () => {
  // The last frames of the library become leaves.
  const raw = RAW.replaceAll(/;0x[0-9a-f]+ 1$/gm, " 1");
  const { report } = await load([OLD_MAPS, MAPS], raw);
  assertEquals(report.images.filter(({ image }) => image === OLD), []);
});

Deno.test("resolve() takes the file of a name in which return addresses follow calls", async () => {
  const raw = offsetsOf(RAW);
  // Both are mapped, each at a place of its own.
  const maps = MAPS + OLD_MAPS.replaceAll(/^7f/gm, "6f").replaceAll(/-7f/g, "-6f");
  const wanted = (await load(MAPS, raw)).output;
  assert(wanted.includes(";step_"));
  assertEquals((await load(maps, raw)).output, wanted);
});

Deno.test("resolve() does not let leaves decide which file a name means", async () => {
  // As many leaves as there are return addresses, none of which follows a call.
  const leaves = Array.from(
    { length: 300 },
    (_, at) => `(libwalk.so+0x${(0x3b1 + at).toString(16)}) 1\n`,
  );
  const maps = MAPS + OLD_MAPS.replaceAll(/^7f/gm, "6f").replaceAll(/-7f/g, "-6f");
  const raw = offsetsOf(RAW) + leaves.join("");
  assertEquals((await load(maps, raw)).output, (await load(MAPS, raw)).output);
});

Deno.test("resolve() takes no file of a name if there are two that are alike", async () => {
  const maps = MAPS + OLD_MAPS.replaceAll(/^7f/gm, "6f").replaceAll(/-7f/g, "-6f");
  const files = of({ [LIBRARY]: SAME, [OLD]: SAME });
  const { report } = await load(maps, offsetsOf(RAW), files);
  assertEquals(report.reasons.map(({ reason }) => reason).includes("ambiguous-module"), true);
});

Deno.test("resolve() takes the found file in which return addresses follow calls", async () => {
  const wanted = (await load(MAPS)).output;
  for (const [one, two] of [[SAME, OTHER], [OTHER, SAME]] as const) {
    const files = new SearchedFiles([one, two]);
    assertEquals((await load(MAPS, RAW, files)).output, wanted);
  }
});

Deno.test("resolve() takes none of several found files if there are few return addresses", async () => {
  const line = RAW.split("\n")[0]!.split(";").slice(0, 7).join(";") + " 1\n";
  const { report } = await load(MAPS, line, new SearchedFiles([SAME, OTHER]));
  const [counts] = report.images.filter(({ image }) => image === LIBRARY);
  assertEquals(counts?.reasons, [{
    reason: "file-not-found",
    weight: counts!.weight,
    frames: counts!.frames,
    detail: 'it may be "/found/0", "/found/1"',
  }]);
});

Deno.test("resolve() takes no found file in which most return addresses follow no call", async () => {
  // Too few for a verdict on the image, and another file for all that is known.
  const line = RAW.split("\n")[0]!.split(";").slice(0, 8).join(";") + " 1\n";
  const reasonsOf = async (build: Uint8Array) => {
    const { report } = await load(MAPS, line, new SearchedFiles([build]));
    return report.images.find(({ image }) => image === LIBRARY)!;
  };
  const right = await reasonsOf(SAME);
  assertEquals(right.reasons, []);
  const { weight, frames, reasons } = await reasonsOf(OTHER);
  assertEquals(reasons, [{
    reason: "file-not-found",
    weight,
    frames,
    detail: '"/found/0" has the layout, but return addresses follow no calls in it',
  }]);
});

Deno.test("resolve() takes the found file of the same name if the code does not decide", async () => {
  const line = RAW.split("\n")[0]!.split(";").slice(0, 8).join(";") + " 1\n";
  const wanted = (await load(MAPS, line)).output;
  const files = [["/found/other.so", OTHER], ["/found/libwalk.so", SAME]] as const;
  for (const ordered of [files, files.toReversed()]) {
    const found = new SearchedFiles(Object.fromEntries(ordered));
    assertEquals((await load(MAPS, line, found)).output, wanted);
  }
  const twice = { "/a/libwalk.so": SAME, "/b/libwalk.so": OTHER };
  const { report } = await load(MAPS, line, new SearchedFiles(twice));
  const counts = report.images.find(({ image }) => image === LIBRARY)!;
  assertEquals(counts.reasons[0]?.detail, 'it may be "/a/libwalk.so", "/b/libwalk.so"');
});

Deno.test("resolve() does not count return addresses for a found file once a snapshot", async () => {
  const line = RAW.split("\n")[0]!.split(";").slice(0, 8).join(";") + " 1\n";
  const { report } = await load([MAPS, MAPS, MAPS], line, new SearchedFiles([SAME, OTHER]));
  const counts = report.images.find(({ image }) => image === LIBRARY)!;
  assertEquals(counts.reasons[0]?.detail, 'it may be "/found/0", "/found/1"');
});

/** A provider that has the mapped file at other places only. */
class SearchedFiles extends MemoryFiles {
  readonly #found: readonly (readonly [string, Uint8Array])[];

  constructor(found: readonly Uint8Array[] | Readonly<Record<string, Uint8Array>>) {
    super();
    this.#found = Array.isArray(found)
      ? found.map((bytes, at) => [`/found/${at}`, bytes])
      : Object.entries(found);
  }

  searchFiles(): CandidateFile[] {
    return this.#found.map(([path, bytes]) => ({ path, source: new MemorySource(path, bytes) }));
  }
}

function of(files: Readonly<Record<string, Uint8Array>>): MemoryFiles {
  return new MemoryFiles(files);
}

/** Moves an address in the text of the library behind its first function. */
function shifted(address: number, distance: number): string {
  const vaddr = address - textStart();
  const isMoved = vaddr >= 0x4a0 && vaddr < 0x2000;
  return `0x${(isMoved ? address + distance : address).toString(16)}`;
}

/** The same stacks with file offsets, as newer perf writes them, in the library. */
function offsetsOf(raw: string): string {
  return raw.replaceAll(/0x[0-9a-f]+/g, (text) => {
    const offset = Number(text) - textStart();
    return offset >= 0 && offset < 0x2000 ? `(libwalk.so+0x${offset.toString(16)})` : text;
  });
}

function textStart(): number {
  return parseInt(MAPS.split("\n").find((line) => line.endsWith(LIBRARY))!, 16);
}

Deno.test("resolve() takes a file that was replaced between two snapshots for one", async () => {
  const raw = offsetsOf(RAW);
  const replaced = MAPS.replaceAll(
    /^(\S+ \S+ \S+ \S+) \d+( +\/opt\/evidence\/libwalk\.so)$/gm,
    "$1 7$2",
  );
  assert(replaced !== MAPS);
  assertEquals((await load([MAPS, replaced], raw)).output, (await load(MAPS, raw)).output);
});

Deno.test("resolve() takes leaves to be of the snapshot of their stack in one process of several", async () => {
  const leaf = `0x${(textStart() + 0x5c8).toString(16)}`;
  const raw = RAW.replaceAll(/^walk(.*) 1$/gm, `walk-7$1;${leaf} 1`);
  const wanted = (await load(MAPS, raw)).output;
  const { output } = await resolveText(raw + `other-8;${leaf} 1\n`, {
    maps: [OLD_MAPS, MAPS, OLD_MAPS],
    processes: [7, 7, 8],
    files: of(FILES),
    merge: false,
  });
  const old = (await load(OLD_MAPS, `other-8;${leaf} 1\n`)).output;
  assertEquals(output, wanted + old);
});

/** The same, with another file there. */
const LOST_MAPS = OLD_MAPS.replaceAll(/ \d+( +\/opt\/old\/)/g, " 4711$1");

Deno.test("resolve() names by one snapshot only what follows a call, if the file of another is lost", async () => {
  const files = () => new MemoryFiles({ [LIBRARY]: SAME });
  const right = await load(MAPS);
  const leaf = `x;0x${(textStart() + 0x5c8).toString(16)} 1\n`;
  for (const maps of [[MAPS, LOST_MAPS], [LOST_MAPS, MAPS]]) {
    const { output, report } = await load(maps, RAW + leaf, files());
    assertEquals(output, `${right.output}x;[unknown] 1\n`);
    const image = report.images.find(({ image }) => image === "[several images]");
    assertEquals(image?.reasons.map(({ reason, weight }) => [reason, weight]), [
      ["ambiguous-snapshot", 1],
    ]);
    for (const path of [LIBRARY, OLD]) assert(image?.reasons[0]?.detail.includes(`"${path}"`));
  }
});

Deno.test("resolve() takes a stack for that of a lost file if most of it follows no call", async () => {
  const files = () => new MemoryFiles({ [LIBRARY]: SAME });
  const [one, two, three] = [...new Set(RAW.match(/0x7efd265d\w+/g))] as [string, string, string];
  const off = (address: string) => `0x${(Number(address) + 1).toString(16)}`;
  const { output } = await load(
    [MAPS, LOST_MAPS],
    [
      `x;${one};${two};${off(three)};${off(one)} 1`,
      `x;${one};${off(two)};${off(three)};${off(one)} 1`,
    ].join("\n"),
    files(),
  );
  const unnamed = output.trimEnd().split("\n").map((line) => line.split("[unknown]").length - 1);
  assertEquals(unnamed, [0, 3]);
});

Deno.test("resolve() takes a file that has another path for the same, by its inode", async () => {
  const files = new MemoryFiles({ [LIBRARY]: SAME });
  const leaf = `x;0x${(textStart() + 0x5c8).toString(16)} 1\n`;
  const [one, both] = [
    await load(MAPS, RAW + leaf, files),
    await load([MAPS, OLD_MAPS], RAW + leaf, files),
  ];
  assertEquals(both.output, one.output);
  assertEquals(both.report.reasons, one.report.reasons);
});
