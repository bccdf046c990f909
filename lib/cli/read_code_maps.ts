import { FileSource } from "../bytes/file_source.ts";
import { gunzipIfCompressed } from "../bytes/mod.ts";
import { hex } from "../errors.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import { isJitdump, type NamedCode, readJitdump, readPerfMap } from "../symbols/mod.ts";
import { openInput } from "./input_files.ts";
import { codeMapFile } from "./process_files.ts";

/**
 * Reads the perf maps and jitdumps that the user named, whichever each of them is.
 *
 * @param values Of the option, see {@linkcode codeMapFile}.
 * @param snapshots Where none of them is that of a process, all code is that of all stacks.
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @param keepsPlaces Whether they are to tell where in the file they have a name.
 * @returns The last one first: it is the newest.
 * @throws {Error} If one cannot be read at all.
 */
export async function readCodeMaps(
  values: readonly string[],
  snapshots: readonly MapsSnapshot[],
  lose: (message: string) => void,
  keepsPlaces = false,
): Promise<NamedCode[]> {
  const knowsProcesses = snapshots.some(({ process }) => process !== undefined);
  const maps: NamedCode[] = [];
  for (const { path, process } of values.map(codeMapFile).toReversed()) {
    const { size, empty, rangeAt } = await readCodeMap(path, lose, keepsPlaces);
    const code = { source: path, size, empty, rangeAt };
    maps.push(knowsProcesses && process !== undefined ? { ...code, process } : code);
  }
  return maps;
}

async function readCodeMap(
  path: string,
  lose: (message: string) => void,
  keepsPlaces: boolean,
): Promise<NamedCode> {
  const head = await firstBytes(path, 4);
  if (isJitdump(head)) {
    using source = FileSource.open(path);
    const { cut, firstInvalid, ...code } = await readJitdump(source, keepsPlaces);
    const problem = firstInvalid ?? cut;
    if (problem !== undefined) {
      const place = `at file offset ${hex(problem.fileOffset)}`;
      lose(`Cannot read all of "${path}": ${problem.detail} ${place}`);
    }
    return code;
  }
  using file = openInput(path);
  const map = await readPerfMap(await gunzipIfCompressed(file), keepsPlaces);
  const { invalid, firstInvalid } = map;
  if (firstInvalid !== undefined) {
    lose(
      `Ignored ${invalid} of the lines of "${path}"; the first is line ${firstInvalid.line} ` +
        `(${firstInvalid.detail}): ${JSON.stringify(firstInvalid.text)}`,
    );
  }
  return map;
}

/** The first bytes of a regular file; none of anything else, which can be read only once. */
async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  using file = openInput(path);
  const bytes = new Uint8Array(count);
  return file.size === undefined ? bytes.subarray(0, 0) : bytes.subarray(0, await file.read(bytes));
}
