import { assertEquals } from "@std/assert";
import { findImages } from "../../lib/maps/mod.ts";
import { load, mappingsOf } from "../support/maps_lines.ts";

const PAGE = 0x1000;
const SEGMENTS = [load(0x1000, 0x1000, 0x1d05, 0x1d05, "R E")];
const LINE = "7f5500001000-7f5500003000 r-xp 00001000 fe:01 42 /opt/x.so";

Deno.test("findImages() finds nothing without mappings or without segments", async () => {
  assertEquals(findImages([], SEGMENTS, PAGE), []);
  assertEquals(findImages(await mappingsOf(LINE), [], PAGE), []);
});

Deno.test("findImages() finds no image for file offsets that no segment holds", async () => {
  const mappings = await mappingsOf("7f5500000000-7f5500001000 r-xp 00900000 fe:01 42 /opt/x.so");
  assertEquals(findImages(mappings, SEGMENTS, PAGE), []);
});

Deno.test("findImages() gives no image to a segment whose vaddr is no address", async () => {
  const segments = [load(0x1000, NaN, 0x1d05, 0x1d05, "R E")];
  assertEquals(findImages(await mappingsOf(LINE), segments, PAGE), []);
});
