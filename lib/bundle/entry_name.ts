import { FormatError } from "../errors.ts";

/** Names that mean something else than a file, wherever they stand in a path. */
const SPECIAL_PARTS: ReadonlySet<string> = new Set(["", ".", ".."]);
const MAX_LENGTH = 1 << 12;

/**
 * Checks the name of an entry of a bundle: a relative path that stays where it is unpacked. Nothing
 * is ever unpacked here, but people do.
 *
 * @param source The bundle, for messages.
 * @throws {FormatError} If the name is absolute, empty or long, or one of its parts is empty, `.` or
 * `..`, or has a character below U+0020.
 */
export function checkEntryName(name: string, source: string): void {
  const problem = problemOf(name);
  if (problem === "") return;
  const detail = `an entry is called ${JSON.stringify(name.slice(0, 200))}: ${problem}`;
  throw new FormatError({ action: "read the entries", source, detail });
}

function problemOf(name: string): string {
  if (name.startsWith("/")) return "it is an absolute path, want a relative one";
  if (name.length > MAX_LENGTH) return `it has ${name.length} characters, want ${MAX_LENGTH}`;
  // deno-lint-ignore no-control-regex -- those are the characters to find
  if (/[\x00-\x1f]/.test(name)) return "it has a control character";
  const parts = name.split("/");
  if (parts.includes("..")) return 'it has a part "..", which leads out of the bundle';
  return parts.some((part) => SPECIAL_PARTS.has(part)) ? 'it has a part that is empty or "."' : "";
}

/**
 * What the entry for a file of the recorded machine is called: its path below `files/`, so that a
 * bundle that was unpacked is a sysroot. What a name may not have becomes `%XX`.
 *
 * @param path From the root, on the recorded machine.
 *
 * @example
 * ```ts
 * import { entryNameOf } from "./entry_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(entryNameOf("/usr/lib/libz.so.1"), "files/usr/lib/libz.so.1");
 * assertEquals(entryNameOf("/opt/../x"), "files/opt/%2e%2e/x");
 * ```
 */
export function entryNameOf(path: string): string {
  const parts = path.replace(/^\/+/, "").split("/").map((part) =>
    SPECIAL_PARTS.has(part) ? part.replaceAll(".", "%2e") || "%2f" : part
  );
  // deno-lint-ignore no-control-regex -- those are the characters to find
  return `files/${parts.join("/")}`.replace(/[\x00-\x1f]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
