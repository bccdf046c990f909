import { assertEquals } from "@std/assert";
import { listDebugFiles } from "../../lib/symbols/debug_file_candidates.ts";

Deno.test("listDebugFiles() asks all folders for the build-id before any cache", () => {
  assertEquals(pathsOf("/lib/a.so", "abcdef", undefined, ["/d/", "/e"]), [
    "/d/.build-id/ab/cdef.debug",
    "/e/.build-id/ab/cdef.debug",
    "/d/abcdef/debuginfo",
    "/e/abcdef/debuginfo",
  ]);
});

Deno.test("listDebugFiles() follows a link beside, below, and in all folders", () => {
  assertEquals(pathsOf("/lib/a.so", "", "a.debug", ["/d", "/e"]), [
    "/lib/a.debug",
    "/lib/.debug/a.debug",
    "/d/lib/a.debug",
    "/e/lib/a.debug",
  ]);
});

Deno.test("listDebugFiles() knows files in the root folder, and the root as a debug folder", () => {
  assertEquals(pathsOf("/a.so", "abcd", "a.debug", ["/"]), [
    "/.build-id/ab/cd.debug",
    "/abcd/debuginfo",
    "/a.debug",
    "/.debug/a.debug",
  ]);
});

Deno.test("listDebugFiles() follows the link of a path that is not from the root", () => {
  assertEquals(pathsOf("vmlinux", "", "a.debug", ["/d"]), ["./a.debug", "./.debug/a.debug"]);
  assertEquals(pathsOf("b/vmlinux", "", "a.debug", ["/d"]), ["b/a.debug", "b/.debug/a.debug"]);
});

Deno.test("listDebugFiles() lists nothing for a file without build-id and link", () => {
  assertEquals(pathsOf("/a.so", "", undefined, ["/d"]), []);
});

Deno.test("listDebugFiles() makes no path of a build-id of one byte", () => {
  assertEquals(pathsOf("/a.so", "ab", undefined, ["/d"]), []);
});

function pathsOf(...args: Parameters<typeof listDebugFiles>): string[] {
  return listDebugFiles(...args).map(({ path }) => path);
}
