import { assertEquals, assertRejects } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { readInlinedCalls } from "../../lib/elf/go_inline_tree.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { ByteWriter } from "../support/byte_writer.ts";

const TREE_OFFSET = 0x8000;

/**
 * @param steps Of the index table: by how much the value changes, and for how many instructions.
 * @param calls Of the tree: the offset of the name, and an instruction of the caller.
 */
function inliningOf(
  steps: readonly (readonly [change: number, count: number])[],
  calls: readonly (readonly [nameOffset: number, parentPc: number])[],
  functionSize = 0x10000,
) {
  const writer = new ByteWriter(true);
  writer.padTo(TREE_OFFSET);
  writer.position = 0;
  const varint = (value: number) => {
    for (; value >= 0x80; value = Math.floor(value / 0x80)) writer.u8(value % 0x80 + 0x80);
    writer.u8(value);
  };
  for (const [change, count] of steps) {
    varint(change < 0 ? -2 * change - 1 : 2 * change);
    varint(count);
  }
  const indexEnd = writer.position + 1;
  writer.position = TREE_OFFSET;
  for (const call of calls) {
    for (const word of [0, ...call, 0]) writer.u32(word);
  }
  return {
    source: new MemorySource("test", writer.bytes()),
    littleEndian: true,
    indexOffset: 0,
    indexEnd,
    treeOffset: TREE_OFFSET,
    quantum: 4,
    functionSize,
  };
}

Deno.test("readInlinedCalls() gives the calls around an instruction, outermost first", async () => {
  // Call 1 is inlined into call 0: its caller's instruction is one of call 0.
  const inlining = inliningOf([[0, 1], [1, 2], [1, 1], [-2, 4]], [[100, 0], [200, 8]]);
  assertEquals(await readInlinedCalls(inlining, [0, 3, 4, 11, 12, 15, 16, 31, 32]), [
    [],
    [],
    [100],
    [100],
    [100, 200],
    [100, 200],
    [],
    [],
    [],
  ]);
});

Deno.test("readInlinedCalls() reads index tables longer than its first guess", async () => {
  const steps = Array.from({ length: 4000 }, (_, at) => [at % 2 === 0 ? 1 : -1, 1] as const);
  const inlining = inliningOf(steps, [[100, 4]]);
  assertEquals(await readInlinedCalls(inlining, [4 * 3998, 4 * 3999]), [[100], []]);
});

Deno.test("readInlinedCalls() gives nothing if nothing is inlined", async () => {
  assertEquals(await readInlinedCalls(inliningOf([[0, 9]], []), [0, 8]), [[], []]);
});

Deno.test("readInlinedCalls() refuses calls that are inlined into each other", async () => {
  const inlining = inliningOf([[1, 1], [1, 1]], [[100, 4], [200, 0]]);
  await assertRejectsExactly(
    () => readInlinedCalls(inlining, [0]),
    FormatError,
    'Cannot read the inlined calls of "test" at file offset 0x8000: want less than 1000 nested calls',
  );
});

Deno.test("readInlinedCalls() refuses an absurd number of calls", async () => {
  await assertRejectsExactly(
    () => readInlinedCalls(inliningOf([[0x7fffffff, 1]], []), [0]),
    FormatError,
    'Cannot read the inlined calls of "test" at file offset 0x8000: want less than index 2147483646' +
      " of an inlined call",
  );
});

Deno.test("readInlinedCalls() refuses an index table that stays at an address", async () => {
  await assertRejectsExactly(
    () => readInlinedCalls(inliningOf([[1, 1], [1, 0]], []), [0]),
    FormatError,
    'Cannot read bytes of "test" at file offset 0x2: want ascending addresses, this one stays',
  );
});

Deno.test("readInlinedCalls() refuses an index table without an end", async () => {
  const inlining = inliningOf([[0, 1]], []);
  const cut = { ...inlining, indexEnd: inlining.indexEnd - 1 };
  await assertRejects(() => readInlinedCalls(cut, [0]), FormatError, "need 1 bytes, 0 are left");
});

Deno.test("readInlinedCalls() refuses a tree outside the file", async () => {
  const inlining = inliningOf([[8, 1]], [[1, 2]]);
  await assertRejects(() => readInlinedCalls(inlining, [0]), FormatError, "file ends at 0x8010");
});
