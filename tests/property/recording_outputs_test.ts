import { assertEquals } from "@std/assert";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { writeFirefox, writeFolded, writePprof, writeSpeedscope } from "../../lib/output/mod.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import { checkFirefox } from "../support/check_firefox.ts";
import {
  bytesOfChunks,
  decodePprof,
  stacksOf,
  stacksOfFirefox,
  stacksOfPprof,
  stacksOfSpeedscope,
  type StackSums,
  textOfChunks,
} from "../support/read_outputs.ts";
import { foldedText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Every recording, in every format: the same stacks, with the same weights.

const RECORDINGS = [...Deno.readDirSync(testdata("recordings"))]
  .filter(({ isDirectory }) => isDirectory)
  .flatMap(({ name }) =>
    [...Deno.readDirSync(testdata(`recordings/${name}`))]
      .filter((file) => file.name.startsWith("raw") && file.name.endsWith(".folded"))
      .map((file) => ({
        folder: testdata(`recordings/${name}`),
        name: `${name}/${file.name}`,
        file,
      }))
  );

async function resolved(folder: string, file: string): Promise<Profile> {
  using files = new DiskFiles({ sysroot: `${folder}/sysroot` });
  const raw = await readFolded([readerOfBytes(file, Deno.readFileSync(`${folder}/${file}`))]);
  const snapshots = [await parseMaps("maps", [Deno.readFileSync(`${folder}/maps`)])];
  return (await resolve(raw, { snapshots, files, details: true })).profile;
}

/** The stacks of collapsed ones. */
function stacksOfFolded(text: string): StackSums {
  return new Map(
    text.trimEnd().split("\n").map((line) => {
      const blank = line.lastIndexOf(" ");
      return [line.slice(0, blank).replaceAll(";", "\n"), Number(line.slice(blank + 1))];
    }),
  );
}

function totalOf(sums: StackSums): number {
  return [...sums.values()].reduce((sum, weight) => sum + weight, 0);
}

for (const { folder, name, file } of RECORDINGS) {
  Deno.test(`all formats have the same stacks and weights of the recording ${name}`, async () => {
    const profile = await resolved(folder, file.name);
    const want = stacksOf(profile);
    assertEquals(stacksOfFolded(foldedText(writeFolded(profile))), want);
    const speedscope = JSON.parse(await textOfChunks(writeSpeedscope(profile)));
    assertEquals(stacksOfSpeedscope(speedscope), want);
    const firefox = JSON.parse(await textOfChunks(writeFirefox(profile)));
    checkFirefox(firefox);
    assertEquals(stacksOfFirefox(firefox), want);
    // Frames without a name are addresses there, of which several may have one text here.
    const pprof = stacksOfPprof(decodePprof(await bytesOfChunks(writePprof(profile))));
    assertEquals(totalOf(pprof), totalOf(want));
    const isNamed = (stack: string) => !/^(?:0x|\[.*(?:\]|0x))/m.test(stack);
    const named = (sums: StackSums) => new Map([...sums].filter(([stack]) => isNamed(stack)));
    assertEquals(named(pprof), named(want));
  });
}

Deno.test("there are recordings to compare", () => {
  assertEquals(RECORDINGS.length >= 6, true);
});
