import { assert, assertEquals } from "@std/assert";
import { parseRawFrame } from "../../lib/input/mod.ts";
import type { CodePlace, Place } from "../../lib/resolve/place.ts";
import { RecordedFile } from "../../lib/resolve/recorded_file.ts";
import { Random } from "../support/random.ts";
import { type Annotated, spellFrame, type UnresolvedStyle } from "../../lib/resolve/spell_frame.ts";

const NAME: Place = { kind: "name" };
const CODE: CodePlace = {
  kind: "code",
  file: new RecordedFile({ path: "/opt/my;lib/libx.so", deleted: false }),
  vaddr: 0x1234,
  lookupVaddr: 0x1233,
  loadBias: 0,
  hasBuildId: false,
};
const KERNEL: Place = { kind: "kernel", lookupAddress: -0x7f000000 };
const GENERATED: Place = { kind: "generated", name: "f" };
const MISSING: Place = {
  kind: "missing",
  reason: "file-not-found",
  detail: "",
  image: "/lib/y.so",
  label: "[y.so@0x12]",
  shortLabel: "[y.so]",
};
const UNLABELED: Place = { ...MISSING, label: "", shortLabel: "" };

function spell(
  text: string,
  place: Place,
  name?: string,
  style: UnresolvedStyle = "offset",
): string {
  const found = name === undefined ? undefined : { name, start: 0x1200 };
  const options = { unresolved: style, annotate: [], lines: false, imagePrefix: false };
  return spellFrame(() => text, parseRawFrame(text), place, found, options);
}

for (
  const [title, name, wanted] of [
    ["as it is", "std::map<int, int>::at(int) const", "std::map<int, int>::at(int) const"],
    ["with colons for semicolons", "f([u8; 8]; int)", "f([u8: 8]: int)"],
    ["without control characters", "a\tb\r\n\x00c\x7fd\x9be\x85f", "a b c d e f"],
    ["without what divides lines for some readers", "a\u2028b\u2029;c", "a b :c"],
    ["without blanks at its ends", "  f \n", "f"],
    ["as [unknown] if nothing is left", " \x01 ", "[unknown]"],
    ["with its other characters", "日本 höhe\u2028", "日本 höhe"],
    ["with blanks and digits at its end", "f 12", "f 12"],
  ] as const
) {
  Deno.test(`spellFrame() spells a function's name ${title}`, () => {
    assertEquals(spell("0x7f0000001234", CODE, name), wanted);
  });

  Deno.test(`spellFrame() spells a frame that was a name ${title}`, () => {
    const options = {
      unresolved: "offset",
      annotate: [],
      lines: false,
      imagePrefix: false,
    } as const;
    assertEquals(spellFrame(() => name, { kind: "name" }, NAME, undefined, options), wanted);
  });
}

const LIKE_LOCATIONS = [
  "0x1234",
  "0X12AB",
  "0x12_[k]",
  "0x12 f+0x1 (/lib/x.so)",
  "lib.so+0x12",
  "/lib/x.so+0x12",
  "a.out+0x12",
  "lib.so!0x12",
  "[libc.so.6+0x10]",
  "[libc.so.6@0x10]",
  "(/lib/x.so+0x12)",
  "[unknown] (/lib/x.so+0x12)",
  "[0x12]",
  "/lib/x.so(f+0x1a) [0x12]",
  "x load address 0x10 + 0x2 [0x12]",
  "#1 0x12 in f (/lib/x.so+0x2)",
  "#00 pc 000191ac  /system/lib/libc.so (f+12)",
  "C  [libc.so.6+0x29d90]  f+0x80",
  "v  ~[libc.so.6+0x29d90]",
  "C  [libc.so.6+0x29d90]  f",
  "libc.so.1`0x7f12",
  "unknown ([exited]) <7f12>",
  "unknown ([buildid:b50b22ef1f439293]) <0x12>",
  "b50b22ef1f4392931122 0x12",
  "b50b22ef1f4392931122:0x12",
  "b50b22ef1f4392931122+0x12",
  "7f12345 [unknown]",
  "7f12345 [unknown] (/lib/x.so)",
  "7f12345 f ([vdso])",
  "[libc.so.6 <7f12>]",
];

Deno.test("spellFrame() spells names that are like places of code so that they stay names", () => {
  for (const name of LIKE_LOCATIONS) {
    const spelled = spell("0x7f0000001234", CODE, name);
    assertEquals(spelled, `"${name}"`);
    assertEquals(parseRawFrame(spelled), { kind: "name" });
    assertEquals(spell(spelled, NAME), spelled);
  }
});

Deno.test("spellFrame() quotes every name that would be read as a place of code", () => {
  const parts = LIKE_LOCATIONS.flatMap((name) => name.split(/(?=[^0-9a-z])/i));
  let quoted = 0;
  for (let seed = 0; seed < 20_000; seed++) {
    const random = new Random(seed);
    const count = 1 + random.below(5);
    const name = Array.from({ length: count }, () => random.pick(parts)).join("");
    const spelled = spell("0x7f0000001234", CODE, name);
    const location = parseRawFrame(spelled);
    // Where no code lies a bare number is a name.
    const isName = location.kind === "name" || location.kind === "address" && location.bare;
    assert(isName, `${JSON.stringify(name)}, seed ${seed}`);
    if (spelled.startsWith('"')) quoted++;
  }
  assert(quoted > 1000, `${quoted}`);
});

for (
  const name of [
    "facade",
    "add",
    "cab foo<int>(int)",
    "core::fmt::num::<impl core::fmt::LowerHex for u32>::fmt",
    "f<0x12345678901234567890>",
    "operator+",
    "f()::{lambda()#1}::operator()",
    "-[NSObject init]",
    "LazyCompile:*f /opt/0x12/file.js:12:3",
    "Lcom/x/Y;::f",
    "nf_hook [nf_tables]",
    "wasm-function[12]",
    "memcpy@plt",
    "memcpy@@GLIBC_2.14",
    "main.(*T).f-fm",
    "handler.cfi_jt",
    "stub 0x12",
    "[libc.so.6] f",
  ]
) {
  Deno.test(`spellFrame() keeps the name ${name}`, () => {
    assertEquals(spell("0x7f0000001234", CODE, name), name.replaceAll(";", ":"));
  });
}

Deno.test("spellFrame() keeps the places of code that have no name", () => {
  assertEquals(spell("0x7f0000001234", CODE), "[libx.so+0x1234]");
  assertEquals(spell("0x7f0000001234", UNLABELED), "0x7f0000001234");
  assertEquals(spell("lib.so+0x12", NAME), "lib.so+0x12");
});

Deno.test("spellFrame() spells an empty frame as [unknown]", () => {
  assertEquals(spell("", NAME), "[unknown]");
});

for (
  const [style, code, missing] of [
    ["offset", "[libx.so+0x1234]", "[y.so@0x12]"],
    ["file", "[libx.so]", "[y.so]"],
    ["address", "0x7f0000001234", "0x7f0000001234"],
  ] as const
) {
  Deno.test(`spellFrame() with the style ${style} spells ${code} for code without a name`, () => {
    assertEquals(spell("0x7f0000001234", CODE, undefined, style), code);
  });

  Deno.test(`spellFrame() with the style ${style} spells ${missing} for code not found`, () => {
    assertEquals(spell("0x7f0000001234", MISSING, undefined, style), missing);
  });

  Deno.test(`spellFrame() with the style ${style} keeps a frame that has no label`, () => {
    assertEquals(spell("0x7f0000001234", UNLABELED, undefined, style), "0x7f0000001234");
  });

  Deno.test(`spellFrame() with the style ${style} prefers the recorder's symbol`, () => {
    assertEquals(spell("7f0000001234 f+0x1 (/lib/x.so)", CODE, undefined, style), "f");
    assertEquals(spell("7f0000001234 f+0x1 (/lib/x.so)", MISSING, undefined, style), "f");
  });
}

Deno.test("spellFrame() with the style stable spells no address", () => {
  for (const text of ["0x7f0000001234", "7f0000001234", "0x4141414141414141"]) {
    assertEquals(spell(text, UNLABELED, undefined, "stable"), "[unknown]");
  }
  assertEquals(spell("libx.so+0x12", UNLABELED, undefined, "stable"), "libx.so+0x12");
  assertEquals(spell("0x7f0000001234", CODE, undefined, "stable"), "[libx.so+0x1234]");
  assertEquals(spell("0x7f0000001234", MISSING, undefined, "stable"), "[y.so@0x12]");
});

Deno.test("spellFrame() prefers the name that was found to the recorder's symbol", () => {
  assertEquals(spell("7f0000001234 g+0x1 (/lib/x.so)", CODE, "f"), "f");
});

Deno.test("spellFrame() spells the file's vaddr, not the one that was looked up", () => {
  assertEquals(spell("0x7f0000001234", { ...CODE, lookupVaddr: 0x1 }), "[libx.so+0x1234]");
});

for (const annotation of ["_[k]", "_[j]", "_[i]", "_[0]"]) {
  Deno.test(`spellFrame() keeps the annotation ${annotation}`, () => {
    const text = `0x7f0000001234${annotation}`;
    assertEquals(spell(text, CODE, "f"), `f${annotation}`);
    assertEquals(spell(text, CODE), `[libx.so+0x1234]${annotation}`);
    assertEquals(spell(text, MISSING), `[y.so@0x12]${annotation}`);
    assertEquals(spell(text, CODE, undefined, "address"), text);
    assertEquals(spell(text, UNLABELED), text);
    assertEquals(spell(`main${annotation}`, NAME), `main${annotation}`);
  });
}

Deno.test("spellFrame() spells a function without a name by its start", () => {
  assertEquals(spell("0x7f0000001234", CODE, ""), "[libx.so+0x1200]");
});

Deno.test("spellFrame() annotates kernel and JIT frames on request", () => {
  const spellAll = (annotate: readonly Annotated[]) =>
    [KERNEL, GENERATED, CODE].map((place) => {
      const location = parseRawFrame("0x7f0000001234");
      const found = { name: "f", start: 0 };
      return spellFrame(() => "", location, place, found, {
        unresolved: "offset",
        annotate,
        lines: false,
        imagePrefix: false,
      });
    });
  assertEquals(spellAll([]), ["f", "f", "f"]);
  assertEquals(spellAll(["kernel"]), ["f_[k]", "f", "f"]);
  assertEquals(spellAll(["kernel", "jit"]), ["f_[k]", "f_[j]", "f"]);
});

Deno.test("spellFrame() spells a kernel frame without a name as [kernel]", () => {
  assertEquals(spell("0xffffffff81000000", KERNEL), "[kernel]");
  assertEquals(spell("0xffffffff81000000", KERNEL, undefined, "address"), "0xffffffff81000000");
});

Deno.test("spellFrame() spells a frame so that its line is no comment", () => {
  assertEquals(spell("# x", NAME), "#x");
  assertEquals(spell("#", NAME), "[#]");
});

Deno.test("spellFrame() makes labels safe", () => {
  const file = new RecordedFile({ path: "/opt/a;b\n.so", deleted: false });
  assertEquals(spell("0x7f0000001234", { ...CODE, file }), "[a:b .so+0x1234]");
});
