import { assertEquals } from "@std/assert";
import { writeFirefox, writePprof, writeSpeedscope } from "../../lib/output/mod.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { checkFirefox } from "../support/check_firefox.ts";
import { Random } from "../support/random.ts";
import { randomProfile } from "../support/random_profile.ts";
import {
  bytesOfChunks,
  decodePprof,
  stacksOf,
  stacksOfFirefox,
  stacksOfPprof,
  stacksOfSpeedscope,
  textOfChunks,
} from "../support/read_outputs.ts";

// What comes back is what went in: every stack, with its names and its weight.

const isBefore = (name: string) => name.endsWith(" (before)");

function basesOf(profile: Profile) {
  return stacksOf(profile, undefined, (sample) => profile.samples.baseOf(sample) || 0);
}

for (const bases of [false, true]) {
  for (const details of [false, true]) {
    const kind = `${bases ? "differential " : ""}${details ? "with" : "without"} details`;
    for (let seed = 1; seed <= 15; seed++) {
      const profile = randomProfile(new Random(seed), { bases, details });
      const unit = 10 ** profile.decimals;

      Deno.test(`writeSpeedscope() conserves all stacks, ${kind}, seed ${seed}`, async () => {
        const file = JSON.parse(await textOfChunks(writeSpeedscope(profile)));
        assertEquals(stacksOfSpeedscope(file, unit, (name) => !isBefore(name)), stacksOf(profile));
        assertEquals(stacksOfSpeedscope(file, unit, isBefore), basesOf(profile));
      });

      Deno.test(`writePprof() conserves all stacks, ${kind}, seed ${seed}`, async () => {
        const bytes = await bytesOfChunks(writePprof(profile));
        const message = decodePprof(bytes);
        const textOf = (frame: number) => pprofTextOf(profile, frame);
        assertEquals(stacksOfPprof(message), stacksOf(profile, textOf));
        const baseOf = (sample: number) => profile.samples.baseOf(sample) || 0;
        assertEquals(stacksOfPprof(message, true), stacksOf(profile, textOf, baseOf));
        assertEquals(await bytesOfChunks(writePprof(profile)), bytes);
      });

      Deno.test(`writeFirefox() conserves all stacks, ${kind}, seed ${seed}`, async () => {
        const file = JSON.parse(await textOfChunks(writeFirefox(profile)));
        checkFirefox(file);
        const { unit: name } = profile.weightType!;
        const factor = name === "nanoseconds" ? 1e6 : name === "seconds" ? 1e-3 : 1;
        assertEquals(stacksOfFirefox(file, unit * factor), stacksOf(profile));
        assertEquals(stacksOfFirefox(file, unit * factor, -1), basesOf(profile));
      });
    }
  }
}

/** What has no name is an address there, if it has one. */
function pprofTextOf({ frames, details }: Profile, frame: number): string {
  const { reason, address, file, isReturnAddress } = details?.[frame] ?? {};
  const isFileOffset = file?.path.startsWith("/") === true && Number.isNaN(file.start);
  if (reason === undefined || Number.isNaN(address) || isFileOffset) return frames.textOf(frame);
  const unsigned = BigInt.asUintN(64, BigInt(address! - (isReturnAddress ? 1 : 0)));
  return `0x${unsigned.toString(16)}`;
}
