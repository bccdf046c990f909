import { assert, assertEquals } from "@std/assert";
import type { ImageCounts, ImageEvidence } from "../../lib/resolve/mod.ts";
import { resolveText, type ResolveTextOptions } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Recordings of real programs, with the right files and with wrong ones that have the same layout.
// See testdata/evidence/README.md.

const LIBRARY = "/opt/evidence/libwalk.so";
const MACHINES = ["x86_64", "i686", "aarch64", "armhf", "riscv64", "s390x", "powerpc64"];
const PAGE = 0x1000;

interface CheckedImage extends ImageCounts {
  readonly evidence: ImageEvidence;
}

for (const machine of MACHINES) {
  const read = (name: string) => Deno.readTextFileSync(testdata(`evidence/${machine}/${name}`));
  const [raw, maps] = [read("raw.folded"), read("maps")];

  Deno.test(`resolve() finds a call before every return address of ${machine}`, async () => {
    const { evidence, weight, resolvedWeight } = await libraryOf(raw, maps, machine, "same");
    assert(evidence.checked >= 100);
    assertEquals(evidence.calls, evidence.checked);
    assertEquals(evidence.callsWeight, evidence.checkedWeight);
    assertEquals(evidence.verdict, "fits");
    assertEquals(resolvedWeight, weight);
  });

  Deno.test(`resolve() finds the called function in the next frame of ${machine}`, async () => {
    const { evidence } = await libraryOf(raw, maps, machine, "same");
    // PowerPC's calls go to descriptors' code through stubs that stand in .text.
    const wanted = machine === "powerpc64" ? 0.8 : 0.98;
    assert(evidence.edges > 50);
    assert(evidence.agreeingEdges >= wanted * evidence.edges, `${evidence.agreeingEdges}`);
  });

  Deno.test(`resolve() names nothing by another build of the same layout of ${machine}`, async () => {
    const library = await libraryOf(raw, maps, machine, "other");
    assertDoubted(library);
    assert(library.evidence.calls < 0.2 * library.evidence.checked);
  });

  Deno.test(`resolve() names nothing by a library of ${machine} at a wrong base`, async () => {
    // The text of some is hardly longer than a page, and that of armhf is shorter.
    const distance = machine === "armhf" ? PAGE / 4 : PAGE;
    const moved = moveAddresses(raw, maps, distance);
    const library = await libraryOf(moved, maps, machine, "same");
    assert(library.evidence.checked > 10);
    assertDoubted(library);
  });

  Deno.test(`resolve() with trustFiles names what it can of ${machine}, and says so`, async () => {
    const options = { trustFiles: true };
    const { evidence, resolvedWeight } = await libraryOf(raw, maps, machine, "other", options);
    assertEquals(evidence.verdict, "differs");
    assert(resolvedWeight > 0);
  });

  Deno.test(`resolve() knows adjusted addresses of ${machine}`, async () => {
    const adjusted = raw.replaceAll(/0x[0-9a-f]+/g, (address) => {
      // The lowest bit says that code is Thumb: it is not part of the address.
      const distance = machine === "armhf" ? 2 : 1;
      return `0x${(Number(address) - distance).toString(16)}`;
    });
    const wrong = await libraryOf(adjusted, maps, machine, "same");
    assertEquals(wrong.evidence.verdict, "adjusted");
    assertEquals(wrong.evidence.insideCalls, wrong.evidence.checked);
    assertEquals(wrong.resolvedWeight, wrong.weight);
    const right = await libraryOf(adjusted, maps, machine, "same", { returnAddresses: "none" });
    assertEquals(right.evidence.verdict, "fits");
    assertEquals(right.resolvedWeight, right.weight);
  });

  Deno.test(`resolve() knows addresses of ${machine} that are not adjusted`, async () => {
    const options = { returnAddresses: "none" } as const;
    const { evidence } = await libraryOf(raw, maps, machine, "same", options);
    assertEquals(evidence.verdict, "not-adjusted");
  });
}

for (const machine of ["x86_64", "aarch64"]) {
  Deno.test(`resolve() names nothing by a build of ${machine} that differs in its second half`, async () => {
    const read = (name: string) => Deno.readTextFileSync(testdata(`evidence/${machine}/${name}`));
    const library = await libraryOf(read("raw.folded"), read("maps"), machine, "partly");
    assertDoubted(library);
    const { checked, calls } = library.evidence!;
    assert(calls > 0.4 * checked && calls < 0.6 * checked);
    // step_6, the function that is longer, begins at 0xa40 and 0xbc0; its first call is behind that.
    const from = Number(/from vaddr (0x[0-9a-f]+)/.exec(library.reasons[0]!.detail)![1]);
    const start = machine === "x86_64" ? 0xa40 : 0xbc0;
    assert(from > start && from < start + 0x100, from.toString(16));
  });
}

for (const machine of ["x86_64", "aarch64"]) {
  Deno.test(`resolve() finds where functions begin by the calls of ${machine}`, async () => {
    const read = (name: string) => Deno.readTextFileSync(testdata(`evidence/${machine}/${name}`));
    const [maps, sysroot] = [read("maps"), testdata(`evidence/${machine}/no-tables`)];
    const { output } = await resolveText(read("raw.folded"), { maps, sysroot });
    const labels = output.split(/[; \n]/).filter((frame) => frame.startsWith("[libwalk.so+"));
    const found = new Set(labels.map((label) => Number(label.slice("[libwalk.so+".length, -1))));
    const starts = read("no-tables/nm").trimEnd().split("\n").map((line) => parseInt(line, 16));
    const isStart = (vaddr: number) => starts.includes(vaddr);
    // step_0 is hardly ever called directly: its frames stay apart.
    const others = [...found].filter((vaddr) => !isStart(vaddr));
    assert(others.every((vaddr) => vaddr >= starts[0]! && vaddr < starts[1]!), `${others}`);
    assert([...found].filter(isStart).length >= 11);
    assert(labels.length > 500);
  });
}

for (const name of ["cpp-x86_64", "rust-x86_64", "arm64"]) {
  const read = (file: string) => Deno.readTextFileSync(testdata(`recordings/${name}/${file}`));
  const sysroot = testdata(`recordings/${name}/sysroot`);

  Deno.test(`resolve() finds a call before every return address of ${name}`, async () => {
    const { report } = await resolveText(read("raw.folded"), { maps: read("maps"), sysroot });
    const checked = report.images.filter(({ evidence }) => evidence !== undefined);
    assertEquals(checked.length, 2);
    for (const { evidence } of checked) assertEquals(evidence!.calls, evidence!.checked);
    // As the README of the recordings has counted them.
    const sum = checked.reduce((sum, { evidence }) => sum + evidence!.checked, 0);
    assertEquals(sum, { "cpp-x86_64": 77, "rust-x86_64": 67, "arm64": 20 }[name]);
  });
}

async function libraryOf(
  raw: string,
  maps: string,
  machine: string,
  build: string,
  options: ResolveTextOptions = {},
): Promise<CheckedImage> {
  const sysroot = testdata(`evidence/${machine}/${build}`);
  const { report } = await resolveText(raw, { ...options, maps, sysroot });
  const counts = report.images.find(({ image }) => image === LIBRARY)!;
  return { ...counts, evidence: counts.evidence! };
}

function assertDoubted({ evidence, resolvedWeight, reasons }: CheckedImage): void {
  assertEquals(evidence.verdict, "differs");
  assertEquals(resolvedWeight, 0);
  assertEquals(reasons[0]?.reason, "file-differs");
}

/** Moves those addresses that lie in the library's text, and stay in it. */
function moveAddresses(raw: string, maps: string, distance: number): string {
  const line = maps.split("\n").find((line) => line.includes("r-xp") && line.endsWith(LIBRARY))!;
  const [start, end] = line.split(/[- ]/).map((digits) => parseInt(digits, 16));
  const isText = (address: number) => address >= start! && address < end!;
  return raw.replaceAll(/0x[0-9a-f]+/g, (text) => {
    const moved = Number(text) + distance;
    return isText(Number(text)) && isText(moved) ? `0x${moved.toString(16)}` : "other";
  });
}
