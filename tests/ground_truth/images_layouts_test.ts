import { assert, assertEquals } from "@std/assert";
import type { ImageDescription } from "../../lib/resolve/mod.ts";
import { imagesOf } from "../support/explain_text.ts";
import { layouts, sysrootOf } from "../support/layouts.ts";
import { type MapsLine, parseMapsLines, parseProgramHeaders } from "../support/readelf.ts";
import { testdata } from "../support/testdata.ts";

// What `images` claims of each file under test, against the loader, readelf and the maps lines. The
// remarks that only the making of a layout can tell are those of testdata/layouts/README.md.

const SPLIT = ["mprotect-split", "anon-part"];
const MOVED = ["anon-all", "anon-part"];
const MAPPED_BESIDES = ["read-first", "read-above"];

for (const { folder, maps, truth } of layouts()) {
  if (maps.includes("/memfd:")) continue;
  const [, name] = folder.split("/") as [string, string];

  Deno.test(`describeImages() claims what loader and readelf say in ${folder}`, async () => {
    const { snapshots: [snapshot] } = await imagesOf(maps, { sysroot: sysrootOf(folder) });
    const headers = Deno.readTextFileSync(testdata(`layouts/${folder}/program-headers`));
    const lines = parseMapsLines(maps);
    const loadedPaths = new Set(truth.biases.map(({ path }) => plain(path)));
    const images = snapshot!.images.filter(({ path }) => loadedPaths.has(path));
    assertEquals(
      images.map(({ path, loadBias }) => `${path} ${Number(loadBias)}`).sort(),
      truth.biases.map(({ path, loadBias }) => `${plain(path)} ${loadBias}`).sort(),
    );
    for (const image of images) {
      const loads = parseProgramHeaders(headers).get(image.path)!;
      const own = lines.filter(({ path, permissions }) =>
        plain(path) === image.path && permissions !== "---"
      );
      const loadBias = Number(image.loadBias);
      const ends = loads.map(({ vaddr, fileSize }) => ceil(loadBias + vaddr + fileSize));
      const parts = own.filter(({ start }) =>
        start >= Number(image.imageBase) && start < Math.max(...ends)
      );
      const shifts = loads.filter(({ permissions }) => permissions.includes("x"))
        .map(({ vaddr, fileOffset }) => vaddr - fileOffset);
      const copies = truth.biases.filter(({ path }) => plain(path) === image.path);
      const wanted = {
        "loaded-again": copies.length > 1,
        "deleted": name === "deleted",
        "first-not-at-offset-0": parts[0]!.fileOffset !== 0,
        "several-at-offset-0": parts.filter(({ fileOffset }) => fileOffset === 0).length > 1,
        "base-is-not-bias": Number(image.imageBase) !== loadBias,
        "text-shifted": shifts.some((shift) => shift !== loads[0]!.vaddr - loads[0]!.fileOffset),
        "several-texts": shifts.length > 1,
        "text-not-first": !loads[0]!.permissions.includes("x"),
        "text-split": SPLIT.includes(name),
        "text-moved": MOVED.includes(name),
        "holes": holesIn(parts, lines, MOVED.includes(name)),
        "mapped-besides": MAPPED_BESIDES.includes(name),
      };
      assertEquals(
        image.remarks.map(({ kind }) => kind).sort(),
        Object.entries(wanted).filter(([, holds]) => holds).map(([kind]) => kind).sort(),
      );
      checkNames(image, name);
    }
  });

  Deno.test(`describeImages() lists what is not here in ${folder}`, async () => {
    const { snapshots: [snapshot] } = await imagesOf(maps);
    const executable = parseMapsLines(maps).filter(({ path, permissions }) =>
      permissions.includes("x") && (path.startsWith("/opt/layouts") || path === "[vdso]")
    );
    for (const path of new Set(executable.map((line) => plain(line.path)))) {
      const own = snapshot!.images.filter((image) => image.path === path);
      assertEquals(own.map(({ loadBias }) => loadBias), [undefined], path);
      assert(own[0]!.missing!.commands.length > 0, path);
    }
  });
}

/** The stripped files have exported functions only; all others have all their symbols. */
function checkNames({ namesFrom, missing, architecture }: ImageDescription, name: string): void {
  const isStripped = name === "dynsym-only" || name.startsWith("no-sections");
  const isStatic = namesFrom.length === 1;
  assertEquals(
    namesFrom,
    isStripped ? [".dynsym"] : isStatic ? [".symtab"] : [".symtab", ".dynsym"],
  );
  assertEquals(missing?.reason, isStripped ? "only-exported" : undefined);
  assert(architecture !== "");
}

/** Whether two parts next to each other have something between them that is no part. */
function holesIn(
  parts: readonly MapsLine[],
  lines: readonly MapsLine[],
  mayBeMoved: boolean,
): boolean {
  return parts.some(({ end }, at) => {
    const next = parts[at + 1];
    if (next === undefined || next.start === end) return false;
    // Text on anonymous memory is no hole; what is left of one before or behind it is.
    const moved = lines.filter(({ start, path, permissions }) =>
      start >= end && start < next.start && path === "" && permissions.includes("x")
    );
    const filled = moved.reduce((sum, { start, end }) => sum + end - start, 0);
    return !mayBeMoved || filled < next.start - end;
  });
}

function plain(path: string): string {
  return path.replace(/ \(deleted\)$/, "").replaceAll("\\012", "\n");
}

/** Pages of all layouts have 4 KiB. */
function ceil(address: number): number {
  return Math.ceil(address / 0x1000) * 0x1000;
}
