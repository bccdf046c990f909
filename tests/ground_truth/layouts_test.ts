import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { resolveInSysroot } from "../../lib/cli/sysroot.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findImages, isAnonymous, parseMaps } from "../../lib/maps/mod.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Each folder holds the maps of a process that loaded an awkward file, and what its loader said of
// addresses and load biases. See testdata/layouts/README.md.

interface Truth {
  /** Of each image its path and load bias, in the order of the loader. */
  readonly biases: readonly { readonly path: string; readonly loadBias: number }[];
  readonly names: readonly { readonly address: string; readonly name: string }[];
  /** Code that no symbol covers. */
  readonly misses: readonly string[];
}

for (const { folder, maps, truth } of layouts()) {
  const isMemory = maps.includes("/memfd:");
  const sysroot = sysrootOf(folder);

  Deno.test(`resolve() names what the loader names in ${folder}`, async () => {
    const folded = truth.names.map(({ address }) => `${address} 1\n`).join("");
    const { output } = await resolveText(folded, { maps, sysroot, merge: false });
    const wanted = truth.names.map(({ name }) => isMemory ? "[memfd:layout-memfd]" : name);
    assertEquals(output.trimEnd().split("\n"), wanted.map((name) => `${name} 1`));
  });

  Deno.test(`resolve() names callers one byte before their address in ${folder}`, async () => {
    // Instructions of Arm are at multiples of 2: an odd address would be one more.
    const behind = (address: number) =>
      folder.startsWith("armhf/") ? address + 2 - address % 2 : address + 1;
    const folded = truth.names
      .map(({ address }) => `0x${behind(Number(address)).toString(16)};leaf 1\n`).join("");
    // No call is before these addresses.
    const options = { maps, sysroot, merge: false, trustFiles: true };
    const { output } = await resolveText(folded, options);
    const wanted = truth.names.map(({ name }) => isMemory ? "[memfd:layout-memfd]" : name);
    assertEquals(output.trimEnd().split("\n"), wanted.map((name) => `${name};leaf 1`));
  });

  if (truth.misses.length > 0) {
    Deno.test(`resolve() names nothing where no symbol is in ${folder}`, async () => {
      const folded = truth.misses.map((address) => `${address} 1\n`).join("");
      const { output, report } = await resolveText(folded, { maps, sysroot, merge: false });
      for (const line of output.trimEnd().split("\n")) {
        assert(/^\[[^\]]+\+0x[0-9a-f]+\] 1$/.test(line), line);
      }
      assertEquals(report.reasons.map(({ reason }) => reason), ["no-covering-symbol"]);
    });
  }

  if (isMemory) continue;
  Deno.test(`findImages() finds the loader's load biases in ${folder}`, async () => {
    const snapshot = await parseMaps("maps", [bytesOf(maps)]);
    for (const path of new Set(truth.biases.map(({ path }) => path))) {
      const plainPath = path.replace(/ \(deleted\)$/, "").replaceAll("\\012", "\n");
      const file = resolveInSysroot(sysroot, plainPath);
      const elf = await ElfFile.open(new MemorySource(file, Deno.readFileSync(file)));
      const own = snapshot.mappings.filter((mapping) => mapping.path === plainPath);
      const anonymous = snapshot.mappings.filter((m) => m.executable && isAnonymous(m));
      const images = findImages(own, elf.loadSegments, snapshot.pageSize, anonymous);
      const wanted = truth.biases.filter((bias) => bias.path === path)
        .map(({ loadBias }) => loadBias);
      assertEquals(images.map(({ loadBias }) => loadBias).sort(), wanted.sort());
      const firstVaddr = Math.min(...elf.loadSegments.map(({ vaddr }) => vaddr));
      for (const { imageBase, loadBias } of images) {
        assertEquals(imageBase, Math.floor((loadBias + firstVaddr) / 0x1000) * 0x1000);
      }
    }
  });
}

function* layouts(): Generator<{ folder: string; maps: string; truth: Truth }> {
  for (const machine of sortedNames("layouts")) {
    for (const name of sortedNames(`layouts/${machine}`)) {
      const folder = `${machine}/${name}`;
      const files = new Set(
        [...Deno.readDirSync(testdata(`layouts/${folder}`))].map((e) => e.name),
      );
      if (!files.has("maps")) continue;
      const maps = Deno.readTextFileSync(testdata(`layouts/${folder}/maps`));
      const truth = Deno.readTextFileSync(testdata(`layouts/${folder}/truth`));
      yield { folder, maps, truth: parseTruth(truth) };
    }
  }
}

/** A name with a newline is committed as the kernel spells it: not every system can have it. */
function sysrootOf(folder: string): string {
  const committed = testdata(`layouts/${folder}/sysroot`);
  if (folder !== "x86_64/newline-path") return committed;
  const real = Deno.makeTempDirSync();
  Deno.mkdirSync(`${real}/opt/layouts/new\nline`, { recursive: true });
  const library = "libnewline.so";
  Deno.copyFileSync(
    `${committed}/opt/layouts/new\\012line/${library}`,
    `${real}/opt/layouts/new\nline/${library}`,
  );
  addEventListener("unload", () => Deno.removeSync(real, { recursive: true }));
  return real;
}

function sortedNames(folder: string): string[] {
  return [...Deno.readDirSync(testdata(folder))].filter((entry) => entry.isDirectory)
    .map((entry) => entry.name).sort();
}

function parseTruth(text: string): Truth {
  const lines = text.split("\n");
  return {
    biases: lines.flatMap((line) => {
      const match = /^# loadBias (.*) (0x[0-9a-f]+)$/.exec(line);
      return match === null ? [] : [{ path: match[1]!, loadBias: Number(match[2]) }];
    }),
    names: lines.flatMap((line) => {
      const match = /^(0x[0-9a-f]+) (\S+)$/.exec(line);
      return match === null ? [] : [{ address: match[1]!, name: match[2]! }];
    }),
    misses: lines.flatMap((line) => /^# miss, .*: (0x[0-9a-f]+)$/.exec(line)?.[1] ?? []),
  };
}
