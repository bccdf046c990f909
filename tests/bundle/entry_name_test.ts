import { assertEquals } from "@std/assert";
import { checkEntryName, entryNameOf } from "../../lib/bundle/entry_name.ts";

// Names that are refused are in tests/malformed/bundles_test.ts.

for (
  const [path, name] of [
    ["/usr/lib/libz.so.1", "files/usr/lib/libz.so.1"],
    ["//opt//x", "files/opt/%2f/x"],
    ["/opt/../../etc/passwd", "files/opt/%2e%2e/%2e%2e/etc/passwd"],
    ["/opt/./x", "files/opt/%2e/x"],
    ["/opt/a b/ü.so", "files/opt/a b/ü.so"],
    ["/opt/two\nlines", "files/opt/two%0alines"],
    ["/opt/...", "files/opt/..."],
    ["/", "files/%2f"],
    ["/memfd:jit", "files/memfd:jit"],
  ] as const
) {
  Deno.test(`entryNameOf() calls ${JSON.stringify(path)} ${JSON.stringify(name)}`, () => {
    assertEquals(entryNameOf(path), name);
    checkEntryName(name, "a bundle");
  });
}
