import { type ByteReader, chunksOf, gunzipIfCompressed } from "../bytes/mod.ts";
import { type MapsSnapshot, parseMaps } from "../maps/mod.ts";
import { openInput } from "./input_files.ts";
import { mapsFiles } from "./process_files.ts";

/** A snapshot out of a file. */
export interface DatedSnapshot extends MapsSnapshot {
  /** When the file was written last, in milliseconds since 1970; now, if it came out of a pipe. */
  readonly modified: number;
}

/**
 * Reads the maps snapshots that the user named, gzip or not; `-` is standard input.
 *
 * @param values Of the option, see {@linkcode mapsFiles}.
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @throws {Error} If one cannot be read at all.
 */
export async function readSnapshots(
  values: readonly string[],
  lose: (message: string) => void,
): Promise<DatedSnapshot[]> {
  const snapshots: DatedSnapshot[] = [];
  for (const { path, process } of values.flatMap(mapsFiles)) {
    using file = openInput(path);
    const snapshot = await readSnapshot(file, process, lose);
    snapshots.push({ ...snapshot, modified: file.modified });
  }
  return snapshots;
}

/**
 * Reads one snapshot, gzip or not.
 *
 * @param process The PID of its process; undefined if it is for all stacks.
 * @param lose See {@linkcode readSnapshots}.
 * @throws {Error} If it cannot be read at all.
 */
export async function readSnapshot(
  file: ByteReader,
  process: number | undefined,
  lose: (message: string) => void,
): Promise<MapsSnapshot> {
  const snapshot = await parseMaps(file.name, chunksOf(await gunzipIfCompressed(file)));
  const { firstInvalid, invalidCount } = snapshot;
  if (firstInvalid !== undefined) {
    lose(
      `Ignored ${invalidCount} of the lines of "${file.name}", which are no mappings; the first is ` +
        `line ${firstInvalid.line}: ${JSON.stringify(firstInvalid.text.slice(0, 200))}`,
    );
  }
  return process === undefined ? snapshot : { ...snapshot, process };
}
