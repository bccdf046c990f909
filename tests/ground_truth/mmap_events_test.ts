import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { resolveInSysroot } from "../../lib/cli/sysroot.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { layouts, sysrootOf } from "../support/layouts.ts";
import { resolveText } from "../support/resolve_text.ts";

// The same libraries as perf has their mappings, which are those of the moment at which each was
// made, and only the executable ones: the loader maps the first segment as long as the whole image,
// and what it maps over that later is not executable, or leaves the rest as it was. Seen with perf
// 6.1 for libraries of bfd, gold and lld, and for what the kernel itself loads.

const PAGE = 0x1000;
const CASES = [
  "aarch64/noseparate-code",
  "aarch64/page-64k",
  "aarch64/section-start",
  "armhf/thumb",
  "riscv64/plain",
  "x86_64/noseparate-code",
  "x86_64/page-64k",
];

for (const { folder, maps, truth } of layouts()) {
  if (!CASES.includes(folder)) continue;

  Deno.test(`resolve() names what the loader names in ${folder} by mmap events`, async () => {
    const sysroot = sysrootOf(folder);
    const { path, loadBias } = truth.biases.find((bias) => maps.includes(` ${bias.path}\n`))!;
    const lines = await eventsOf(sysroot, path, loadBias);
    assert(lines.length > 0);
    const folded = truth.names.map(({ address }) => `${address} 1\n`).join("");
    const { output } = await resolveText(folded, { maps: lines.join(""), sysroot, merge: false });
    assertEquals(output.trimEnd().split("\n"), truth.names.map(({ name }) => `${name} 1`));
  });
}

/** What is known of a library after all mmap events that perf has. */
async function eventsOf(sysroot: string, path: string, loadBias: number): Promise<string[]> {
  const bytes = Deno.readFileSync(resolveInSysroot(sysroot, path));
  const { loadSegments } = await ElfFile.open(new MemorySource(path, bytes));
  const floor = (value: number) => Math.floor(value / PAGE) * PAGE;
  const ceil = (value: number) => Math.ceil(value / PAGE) * PAGE;
  const [first, ...others] = loadSegments;
  assert(first!.executable, "The first segment is not executable, so that its event is left out");
  const start = floor(loadBias + first!.vaddr);
  const end = Math.max(...loadSegments.map((one) => ceil(loadBias + one.vaddr + one.memorySize)));
  const lines: string[] = [];
  const add = (from: number, to: number, fileOffset: number) => {
    if (from >= to) return;
    const [a, b, c] = [from, to, fileOffset].map((value) => value.toString(16));
    lines.push(`${a}-${b} r-xp ${c} fe:00 7 ${path}\n`);
  };
  let rest = start;
  for (const segment of others.filter(({ executable }) => executable)) {
    const from = floor(loadBias + segment.vaddr);
    const to = ceil(loadBias + segment.vaddr + segment.fileSize);
    add(rest, from, floor(first!.fileOffset) + rest - start);
    add(from, to, floor(segment.fileOffset));
    rest = to;
  }
  add(rest, end, floor(first!.fileOffset) + rest - start);
  return lines;
}
