import { assertEquals } from "@std/assert";
import { CodeLibrary, FUNCTION_SIZE } from "../../support/code_library.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { resolveText } from "../../support/resolve_text.ts";

/** Calls from one function to f8, f9, ... with frames of f1 next; fewer are not looked at. */
const CALLS = 6;
const CALLED = 8;

/** A library in which all return addresses of f0 follow calls that do not lead to the next frame. */
function library(hasSymbols = true, machine: "x86-64" | "arm64" = "x86-64"): CodeLibrary {
  const library = new CodeLibrary(hasSymbols, machine);
  for (let number = 0; number < CALLS; number++) library.call(0, returnAt(number), CALLED + number);
  return library;
}

function returnAt(number: number): number {
  return 0x10 + 0x10 * number;
}

async function evidenceOf(library: CodeLibrary, count = CALLS, rest: readonly string[] = []) {
  const own = Array.from(
    { length: count },
    (_, number) => `${library.frame(0, returnAt(number))};${library.frame(1, 0x10)}`,
  );
  const { report } = await resolveText(`${[...own, ...rest].join(" 1\n")} 1\n`, {
    files: new MemoryFiles({ [library.path]: library.bytes() }),
  });
  return report.images.find(({ image }) => image === library.path);
}

/** Writes a jump by 4 bytes to another function. */
function jump(library: CodeLibrary, from: number, at: number, to: number, opcode: number[]): void {
  const end = at + opcode.length + 4;
  const distance = new Uint8Array(4);
  new DataView(distance.buffer).setInt32(0, (to - from) * FUNCTION_SIZE - end, true);
  library.put(from, at, [...opcode, ...distance]);
}

/** How many of the calls lead to nowhere, if one in f8 is changed. */
async function countWith(
  change: (library: CodeLibrary) => void,
  changed = library(),
): Promise<number | undefined> {
  change(changed);
  return (await evidenceOf(changed))?.evidence?.impossibleEdges;
}

Deno.test("resolve() names nothing where calls cannot have led to the next frames", async () => {
  const image = await evidenceOf(library());
  const { edges, agreeingEdges, impossibleEdges, calls, checked, verdict } = image?.evidence ?? {};
  assertEquals([calls, checked, edges, agreeingEdges], [CALLS, CALLS, CALLS, 0]);
  assertEquals([impossibleEdges, verdict, image?.resolvedWeight], [CALLS, "differs", 0]);
  assertEquals(
    image?.reasons[0]?.detail,
    "from 6 calls there is no way to 6 of the functions called next",
  );
});

Deno.test("resolve() does not ask whether fewer than 6 calls can lead to the next frames", async () => {
  const image = await evidenceOf(library(), CALLS - 1);
  assertEquals([image?.evidence?.impossibleEdges, image?.evidence?.verdict], [0, "fits"]);
});

Deno.test("resolve() does not ask where more than a quarter of the calls leads to the next frame", async () => {
  for (const [agreeing, impossible] of [[2, CALLS], [3, 0]] as const) {
    const code = library();
    const right = Array.from({ length: agreeing }, (_, number) => {
      code.call(2 + number, 0x80, 15);
      return `${code.frame(2 + number, 0x80)};${code.frame(15, 0x10)}`;
    });
    const image = await evidenceOf(code, CALLS, right);
    assertEquals(image?.evidence?.edges, CALLS + agreeing);
    assertEquals(image?.evidence?.impossibleEdges, impossible);
  }
});

Deno.test("resolve() takes one impossible call for a chance", async () => {
  const code = library();
  for (let number = 1; number < CALLS; number++) code.call(CALLED + number, 0x40, 1);
  const image = await evidenceOf(code);
  assertEquals([image?.evidence?.impossibleEdges, image?.evidence?.verdict], [1, "fits"]);
});

Deno.test("resolve() follows calls and tail calls to frames that were missed", async () => {
  const changes: Record<string, (library: CodeLibrary) => void> = {
    "a call": (library) => library.call(CALLED, 0x40, 1),
    "a jump": (library) => jump(library, CALLED, 0x40, 1, [0xe9]),
    "a conditional jump": (library) => jump(library, CALLED, 0x40, 1, [0x0f, 0x84]),
    "two calls": (library) => {
      library.call(CALLED, 0x40, 7);
      library.call(7, 0x40, 1);
    },
    "a call that a register says": (library) => library.put(CALLED, 0x40, [0xff, 0xd0]),
    "a jump that memory says": (library) => library.put(CALLED, 0x40, [0xff, 0x25, 1, 2, 3, 0]),
    "a retpoline": (library) => library.put(CALLED, 0x40, [0x48, 0x89, 0x04, 0x24, 0xc3]),
  };
  for (const [name, change] of Object.entries(changes)) {
    assertEquals(await countWith(change), CALLS - 1, name);
  }
  // Elsewhere.
  assertEquals(await countWith((library) => library.call(CALLED, 0x40, 7)), CALLS);
  assertEquals(await countWith((library) => jump(library, CALLED, 0x40, 7, [0xe9])), CALLS);
});

Deno.test("resolve() follows the calls and branches of arm64 to frames that were missed", async () => {
  const count = (change: (library: CodeLibrary) => void) =>
    countWith(change, library(true, "arm64"));
  const image = await evidenceOf(library(true, "arm64"));
  assertEquals([image?.evidence?.impossibleEdges, image?.evidence?.verdict], [CALLS, "differs"]);
  /** To f1, from a place in f8, in instructions. */
  const distance = ((1 - CALLED) * FUNCTION_SIZE - 0x40) / 4;
  const words: Record<string, number> = {
    "bl": 0x94000000 + (distance & 0x3ffffff),
    "b": 0x14000000 + (distance & 0x3ffffff),
    "b.eq": 0x54000000 + ((distance & 0x7ffff) << 5),
    "cbnz": 0xb5000000 + ((distance & 0x7ffff) << 5),
    "tbz": 0x36000000 + ((distance & 0x3fff) << 5),
    "br x16": 0xd61f0200,
    "blr x3": 0xd63f0060,
  };
  for (const [name, word] of Object.entries(words)) {
    assertEquals(await count((library) => library.putWord(CALLED, 0x40, word)), CALLS - 1, name);
  }
  const twoCalls = (library: CodeLibrary) => {
    library.call(CALLED, 0x40, 7);
    library.call(7, 0x40, 1);
  };
  assertEquals(await count(twoCalls), CALLS - 1);
  assertEquals(await count((library) => library.call(CALLED, 0x40, 7)), CALLS);
  // Without its return f0 goes on in f1.
  const toFirst = (library: CodeLibrary) => {
    library.call(CALLED, 0x40, 0);
    library.putWord(0, FUNCTION_SIZE - 4, 0xd503201f);
  };
  // f0 calls all of the others, f9 to f13 among them, but of these only f8 leads to f0.
  assertEquals(await count(toFirst), CALLS - 1);
});

Deno.test("resolve() follows short jumps to the start of the next function", async () => {
  const code = new CodeLibrary();
  for (let number = 0; number < CALLS; number++) code.call(0, returnAt(number), CALLED + number);
  const at = FUNCTION_SIZE - 2;
  code.put(CALLED, at, [0xeb, 0]);
  const next = code.frame(CALLED + 1, 0x20);
  const stacks = Array.from({ length: CALLS }, (_, number) => {
    return `${code.frame(0, returnAt(number))};${number === 0 ? next : code.frame(1, 0x10)}`;
  });
  const { report } = await resolveText(`${stacks.join(" 1\n")} 1\n`, {
    files: new MemoryFiles({ [code.path]: code.bytes() }),
  });
  assertEquals(report.images[0]?.evidence?.impossibleEdges, CALLS - 1);
});

Deno.test("resolve() does not count calls of code of which no function is known", async () => {
  const image = await evidenceOf(library(false));
  assertEquals([image?.evidence?.impossibleEdges, image?.evidence?.verdict], [0, "fits"]);
});
