import { assertEquals, assertRejects } from "@std/assert";
import { ProblemList } from "../../lib/dwarf/problem_list.ts";
import { FormatError, UnsupportedError } from "../../lib/errors.ts";

Deno.test("clauses() says each problem once, in order", () => {
  const problems = new ProblemList();
  for (const problem of ["b", "a", "b"]) problems.add(problem);
  assertEquals(problems.clauses(), ["b", "a"]);
});

Deno.test("clauses() counts what is too much to be said", () => {
  const problems = new ProblemList();
  for (let at = 0; at < 25; at++) problems.add(`${at}`);
  assertEquals(problems.clauses().length, 21);
  assertEquals(problems.clauses().at(-1), "5 more problems with debug information");
});

Deno.test("attempt() gives what was done", async () => {
  const problems = new ProblemList();
  assertEquals(await problems.attempt(() => Promise.resolve(7)), 7);
  assertEquals(problems.clauses(), []);
});

for (
  const error of [
    new FormatError({ action: "read it", source: "a", detail: "it is odd" }),
    new UnsupportedError("a", "version 9"),
  ]
) {
  Deno.test(`attempt() takes a ${error.name} for a problem`, async () => {
    const problems = new ProblemList();
    assertEquals(await problems.attempt(() => Promise.reject(error)), undefined);
    assertEquals(problems.clauses(), [error.message]);
  });
}

Deno.test("attempt() lets an error of the program pass", async () => {
  const work = () => Promise.reject(new TypeError("a mistake"));
  await assertRejects(() => new ProblemList().attempt(work), TypeError);
});
