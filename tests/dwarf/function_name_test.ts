import { assertEquals } from "@std/assert";
import { FunctionName } from "../../lib/dwarf/function_name.ts";

function named(fields: {
  readonly name?: string;
  readonly linkageName?: string;
  readonly scopes?: readonly string[];
  readonly origin?: FunctionName;
}): FunctionName {
  const name = new FunctionName();
  if (fields.name !== undefined) name.name = { value: fields.name };
  if (fields.linkageName !== undefined) name.linkageName = { value: fields.linkageName };
  name.scopes.push(...(fields.scopes ?? []).map((value) => ({ value })));
  name.origin = fields.origin;
  return name;
}

Deno.test("linked is the linkage name of the entry, or of one that it refers to", () => {
  const declaration = named({ name: "f", linkageName: "_Z1fv" });
  assertEquals(declaration.linked, "_Z1fv");
  assertEquals(named({ origin: named({ origin: declaration }) }).linked, "_Z1fv");
  assertEquals(named({ linkageName: "_Z1gv", origin: declaration }).linked, "_Z1gv");
});

Deno.test("linked is empty if no entry has one, or a string was lost", () => {
  assertEquals(named({ name: "f" }).linked, "");
  assertEquals(named({ linkageName: "", origin: named({ linkageName: "_Z1fv" }) }).linked, "_Z1fv");
});

Deno.test("qualified is the name with the scopes of its declaration", () => {
  const declaration = named({ name: "f", scopes: ["ns", "Type"] });
  assertEquals(declaration.qualified, "ns::Type::f");
  assertEquals(named({ origin: declaration }).qualified, "ns::Type::f");
  assertEquals(named({ name: "f", origin: declaration }).qualified, "ns::Type::f");
});

Deno.test("qualified has the separator of the language", () => {
  const name = named({ name: "f", scopes: ["Package"] });
  name.separator = ".";
  assertEquals(name.qualified, "Package.f");
});

Deno.test("qualified is empty if no entry has a name", () => {
  assertEquals(named({ origin: named({}) }).qualified, "");
});

Deno.test("linked and qualified end where references lead in a circle", () => {
  const [one, other] = [named({ name: "f" }), named({})];
  one.origin = other;
  other.origin = one;
  assertEquals([other.linked, other.qualified], ["", "f"]);
});
