import { baseName, type CodeFile, type Profile } from "../profile/mod.ts";
import { imageOf } from "./image_of.ts";

/** A row of `libs`. */
export interface FirefoxLibrary {
  /** The last part of its path. */
  readonly name: string;
  readonly path: string;
  readonly debugName: string;
  readonly debugPath: string;
  /** What symbol servers know it by; zeros if it has no build-id. */
  readonly breakpadId: string;
  /** Its build-id; null if it has none. */
  readonly codeId: string | null;
  readonly arch: null;
}

/** The files that hold the code of a profile; one that was mapped several times is one. */
export class FirefoxLibraries {
  /** All, in order of their first frames. */
  readonly list: FirefoxLibrary[] = [];
  readonly #numbers = new Map<CodeFile, number>();

  /** Takes all files that frames of a profile are in. */
  constructor({ details = [] }: Profile) {
    const known = new Map<string, number>();
    // What is not here was of the same machine.
    const bigEndian = details.some((detail) => imageOf(detail)?.bigEndian);
    for (const detail of details) {
      const file = imageOf(detail);
      if (file === undefined || this.#numbers.has(file)) continue;
      const key = `${file.buildId} ${file.path}`;
      const number = known.get(key) ?? this.list.push(libraryOf(file, bigEndian)) - 1;
      known.set(key, number);
      this.#numbers.set(file, number);
    }
  }

  /** The number of the library of a frame; undefined if it is in none. */
  numberOf(file: CodeFile | undefined): number | undefined {
    return file && this.#numbers.get(file);
  }
}

function libraryOf({ path, buildId }: CodeFile, bigEndian: boolean): FirefoxLibrary {
  const name = path.startsWith("/") ? baseName(path) : path;
  return {
    name,
    path,
    debugName: name,
    debugPath: path,
    breakpadId: breakpadIdOf(buildId, bigEndian),
    codeId: buildId === "" ? null : buildId,
    arch: null,
  };
}

/**
 * What Breakpad makes of a build-id: its first 16 bytes as a GUID, whose first three fields are
 * numbers in the byte order of the file, and the age 0 (`dump_syms` and `samply` do the same).
 *
 * @param bigEndian Whether the file is big-endian.
 */
export function breakpadIdOf(buildId: string, bigEndian = false): string {
  const bytes = buildId.slice(0, 32).padEnd(32, "0").toUpperCase().match(/../g)!;
  const fields = [bytes.slice(0, 4), bytes.slice(4, 6), bytes.slice(6, 8)];
  const swapped = fields.map((field) => (bigEndian ? field : field.reverse()).join("")).join("");
  return `${swapped}${bytes.slice(8).join("")}0`;
}
