import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import type { FileAnswer, FileProvider, FileRequest, Report } from "../../lib/resolve/mod.ts";
import { type BundleSpec, makeBundle, openBytes } from "../support/bundles.ts";
import { debugFile, debugText, knownFunctions } from "../support/debug_files.ts";
import { Random } from "../support/random.ts";
import { resolveText } from "../support/resolve_text.ts";
import { SHIFTED, SHIFTED_BUILD_ID, shiftedMaps } from "../support/shifted_library.ts";
import { testdata } from "../support/testdata.ts";
import { buildZip } from "../support/zip_builder.ts";

// What comes out of a bundle is what comes out of the files, byte for byte, and so is the report.

interface Recording extends BundleSpec {
  readonly folded: string;
}

/** Resolves a recording from its files and from bundles of them; gives the report. */
async function assertSame(recording: Recording): Promise<Report> {
  const { maps, folded, files } = recording;
  const wanted = await resolveText(folded, { maps, files });
  for (const code of ["all", "recordings", "none"] as const) {
    const { folded: _, ...withoutRecording } = recording;
    const spec = code === "recordings" ? recording : withoutRecording;
    const bundle = await openBytes(await makeBundle({ ...spec, code }));
    if (code === "none") {
      // The calls before return addresses cannot be checked.
      const trusted = await resolveText(folded, { maps, files, trustFiles: true });
      const found = await resolveText(folded, { maps, files: bundle.files, trustFiles: true });
      assertEquals(found.output, trusted.output);
    } else {
      const found = await resolveText(folded, { maps, files: bundle.files });
      assertEquals(found.output, wanted.output, `with the code of ${code}`);
      assertEquals(found.report, wanted.report, `with the code of ${code}`);
    }
  }
  return wanted.report;
}

for (
  const [name, file] of [
    ["cpp-x86_64", "raw.folded"],
    ["cpp-x86_64", "raw-kernel.folded"],
    ["cpp-x86_64", "raw-bpftrace.folded"],
    ["cpp-x86_64", "raw-perf-addrs.folded"],
    ["rust-x86_64", "raw.folded"],
    ["arm64", "raw.folded"],
  ] as const
) {
  Deno.test(`a bundle of ${name} gives ${file} the same names`, async () => {
    const folder = testdata(`recordings/${name}`);
    using files = new DiskFiles({ sysroot: `${folder}/sysroot` });
    const [maps, folded] = ["maps", file].map((one) => Deno.readTextFileSync(`${folder}/${one}`));
    const report = await assertSame({ maps: maps!, folded: folded!, files });
    assert(report.resolvedWeight > 0.9 * report.weight);
  });
}

for (const machine of ["aarch64", "armhf", "i686", "riscv64", "s390x", "x86_64"]) {
  Deno.test(`bundles of the layouts for ${machine} give all code the same names`, async () => {
    const random = new Random(20261125);
    let resolved = 0;
    for (const { name } of Deno.readDirSync(testdata(`layouts/${machine}`))) {
      const folder = testdata(`layouts/${machine}/${name}`);
      using files = new DiskFiles({ sysroot: `${folder}/sysroot` });
      const maps = Deno.readTextFileSync(`${folder}/maps`);
      const known = Deno.readTextFileSync(`${folder}/truth`).replaceAll(/^#.*\n/gm, "")
        .replaceAll(/^(0x\S+) .*$/gm, "$1 1");
      const leaves = known + addressesIn(maps, random).replaceAll(/;\S+/g, "");
      const report = await assertSame({ maps, folded: leaves, files });
      await assertSame({ maps, folded: addressesIn(maps, random), files });
      resolved += report.resolvedFrames;
    }
    assert(resolved > 10);
  });
}

/** Stacks of two frames in the executable mappings of a snapshot. */
function addressesIn(maps: string, random: Random): string {
  const lines: string[] = [];
  for (const [, start, end] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r.x/gm)) {
    const [from, to] = [parseInt(start!, 16), parseInt(end!, 16)];
    const address = () => `0x${(from + random.below(to - from)).toString(16)}`;
    for (let count = 0; count < 20; count++) lines.push(`${address()};${address()} 1\n`);
  }
  return lines.join("");
}

const LIBRARY = "/opt/lib/libnames.so";
const DEBUG = "/usr/lib/debug/.build-id/";
const BUILD_ID = debugText("x86_64/build-id");
const BY_ID = `${DEBUG}${BUILD_ID.slice(0, 2)}/${BUILD_ID.slice(2)}.debug`;
const BY_ID_FILE = `x86_64/debug/.build-id/${BUILD_ID.slice(0, 2)}/${BUILD_ID.slice(2)}.debug`;
const BASE = 0x7f0000000000;
const NAMES_MAPS = ["r--p", "r-xp", "r--p", "rw-p"].map((permissions, page) => {
  const [start, end] = [page, page + 1].map((at) => (BASE + at * 0x1000).toString(16));
  const fileOffset = Math.min(page, 2) * 0x1000;
  return `${start}-${end} ${permissions} ${fileOffset.toString(16)} fe:00 7 ${LIBRARY}\n`;
}).join("");
const NAMES_FOLDED = knownFunctions("x86_64").map(({ vaddr }) =>
  `0x${(BASE + vaddr + 2).toString(16)} 1\n`
).join("");

for (
  const [what, mapped, debug, wanted] of [
    ["a debug file by build-id", "libnames-stripped.so", { [BY_ID]: BY_ID_FILE }, BY_ID],
    ["a debug file by a link", "linked/libnames.so", {
      "/opt/lib/.debug/libnames.debug": "x86_64/linked/.debug/libnames.debug",
    }, "/opt/lib/.debug/libnames.debug"],
    ["a debug file by its CRC", "no-build-id/libnames.so", {
      "/opt/lib/libnames.debug": "x86_64/no-build-id/libnames.debug",
    }, "/opt/lib/libnames.debug"],
    ["a debug file that is another's", "linked/libnames.so", {
      "/opt/lib/libnames.debug": "x86_64/other/libnames.debug",
    }, ".dynsym"],
    ["a debug file that cannot be read", "libnames-stripped.so", { [BY_ID]: "" }, ".dynsym"],
    ["MiniDebugInfo", "libnames-mini.so", {}, ".gnu_debugdata"],
    ["no debug file", "libnames-stripped.so", {}, ".dynsym"],
  ] as const
) {
  Deno.test(`a bundle of a file with ${what} gives the same names`, async () => {
    const files = new FilesOfTest({ [LIBRARY]: debugFile(`x86_64/${mapped}`) }, debug);
    const report = await assertSame({ maps: NAMES_MAPS, folded: NAMES_FOLDED, files });
    assert(report.images[0]!.namesFrom.includes(wanted), `${report.images[0]!.namesFrom}`);
  });
}

Deno.test("a bundle of an archive has what its libraries need", async () => {
  const data = new Uint8Array(SHIFTED.length + 0x1000);
  const { starts } = buildZip({ entries: [{ name: "lib/libx.so", data: SHIFTED }] });
  // So that the library begins on a page.
  const padding = { name: "padding", data: data.subarray(0, 0x1000 - starts[0]! - 37) };
  const archive = buildZip({ entries: [padding, { name: "lib/libx.so", data: SHIFTED }] });
  assertEquals(archive.starts[1], 0x1000);
  const maps = shiftedMaps("/app/base.apk", BASE).replaceAll(" 00000000 ", " 00001000 ");
  const folded = ["50c", "53a", "5f0"].map((at) => `0x7f0000001${at} 1\n`).join("");
  const files = new FilesOfTest({ "/app/base.apk": archive.source });
  const report = await assertSame({ maps, folded, files });
  assertEquals(report.images[0]!.image, "/app/base.apk!lib/libx.so");
  assertEquals(report.resolvedFrames, 2);
});

Deno.test("a bundle has a deleted file that was found elsewhere", async () => {
  const maps = shiftedMaps("/tmp/libx.so (deleted)", BASE);
  const files = new FilesOfTest({}, {}, [["/var/copies/libx.so", SHIFTED]]);
  const report = await assertSame({ maps, folded: "0x7f000000150c 1\n", files });
  assertEquals(report.resolvedFrames, 1);
});

Deno.test("a bundle has the vDSO", async () => {
  const maps = shiftedMaps("[vdso]", BASE);
  const files = new FilesOfTest({ "[vdso]": new MemorySource("vdso", SHIFTED) });
  const report = await assertSame({ maps, folded: "0x7f000000150c 1\n", files });
  assertEquals(report.resolvedFrames, 1);
});

Deno.test("a bundle keeps what is wrong with files", async () => {
  const maps = [
    shiftedMaps("/opt/missing.so", BASE),
    shiftedMaps("/opt/closed.so", BASE + 0x100000),
    shiftedMaps("/opt/text.so", BASE + 0x200000),
    shiftedMaps("/opt/cut.so", BASE + 0x300000),
    shiftedMaps("/opt/replaced.so", BASE + 0x400000),
    shiftedMaps("/opt/gone.so (deleted)", BASE + 0x500000),
  ].join("");
  const folded = [0, 1, 2, 3, 4, 5].map((at) =>
    `0x${(BASE + at * 0x100000 + 0x150c).toString(16)} 1\n`
  ).join("");
  const files = new FilesOfTest({
    "/opt/closed.so": { reason: "file-unreadable", detail: "permission denied" },
    "/opt/text.so": new MemorySource("/opt/text.so", new TextEncoder().encode("text ".repeat(99))),
    "/opt/cut.so": new MemorySource("/opt/cut.so", SHIFTED.subarray(0, 100)),
    "/opt/replaced.so": new MemorySource("/opt/replaced.so", SHIFTED),
  });
  const buildIds = `0123456789abcdef /opt/replaced.so\n${SHIFTED_BUILD_ID} /opt/missing.so\n`;
  const bytes = await makeBundle({ maps, files, buildIds });
  const wanted = await resolveText(folded, { maps, files: files.with(buildIds) });
  const found = await resolveText(folded, { maps, files: (await openBytes(bytes)).files });
  assertEquals(found, wanted);
  assertEquals(wanted.report.reasons.map(({ reason }) => reason).sort(), [
    "build-id-mismatch",
    "file-deleted",
    "file-not-found",
    "file-unreadable",
    "malformed-elf",
    "not-elf",
  ]);
});

/** Files of a recorded machine that are in memory. */
class FilesOfTest implements FileProvider {
  readonly debugDirs = ["/usr/lib/debug"];
  readonly #mapped: Readonly<Record<string, MemorySource | FileAnswer>>;
  readonly #debug: Readonly<Record<string, string>>;
  readonly #copies: readonly (readonly [string, Uint8Array])[];

  /**
   * @param debug Of each path the file in `testdata/debug_files`; "" if it cannot be read.
   * @param copies Files that may be those that are missing.
   */
  constructor(
    mapped: Readonly<Record<string, MemorySource | FileAnswer>>,
    debug: Readonly<Record<string, string>> = {},
    copies: readonly (readonly [string, Uint8Array])[] = [],
  ) {
    this.#mapped = mapped;
    this.#debug = debug;
    this.#copies = copies;
  }

  /** The same with a list of build-ids. */
  with(buildIds: string): FileProvider {
    const buildIdsOf = (path: string) =>
      buildIds.split("\n").filter((line) => line.endsWith(` ${path}`))
        .map((line) => line.split(" ")[0]!);
    return { open: (request) => this.open(request), buildIdsOf };
  }

  open({ path, deleted }: FileRequest): Promise<FileAnswer> {
    const found = deleted ? undefined : this.#mapped[path];
    if (found instanceof MemorySource) return Promise.resolve({ source: found });
    const reason = deleted ? "file-deleted" : "file-not-found";
    return Promise.resolve(found ?? { reason, detail: "" });
  }

  openDebugFile(path: string): Promise<MemorySource | undefined> {
    const file = this.#debug[path];
    if (file === "") return Promise.reject(new TypeError("permission denied"));
    return Promise.resolve(file === undefined ? undefined : debugFile(file));
  }

  *searchFiles() {
    for (const [path, bytes] of this.#copies) {
      yield { path, source: new MemorySource(path, bytes) };
    }
  }
}
