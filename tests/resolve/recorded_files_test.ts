import { assertEquals } from "@std/assert";
import { parseMaps } from "../../lib/maps/mod.ts";
import { RecordedFiles } from "../../lib/resolve/recorded_files.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { SHIFTED, shiftedMaps } from "../support/shifted_library.ts";

/** The paths of the files that a frame's module means, of those that a snapshot has. */
async function pathsOf(module: string, paths: readonly string[]): Promise<string[]> {
  const files = new RecordedFiles();
  const lines = paths.map((path, at) =>
    `${at + 1}000-${at + 2}000 r-xp 0 fe:00 ${at + 1} ${path}\n`
  );
  const { mappings } = await parseMaps("maps", [bytesOf(lines.join(""))]);
  for (const mapping of mappings) files.ofMapping(mapping);
  return files.named(module).map(({ request }) => request.path);
}

Deno.test("RecordedFiles.named() knows a file by the name of the link to it", async () => {
  const file = "/usr/lib/libtsan.so.2.0.0";
  for (const link of ["libtsan.so.2", "libtsan.so", "/usr/lib/libtsan.so.2"]) {
    assertEquals(await pathsOf(link, ["/bin/app", file, "/usr/lib/libtsan.so-2.1"]), [file]);
  }
  assertEquals(await pathsOf("libtsan.so.2", [file, "/opt/libtsan.so.2"]), ["/opt/libtsan.so.2"]);
});

Deno.test("RecordedFiles.named() takes no other name for that of a link", async () => {
  const others = ["/lib/liba.so.2", "/lib/liba.so.2.debug", "/lib/liba.so.10.1", "/lib/prog3.11"];
  assertEquals(await pathsOf("liba.so.1", others), []);
  assertEquals(await pathsOf("/opt/liba.so", others), []);
  assertEquals(await pathsOf("prog3", others), []);
  // One of two, and nothing says which.
  assertEquals(await pathsOf("liba.so.2", ["/lib/liba.so.2.0", "/lib/liba.so.2.1"]), []);
});

Deno.test("resolve() names what a frame has in a library by the name of its link", async () => {
  const path = "/opt/libshifted.so.2.0.0";
  const { output, report } = await resolveText("libshifted.so.2+0x1570 1\n", {
    maps: shiftedMaps(path, 0x7f0000000000),
    files: new MemoryFiles({ [path]: SHIFTED }),
  });
  assertEquals(output, "layout_third 1\n");
  assertEquals(report.images.map(({ image }) => image), [path]);
});
