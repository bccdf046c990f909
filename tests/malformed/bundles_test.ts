import { packTar, type TarHeader } from "modern-tar";
import { assertEquals, assertRejects } from "@std/assert";
import { openBundle } from "../../lib/bundle/mod.ts";
import { type BundleManifest, spellManifest } from "../../lib/bundle/manifest.ts";
import { sparseAttributes } from "../../lib/bundle/read_entries.ts";
import { spellSparseMap } from "../../lib/bundle/sparse_map.ts";
import { type Extent, MemorySource } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { bytesOfChunks } from "../support/bundles.ts";

// Archives that are no bundles, or want to do harm. Nothing is unpacked but into memory, and what is
// wrong is said before anything of it is used.

interface Entry {
  readonly header: TarHeader;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const MAPS = "00400000-00401000 r-xp 00000000 fe:00 42 /opt/app\n";
const EMPTY: BundleManifest = {
  createdBy: "a test",
  pid: 4711,
  command: "app",
  kernel: "",
  code: "none",
  maps: [{ entry: "maps", process: undefined }],
  codeMaps: [],
  kallsyms: "",
  modules: "",
  buildIds: "",
  debugDirs: [],
  files: [],
  missing: [],
  notes: [],
};
const APP = {
  path: "/opt/app",
  deleted: false,
  role: "mapped",
  entry: "files/opt/app",
  size: 100,
  kept: 8,
  buildId: "",
} as const;

const ENTRIES = 'Cannot read the entries of "test.tar.gz": ';
const MANIFEST = 'Cannot read symfold-bundle.json of "test.tar.gz": ';

Deno.test("openBundle() takes a bundle of a test", async () => {
  const { manifest, maps } = await open([
    manifestEntry({ files: [APP] }),
    text("maps", MAPS),
    app(),
  ]);
  assertEquals(manifest.files, [APP]);
  assertEquals(maps.length, 1);
});

for (
  const [name, problem] of [
    ["../evil", 'it has a part "..", which leads out of the bundle'],
    ["files/../../evil", 'it has a part "..", which leads out of the bundle'],
    ["/etc/passwd", "it is an absolute path, want a relative one"],
    ["files//evil", 'it has a part that is empty or "."'],
    ["./maps", 'it has a part that is empty or "."'],
    ["files/a\nb", "it has a control character"],
  ] as const
) {
  Deno.test(`openBundle() refuses an entry ${JSON.stringify(name)}`, async () => {
    const spelled = JSON.stringify(name);
    await refuses([manifestEntry(), text("maps", MAPS), text(name, "x")], [
      `${ENTRIES}an entry is called ${spelled}: ${problem}`,
    ]);
  });
}

Deno.test("openBundle() refuses a sparse file whose real name leads out", async () => {
  const entry = app({ attributes: { "GNU.sparse.name": "../../evil" } });
  await refuses([manifestEntry({ files: [APP] }), text("maps", MAPS), entry], [
    `${ENTRIES}an entry is called "../../evil": it has a part "..", which leads out of the bundle`,
  ]);
});

for (
  const [type, what] of [
    ["symlink", "a symlink"],
    ["link", "a link"],
    ["character-device", "a character device"],
    ["block-device", "a block device"],
    ["fifo", "a fifo"],
    ["directory", "a directory"],
  ] as const
) {
  Deno.test(`openBundle() refuses ${what}`, async () => {
    const header: TarHeader = { name: "files/x", size: 0, type, linkname: "/etc/passwd" };
    await refuses([manifestEntry(), text("maps", MAPS), { header }], [
      `${ENTRIES}entry "files/x" is ${what}, want a regular file`,
    ]);
  });
}

Deno.test("openBundle() refuses two entries of the same name", async () => {
  await refuses([manifestEntry(), text("maps", MAPS), text("maps", MAPS)], [
    `${ENTRIES}entry "maps" is there twice`,
  ]);
});

Deno.test("openBundle() refuses an entry that the manifest does not name", async () => {
  await refuses([manifestEntry(), text("maps", MAPS), text("more", "x")], [
    `${ENTRIES}entry "more" is there, but not in its manifest`,
  ]);
});

Deno.test("openBundle() refuses a bundle that lacks what its manifest names", async () => {
  await refuses([manifestEntry()], [`${ENTRIES}entry "maps" is missing`]);
});

Deno.test("openBundle() refuses an archive that is no bundle", async () => {
  const wanted = "want symfold-bundle.json first";
  const head = `${ENTRIES}it is no bundle of symfold collect: `;
  await refuses([text("maps", MAPS), manifestEntry()], [`${head}"maps" is there, ${wanted}`]);
  await refuses([], [`${head}nothing is there, ${wanted}`]);
});

Deno.test("openBundle() refuses what is no archive", async () => {
  for (const content of ["", "main;0x1234 1\n".repeat(100)]) {
    const message = `${ENTRIES}it is no bundle of symfold collect: `;
    await refusesBytes(await gzip(bytesOf(content)), message);
    await refusesBytes(bytesOf(content), message);
  }
});

Deno.test("openBundle() refuses a bomb", async () => {
  const bytes = await tarGz([manifestEntry(), text("maps", MAPS + "\n".repeat(120_000_000))]);
  await assertRejects(
    () => openBundle(new MemorySource("test.tar.gz", bytes)),
    FormatError,
    `${ENTRIES}they unpack to more than ${(1 << 26) + 256 * bytes.length} bytes`,
  );
  const { maps } = await openBundle(new MemorySource("test.tar.gz", bytes), { maxSize: 2e8 });
  assertEquals(maps.length, 1);
});

Deno.test("openBundle() refuses a bundle that is larger than it may be", async () => {
  const bytes = await tarGz([manifestEntry(), text("maps", MAPS)]);
  await assertRejects(
    () => openBundle(new MemorySource("test.tar.gz", bytes), { maxSize: 2000 }),
    FormatError,
    `${ENTRIES}they unpack to more than 2000 bytes (see --max-bundle-size)`,
  );
});

for (
  const [what, json, problem] of [
    ["is no JSON", "{", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ["is an array", "[]", "it is [], want an object"],
    ["is of another format", '{"format":"x"}', 'format is "x", want "symfold bundle"'],
    ["is of another version", change({ version: 2 }), "its version is 2, this symfold reads 1"],
    ["has no maps", change({ maps: undefined }), "maps is missing, want an array"],
    ["has a number for a name", change({ kallsyms: 1 }), "kallsyms is 1, want a string"],
    ["has files that are none", change({ files: [7] }), "files[0] is 7, want an object"],
    ["has a negative PID", change({ pid: -1 }), "pid is -1, want a whole number"],
    [
      "has a name that leads out",
      change({ maps: [{ entry: "../maps", process: null }] }),
      undefined,
    ],
    [
      "has an entry twice",
      change({ codeMaps: [{ entry: "maps", process: 1 }] }),
      'entry "maps" is there twice',
    ],
    [
      "has a file twice",
      change({ files: [APP, { ...APP, entry: "b" }] }),
      'file "mapped present /opt/app" is there twice',
    ],
    [
      "has two kernels",
      change({
        files: [{ ...APP, role: "kernel" }, { ...APP, role: "kernel", path: "/b", entry: "b" }],
      }),
      'role "kernel" is there twice',
    ],
    [
      "keeps more than there is",
      change({ files: [{ ...APP, kept: 101 }] }),
      "files[0]: kept is 101, more than size, 100",
    ],
    [
      "has a size of 2^60",
      change({ files: [{ ...APP, size: 2 ** 60 }] }),
      "files[0].size is 1152921504606847000, want a whole number",
    ],
    [
      "has an unknown reason",
      change({ missing: [{ ...APP, reason: "toString", detail: "" }] }),
      undefined,
    ],
  ] as const
) {
  Deno.test(
    `openBundle() refuses a manifest that ${what}`,
    async () => {
      const entries = [text("symfold-bundle.json", json), text("maps", MAPS)];
      await refusesBytes(
        await tarGz(entries),
        problem === undefined ? "Cannot read" : MANIFEST + problem,
      );
    },
  );
}

const SPARSE_MAP = 'Cannot read the sparse map of "test.tar.gz!files/opt/app": ';
const FILE = 'Cannot read the file of "test.tar.gz!files/opt/app": ';

for (
  const [what, spec, problem] of [
    ["overlap", { extents: [[0, 4], [3, 4]] }, "a piece begins at 3, the one before it ends at 4"],
    [
      "do not ascend",
      { extents: [[8, 4], [0, 4]] },
      "a piece begins at 0, the one before it ends at 12",
    ],
    ["reach past the file", { extents: [[96, 8]] }, "a piece ends at 104, the file at 100"],
    ["are said to be very many", { map: "99999999999\n" }, "it has 99999999999 pieces, want fewer"],
    [
      "are no numbers",
      { map: "1\n-4\n8\n" },
      "byte 45 is there, want a number of at most 16 digits",
    ],
    [
      "are longer than numbers are",
      { map: `1\n${"9".repeat(17)}\n` },
      "byte 57 is there, want a number of at most 16 digits",
    ],
    ["are empty", { map: "1\n\n4\n" }, "an empty line is there, want a number"],
  ] as const
) {
  Deno.test(`openBundle() refuses a sparse file whose pieces ${what}`, async () => {
    const entries = [manifestEntry({ files: [APP] }), text("maps", MAPS), app(spec)];
    await refuses(entries, [SPARSE_MAP + problem]);
  });
}

Deno.test("openBundle() refuses a sparse file whose data is not as long as its pieces", async () => {
  for (const length of [7, 9, 1000]) {
    const entries = [manifestEntry({ files: [APP] }), text("maps", MAPS), app({ data: length })];
    await refuses(entries, [`${FILE}it has ${length} bytes of data, its sparse map says 8`]);
  }
});

Deno.test("openBundle() refuses a sparse file whose map is cut", async () => {
  const entry = app({ map: "2\n0\n4\n", data: 0 });
  const cut = { ...entry, header: { ...entry.header, size: 6 }, body: entry.body!.slice(0, 6) };
  await refuses([manifestEntry({ files: [APP] }), text("maps", MAPS), cut], [
    `${FILE}its sparse map is cut`,
  ]);
});

Deno.test("openBundle() refuses a file of which more or less is there than the manifest says", async () => {
  const whole = text("files/opt/app", "x".repeat(100));
  await refuses([manifestEntry({ files: [APP] }), text("maps", MAPS), whole], [
    `${FILE}it has 100 of 100 bytes, the manifest says 8 of 100`,
  ]);
  const larger = app({ attributes: { "GNU.sparse.realsize": "1000" } });
  await refuses([manifestEntry({ files: [APP] }), text("maps", MAPS), larger], [
    `${FILE}it has 8 of 1000 bytes, the manifest says 8 of 100`,
  ]);
});

Deno.test("openBundle() refuses sparse files of other versions, and sparse texts", async () => {
  const older = app({ attributes: { "GNU.sparse.minor": "1" } });
  await refuses([manifestEntry({ files: [APP] }), text("maps", MAPS), older], [
    `${ENTRIES}entry "GNUSparseFile.0/app" is a sparse file of another version than 1.0`,
  ]);
  const named = app({ attributes: { "GNU.sparse.name": "maps" } });
  await refuses([manifestEntry(), named], [
    `${ENTRIES}entry "maps" is a sparse file, want a plain one`,
  ]);
});

Deno.test("openBundle() refuses a bundle that is cut anywhere", async () => {
  const bytes = await tarGz([manifestEntry({ files: [APP] }), text("maps", MAPS), app()]);
  for (let length = 0; length < bytes.length; length++) {
    await refusesBytes(bytes.subarray(0, length), "Cannot ");
  }
});

Deno.test("openBundle() gives an error of its own for any damage, or none", async () => {
  const seed = 20261124;
  const random = new Random(seed);
  const tar = await packTar([manifestEntry({ files: [APP] }), text("maps", MAPS), app()]);
  for (let round = 0; round < 500; round++) {
    const damaged = tar.slice();
    damaged[random.below(damaged.length)]! ^= 1 << random.below(8);
    try {
      await openBundle(new MemorySource("test.tar.gz", damaged));
    } catch (error) {
      assertEquals(
        (error as Error).name,
        "FormatError",
        `round ${round} of seed ${seed}: ${error}`,
      );
    }
  }
});

/** A manifest with other values. */
function change(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(spellManifest(EMPTY)), ...values });
}

function manifestEntry(values: Partial<BundleManifest> = {}): Entry {
  return text("symfold-bundle.json", spellManifest({ ...EMPTY, ...values }));
}

function text(name: string, content: string): Entry {
  const body = bytesOf(content);
  return { header: { name, size: body.length }, body };
}

interface AppSpec {
  /** Pairs of a file offset and a length; one at 64 by default. */
  readonly extents?: readonly (readonly [number, number])[];
  /** The text of the map instead. */
  readonly map?: string;
  /** How many bytes of data. */
  readonly data?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The entry for `APP`, a sparse file. */
function app({ extents = [[64, 8]], map, data = 8, attributes }: AppSpec = {}): Entry {
  const pieces = extents.map(([fileOffset, length]): Extent => ({ fileOffset, length }));
  const head = map === undefined ? spellSparseMap(pieces) : spellSparseMap([]);
  if (map !== undefined) head.set(bytesOf(map));
  const body = new Uint8Array(head.length + data).fill(1);
  body.set(head);
  const pax = { ...sparseAttributes(APP.entry, APP.size), ...attributes };
  return { header: { name: "GNUSparseFile.0/app", size: body.length, pax }, body };
}

async function open(entries: readonly Entry[]) {
  return await openBundle(new MemorySource("test.tar.gz", await tarGz(entries)));
}

async function refuses(entries: readonly Entry[], [message]: readonly [string]): Promise<void> {
  const error = await assertRejects(() => open(entries), FormatError);
  assertEquals(error.message, message);
}

async function refusesBytes(bytes: Uint8Array, message: string): Promise<void> {
  await assertRejects(
    () => openBundle(new MemorySource("test.tar.gz", bytes)),
    FormatError,
    message,
  );
}

async function tarGz(entries: readonly Entry[]): Promise<Uint8Array<ArrayBuffer>> {
  return await gzip(await packTar([...entries]));
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await bytesOfChunks(stream);
}
