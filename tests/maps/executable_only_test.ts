import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { resolveInSysroot } from "../../lib/cli/sysroot.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { checkText, findImages, isAnonymous, isFileBacked } from "../../lib/maps/mod.ts";
import { mapsOf } from "../support/maps_lines.ts";
import { testdata } from "../support/testdata.ts";

// A snapshot may list executable mappings only, as perf records them. The loader's load biases of
// each layout are in its file "truth"; see testdata/layouts/README.md.

for (const { folder, lines, truth } of layouts()) {
  const executable = lines.filter((line) => /^\S+ ..x/.test(line));

  for (const { path, loadBias } of truth) {
    if (!executable.some((line) => line.endsWith(path))) continue;
    const name = `${folder} at 0x${loadBias.toString(16)}`;

    Deno.test(`findImages() finds ${name} by executable mappings alone`, async () => {
      const { mappings, pageSize } = await mapsOf(...executable);
      const file = resolveInSysroot(testdata(`layouts/${folder}/sysroot`), path);
      const elf = await ElfFile.open(new MemorySource(file, Deno.readFileSync(file)));
      const own = mappings.filter((mapping) => isFileBacked(mapping) && mapping.path === path);
      const anonymous = mappings.filter(isAnonymous);
      const images = findImages(own, elf.loadSegments, pageSize, anonymous);
      assert(images.some((image) => image.loadBias === loadBias));
      assertEquals(
        images.map((image) => image.loadBias).sort(),
        truth.filter((line) => line.path === path).map((line) => line.loadBias).sort(),
      );
      for (const image of images) {
        assertEquals(checkText(image, elf.loadSegments, mappings, pageSize), "");
      }
    });
  }
}

function* layouts() {
  for (const machine of folders("layouts")) {
    for (const name of folders(`layouts/${machine}`)) {
      const folder = `${machine}/${name}`;
      const read = (file: string) => readIfThere(testdata(`layouts/${folder}/${file}`));
      const truth = [...read("truth").matchAll(/^# loadBias (.*) (0x[0-9a-f]+)$/gm)]
        .map(([, path, loadBias]) => ({ path: path!, loadBias: Number(loadBias) }))
        .filter(({ path }) => !path.includes("\\012") && !path.endsWith(" (deleted)"));
      yield { folder, lines: read("maps").trimEnd().split("\n"), truth };
    }
  }
}

function folders(path: string): string[] {
  return [...Deno.readDirSync(testdata(path))].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
