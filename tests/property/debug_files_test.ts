import { MemorySource } from "../../lib/bytes/mod.ts";
import { readAltDebugLink, readDebugLink } from "../../lib/elf/debug_link.ts";
import { openMiniDebugInfo } from "../../lib/elf/mini_debug_info.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSection, openSection } from "../../lib/elf/section_data.ts";
import { isSourceError } from "../../lib/errors.ts";
import { findDebugFiles } from "../../lib/symbols/debug_file_search.ts";
import { findMappedFile } from "../../lib/symbols/file_search.ts";
import { lookupSymbols } from "../../lib/symbols/mod.ts";
import { debugFile, DebugFileOpener, readAllOf } from "../support/debug_files.ts";
import { Random } from "../support/random.ts";

const SEED = Number(Deno.env.get("SEED") ?? 20_260_101);
/** Flipped bytes a file, and prefixes. */
const COUNT = 400;

for (
  const file of [
    "x86_64/libnames-zlib.so",
    "s390x/libnames-zlib.so",
    "armhf/libnames-zstd.so",
    "x86_64/libnames-zdebug.so",
    "s390x/libnames-symtab-zlib.so",
    "armhf/libnames-mini.so",
    "s390x/libnames-mini.so",
    "x86_64/dwz/libone.so",
    "armhf/linked/libnames.so",
  ]
) {
  Deno.test(`damage in ${file} gives bytes or our errors, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const bytes = await readAllOf(debugFile(file));
    for (let at = 0; at < COUNT; at++) {
      const flipped = bytes.slice();
      flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
      await readEverything(flipped);
      await readEverything(bytes.subarray(0, random.below(bytes.length)));
    }
  });
}

Deno.test(`damage in a debug file keeps the search going, seed ${SEED}`, async () => {
  const random = new Random(SEED);
  const mapped = await ElfFile.open(debugFile("armhf/linked/libnames.so"));
  const bytes = await readAllOf(debugFile("armhf/linked/.debug/libnames.debug"));
  for (let at = 0; at < COUNT; at++) {
    const flipped = bytes.slice();
    flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
    const source = new MemorySource("flipped", flipped);
    const opener = new DebugFileOpener({ "/a/libnames.debug": source });
    await findDebugFiles(mapped, "/a/libnames.so", opener.open, []);
    const candidates = [{ path: "flipped", source }];
    await findMappedFile(candidates, { buildId: "", compareLayout: () => "" });
  }
});

const SECTIONS = [".debug_info", ".debug_str", ".debug_line", ".debug_abbrev"];

async function readEverything(bytes: Uint8Array): Promise<void> {
  let elf: ElfFile;
  try {
    elf = await ElfFile.open(new MemorySource("damaged", bytes));
  } catch (error) {
    if (isSourceError(error)) return;
    throw error;
  }
  await orOurError(() => readDebugLink(elf));
  await orOurError(() => readAltDebugLink(elf));
  await orOurError(() => openMiniDebugInfo(elf));
  await orOurError(() => lookupSymbols(elf, Float64Array.of(0x400, 0x480, 0x500)));
  for (const name of SECTIONS) {
    await orOurError(async () => {
      const section = await findSection(elf, name);
      if (section !== undefined) await openSection(elf, section);
    });
  }
}

async function orOurError(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isSourceError(error)) throw error;
  }
}
