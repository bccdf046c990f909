import { assertEquals } from "@std/assert";
import { readerOfChunks } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { writeFolded } from "../../lib/output/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import { chunksAtRandom, Random } from "../support/random.ts";
import { randomRecording, RECORDED_MAPS, RECORDED_SYSROOT } from "../support/random_recording.ts";
import { bytesOf, foldedText, resolveText } from "../support/resolve_text.ts";

const STYLES = ["offset", "file", "address"] as const;
const PROCESS = { maps: RECORDED_MAPS, sysroot: RECORDED_SYSROOT };

function countOf(line: string): number {
  return Number(line.slice(line.lastIndexOf(" ") + 1));
}

function weightOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + countOf(line), 0);
}

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}

async function resolveChunks(chunks: Iterable<Uint8Array>): Promise<string> {
  const snapshots = [await parseMaps("maps", [bytesOf(RECORDED_MAPS)])];
  using files = new DiskFiles({ sysroot: RECORDED_SYSROOT });
  const raw = await readFolded([readerOfChunks("test", chunks)]);
  const { profile } = await resolve(raw, { snapshots, files });
  return foldedText(writeFolded(profile));
}

for (let seed = 1; seed <= 8; seed++) {
  Deno.test(`resolve() gives the same output for any chunks, seed ${seed}`, async () => {
    const random = new Random(seed);
    const text = randomRecording(random, 200).join("\n");
    const bytes = bytesOf(text);
    const wanted = (await resolveText(text, PROCESS)).output;
    for (const longest of [3, 100, 10_000]) {
      assertEquals(await resolveChunks(chunksAtRandom(bytes, random, longest)), wanted);
    }
  });

  Deno.test(`resolve() gives the weight that it gets, seed ${seed}`, async () => {
    const lines = randomRecording(new Random(seed), 200);
    for (const unresolved of STYLES) {
      const { output, report } = await resolveText(lines.join("\n"), { ...PROCESS, unresolved });
      assertEquals(weightOf(linesOf(output)), weightOf(lines));
      assertEquals(report.sampleWeight, weightOf(lines));
    }
  });

  Deno.test(`resolve() keeps each line's weight and depth, seed ${seed}`, async () => {
    const lines = randomRecording(new Random(seed), 200);
    const { output } = await resolveText(lines.join("\n"), { ...PROCESS, merge: false });
    assertEquals(linesOf(output).map(countOf), lines.map(countOf));
    assertEquals(
      linesOf(output).map((line) => line.split(";").length),
      lines.map((line) => line.split(";").length),
    );
  });

  Deno.test(`resolve() changes nothing in its own output, seed ${seed}`, async () => {
    const text = randomRecording(new Random(seed), 200).join("\n");
    for (const unresolved of STYLES) {
      const once = await resolveText(text, { ...PROCESS, unresolved });
      const twice = await resolveText(once.output, { ...PROCESS, unresolved });
      assertEquals(twice.output, once.output);
    }
  });

  Deno.test(`resolve() does not depend on the order of lines, seed ${seed}`, async () => {
    const random = new Random(seed);
    const lines = randomRecording(random, 200);
    const plain = await resolveText(lines.join("\n"), PROCESS);
    const shuffled = await resolveText(random.shuffle(lines).join("\n"), PROCESS);
    assertEquals(shuffled.output, plain.output);
    assertEquals(shuffled.report.resolvedWeight, plain.report.resolvedWeight);
  });

  Deno.test(`resolve() resolves no more than there is, seed ${seed}`, async () => {
    const text = randomRecording(new Random(seed), 200).join("\n");
    // Most of the addresses are no return addresses.
    const { report } = await resolveText(text, { ...PROCESS, trustFiles: true });
    const unresolved = report.reasons.reduce((sum, { weight }) => sum + weight, 0);
    assertEquals(report.resolvedWeight + unresolved, report.weight);
    assertEquals(report.images.reduce((sum, { weight }) => sum + weight, 0), report.weight);
    assertEquals(report.resolvedFrames > 50, true);
  });
}
