import { assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findDebugFiles } from "../../lib/symbols/debug_file_search.ts";
import {
  ARCHITECTURES,
  debugElf,
  debugFile,
  DebugFileOpener,
  debugText,
  expectedNames,
  knownFunctions,
  namesOf,
} from "../support/debug_files.ts";

const PATH = "/opt/lib/libnames.so";
const ID = debugText("x86_64/build-id");
const BY_ID = `/usr/lib/debug/.build-id/${ID.slice(0, 2)}/${ID.slice(2)}.debug`;
const BY_ID_FILE = `x86_64/debug/.build-id/${ID.slice(0, 2)}/${ID.slice(2)}.debug`;
const IN_CACHE = `/usr/lib/debug/${ID}/debuginfo`;
const BESIDE = "/opt/lib/libnames.debug";
const BELOW = "/opt/lib/.debug/libnames.debug";
const IN_DIR = "/usr/lib/debug/opt/lib/libnames.debug";
const LINKED = "x86_64/linked/.debug/libnames.debug";

for (const architecture of ARCHITECTURES) {
  const functions = knownFunctions(architecture);
  const id = debugText(`${architecture}/build-id`);
  const inFolder = `.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;

  Deno.test(`findDebugFiles() finds all names by build-id: ${architecture}`, async () => {
    const { found } = await search(`${architecture}/libnames-stripped.so`, {
      [`/usr/lib/debug/${inFolder}`]: `${architecture}/debug/${inFolder}`,
    });
    assertEquals(found.map(({ how }) => how), ["build-id"]);
    assertEquals(await namesOf(found[0]!.elf, functions), expectedNames(functions));
  });

  Deno.test(`findDebugFiles() finds all names by debuglink: ${architecture}`, async () => {
    const { found } = await search(`${architecture}/linked/libnames.so`, {
      [BELOW]: `${architecture}/linked/.debug/libnames.debug`,
    });
    assertEquals(found.map(({ how }) => how), ["debuglink"]);
    assertEquals(await namesOf(found[0]!.elf, functions), expectedNames(functions));
  });
}

Deno.test("findDebugFiles() tries all places in order, and says what became of each", async () => {
  const { found, tried } = await search("x86_64/linked/libnames.so", {});
  assertEquals(found, []);
  assertEquals(
    tried.map(({ path, how, outcome, detail }) => [path, how, outcome, detail]),
    [
      [BY_ID, "build-id", "not found", ""],
      [IN_CACHE, "debuginfod", "not found", ""],
      [BESIDE, "debuglink", "not found", ""],
      [BELOW, "debuglink", "not found", ""],
      [IN_DIR, "debuglink", "not found", ""],
    ],
  );
});

Deno.test("findDebugFiles() goes by build-id without a link, and by link without a build-id", async () => {
  const stripped = await search("x86_64/libnames-stripped.so", {});
  assertEquals(stripped.tried.map(({ path }) => path), [BY_ID, IN_CACHE]);
  const linked = await search("x86_64/no-build-id/libnames.so", {});
  assertEquals(linked.tried.map(({ path }) => path), [BESIDE, BELOW, IN_DIR]);
});

Deno.test("findDebugFiles() finds a file in a cache of debuginfod", async () => {
  const { found } = await search("x86_64/libnames-stripped.so", { [IN_CACHE]: LINKED });
  assertEquals(found.map(({ path, how }) => [path, how]), [[IN_CACHE, "debuginfod"]]);
});

Deno.test("findDebugFiles() stops at the first file that has symbols", async () => {
  const opener = new DebugFileOpener({ [BY_ID]: BY_ID_FILE, [BELOW]: LINKED });
  const elf = await debugElf("x86_64/linked/libnames.so");
  const { found } = await findDebugFiles(elf, PATH, opener.open, ["/usr/lib/debug"]);
  assertEquals(found.length, 1);
  assertEquals(opener.asked, [BY_ID]);
});

Deno.test("findDebugFiles() looks further for symbols if a file has none", async () => {
  const { found } = await search("x86_64/linked/libnames.so", {
    [BY_ID]: "x86_64/libnames-stripped.so",
    [BELOW]: LINKED,
  });
  assertEquals(found.map(({ path }) => path), [BY_ID, BELOW]);
});

Deno.test("findDebugFiles() takes a file with the right build-id though its CRC differs", async () => {
  const { found, tried } = await search("x86_64/linked/libnames.so", { [BELOW]: BY_ID_FILE });
  assertEquals(found.length, 1);
  assertEquals(tried.at(-1)?.outcome, "found");
});

Deno.test("findDebugFiles() refuses a file with another build-id, wherever it is", async () => {
  const other = "x86_64/other/libnames.debug";
  const { found, tried } = await search("x86_64/linked/libnames.so", {
    [BY_ID]: other,
    [BELOW]: other,
  });
  assertEquals(found, []);
  const refused = tried.filter(({ outcome }) => outcome === "build-id differs");
  assertEquals(refused.map(({ path }) => path), [BY_ID, BELOW]);
  assertEquals(refused[0]!.detail.endsWith(`, want ${ID}`), true);
});

Deno.test("findDebugFiles() goes by the CRC where the mapped file has no build-id", async () => {
  const linked = "x86_64/no-build-id/libnames.so";
  const { found } = await search(linked, { [BELOW]: "x86_64/no-build-id/libnames.debug" });
  assertEquals(found.length, 1);
  const { tried } = await search(linked, { [BELOW]: LINKED });
  assertEquals(tried[1]?.outcome, "CRC differs");
  assertEquals(/^it is 0x[0-9a-f]+, want 0x[0-9a-f]+$/.test(tried[1]!.detail), true);
});

Deno.test("findDebugFiles() refuses a file without a build-id that a build-id led to", async () => {
  const { tried } = await search("x86_64/libnames-stripped.so", {
    [BY_ID]: "x86_64/no-build-id/libnames.debug",
  });
  assertEquals([tried[0]?.outcome, tried[0]?.detail], ["no build-id", `want ${ID}`]);
});

Deno.test("findDebugFiles() refuses a file of another machine", async () => {
  const { tried } = await search("x86_64/libnames-stripped.so", {
    [BY_ID]: "armhf/linked/.debug/libnames.debug",
    [IN_CACHE]: "s390x/linked/.debug/libnames.debug",
  });
  assertEquals(tried.map(({ outcome, detail }) => [outcome, detail]), [
    ["other machine", "it has 32 bits, want 64"],
    ["other machine", "it is big-endian, want little-endian"],
  ]);
});

Deno.test("findDebugFiles() goes on behind files that are damaged or no ELF files", async () => {
  const bytes = new Uint8Array(await debugFile(LINKED).readAt(0, 4000));
  const { found, tried } = await search("x86_64/linked/libnames.so", {
    [BY_ID]: new MemorySource("text", new TextEncoder().encode("not found")),
    [IN_CACHE]: new MemorySource("empty", new Uint8Array()),
    [BESIDE]: new MemorySource("cut", bytes),
    [BELOW]: LINKED,
  });
  assertEquals(tried.map(({ outcome }) => outcome), ["not ELF", "not ELF", "malformed", "found"]);
  assertEquals(found.length, 1);
});

Deno.test("findDebugFiles() goes on behind files that cannot be read", async () => {
  const elf = await debugElf("x86_64/linked/libnames.so");
  const open = (path: string) =>
    path === BELOW ? Promise.resolve(debugFile(LINKED)) : Promise.reject(new Error("no access"));
  const { found, tried } = await findDebugFiles(elf, PATH, open, ["/usr/lib/debug"]);
  assertEquals(found.length, 1);
  assertEquals([tried[0]?.outcome, tried[0]?.detail], ["unreadable", "no access"]);
});

Deno.test("findDebugFiles() does not take the mapped file for its own debug file", async () => {
  const elf = await debugElf("x86_64/linked/libnames.so");
  const opener = new DebugFileOpener({ [BESIDE]: LINKED });
  const { found, tried } = await findDebugFiles(elf, BESIDE, opener.open, []);
  assertEquals(found, []);
  assertEquals(tried[0]?.outcome, "same file");
  assertEquals(opener.asked, [BELOW]);
});

Deno.test("findDebugFiles() uses the build-id though the link is damaged, and says so", async () => {
  const bytes = new Uint8Array(await debugFile("x86_64/linked/libnames.so").readAt(0, 13696));
  const at = new TextDecoder("latin1").decode(bytes).indexOf("libnames.debug\0");
  bytes[at] = 0x2f;
  const elf = await ElfFile.open(new MemorySource("damaged.so", bytes));
  const opener = new DebugFileOpener({ [BY_ID]: BY_ID_FILE });
  const { found, problem } = await findDebugFiles(elf, PATH, opener.open, ["/usr/lib/debug"]);
  assertEquals(found.length, 1);
  assertEquals(
    problem,
    'Cannot read the link of "damaged.so(.gnu_debuglink)": the file name has a slash',
  );
});

async function search(file: string, files: ConstructorParameters<typeof DebugFileOpener>[0]) {
  const opener = new DebugFileOpener(files);
  return await findDebugFiles(await debugElf(file), PATH, opener.open, ["/usr/lib/debug"]);
}
