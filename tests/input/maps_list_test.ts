import { assertEquals } from "@std/assert";
import { MapsList, parseRange } from "../../lib/input/maps_list.ts";

function mapping(start: number, end: number, path: string, fileOffset = 0) {
  return { start, end, permissions: "r-xp", fileOffset, device: "fe:00", inode: 7, path };
}

Deno.test("add() sorts mappings and spells them as the kernel does", () => {
  const maps = new MapsList();
  maps.add(mapping(0x7f0000002000, 0x7f0000003000, "/lib/b b.so", 0x1000));
  maps.add(mapping(0x401000, 0x402000, "/bin/a"));
  assertEquals(
    maps.text(),
    "00401000-00402000 r-xp 00000000 fe:00 7 /bin/a\n" +
      "7f0000002000-7f0000003000 r-xp 00001000 fe:00 7 /lib/b b.so\n",
  );
});

Deno.test("add() replaces what was there, and keeps the rest at its offset", () => {
  const maps = new MapsList();
  maps.add(mapping(0x1000, 0x9000, "/a", 0x100000));
  maps.add(mapping(0x3000, 0x5000, "/b"));
  assertEquals(
    maps.text(),
    "00001000-00003000 r-xp 00100000 fe:00 7 /a\n" +
      "00003000-00005000 r-xp 00000000 fe:00 7 /b\n" +
      "00005000-00009000 r-xp 00104000 fe:00 7 /a\n",
  );
});

Deno.test("add() replaces several, the first and the last in part", () => {
  const maps = new MapsList();
  for (const start of [0x1000, 0x3000, 0x5000]) maps.add(mapping(start, start + 0x2000, "/a"));
  maps.add(mapping(0x2000, 0x6000, "/b"));
  assertEquals(
    maps.text().split("\n").map((line) => line.slice(0, 17)),
    ["00001000-00002000", "00002000-00006000", "00006000-00007000", ""],
  );
});

Deno.test("add() leaves out what is no range", () => {
  const maps = new MapsList();
  maps.add(mapping(0x2000, 0x2000, "/a"));
  maps.add(mapping(0x2000, 0x1000, "/a"));
  maps.add(mapping(NaN, 0x1000, "/a"));
  assertEquals([maps.text(), maps.isEmpty], ["", true]);
});

Deno.test("copy() is another list", () => {
  const maps = new MapsList();
  maps.add(mapping(0x1000, 0x2000, "/a"));
  const copy = maps.copy();
  copy.add(mapping(0x2000, 0x3000, "/b"));
  assertEquals(maps.text().split("\n").length, 2);
  assertEquals(copy.text().split("\n").length, 3);
});

Deno.test("parseRange() takes the upper half of the space, and its very end", () => {
  assertEquals(parseRange("ffffffffff600000", "ffffffffff601000"), {
    start: -0xa00000,
    end: -0x9ff000,
  });
  assertEquals(parseRange("fffffffffffff000", "10000000000000000"), { start: -0x1000, end: 0 });
});

Deno.test("replacesCode() tells whether other code was there before", () => {
  const maps = new MapsList();
  maps.add(mapping(0x1000, 0x3000, "/a"));
  maps.add({ ...mapping(0x3000, 0x4000, "/a"), permissions: "rw-p" });
  maps.add(mapping(0x6000, 0x7000, ""));
  const replaces = (start: number, end: number, path: string, fileOffset = 0) =>
    maps.replacesCode(mapping(start, end, path, fileOffset));
  assertEquals(replaces(0x2000, 0x5000, "/b"), true);
  assertEquals(replaces(0x0, 0x1001, "/b"), true);
  assertEquals(replaces(0x0, 0x1000, "/b"), false);
  assertEquals(replaces(0x3000, 0x5000, "/b"), false, "data");
  assertEquals(replaces(0x1000, 0x3000, "/a"), false, "the same file");
  assertEquals(replaces(0x2000, 0x3000, "/a", 0x1000), false, "a part of the same file");
  assertEquals(replaces(0x2000, 0x4000, "/a"), true, "the same file elsewhere");
  assertEquals(maps.replacesCode({ ...mapping(0x1000, 0x3000, "/a"), inode: 8 }), true, "rebuilt");
  const data = { ...mapping(0x2000, 0x3000, "/a", 0x100), permissions: "rw-p" };
  assertEquals(maps.replacesCode(data), false, "data of the same file");
  assertEquals(replaces(0x1000, 0x3000, ""), true, "code made at run time");
  assertEquals(replaces(0x6000, 0x7000, "/b"), true, "where code was made at run time");
  assertEquals(replaces(0x6000, 0x7000, ""), false, "more of that");
  assertEquals(replaces(0x6000, 0x6100, "/tmp/jitted-7-1.so"), false, "a file made of that");
});

for (
  const [what, replacing, left] of [
    ["a library", mapping(0x5000000, 0x5003000, "/b"), ["/b"]],
    ["huge pages", mapping(0x5000000, 0x5100000, "/b"), ["/a", "/b", "/a"]],
    ["memory without a file", mapping(0x5000000, 0x5003000, ""), ["/a", "", "/a"]],
    ["the same file", mapping(0x5000000, 0x5003000, "/a"), ["/a", "/a", "/a"]],
  ] as const
) {
  Deno.test(`replace() leaves of the code that lay where ${what} lies now what may be left`, () => {
    const maps = new MapsList();
    maps.add(mapping(0x4ff0000, 0x5200000, "/a"));
    maps.add(mapping(0x7000000, 0x7100000, "/c"));
    maps.replace(replacing);
    const paths = maps.text().trimEnd().split("\n").map((line) => line.split(" ")[5] ?? "");
    assertEquals(paths, [...left, "/c"]);
  });
}

Deno.test("includes() tells whether a list has all mappings of another", () => {
  const [maps, other] = [new MapsList(), new MapsList()];
  for (const list of [maps, other]) list.add(mapping(0x1000, 0x3000, "/a"));
  assertEquals([maps.includes(other), other.includes(maps)], [true, true]);
  maps.add(mapping(0x3000, 0x4000, "/b"));
  assertEquals([maps.includes(other), other.includes(maps)], [true, false]);
  other.add(mapping(0x3000, 0x4000, "/c"));
  assertEquals([maps.includes(other), other.includes(maps)], [false, false]);
});
