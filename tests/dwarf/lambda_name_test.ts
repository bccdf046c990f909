import { assertEquals } from "@std/assert";
import { ClassName, LambdaName } from "../../lib/dwarf/lambda_name.ts";

for (
  const [inner, expected] of [
    ["operator()", "{lambda:12}"],
    ["operator()<int>", "{lambda:12}"],
    ["_FUN", "{lambda:12}"],
    ["__invoke", "{lambda:12}"],
    ["operator+", "(anonymous struct)"],
    ["method", "(anonymous struct)"],
    ["", "(anonymous struct)"],
  ] as const
) {
  Deno.test(`LambdaName is ${expected} around "${inner}"`, () => {
    assertEquals(new LambdaName("(anonymous struct)", { value: inner }, 12).value, expected);
  });
}

Deno.test("LambdaName has no line if none is said", () => {
  assertEquals(new LambdaName("(anonymous class)", { value: "operator()" }, 0).value, "{lambda}");
});

Deno.test("LambdaName is no lambda around what has no name", () => {
  assertEquals(new LambdaName("(anonymous class)", undefined, 1).value, "(anonymous class)");
});

Deno.test("LambdaName is known once the name in it is loaded", () => {
  const inner = { value: "" };
  const name = new LambdaName("(anonymous class)", inner, 3);
  inner.value = "operator()";
  assertEquals(name.value, "{lambda:3}");
});

Deno.test("ClassName is the name", () => {
  assertEquals(new ClassName({ value: "Type<int>" }, 3).value, "Type<int>");
});

Deno.test("ClassName calls a lambda with a name as one without", () => {
  assertEquals(new ClassName({ value: "<lambda(int)>" }, 3).value, "{lambda:3}");
});
