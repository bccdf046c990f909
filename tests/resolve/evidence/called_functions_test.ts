import { assertEquals } from "@std/assert";
import { CodeLibrary } from "../../support/code_library.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { resolveText } from "../../support/resolve_text.ts";

/** Resolves one stack after the other, all of a library without symbols and unwind tables. */
async function labelsOf(library: CodeLibrary, stacks: readonly string[]): Promise<string[]> {
  const files = new MemoryFiles({ [library.path]: library.bytes() });
  const folded = stacks.map((stack) => `${stack} 1\n`).join("");
  const { output } = await resolveText(folded, { files, merge: false });
  return output.trimEnd().split("\n").map((line) => line.replace(/ 1$/, ""));
}

/** A library in which f1 calls f5, and f5 calls f6. */
function chain(): CodeLibrary {
  const library = new CodeLibrary(false);
  library.call(1, 0x20, 5);
  library.call(5, 0x90, 6);
  return library;
}

const label = (library: CodeLibrary, number: number, at: number) =>
  `[libx.so+0x${library.vaddrOf(number, at).toString(16)}]`;

Deno.test("resolve() lets the function of a caller begin where its own caller called", async () => {
  const library = chain();
  const stack = `${library.frame(1, 0x20)};${library.frame(5, 0x90)};leaf`;
  const more = [library.frame(5, 0x40), library.frame(5, 0x8f)];
  assertEquals(await labelsOf(library, [stack, ...more]), [
    `${label(library, 1, 0x20)};${label(library, 5, 0)};leaf`,
    label(library, 5, 0),
    label(library, 5, 0),
  ]);
});

Deno.test("resolve() does not know how far a function reaches behind its last call", async () => {
  const library = chain();
  const stack = `${library.frame(1, 0x20)};${library.frame(5, 0x90)};leaf`;
  for (const at of [0x90, 0xa0]) {
    const leaf = library.frame(5, at);
    assertEquals((await labelsOf(library, [stack, leaf]))[1], label(library, 5, at));
  }
});

Deno.test("resolve() learns nothing from leaves", async () => {
  const library = chain();
  const stack = `${library.frame(1, 0x20)};${library.frame(5, 0x90)}`;
  assertEquals(await labelsOf(library, [stack]), [
    `${label(library, 1, 0x20)};${label(library, 5, 0x90)}`,
  ]);
});

Deno.test("resolve() learns nothing from a frame that different calls lead to", async () => {
  const library = chain();
  library.call(2, 0x20, 4);
  const callee = library.frame(5, 0x90);
  const stacks = [1, 2, 1].map((number) => `${library.frame(number, 0x20)};${callee};leaf`);
  for (const line of await labelsOf(library, stacks)) {
    assertEquals(line.split(";")[1], label(library, 5, 0x90));
  }
});

Deno.test("resolve() learns nothing if another function is called in between", async () => {
  // f1 calls f5, which calls f7, in which the frame is: the one of f5 is missed.
  const library = chain();
  library.call(5, 0x90, 7);
  const missed = `${library.frame(1, 0x20)};${library.frame(7, 0x30)};leaf`;
  assertEquals((await labelsOf(library, [missed]))[0]!.split(";")[1], label(library, 7, 0x30));
});

Deno.test("resolve() learns nothing if the profile has a call of a function in between", async () => {
  const library = new CodeLibrary(false);
  library.call(1, 0x20, 5);
  library.call(2, 0x20, 7);
  const missed = `${library.frame(1, 0x20)};${library.frame(7, 0x30)};leaf`;
  const known = `${library.frame(2, 0x20)};leaf`;
  assertEquals((await labelsOf(library, [missed]))[0]!.split(";")[1], label(library, 5, 0));
  assertEquals(
    (await labelsOf(library, [missed, known]))[0]!.split(";")[1],
    label(library, 7, 0x30),
  );
});

Deno.test("resolve() learns nothing of functions before the one that is called", async () => {
  const library = chain();
  const before = `${library.frame(1, 0x20)};${library.frame(4, 0x30)};leaf`;
  assertEquals((await labelsOf(library, [before]))[0]!.split(";")[1], label(library, 4, 0x30));
});

Deno.test("resolve() keeps the names of functions that it knows", async () => {
  const library = new CodeLibrary();
  library.call(1, 0x20, 5);
  const stack = `${library.frame(1, 0x20)};${library.frame(6, 0x30)};leaf`;
  assertEquals(await labelsOf(library, [stack]), ["f1;f6;leaf"]);
});
