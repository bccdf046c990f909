import { assertEquals } from "@std/assert";
import { breakpadIdOf, FirefoxLibraries } from "../../lib/output/firefox_libraries.ts";
import { codeAt, NAME, PRISM } from "../support/frame_detail.ts";
import { detailedProfileOf, profileOf } from "../support/profile_of.ts";

Deno.test("breakpadIdOf() swaps the first three fields of a GUID", () => {
  assertEquals(
    breakpadIdOf("00112233445566778899aabbccddeeff01234567"),
    "33221100554477668899AABBCCDDEEFF0",
  );
});

Deno.test("breakpadIdOf() takes the fields of a big-endian file as they are", () => {
  assertEquals(
    breakpadIdOf("00112233445566778899aabbccddeeff01234567", true),
    "00112233445566778899AABBCCDDEEFF0",
  );
});

Deno.test("FirefoxLibraries takes files that are not here for those of the same machine", () => {
  const bigEndian = { ...PRISM, bigEndian: true } as const;
  const other = { ...PRISM, path: "/lib/gone.so" };
  const libraries = new FirefoxLibraries(
    detailedProfileOf([[
      [["a", codeAt(0, { file: other })], ["b", codeAt(0, { file: bigEndian })]],
      1,
    ]]),
  );
  const id = breakpadIdOf(PRISM.buildId, true);
  assertEquals(libraries.list.map(({ breakpadId }) => breakpadId), [id, id]);
});

Deno.test("breakpadIdOf() takes what is missing of a short build-id for zeros", () => {
  assertEquals(breakpadIdOf("0123456789abcdef"), "67452301AB89EFCD00000000000000000");
  assertEquals(breakpadIdOf(""), "0".repeat(33));
});

Deno.test("FirefoxLibraries has a file once that was mapped twice", () => {
  const again = { ...PRISM, start: 0x7e0000001000 };
  const other = { ...PRISM, buildId: "" };
  const libraries = new FirefoxLibraries(detailedProfileOf([[[
    ["a", codeAt(0)],
    ["b", codeAt(0, { file: again })],
    ["c", codeAt(0, { file: other })],
    ["d", NAME],
  ], 1]]));
  assertEquals(libraries.list.map(({ name, codeId }) => [name, codeId]), [
    ["prism", PRISM.buildId],
    ["prism", null],
  ]);
  const numbers = [PRISM, again, other, undefined].map((file) => libraries.numberOf(file));
  assertEquals(numbers, [0, 0, 1, undefined]);
});

Deno.test("FirefoxLibraries has none of a profile without details", () => {
  assertEquals(new FirefoxLibraries(profileOf([[["a"], 1]])).list, []);
});
