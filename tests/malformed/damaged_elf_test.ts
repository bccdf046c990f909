import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile, findSymbolTables, readBuildId } from "../../lib/elf/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import {
  checkText,
  findImages,
  isAnonymous,
  type MapsSnapshot,
  parseMaps,
} from "../../lib/maps/mod.ts";
import { findFunctions, lookupSymbols } from "../../lib/symbols/mod.ts";
import { CountingSource } from "../support/counting_source.ts";
import { testdata } from "../support/testdata.ts";

// Small real files, cut at every length and with every byte changed that is ever read: each stage
// works, or throws one of our errors, and reads no more than a few times the file.

const FILES = [
  ["x86_64/section-start", "libsection-start.so"],
  ["aarch64/section-start", "libsection-start.so"],
  ["armhf/thumb", "libplain.so"],
  ["s390x/plain", "libplain.so"],
  ["x86_64/no-sections-gnu", "libno-sections-gnu.so"],
  ["x86_64/no-sections-sysv", "libno-sections-sysv.so"],
] as const;
const ALL_BITS = 0xff;
const MASKS = [0x01, 0x04, 0x10, 0x80, ALL_BITS];

for (const [folder, name] of FILES) {
  const path = `/opt/layouts/${name}`;

  Deno.test(`Every prefix of ${folder} works or throws our errors`, async () => {
    const { bytes, snapshot } = await fixture(folder, path);
    let failures = 0;
    for (let length = 0; length < bytes.length; length++) {
      const prefix = bytes.subarray(0, length);
      const { failed } = await readAll(prefix, path, snapshot, `${length} bytes`);
      if (failed) failures++;
    }
    const whole = await readAll(bytes, path, snapshot, "all bytes");
    assertEquals(whole.failed, false);
    assert(failures > bytes.length / 10, `${failures} prefixes failed`);
  });

  Deno.test(`Every changed byte of ${folder} works or throws our errors`, async () => {
    const { bytes, snapshot } = await fixture(folder, path);
    const { source } = await readAll(bytes, path, snapshot, "all bytes");
    const isRead = new Uint8Array(bytes.length);
    for (const { fileOffset, length } of source.reads) {
      isRead.fill(1, fileOffset, fileOffset + length);
    }
    let failures = 0;
    for (let at = 0; at < bytes.length; at++) {
      // A byte that nobody reads changes nothing.
      if (isRead[at] === 0) continue;
      for (const mask of MASKS) {
        bytes[at]! ^= mask;
        const what = `byte 0x${at.toString(16)} changed by 0x${mask.toString(16)}`;
        const { failed } = await readAll(bytes, path, snapshot, what, mask);
        if (failed) failures++;
        bytes[at]! ^= mask;
      }
    }
    assert(failures > 100, `${failures} changes failed`);
  });
}

async function fixture(folder: string, path: string) {
  const bytes = Deno.readFileSync(testdata(`layouts/${folder}/sysroot${path}`));
  const maps = Deno.readFileSync(testdata(`layouts/${folder}/maps`));
  return { bytes, snapshot: await parseMaps("maps", [maps]) };
}

const NO_DEBUG_FILES = { debugDirs: [], openDebugFile: () => Promise.resolve(undefined) };

/**
 * Runs all stages; one that fails with one of our errors does not keep the others from it.
 *
 * @param mask What was changed of a byte. The last stage takes long and is run for one of them.
 */
async function readAll(
  bytes: Uint8Array,
  path: string,
  snapshot: MapsSnapshot,
  what: string,
  mask: number = ALL_BITS,
) {
  const source = new CountingSource(new MemorySource("damaged.so", bytes));
  let failed = false;
  const attempt = async <Result>(stage: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await stage();
    } catch (error) {
      failed = true;
      if (isSourceError(error)) return undefined;
      throw new Error(`Cannot read the file with ${what}`, { cause: error });
    }
  };
  const elf = await attempt(() => ElfFile.open(source));
  if (elf !== undefined) {
    await attempt(() => readBuildId(elf));
    await attempt(() => findSymbolTables(elf));
    await attempt(() => lookupSymbols(elf, someVaddrs(elf)));
    if (mask === ALL_BITS) {
      await attempt(() => findFunctions(elf, path, someVaddrs(elf), NO_DEBUG_FILES));
    }
    // deno-lint-ignore require-await -- its errors are to be caught like the others'
    await attempt(async () => place(elf, path, snapshot));
  }
  const limit = 10 * bytes.length + 1000;
  assert(source.bytesRead <= limit, `${what}: ${source.bytesRead} bytes were read`);
  return { source, failed };
}

/** Places the file in the snapshot, which never throws. */
function place(elf: ElfFile, path: string, { mappings, pageSize }: MapsSnapshot): void {
  const own = mappings.filter((mapping) => mapping.path === path);
  const anonymous = mappings.filter((mapping) => mapping.executable && isAnonymous(mapping));
  for (const image of findImages(own, elf.loadSegments, pageSize, anonymous)) {
    checkText(image, elf.loadSegments, mappings, pageSize);
  }
}

/** Some in and around each of the text segments. */
function someVaddrs(elf: ElfFile): Float64Array {
  const vaddrs = elf.loadSegments.filter(({ executable }) => executable)
    .flatMap(({ vaddr }) => [-1, 0, 4, 8, 16, 32, 64].map((inside) => vaddr + inside));
  return Float64Array.from(new Set(vaddrs)).sort();
}
