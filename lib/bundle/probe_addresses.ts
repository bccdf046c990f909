import { readerOfBytes } from "../bytes/mod.ts";
import { hex } from "../errors.ts";
import { readFolded } from "../input/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { RawProfile } from "../profile/mod.ts";

/**
 * Makes a recording that has addresses in every executable mapping of a process, at its start, in
 * its middle and at its end. Resolving it opens all files that a real recording may need.
 */
export async function probeAddresses({ mappings }: MapsSnapshot): Promise<RawProfile> {
  const lines = mappings.filter(({ executable }) => executable).flatMap(({ start, end }) =>
    [start, Math.floor((start + end) / 2), end - 1].map((address) => `${hex(address)} 1\n`)
  );
  const text = new TextEncoder().encode(lines.join(""));
  return await readFolded([readerOfBytes("addresses of the snapshot", text)]);
}
