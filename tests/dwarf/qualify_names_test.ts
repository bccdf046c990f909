import { assertEquals } from "@std/assert";
import * as constants from "../../lib/dwarf/constants.ts";
import { FunctionName } from "../../lib/dwarf/function_name.ts";
import { qualifyNames } from "../../lib/dwarf/qualify_names.ts";
import type { OutsideNames } from "../../lib/dwarf/scope_reader.ts";
import { type AttributeSpec, buildDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { loadUnit } from "../support/dwarf_units.ts";

const {
  DW_AT_NAME,
  DW_AT_SIBLING,
  DW_AT_SPECIFICATION,
  DW_FORM_REF4,
  DW_FORM_STRING,
  DW_TAG_CLASS_TYPE,
  DW_TAG_NAMESPACE,
  DW_TAG_STRUCTURE_TYPE,
  DW_TAG_SUBPROGRAM,
} = constants;
const DW_LANG_C_PLUS_PLUS = 0x04;
const DW_LANG_RUST = 0x1c;

function named(name: string): AttributeSpec {
  return [DW_AT_NAME, DW_FORM_STRING, name];
}

function scope(
  tag: number,
  attributes: readonly AttributeSpec[],
  children: readonly EntrySpec[],
  label?: string,
): EntrySpec {
  return { tag, attributes, children, ...label !== undefined && { label } };
}

const F: EntrySpec = { tag: DW_TAG_SUBPROGRAM, label: "f", attributes: [named("f")] };

/** Nothing is in other units. */
const NONE: OutsideNames = {
  functionAt: () => new FunctionName(),
  typeAt: () => new FunctionName(),
  plainTypeAt: () => new FunctionName(),
};

/** The qualified names of functions of a unit, by label. */
async function qualify(
  children: readonly EntrySpec[],
  labels: readonly string[] = ["f"],
  language = DW_LANG_C_PLUS_PLUS,
): Promise<string[]> {
  const attributes: AttributeSpec[] = [
    [constants.DW_AT_LANGUAGE, constants.DW_FORM_DATA2, language],
  ];
  const built = buildDwarf({ units: [{ entry: { tag: 0x11, attributes, children } }] });
  const unit = await loadUnit(built);
  const names = labels.map((label) => {
    const name = new FunctionName();
    name.name = { value: label };
    return { position: built.offsetOf(label), name };
  });
  qualifyNames(unit, names, NONE);
  return names.map(({ name }) => name.qualified);
}

Deno.test("qualifyNames() adds namespaces and types, outermost first", async () => {
  const type = scope(DW_TAG_STRUCTURE_TYPE, [named("Type")], [F]);
  const space = scope(DW_TAG_NAMESPACE, [named("inner")], [type]);
  const found = await qualify([scope(DW_TAG_NAMESPACE, [named("outer")], [space])]);
  assertEquals(found, ["outer::inner::Type::f"]);
});

Deno.test("qualifyNames() adds nothing to a function that is in none", async () => {
  assertEquals(await qualify([scope(DW_TAG_NAMESPACE, [named("other")], []), F]), ["f"]);
});

Deno.test("qualifyNames() qualifies many functions in one pass, in any order", async () => {
  const inside = (label: string): EntrySpec => ({ ...F, label });
  const entries = [
    scope(DW_TAG_NAMESPACE, [named("one")], [inside("a"), inside("b")]),
    inside("c"),
    scope(DW_TAG_NAMESPACE, [named("two")], [inside("d")]),
  ];
  const found = await qualify(entries, ["d", "a", "c", "b"]);
  assertEquals(found, ["two::d", "one::a", "c", "one::b"]);
});

for (
  const [tag, unnamed] of [
    ["NAMESPACE", "(anonymous namespace)"],
    ["CLASS_TYPE", "(anonymous class)"],
    ["STRUCTURE_TYPE", "(anonymous struct)"],
    ["UNION_TYPE", "(anonymous union)"],
    ["ENUMERATION_TYPE", "(anonymous enum)"],
    ["INTERFACE_TYPE", "(anonymous interface)"],
    ["MODULE", "(anonymous module)"],
  ] as const
) {
  Deno.test(`qualifyNames() spells DW_TAG_${tag} without a name`, async () => {
    assertEquals(await qualify([scope(constants[`DW_TAG_${tag}`], [], [F])]), [`${unnamed}::f`]);
  });
}

const BLOCK = 0x0b;

Deno.test("qualifyNames() adds the function that a type is local to, without its blocks", async () => {
  const block = scope(BLOCK, [], [scope(DW_TAG_CLASS_TYPE, [named("Local")], [F])]);
  assertEquals(await qualify([scope(DW_TAG_SUBPROGRAM, [named("g")], [block])]), ["g::Local::f"]);
});

Deno.test("qualifyNames() leaves out a function that another one is in directly", async () => {
  const entries = [scope(DW_TAG_SUBPROGRAM, [named("g")], [scope(BLOCK, [], [F])])];
  assertEquals(await qualify([scope(DW_TAG_NAMESPACE, [named("ns")], entries)]), ["ns::f"]);
});

Deno.test("qualifyNames() leaves out a function without a name", async () => {
  const entries = [scope(DW_TAG_SUBPROGRAM, [], [scope(DW_TAG_CLASS_TYPE, [named("Local")], [F])])];
  assertEquals(await qualify(entries), ["Local::f"]);
});

for (const attribute of ["DW_AT_SPECIFICATION", "DW_AT_ABSTRACT_ORIGIN"] as const) {
  Deno.test(`qualifyNames() takes the scopes of a function from ${attribute}`, async () => {
    const declared = scope(DW_TAG_NAMESPACE, [named("ns")], [
      scope(DW_TAG_CLASS_TYPE, [named("Type")], [
        { tag: DW_TAG_SUBPROGRAM, label: "method", attributes: [named("method")] },
      ]),
    ]);
    const local = scope(DW_TAG_STRUCTURE_TYPE, [named("Local")], [F]);
    const reference: AttributeSpec = [constants[attribute], DW_FORM_REF4, "method"];
    const defined = scope(DW_TAG_SUBPROGRAM, [reference], [local]);
    for (const entries of [[declared, defined], [defined, declared]]) {
      assertEquals(await qualify(entries), ["ns::Type::method::Local::f"]);
    }
  });
}

Deno.test("qualifyNames() ends where functions declare each other", async () => {
  const local = scope(DW_TAG_STRUCTURE_TYPE, [named("Local")], [F]);
  const function_ = (label: string, other: string, children: EntrySpec[] = []) =>
    scope(
      DW_TAG_SUBPROGRAM,
      [named(label), [DW_AT_SPECIFICATION, DW_FORM_REF4, other]],
      children,
      label,
    );
  const found = await qualify([function_("one", "two", [local]), function_("two", "one")]);
  assertEquals(found, ["one::Local::f"]);
});

/** A lambda as g++ writes it, or clang++. */
function lambda(line: number, label: string, tag = DW_TAG_STRUCTURE_TYPE): EntrySpec {
  const attributes: AttributeSpec[] = [
    [constants.DW_AT_DECL_LINE, constants.DW_FORM_DATA1, line],
  ];
  return scope(tag, attributes, [{ tag: DW_TAG_SUBPROGRAM, label }]);
}

Deno.test("qualifyNames() tells the lambdas of a function apart by their lines", async () => {
  const labels = ["operator()", "operator()<int>", "_FUN", "__invoke", "other"];
  const lambdas = labels.map((label, at) => lambda(at + 7, label));
  const block = scope(BLOCK, [], lambdas.slice(1));
  const function_ = scope(DW_TAG_SUBPROGRAM, [named("g")], [lambdas[0]!, block]);
  assertEquals(await qualify([scope(DW_TAG_NAMESPACE, [named("ns")], [function_])], labels), [
    "ns::g::{lambda:7}::operator()",
    "ns::g::{lambda:8}::operator()<int>",
    "ns::g::{lambda:9}::_FUN",
    "ns::g::{lambda:10}::__invoke",
    "ns::g::(anonymous struct)::other",
  ]);
});

Deno.test("qualifyNames() spells lambdas in lambdas", async () => {
  const inner = lambda(8, "operator()", DW_TAG_CLASS_TYPE);
  const call = scope(DW_TAG_SUBPROGRAM, [named("operator()")], [inner]);
  const outer = scope(DW_TAG_CLASS_TYPE, [], [call]);
  const found = await qualify([scope(DW_TAG_SUBPROGRAM, [named("g")], [outer])], ["operator()"]);
  assertEquals(found, ["g::{lambda}::operator()::{lambda:8}::operator()"]);
});

for (
  const [language, expected] of [
    ["DW_LANG_C", "f"],
    ["DW_LANG_C89", "f"],
    ["DW_LANG_C99", "f"],
    ["DW_LANG_C11", "f"],
    ["DW_LANG_C17", "f"],
    ["DW_LANG_GO", "f"],
    ["DW_LANG_MIPS_ASSEMBLER", "f"],
    ["DW_LANG_D", "ns.f"],
    ["DW_LANG_SWIFT", "ns.f"],
    ["DW_LANG_JAVA", "ns.f"],
    ["DW_LANG_ADA95", "ns.f"],
    ["DW_LANG_PYTHON", "ns.f"],
  ] as const
) {
  Deno.test(`qualifyNames() spells scopes as ${language} does`, async () => {
    const entries = [scope(DW_TAG_NAMESPACE, [named("ns")], [F])];
    assertEquals(await qualify(entries, ["f"], constants[language]), [expected]);
  });
}

Deno.test("qualifyNames() spells scopes as Rust does", async () => {
  const type = scope(DW_TAG_STRUCTURE_TYPE, [named("Vec<u8>")], [F]);
  const entries = [scope(DW_TAG_NAMESPACE, [named("alloc")], [type])];
  assertEquals(await qualify(entries, ["f"], DW_LANG_RUST), ["alloc::Vec<u8>::f"]);
});

Deno.test("qualifyNames() takes the scopes of a type's declaration, if that is elsewhere", async () => {
  const declared = scope(
    DW_TAG_NAMESPACE,
    [named("ns")],
    [scope(DW_TAG_CLASS_TYPE, [named("Type")], [], "type")],
  );
  const defined = scope(DW_TAG_CLASS_TYPE, [[DW_AT_SPECIFICATION, DW_FORM_REF4, "type"]], [F]);
  for (const entries of [[declared, defined], [defined, declared]]) {
    assertEquals(await qualify(entries), ["ns::Type::f"]);
  }
});

Deno.test("qualifyNames() ends where types declare each other", async () => {
  const one = scope(DW_TAG_CLASS_TYPE, [[DW_AT_SPECIFICATION, DW_FORM_REF4, "two"]], [F], "one");
  const two = scope(DW_TAG_CLASS_TYPE, [[DW_AT_SPECIFICATION, DW_FORM_REF4, "one"]], [], "two");
  const [name = ""] = await qualify([one, two]);
  assertEquals(name, "(anonymous class)::f");
});

Deno.test("qualifyNames() passes what has a sibling before the function", async () => {
  const passed = scope(DW_TAG_CLASS_TYPE, [[DW_AT_SIBLING, DW_FORM_REF4, "next"]], [
    { tag: 0x34 },
  ]);
  const next = scope(DW_TAG_NAMESPACE, [named("ns")], [F], "next");
  assertEquals(await qualify([passed, next]), ["ns::f"]);
});

Deno.test("qualifyNames() does not pass the scope that a function is in", async () => {
  const attributes: AttributeSpec[] = [named("ns"), [DW_AT_SIBLING, DW_FORM_REF4, "next"]];
  const next: EntrySpec = { tag: 0x34, label: "next" };
  assertEquals(await qualify([scope(DW_TAG_NAMESPACE, attributes, [F]), next]), ["ns::f"]);
});

Deno.test("qualifyNames() qualifies what is nested very deep by the innermost scopes", async () => {
  let entry = F;
  for (let depth = 0; depth < 1000; depth++) entry = scope(DW_TAG_NAMESPACE, [named("n")], [entry]);
  const [name = ""] = await qualify([entry]);
  assertEquals(name, "n::".repeat(256) + "f");
});

Deno.test("qualifyNames() reads a scope once, however many functions are in it", async () => {
  // A name of 100 KB in place, that 3,000 functions have before theirs.
  const labels = Array.from({ length: 3000 }, (_, at) => `f${at}`);
  const functions = labels.map((label): EntrySpec => ({ tag: DW_TAG_SUBPROGRAM, label }));
  const space = scope(DW_TAG_NAMESPACE, [named("n".repeat(100_000))], functions);
  const built = buildDwarf({ units: [{ entry: { tag: 0x11, children: [space] } }] });
  const names = labels.map((label) => ({
    position: built.offsetOf(label),
    name: new FunctionName(),
  }));
  qualifyNames(await loadUnit(built), names, NONE);
  assertEquals(new Set(names.map(({ name }) => name.scopes[0])).size, 1);
});
