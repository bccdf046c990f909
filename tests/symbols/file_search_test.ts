import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import type { ElfFile } from "../../lib/elf/mod.ts";
import { checkText, findImages, type Mapping } from "../../lib/maps/mod.ts";
import { type CandidateFile, findMappedFile } from "../../lib/symbols/file_search.ts";
import { debugElf, debugFile, debugText, readAllOf } from "../support/debug_files.ts";

const ID = debugText("x86_64/build-id");
const STRIPPED = "x86_64/libnames-stripped.so";
const ARMHF = "armhf/libnames-stripped.so";
const NO_ID = "x86_64/no-build-id/libnames.so";

Deno.test("findMappedFile() takes the first file that has the build-id", async () => {
  const asked: string[] = [];
  const files = function* () {
    for (const file of [ARMHF, NO_ID, STRIPPED, "x86_64/libnames.so"]) {
      asked.push(file);
      yield candidate(file);
    }
  };
  const answer = await findMappedFile(files(), { buildId: ID, compareLayout: () => "differs" });
  assertEquals("found" in answer && [answer.found.path, answer.found.how], [STRIPPED, "build-id"]);
  assertEquals(asked, [ARMHF, NO_ID, STRIPPED]);
});

Deno.test("findMappedFile() takes no file with another build-id, though its layout fits", async () => {
  const wanted = { buildId: "00".repeat(20), compareLayout: () => "" };
  assertEquals(await findMappedFile([candidate(STRIPPED), candidate(NO_ID)], wanted), {
    reason: "none",
    detail: `of 2 files none has build-id ${"00".repeat(20)}`,
  });
});

Deno.test("findMappedFile() finds the file whose segments are where the mappings are", async () => {
  const mappings = await mappingsOf(await debugElf(STRIPPED));
  const compareLayout = (elf: ElfFile) => compare(elf, mappings);
  const others = [ARMHF, "s390x/libnames.so"].map(candidate);
  const answer = await findMappedFile([...others, candidate(STRIPPED)], {
    buildId: "",
    compareLayout,
  });
  assertEquals("found" in answer && [answer.found.path, answer.found.how], [STRIPPED, "layout"]);
  assertEquals(await findMappedFile(others, { buildId: "", compareLayout }), {
    reason: "none",
    detail: "of 2 files none has a layout that fits",
  });
});

Deno.test("findMappedFile() takes copies of a file for one: by build-id", async () => {
  const files = [candidate(STRIPPED), candidate("x86_64/libnames.so")];
  const answer = await findMappedFile(files, { buildId: "", compareLayout: () => "" });
  assertEquals("found" in answer && answer.found.path, STRIPPED);
});

Deno.test("findMappedFile() takes copies of a file for one: by their bytes", async () => {
  const files = [candidate(NO_ID), { path: "/copy", source: debugFile(NO_ID) }];
  const answer = await findMappedFile(files, { buildId: "", compareLayout: () => "" });
  assertEquals("found" in answer && answer.found.path, NO_ID);
});

Deno.test("findMappedFile() does not choose between files that fit", async () => {
  const changed = new Uint8Array(await readAllOf(debugFile(NO_ID)));
  changed[0x1040]! ^= 1; // a byte of code
  for (const other of [new MemorySource("changed", changed), debugFile(STRIPPED)]) {
    const files = [candidate(NO_ID), { path: "/other", source: other }];
    const answer = await findMappedFile(files, { buildId: "", compareLayout: () => "" });
    const detail = "found" in answer ? "" : answer.detail;
    assertEquals(detail, `it may be "${NO_ID}", "/other"`);
    const found = "files" in answer ? answer.files : [];
    assertEquals(found.map(({ path }) => path), [NO_ID, "/other"]);
  }
});

Deno.test("findMappedFile() passes over files with debug information only", async () => {
  const files = ["x86_64/linked/.debug/libnames.debug", "x86_64/elfutils/libnames.debug"];
  for (const buildId of [ID, ""]) {
    const wanted = { buildId, compareLayout: () => "" };
    const answer = await findMappedFile(files.map(candidate), wanted);
    assertEquals("reason" in answer && answer.reason, "none");
  }
});

Deno.test("findMappedFile() passes over files that are damaged or no ELF files", async () => {
  const library = await readAllOf(debugFile(STRIPPED));
  async function* files() {
    yield { path: "text", source: new MemorySource("text", new TextEncoder().encode("text")) };
    yield { path: "cut", source: new MemorySource("cut", library.subarray(0, 100)) };
    yield candidate(STRIPPED);
  }
  const answer = await findMappedFile(files(), { buildId: "", compareLayout: () => "" });
  assertEquals("found" in answer && answer.found.path, STRIPPED);
});

function candidate(path: string): CandidateFile {
  return { path, source: debugFile(path) };
}

const PAGE = 0x1000;
const BIAS = 0x7f00_0000_0000;

/** The mappings that the loader would make. */
function mappingsOf(elf: ElfFile): Mapping[] {
  return elf.loadSegments.map((segment) => ({
    ...segment,
    start: BIAS + Math.floor(segment.vaddr / PAGE) * PAGE,
    end: BIAS + Math.ceil((segment.vaddr + segment.memorySize) / PAGE) * PAGE,
    fileOffset: Math.floor(segment.fileOffset / PAGE) * PAGE,
    device: "fe:00",
    inode: 42,
    path: "/tmp/libnames.so",
    deleted: true,
  }));
}

/** What a caller does with `findImages` and `checkText`. */
function compare(elf: ElfFile, mappings: readonly Mapping[]): string {
  const [image] = findImages(mappings, elf.loadSegments, PAGE);
  if (image === undefined) return "no segment fits";
  return checkText(image, elf.loadSegments, mappings, PAGE);
}
