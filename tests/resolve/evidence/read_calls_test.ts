import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../../lib/bytes/mod.ts";
import { ElfFile } from "../../../lib/elf/mod.ts";
import {
  findCallBefore,
  findTargets,
  readCallSites,
  readCallSitesAt,
} from "../../../lib/resolve/evidence/read_calls.ts";
import { PF_R, PF_X, PT_LOAD } from "../../../lib/elf/constants.ts";
import { CodeLibrary, FUNCTION_SIZE } from "../../support/code_library.ts";
import { CountingSource } from "../../support/counting_source.ts";
import { debugElf } from "../../support/debug_files.ts";
import { buildElf, codeSection, VADDR_SHIFT } from "../../support/elf_builder.ts";
import type { SegmentSpec } from "../../support/elf_spec.ts";

async function open(library: CodeLibrary): Promise<ElfFile> {
  return await ElfFile.open(new MemorySource(library.path, library.bytes()));
}

Deno.test("readCallSites() tells calls before, calls around and no calls apart", async () => {
  const library = new CodeLibrary();
  library.call(2, 0x20, 7);
  const at = (offset: number) => library.vaddrOf(2, offset);
  const vaddrs = Float64Array.from([0x10, 0x1b, 0x1f, 0x20, 0x21], at);
  const call = { size: 5, target: library.vaddrOf(7, 0) };
  assertEquals(await readCallSites(await open(library), vaddrs), [
    { call: undefined, isInside: false, isSignalReturn: false },
    { call, isInside: true, isSignalReturn: false },
    { call, isInside: true, isSignalReturn: false },
    { call, isInside: false, isSignalReturn: false },
    { call: undefined, isInside: false, isSignalReturn: false },
  ]);
});

Deno.test("readCallSites() knows nothing outside of code, and the end of it", async () => {
  const library = new CodeLibrary();
  library.call(15, FUNCTION_SIZE, 0);
  const elf = await open(library);
  const [segment] = elf.loadSegments;
  const end = segment!.vaddr + segment!.fileSize;
  const vaddrs = [segment!.vaddr - 1, segment!.vaddr, library.vaddrOf(16, 0), end, end + 1];
  const sites = await readCallSites(elf, Float64Array.from(vaddrs));
  assertEquals(sites.map((site) => site !== undefined), [false, false, true, true, false]);
  assertEquals(sites[2]?.call?.target, library.vaddrOf(0, 0));
});

Deno.test("readCallSites() knows nothing of machines whose calls it does not know", async () => {
  const elf = await ElfFile.open(buildElf({ machine: 42 }).source);
  assertEquals(await readCallSites(elf, Float64Array.of(VADDR_SHIFT + 0x200)), [undefined]);
  assertEquals(
    await findTargets(elf, { start: VADDR_SHIFT + 0x200, end: VADDR_SHIFT + 0x300 }),
    undefined,
  );
});

Deno.test("readCallSites() knows nothing where the file is cut", async () => {
  const library = new CodeLibrary();
  library.call(1, 0x20, 2);
  library.call(9, 0x20, 2);
  const elf = await open(library);
  const vaddrs = Float64Array.of(library.vaddrOf(1, 0x20), library.vaddrOf(9, 0x20));
  const cut = new MemorySource(
    "cut",
    library.bytes().subarray(0, elf.fileOffsetOf(vaddrs[0]!)! + 16),
  );
  const sites = await readCallSites(await ElfFile.open(cut), Float64Array.of(vaddrs[0]!));
  assertEquals(sites.map((site) => site?.call?.size), [5]);
  const both = await readCallSites(await ElfFile.open(cut), vaddrs);
  assertEquals(both, [undefined, undefined]);
});

Deno.test("readCallSites() reads addresses that are near together in one piece", async () => {
  const size = 1 << 24;
  const built = buildElf({ sections: [codeSection(".text", size)] });
  const counting = new CountingSource(built.source);
  const elf = await ElfFile.open(counting);
  const { vaddr } = built.section(".text");
  await elf.sections();
  counting.reads.length = 0;
  // A cluster of 1,000 addresses in 16 KB, and ten that are 1 MB apart.
  const near = Array.from({ length: 1000 }, (_, at) => vaddr + 0x1000 + 16 * at);
  const far = Array.from({ length: 10 }, (_, at) => vaddr + 0x100000 * (at + 1));
  const sites = await readCallSites(elf, Float64Array.from([...near, ...far]));
  assertEquals(sites.length, 1010);
  assertEquals(counting.reads.length, 11);
  assert(counting.bytesRead < 16 * 1000 + 11 * 64, `${counting.bytesRead}`);
});

Deno.test("readCallSites() holds little at a time, however many addresses there are", async () => {
  const built = buildElf({ sections: [codeSection(".text", 1 << 22)] });
  const counting = new CountingSource(built.source);
  const elf = await ElfFile.open(counting);
  const { vaddr } = built.section(".text");
  const vaddrs = Float64Array.from({ length: 10_000 }, (_, at) => vaddr + 16 + 400 * at);
  await readCallSites(elf, vaddrs);
  assert(counting.longestRead <= 1 << 18, `${counting.longestRead}`);
});

Deno.test("readCallSites() knows nothing of files with debug information only", async () => {
  const debug = await debugElf("x86_64/linked/.debug/libnames.debug");
  const { vaddr } = (await debug.sections()).find(({ executable }) => executable)!;
  assertEquals(await readCallSites(debug, Float64Array.of(vaddr + 8)), [undefined]);
});

Deno.test("readCallSitesAt() takes vaddrs in any order, repeated, and none", async () => {
  const library = new CodeLibrary();
  library.call(2, 0x20, 7);
  const [call, other] = [library.vaddrOf(2, 0x20), library.vaddrOf(1, 0x20)];
  const sites = await readCallSitesAt(await open(library), [call, NaN, other, call]);
  assertEquals(sites.map((site) => site?.call?.size), [5, undefined, undefined, 5]);
  assertEquals(sites.map((site) => site === undefined), [false, true, false, false]);
});

Deno.test("findCallBefore() gives the call before a vaddr only", async () => {
  const library = new CodeLibrary();
  library.call(2, 0x20, 7);
  const elf = await open(library);
  const target = library.vaddrOf(7, 0);
  assertEquals(await findCallBefore(elf, library.vaddrOf(2, 0x20)), { size: 5, target });
  assertEquals(await findCallBefore(elf, library.vaddrOf(2, 0x1f)), undefined);
  assertEquals(await findCallBefore(elf, 0x10), undefined);
});

Deno.test("findTargets() finds what a piece of code calls", async () => {
  const library = new CodeLibrary();
  library.call(2, 0x20, 7);
  library.call(2, 0x30, 1);
  library.call(2, 0x40, 9);
  const piece = { start: library.vaddrOf(2, 0), end: library.vaddrOf(2, 0x30) };
  const found = await findTargets(await open(library), piece);
  assertEquals([...found!], [library.vaddrOf(7, 0), library.vaddrOf(1, 0)]);
});

// What perf makes of a jitdump: the code of one function, and one program header for it alone.
Deno.test("readCallSites() takes calls of generated code that leave its file for calls", async () => {
  const code = codeSection(".text", 0x100);
  const calls = [[0x20, 0x40], [0x40, 0x12345678], [0x60, -0x7654322]] as const;
  for (const [end, distance] of calls) {
    code.bytes[end - 5] = 0xe8;
    new DataView(code.bytes.buffer).setInt32(end - 4, distance, true);
  }
  const callsIn = async (more: SegmentSpec[]) => {
    const { vaddr, fileOffset, size } = buildElf({ sections: [code], moreSegments: more })
      .section(".text");
    const text = { type: PT_LOAD, flags: PF_R | PF_X, vaddr, fileOffset, fileSize: size };
    const elf = await ElfFile.open(
      buildElf({ sections: [code], segments: [text, ...more] }).source,
    );
    const vaddrs = Float64Array.from([0x10, 0x20, 0x40, 0x60], (at) => vaddr + at);
    const toOwn = { size: 5, target: vaddr + 0x60 };
    const calls = (await readCallSites(elf, vaddrs)).map((site) => site?.call);
    assertEquals(calls.slice(0, 2), [undefined, toOwn]);
    return calls.slice(2);
  };
  const toOther = { size: 5, target: undefined };
  assertEquals(await callsIn([]), [toOther, toOther]);
  // A library has more segments, and its calls lead to its own code.
  const headers = { type: PT_LOAD, fileOffset: 0, fileSize: 0x40 };
  assertEquals(await callsIn([headers]), [undefined, undefined]);
});
