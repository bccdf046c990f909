import { assertEquals } from "@std/assert";
import {
  DW_AT_RANGES,
  DW_FORM_SEC_OFFSET,
  DW_TAG_INLINED_SUBROUTINE,
} from "../../lib/dwarf/constants.ts";
import { findInlinedCalls } from "../../lib/dwarf/find_inlined_calls.ts";
import { FormatError } from "../../lib/errors.ts";
import { assertRejectsExactly } from "../support/assert_rejects_exactly.ts";
import { buildDwarf, type EntrySpec } from "../support/dwarf_builder.ts";
import { functionAt, inlinedAt, loadUnit } from "../support/dwarf_units.ts";
import { written } from "../support/dwarf_writer.ts";

const LEXICAL_BLOCK = 0x0b;
const VARIABLE: EntrySpec = { tag: 0x34 };

/** Of each vaddr the calls that it is in, outermost first: by the labels of all that matter. */
async function find(
  functions: readonly EntrySpec[],
  vaddrs: readonly number[],
  labels: readonly string[],
  ranges?: Uint8Array,
): Promise<string[]> {
  const built = buildDwarf({
    units: [{ entry: { tag: 0x11, children: functions } }],
    ...ranges && { sections: { ".debug_rnglists": ranges } },
  });
  const covered = functions.flatMap(({ label }) =>
    label === undefined
      ? []
      : [{ entry: built.offsetOf(label), first: vaddrs[0]!, last: vaddrs.at(-1)! }]
  );
  const unit = await loadUnit(built);
  const calls = await findInlinedCalls(unit, covered, Float64Array.from(vaddrs));
  const places = new Map(labels.map((label) => [built.offsetOf(label), label]));
  return [...calls.owners].map((owner) => {
    const chain: string[] = [];
    for (let call = owner; call >= 0; call = calls.parents[call]!) {
      chain.unshift(places.get(calls.entries[call]!) ?? "?");
    }
    return chain.join(";");
  });
}

function outer(children: readonly EntrySpec[], label = "outer"): EntrySpec {
  return { ...functionAt("outer", 0x1000, 0x100, children), label };
}

function call(label: string, start: number, size: number, children?: EntrySpec[]): EntrySpec {
  return { ...inlinedAt(label, start, size, children), label };
}

Deno.test("findInlinedCalls() finds calls that are inlined into each other", async () => {
  const entries = [outer([call("a", 0x1010, 0x20, [call("b", 0x1018, 8)]), call("c", 0x1040, 4)])];
  const vaddrs = [0x1000, 0x1010, 0x1018, 0x1020, 0x1040, 0x1044];
  const found = await find(entries, vaddrs, ["a", "b", "c"]);
  assertEquals(found, ["", "a", "a;b", "a", "c", ""]);
});

Deno.test("findInlinedCalls() looks into blocks, and passes other entries", async () => {
  const block = { tag: LEXICAL_BLOCK, children: [VARIABLE, call("b", 0x1010, 4), VARIABLE] };
  const entries = [outer([VARIABLE, call("a", 0x1000, 0x20, [block]), VARIABLE])];
  assertEquals(await find(entries, [0x1000, 0x1010], ["a", "b"]), ["a", "a;b"]);
});

Deno.test("findInlinedCalls() leaves out a call without code, but not what is inlined into it", async () => {
  const empty: EntrySpec = {
    tag: DW_TAG_INLINED_SUBROUTINE,
    label: "empty",
    children: [call("b", 0x1010, 4)],
  };
  assertEquals(await find([outer([empty])], [0x1000, 0x1010], ["empty", "b"]), ["", "empty;b"]);
});

Deno.test("findInlinedCalls() finds calls in several pieces", async () => {
  const ranges = written((writer) => {
    writer.padTo(12);
    writer.raw(4, 0x90, 0x20, 0x94, 0x20, 4, 0xa0, 0x20, 0xa4, 0x20, 0); // offset pairs of 0
  });
  const split: EntrySpec = {
    tag: DW_TAG_INLINED_SUBROUTINE,
    label: "split",
    attributes: [[DW_AT_RANGES, DW_FORM_SEC_OFFSET, 12]],
  };
  // Offsets are relative to the first address of the unit, which says none.
  const found = await find([outer([split])], [0x1010, 0x1014, 0x1020], ["split"], ranges);
  assertEquals(found, ["", "", ""]);
  const based = written((writer) => {
    writer.padTo(12);
    writer.u8(5);
    writer.word(true, 0x1000);
    writer.raw(4, 0x10, 0x14, 4, 0x20, 0x24, 0);
  });
  const again = await find([outer([split])], [0x1010, 0x1014, 0x1020], ["split"], based);
  assertEquals(again, ["split", "", "split"]);
});

Deno.test("findInlinedCalls() does not look beyond the function", async () => {
  const entries = [outer([call("a", 0x1000, 4)]), {
    ...functionAt("next", 0x1100, 4, [call("b", 0x1000, 4)]),
  }];
  assertEquals(await find(entries, [0x1000], ["a", "b"]), ["a"]);
});

Deno.test("findInlinedCalls() takes a function without children", async () => {
  const entries = [
    { ...functionAt("f", 0x1000, 4), label: "f" },
    outer([call("b", 0x1000, 4)], "g"),
  ];
  assertEquals(await find(entries.slice(0, 1), [0x1000], []), [""]);
  assertEquals(await find(entries, [0x1000], ["b"]), ["b"]);
});

function nested(depth: number, wrap: (inside: EntrySpec[]) => EntrySpec): EntrySpec {
  let entry = call("innermost", 0x1000, 4);
  for (let at = 0; at < depth; at++) entry = wrap([entry]);
  return entry;
}

Deno.test("findInlinedCalls() finds calls 256 deep", async () => {
  const entry = nested(255, (inside) => inlinedAt("x", 0x1000, 4, inside));
  const [chain = ""] = await find([outer([entry])], [0x1000], ["innermost"]);
  assertEquals([chain.split(";").length, chain.endsWith(";innermost")], [256, true]);
});

const WHERE = 'Cannot find the inlined calls of the unit of "test.so(.debug_info)" at file offset ';

Deno.test("findInlinedCalls() refuses calls that are deeper", async () => {
  const entry = nested(256, (inside) => inlinedAt("x", 0x1000, 4, inside));
  await assertRejectsExactly(
    () => find([outer([entry])], [0x1000], []),
    FormatError,
    `${WHERE}0xf21: calls are inlined more than 256 deep`,
  );
});

Deno.test("findInlinedCalls() refuses entries that are nested too deep", async () => {
  const entry = nested(1024, (children) => ({ tag: LEXICAL_BLOCK, children }));
  await assertRejectsExactly(
    () => find([outer([entry])], [0x1000], []),
    FormatError,
    `${WHERE}0x420: entries are nested more than 1024 deep`,
  );
});
