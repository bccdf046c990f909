import {
  type LoadSegment,
  type Mapping,
  type MapsSnapshot,
  parseMaps,
} from "../../lib/maps/mod.ts";

/** Reads the lines of a maps snapshot. */
export async function mapsOf(...lines: string[]): Promise<MapsSnapshot> {
  const text = lines.map((line) => line + "\n").join("");
  return await parseMaps("test.maps", [new TextEncoder().encode(text)]);
}

/** Reads the lines of a maps snapshot; gives the mappings only. */
export async function mappingsOf(...lines: string[]): Promise<readonly Mapping[]> {
  return (await mapsOf(...lines)).mappings;
}

/**
 * A LOAD segment as `readelf -lW` prints it: offset, vaddr, file size, memory size, flags.
 *
 * @param flags Of "R", "W" and "E".
 */
export function load(
  fileOffset: number,
  vaddr: number,
  fileSize: number,
  memorySize: number,
  flags: string,
): LoadSegment {
  return {
    fileOffset,
    vaddr,
    fileSize,
    memorySize,
    readable: flags.includes("R"),
    writable: flags.includes("W"),
    executable: flags.includes("E"),
  };
}
