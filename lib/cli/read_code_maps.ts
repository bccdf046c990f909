import { FileSource } from "../bytes/file_source.ts";
import type { Bundle } from "../bundle/mod.ts";
import {
  type ByteReader,
  type ByteSource,
  gunzipIfCompressed,
  readerOfSource,
} from "../bytes/mod.ts";
import { hex } from "../errors.ts";
import { isJitdump, type NamedCode, readJitdump, readPerfMap } from "../symbols/mod.ts";
import { openInput } from "./input_files.ts";
import { codeMapFile } from "./process_files.ts";

/**
 * Reads the perf maps and jitdumps that the user named, whichever each of them is.
 *
 * @param values Of the option, see {@linkcode codeMapFile}.
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @param keepsPlaces Whether they are to tell where in the file they have a name.
 * @returns The last one first: it is the newest.
 * @throws {Error} If one cannot be read at all.
 */
export async function readCodeMaps(
  values: readonly string[],
  lose: (message: string) => void,
  keepsPlaces = false,
): Promise<NamedCode[]> {
  const all: NamedCode[] = [];
  for (const { path, process } of values.map(codeMapFile).toReversed()) {
    all.push(ofProcess(await readCodeMap(path, lose, keepsPlaces), process));
  }
  return all;
}

/**
 * Reads the perf maps and jitdumps of a bundle.
 *
 * @param lose See {@linkcode readCodeMaps}.
 * @param keepsPlaces See {@linkcode readCodeMaps}.
 * @returns The last one first: it is the newest.
 */
export async function readBundledCodeMaps(
  { codeMaps }: Bundle,
  lose: (message: string) => void,
  keepsPlaces = false,
): Promise<NamedCode[]> {
  const maps: NamedCode[] = [];
  for (const { source, process } of codeMaps.toReversed()) {
    const head = await source.readAt(0, Math.min(4, source.size));
    const code = isJitdump(head)
      ? await jitdumpOf(source, lose, keepsPlaces)
      : await perfMapOf(readerOfSource(source), lose, keepsPlaces);
    maps.push(ofProcess(code, process));
  }
  return maps;
}

/** The same code as that of one process. */
export function ofProcess(code: NamedCode, process: number | undefined): NamedCode {
  if (process === undefined) return code;
  const { size, empty, source = "" } = code;
  return { source, size, empty, process, rangeAt: (address) => code.rangeAt(address) };
}

async function readCodeMap(
  path: string,
  lose: (message: string) => void,
  keepsPlaces: boolean,
): Promise<NamedCode> {
  const head = await firstBytes(path, 4);
  if (isJitdump(head)) {
    using source = FileSource.open(path);
    return await jitdumpOf(source, lose, keepsPlaces);
  }
  using file = openInput(path);
  return await perfMapOf(file, lose, keepsPlaces);
}

async function jitdumpOf(
  file: ByteSource,
  lose: (message: string) => void,
  keepsPlaces: boolean,
): Promise<NamedCode> {
  const { cut, firstInvalid, ...code } = await readJitdump(file, keepsPlaces);
  const problem = firstInvalid ?? cut;
  if (problem !== undefined) {
    const place = `at file offset ${hex(problem.fileOffset)}`;
    lose(`Cannot read all of "${file.name}": ${problem.detail} ${place}`);
  }
  return { ...code, source: file.name };
}

async function perfMapOf(
  file: ByteReader,
  lose: (message: string) => void,
  keepsPlaces: boolean,
): Promise<NamedCode> {
  const map = await readPerfMap(await gunzipIfCompressed(file), keepsPlaces);
  const { invalid, firstInvalid } = map;
  if (firstInvalid !== undefined) {
    lose(
      `Ignored ${invalid} of the lines of "${file.name}"; the first is line ${firstInvalid.line} ` +
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
