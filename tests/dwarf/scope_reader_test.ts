import { assert, assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { FunctionName } from "../../lib/dwarf/function_name.ts";
import type { EntryReference } from "../../lib/dwarf/references.ts";
import { ScopeReader } from "../../lib/dwarf/scope_reader.ts";
import { type AttributeSpec, buildDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { loadUnit } from "../support/dwarf_units.ts";

const { DW_AT_NAME, DW_FORM_REF4, DW_FORM_REF_ADDR, DW_FORM_STRING } = constants;

/** Reads the entry with the label "e" of a unit, which another unit is behind. */
async function read(children: readonly EntrySpec[], others: readonly EntrySpec[] = []) {
  const units = [children, others].map((children) => ({ entry: { tag: 0x11, children } }));
  const built = buildDwarf({ units });
  const asked: EntryReference[] = [];
  const name = new FunctionName();
  const nameAt = (reference: EntryReference) => {
    asked.push(reference);
    return name;
  };
  const outside = { functionAt: nameAt, typeAt: nameAt, plainTypeAt: nameAt };
  const reader = new ScopeReader(await loadUnit(built), outside);
  const scope = reader.scopeAt(built.offsetOf("e"));
  assert(scope === reader.scopeAt(built.offsetOf("e")));
  return { scope, built, asked, name };
}

function entry(tag: number, label: string, ...attributes: readonly AttributeSpec[]): EntrySpec {
  return { tag, label, attributes };
}

for (
  const [tag, isType, isFunction] of [
    ["NAMESPACE", false, false],
    ["MODULE", false, false],
    ["CLASS_TYPE", true, false],
    ["UNION_TYPE", true, false],
    ["SUBPROGRAM", false, true],
    ["INLINED_SUBROUTINE", false, true],
  ] as const
) {
  Deno.test(`ScopeReader reads DW_TAG_${tag}`, async () => {
    const { scope } = await read([
      entry(constants[`DW_TAG_${tag}`], "e", [DW_AT_NAME, DW_FORM_STRING, "n"]),
    ]);
    assertEquals([scope?.isType, scope?.isFunction, scope?.declaration], [isType, isFunction, -1]);
    assertEquals(scope?.nameAround(undefined).value, "n");
  });
}

Deno.test("ScopeReader knows that a block is no scope", async () => {
  assertEquals((await read([entry(0x0b, "e")])).scope, undefined);
});

Deno.test("ScopeReader follows a function to the end of its references", async () => {
  const { scope, built } = await read([
    entry(constants.DW_TAG_SUBPROGRAM, "e", [constants.DW_AT_ABSTRACT_ORIGIN, DW_FORM_REF4, "b"]),
    entry(constants.DW_TAG_SUBPROGRAM, "b", [constants.DW_AT_SPECIFICATION, DW_FORM_REF4, "c"]),
    entry(constants.DW_TAG_SUBPROGRAM, "c", [DW_AT_NAME, DW_FORM_STRING, "n"]),
  ]);
  assertEquals([scope?.nameAround(undefined).value, scope?.declaration], [
    "n",
    built.offsetOf("c"),
  ]);
});

Deno.test("ScopeReader asks for a function that another unit declares", async () => {
  const reference: AttributeSpec = [constants.DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, "there"];
  const { scope, built, asked, name } = await read(
    [entry(constants.DW_TAG_SUBPROGRAM, "e", reference)],
    [entry(constants.DW_TAG_SUBPROGRAM, "there")],
  );
  assertEquals([scope?.isQualified, scope?.declaration, asked], [true, -1, []]);
  name.name = { value: "n" };
  name.scopes.push({ value: "ns" });
  assertEquals(scope?.nameAround(undefined).value, "ns::n");
  assertEquals(asked.map(({ infoOffset }) => infoOffset), [built.offsetOf("there")]);
  // Functions that are said to be in each other.
  name.scopes.unshift(scope!.nameAround(undefined));
  assertEquals(scope?.nameAround(undefined).value, "ns::n");
});

Deno.test("ScopeReader asks for a type that another unit declares", async () => {
  const reference: AttributeSpec = [constants.DW_AT_SPECIFICATION, DW_FORM_REF_ADDR, "there"];
  const { scope, built, asked, name } = await read(
    [entry(constants.DW_TAG_CLASS_TYPE, "e", reference)],
    [entry(constants.DW_TAG_CLASS_TYPE, "there")],
  );
  assertEquals([scope?.isType, scope?.isQualified, scope?.declaration, asked], [
    true,
    true,
    -1,
    [],
  ]);
  assertEquals(scope?.nameAround(undefined).value, "(anonymous class)");
  name.name = { value: "n" };
  name.scopes.push({ value: "Outer" });
  assertEquals(scope?.nameAround(undefined).value, "Outer::n");
  assertEquals(asked.map(({ infoOffset }) => infoOffset), [built.offsetOf("there")]);
});
