import { assertEquals } from "@std/assert";
import { mapPath } from "../../lib/cli/path_map.ts";

const CASES = [
  ["/opt/x", "/opt/x", "/here"],
  ["/opt/x", "/opt/x/lib/y.so", "/here/lib/y.so"],
  ["/opt/x.apk", "/opt/x.apk!lib/y.so", "/here!lib/y.so"],
  ["/opt/x/", "/opt/x/y.so", "/herey.so"],
  ["/", "/opt/x", "/hereopt/x"],
  ["/opt/x.so", "/opt/x.so.1", undefined],
  ["/opt/x", "/opt/x-old/y.so", undefined],
  ["/opt/x/y", "/opt/x", undefined],
] as const;

for (const [from, path, wanted] of CASES) {
  Deno.test(`mapPath() of ${path} by ${from}`, () => {
    assertEquals(mapPath([{ from, to: "/here" }], path), wanted);
  });
}

Deno.test("mapPath() takes the first rule that fits", () => {
  const rules = [{ from: "/a/b", to: "/1" }, { from: "/a", to: "/2" }, { from: "/a/c", to: "/3" }];
  assertEquals(["/a/b/x", "/a/c", "/d"].map((path) => mapPath(rules, path)), [
    "/1/x",
    "/2/c",
    undefined,
  ]);
});
