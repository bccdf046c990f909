/**
 * The name of a file without its folders.
 *
 * @param path With `/` between the folders, as recorded machines have it; a name without any is itself.
 * @returns Empty if the path ends with `/`.
 *
 * @example
 * ```ts
 * import { baseName } from "./base_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(baseName("/usr/lib/libc.so.6"), "libc.so.6");
 * assertEquals(baseName("libc.so.6"), "libc.so.6");
 * ```
 */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
