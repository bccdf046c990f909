import { assertEquals } from "@std/assert";
import type { ImageEvidence, ReturnAddresses } from "../../../lib/resolve/mod.ts";
import { CodeLibrary } from "../../support/code_library.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { resolveText, type ResolveTextOptions } from "../../support/resolve_text.ts";

/** So many return addresses without a call are too many. */
const DOUBT = 6;

interface Outcome {
  readonly lines: readonly string[];
  readonly evidence: ImageEvidence | undefined;
}

async function resolveWith(
  library: CodeLibrary,
  stacks: readonly string[],
  options: ResolveTextOptions = {},
): Promise<Outcome> {
  const files = new MemoryFiles({ [library.path]: library.bytes() });
  const folded = stacks.map((stack) => `${stack} 1\n`).join("");
  const { output, report } = await resolveText(folded, { files, merge: false, ...options });
  const counts = report.images.find(({ image }) => image === library.path);
  return { lines: output.trimEnd().split("\n"), evidence: counts?.evidence };
}

/** Stacks of one caller and a leaf, in functions 0, 1, 2, ... at a place of its own each. */
function callers(library: CodeLibrary, count: number, at = 0x80): string[] {
  return Array.from({ length: count }, (_, number) => `${library.frame(number, at)};leaf`);
}

Deno.test("resolve() counts return addresses that follow a call, and their weight", async () => {
  const library = new CodeLibrary();
  library.call(0, 0x20, 3);
  library.call(1, 0x20, 3);
  const [one, two, three] = [library.frame(0, 0x20), library.frame(1, 0x20), library.frame(2, 9)];
  const stacks = [`${one};${two};leaf`, `${one};${three};leaf`, one];
  assertEquals((await resolveWith(library, stacks)).evidence, {
    checked: 3,
    calls: 2,
    insideCalls: 0,
    checkedWeight: 4,
    callsWeight: 3,
    insideCallsWeight: 0,
    strays: 0,
    edges: 1,
    agreeingEdges: 0,
    impossibleEdges: 0,
    excess: 1,
    verdict: "not-judged",
  });
});

Deno.test("resolve() names nothing if three return addresses or more follow no call", async () => {
  const library = new CodeLibrary();
  for (const count of [1, 2]) {
    const few = await resolveWith(library, callers(library, count));
    assertEquals(few.lines[0], "f0;leaf 1");
    assertEquals([few.evidence?.checked, few.evidence?.verdict], [count, "not-judged"]);
  }
  for (const count of [3, DOUBT - 1, DOUBT, 10]) {
    const many = await resolveWith(library, callers(library, count));
    assertEquals(many.lines[0], `[libx.so+0x${library.vaddrOf(0, 0x80).toString(16)}];leaf 1`);
    assertEquals([many.evidence?.checked, many.evidence?.verdict], [count, "differs"]);
  }
});

Deno.test(`resolve() judges fewer than ${DOUBT} return addresses if they agree`, async () => {
  for (const count of [1, 2, 3, DOUBT - 1]) {
    for (let calls = 0; calls <= count; calls++) {
      const library = new CodeLibrary();
      for (let number = 0; number < calls; number++) library.call(number, 0x80, 15);
      const { lines, evidence } = await resolveWith(library, callers(library, count));
      const wanted = count - calls >= 3
        ? "differs"
        : count >= 3 && calls === count
        ? "fits"
        : "not-judged";
      assertEquals(evidence?.verdict, wanted, `${calls} of ${count} follow a call`);
      assertEquals(lines[0] === "f0;leaf 1", wanted !== "differs");
    }
  }
});

Deno.test("resolve() names nothing if 3 of up to 11, or 4 of up to 20, together follow no call", async () => {
  for (
    const [calls, misses, verdict] of [
      [8, 3, "differs"],
      [9, 2, "fits"],
      [9, 3, "fits"],
      [9, 4, "differs"],
      [16, 4, "differs"],
      [17, 4, "fits"],
      [17, 5, "fits"],
      [17, DOUBT, "differs"],
    ] as const
  ) {
    const library = new CodeLibrary();
    const frames = Array.from({ length: calls + misses }, (_, at) => {
      const place = [at >> 1, at % 2 === 0 ? 0x40 : 0x80] as const;
      if (at < calls) library.call(...place, 15);
      return `${library.frame(...place)};leaf`;
    });
    const { evidence } = await resolveWith(library, frames);
    assertEquals([evidence?.excess, evidence?.verdict], [misses, verdict]);
  }
});

Deno.test("resolve() forgives more where unwinding has left more strays than return addresses", async () => {
  const verdictOf = async (strays: number) => {
    const library = new CodeLibrary();
    const starts = callers(library, strays, 0);
    const { evidence } = await resolveWith(library, [...callers(library, 5), ...starts]);
    assertEquals([evidence?.checked, evidence?.strays, evidence?.excess], [5, strays, 5]);
    return evidence?.verdict;
  };
  assertEquals([await verdictOf(5), await verdictOf(6)], ["differs", "not-judged"]);
});

Deno.test("resolve() takes one call that leads to the next frame for enough", async () => {
  const library = new CodeLibrary();
  library.call(0, 0x80, 3);
  const verdictOf = async (stack: string) =>
    (await resolveWith(library, [stack])).evidence?.verdict;
  assertEquals(await verdictOf(`${library.frame(0, 0x80)};${library.frame(3, 0x44)}`), "fits");
  // Of another function, or nobody knows of which.
  assertEquals(await verdictOf(`${library.frame(0, 0x80)};${library.frame(4, 4)}`), "not-judged");
  assertEquals(await verdictOf(`${library.frame(0, 0x80)};leaf`), "not-judged");
  // Besides one that follows no call.
  const stack = `${library.frame(9, 0x40)};${library.frame(0, 0x80)};${library.frame(3, 0x44)}`;
  assertEquals(await verdictOf(stack), "not-judged");
});

Deno.test("resolve() names no leaves either of a file that differs", async () => {
  const library = new CodeLibrary();
  const leaf = library.frame(9, 0x10);
  const { lines } = await resolveWith(library, [...callers(library, DOUBT), leaf]);
  assertEquals(lines.at(-1), `[libx.so+0x${library.vaddrOf(9, 0x10).toString(16)}] 1`);
});

Deno.test("resolve() with trustFiles names what differs", async () => {
  const library = new CodeLibrary();
  const { lines, evidence } = await resolveWith(library, callers(library, DOUBT), {
    trustFiles: true,
  });
  assertEquals(lines[5], "f5;leaf 1");
  assertEquals(evidence?.verdict, "differs");
});

Deno.test("resolve() forgives return addresses without a call that stand apart, up to a third", async () => {
  for (const [misses, verdict] of [[7, "fits"], [8, "differs"]] as const) {
    const library = new CodeLibrary();
    for (let number = 0; number < 16; number++) library.call(number, 0x80, 0);
    const stacks = [...callers(library, 16), ...callers(library, misses, 0x40)];
    const { evidence } = await resolveWith(library, stacks);
    assertEquals([evidence?.checked, evidence?.calls], [16 + misses, 16]);
    assertEquals([evidence?.excess, evidence?.verdict], [1, verdict]);
  }
});

Deno.test("resolve() does not forgive as many that stand together", async () => {
  const library = new CodeLibrary();
  for (let number = 0; number < 16; number++) library.call(number, 0x80, 0);
  const together = Array.from({ length: DOUBT }, (_, at) => `${library.frame(7, 0x90 + at)};leaf`);
  const { evidence } = await resolveWith(library, [...callers(library, 16), ...together]);
  assertEquals([evidence?.checked, evidence?.calls], [16 + DOUBT, 16]);
  assertEquals(evidence?.verdict, "differs");
});

Deno.test("resolve() takes starts of functions for pointers to them", async () => {
  const library = new CodeLibrary();
  const { lines, evidence } = await resolveWith(library, callers(library, 10, 0));
  assertEquals([evidence?.checked, evidence?.strays, evidence?.verdict], [0, 10, "not-judged"]);
  assertEquals(lines.length, 10);
});

for (
  const [title, nonsense] of [
    ["is not mapped", "0x7f0000000000"],
    ["is no address", "0x61ce258d4c544155"],
    ["is data", "0x7e0000000010"],
  ] as const
) {
  Deno.test(`resolve() checks nothing beside a frame that ${title}`, async () => {
    const library = new CodeLibrary();
    const maps = "7e0000000000-7e0000001000 rw-p 00000000 00:00 0 [heap]\n";
    const stacks = callers(library, 12)
      .map((stack, at) => at % 2 ? `${nonsense};${stack}` : stack.replace(";", `;${nonsense};`));
    const broken = await resolveWith(library, stacks, { maps });
    assertEquals([broken.evidence?.checked, broken.evidence?.strays], [0, 12]);
    // One stack in which it is among frames is enough.
    const more = await resolveWith(library, [...stacks, ...callers(library, 2)], { maps });
    assertEquals([more.evidence?.checked, more.evidence?.strays], [2, 10]);
  });
}

Deno.test("resolve() does not check labels that it may have written itself", async () => {
  const library = new CodeLibrary(false);
  const maps = `7f0000000000-7f0000010000 r-xp 00000000 fe:00 1 ${library.path}\n`;
  const own = callers(library, 12).map((stack) => stack.replace(/\/lib\/(.*);/, "[$1];"));
  const { lines, evidence } = await resolveWith(library, own, { maps });
  assertEquals(lines, own.map((stack) => `${stack} 1`));
  assertEquals([evidence?.checked, evidence?.verdict], [0, "not-judged"]);
});

Deno.test("resolve() takes adjusted addresses for what they are", async () => {
  const library = new CodeLibrary();
  for (let number = 0; number < 8; number++) library.call(number, 0x80, 9);
  const run = async (at: number, returnAddresses: ReturnAddresses) => {
    const stacks = callers(library, 8, at);
    return (await resolveWith(library, stacks, { returnAddresses })).evidence?.verdict;
  };
  assertEquals(await run(0x80, "callers"), "fits");
  assertEquals(await run(0x80, "all"), "fits");
  assertEquals(await run(0x80, "none"), "not-adjusted");
  for (const distance of [1, 2, 5]) {
    assertEquals(await run(0x80 - distance, "callers"), "adjusted");
    assertEquals(await run(0x80 - distance, "none"), "fits");
  }
  assertEquals(await run(0x80 - 6, "callers"), "differs");
  assertEquals(await run(0x80 - 6, "none"), "differs");
});

Deno.test("resolve() checks no leaves, whatever they are", async () => {
  const library = new CodeLibrary();
  const leaves = Array.from({ length: 10 }, (_, number) => library.frame(number, 0x33));
  for (const returnAddresses of ["callers", "all", "none"] as const) {
    const { evidence } = await resolveWith(library, leaves, { returnAddresses });
    assertEquals([evidence?.checked, evidence?.verdict], [0, "not-judged"]);
  }
});

Deno.test("resolve() checks no frame that was interrupted by the kernel", async () => {
  const library = new CodeLibrary();
  const stacks = callers(library, 10).map((stack) => stack.replace("leaf", "0xffffffff81000000"));
  const { lines, evidence } = await resolveWith(library, stacks);
  assertEquals([evidence?.checked, evidence?.verdict], [0, "not-judged"]);
  assertEquals(lines[9], "f9;[kernel] 1");
});

Deno.test("resolve() knows by its code what returns from a signal handler", async () => {
  const library = new CodeLibrary();
  // mov $15, %rax; syscall. No symbol says so: it is in a function of another name.
  library.put(15, 0x40, [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
  const handler = library.frame(15, 0x40);
  const stacks = callers(library, 10, 0).map((stack) => stack.replace("leaf", `${handler};leaf`));
  const { lines, evidence } = await resolveWith(library, stacks);
  // Interrupted at the first instruction, and not called from the function before.
  assertEquals(lines[9], "f9;f15;leaf 1");
  assertEquals([evidence?.checked, evidence?.strays, evidence?.verdict], [0, 0, "not-judged"]);
});

Deno.test("resolve() takes what returns from a signal handler for no part of the function before", async () => {
  const library = new CodeLibrary();
  // f15 as the trampoline, of which the first byte is recorded. f14 is directly before it.
  library.put(15, 0, [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
  const { lines } = await resolveWith(library, [`app;${library.frame(15, 0)};leaf`]);
  assertEquals(lines, ["app;f15;leaf 1"]);
});

for (const returnAddresses of ["none", "all"] as const) {
  Deno.test(`resolve() does not check what a signal interrupted, with return addresses ${returnAddresses}`, async () => {
    const library = new CodeLibrary();
    const interrupted = callers(library, 10, 0x33);
    const plain = await resolveWith(library, interrupted, { returnAddresses });
    assertEquals(plain.evidence?.verdict, "differs");
    library.put(15, 0x40, [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
    const handler = library.frame(15, 0x40);
    const stacks = interrupted.map((stack) => stack.replace("leaf", `${handler};leaf`));
    const { lines, evidence } = await resolveWith(library, stacks, { returnAddresses });
    assertEquals([lines[9], evidence?.verdict], ["f9;f15;leaf 1", "not-judged"]);
  });
}

Deno.test("resolve() does not check what a signal interrupted, if only the vDSO shows it", async () => {
  const library = new CodeLibrary();
  const maps = "7e0000000000-7e0000001000 r-xp 00000000 00:00 0 [vdso]\n";
  const stacks = callers(library, 10).map((stack) =>
    stack.replace("leaf", "0x7e0000000860;handler")
  );
  const { lines, evidence } = await resolveWith(library, stacks, { maps });
  assertEquals(lines[9], "f9;[vdso+0x860];handler 1");
  assertEquals([evidence?.checked, evidence?.strays], [0, 10]);
});

Deno.test("resolve() counts calls that lead to the next frame, by call", async () => {
  const library = new CodeLibrary();
  library.call(0, 0x20, 3); // leads to f3
  library.call(1, 0x20, 4); // leads to f3, as a tail call of f4 does
  library.call(2, 0x20, 5); // mostly leads to f5
  library.put(6, 0x20 - 2, [0xff, 0xd0]); // call *%rax
  library.call(7, 0x20, 3); // leads out of the library
  const [three, five] = [library.frame(3, 0x90), library.frame(5, 0x90)];
  const { evidence } = await resolveWith(library, [
    `${library.frame(0, 0x20)};${three}`,
    `${library.frame(0, 0x20)};${three};leaf`,
    `${library.frame(1, 0x20)};${three}`,
    `${library.frame(2, 0x20)};${five}`,
    `${library.frame(2, 0x20)};${library.frame(5, 0x91)}`,
    `${library.frame(2, 0x20)};${three}`,
    `${library.frame(6, 0x20)};${three}`,
    `${library.frame(7, 0x20)};leaf`,
  ]);
  assertEquals([evidence?.edges, evidence?.agreeingEdges], [3, 2]);
});

Deno.test("resolve() judges two copies of a file each by itself", async () => {
  const library = new CodeLibrary();
  for (let number = 0; number < 16; number++) library.call(number, 0x80, 0);
  // The mappings say that the whole file is loaded at the first address, and at the second.
  const [right, wrong] = [0x7f0000000000, 0x7e0000000000];
  const { maps, biasOf } = mapsOf(library, [right, wrong]);
  const at = (base: number, number: number, offset: number) =>
    `0x${(biasOf(base) + library.vaddrOf(number, offset)).toString(16)};leaf`;
  const stacks = Array.from({ length: 10 }, (_, number) => at(right, number, 0x80))
    .concat(Array.from({ length: 10 }, (_, number) => at(wrong, number, 0x90)));
  const { lines, evidence } = await resolveWith(library, stacks, { maps });
  assertEquals(lines[9], "f9;leaf 1");
  assertEquals(lines[19]?.startsWith("[libx.so@0x"), true, lines[19]);
  assertEquals([evidence?.checked, evidence?.calls, evidence?.verdict], [20, 10, "differs"]);
});

/** A snapshot with copies of a library; the builder shifts vaddrs against file offsets. */
function mapsOf(library: CodeLibrary, bases: readonly number[]) {
  const size = Math.ceil(library.bytes().length / 0x1000) * 0x1000;
  const maps = bases.toSorted((a, b) => a - b).map((base) =>
    `${base.toString(16)}-${(base + size).toString(16)} r-xp 00000000 fe:00 1 ${library.path}\n`
  ).join("");
  return { maps, biasOf: (base: number) => base - 0x30_0000 };
}
