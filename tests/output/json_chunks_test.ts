import { assert, assertEquals } from "@std/assert";
import { jsonChunks, Streamed, type StreamedJson } from "../../lib/output/json_chunks.ts";
import { textOfChunks } from "../support/read_outputs.ts";

async function parsed(value: StreamedJson): Promise<unknown> {
  return JSON.parse(await textOfChunks(jsonChunks(value)));
}

function* squares(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number * number;
}

Deno.test("jsonChunks() writes what JSON.stringify() does", async () => {
  const value = { a: [1, "b\n\u0000", null, true, [], {}, { "": [[]] }], c: {}, d: -1.5e300 };
  assertEquals(await textOfChunks(jsonChunks(value)), JSON.stringify(value) + "\n");
});

Deno.test("jsonChunks() writes arrays while they are made", async () => {
  const value = { none: squares(0), some: squares(3), deep: new Streamed([{ x: squares(2) }, 7]) };
  const none = new Streamed([]);
  assertEquals(await parsed({ ...value, none2: none }), {
    none: [],
    some: [0, 1, 4],
    deep: [{ x: [0, 1] }, 7],
    none2: [],
  });
});

Deno.test("jsonChunks() writes long arrays in slices", async () => {
  const value = Array.from(squares(5000));
  assertEquals(await parsed(value), value);
});

Deno.test("jsonChunks() never makes one long string", async () => {
  const chunks = Array.from(jsonChunks({ all: squares(200_000), again: [...squares(100_000)] }));
  assert(chunks.length > 20);
  assert(Math.max(...chunks.map(({ length }) => length)) < 200_000);
  assertEquals(JSON.parse(await textOfChunks(chunks)).all.length, 200_000);
});

Deno.test("jsonChunks() escapes lone surrogates", async () => {
  assertEquals(await textOfChunks(jsonChunks(["\ud800"])), '["\\ud800"]\n');
});
