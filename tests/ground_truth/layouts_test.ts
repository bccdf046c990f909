import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { resolveInSysroot } from "../../lib/cli/sysroot.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findImages, isAnonymous, parseMaps } from "../../lib/maps/mod.ts";
import { layouts, sysrootOf } from "../support/layouts.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";

// Each folder holds the maps of a process that loaded an awkward file, and what its loader said of
// addresses and load biases. See testdata/layouts/README.md.

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
