import { assertEquals } from "@std/assert";
import {
  boundsOf,
  defaultState,
  formatState,
  type PageState,
  parseState,
} from "../../../../lib/output/html/page/page_state.ts";
import { pageTree } from "../../../support/page_tree.ts";

const BOUNDS = { size: 100, isDifferential: false, isGone: false };
const DIFFERENTIAL = { ...BOUNDS, isDifferential: true };
const GONE = { ...DIFFERENTIAL, isGone: true };
const CHANGED: PageState = {
  zoom: 99,
  search: "a&b=c#%+ \u00fc|^x$",
  layout: "flame",
  colour: "kind",
  order: "weight",
  width: "both",
  theme: "dark",
  sort: "name",
  ascending: true,
  table: false,
  matching: true,
};

Deno.test("formatState() writes nothing for a page as it begins", () => {
  assertEquals(formatState(defaultState(BOUNDS), BOUNDS), "");
  assertEquals(formatState(defaultState(DIFFERENTIAL), DIFFERENTIAL), "");
});

Deno.test("parseState() reads what formatState() writes", () => {
  assertEquals(parseState(`#${formatState(CHANGED, DIFFERENTIAL)}`, DIFFERENTIAL), CHANGED);
  for (const bounds of [BOUNDS, DIFFERENTIAL]) {
    assertEquals(parseState("", bounds), defaultState(bounds));
  }
});

Deno.test("formatState() writes what a person can read", () => {
  const state: PageState = { ...defaultState(BOUNDS), zoom: 7, search: "walk", table: false };
  assertEquals(formatState(state, BOUNDS), "zoom=7&search=walk&table=no");
});

Deno.test("defaultState() of what is all gone has the widths of before", () => {
  assertEquals([BOUNDS, DIFFERENTIAL, GONE].map((bounds) => defaultState(bounds).width), [
    "after",
    "after",
    "before",
  ]);
  const after = { ...defaultState(GONE), width: "after" } as const;
  assertEquals(formatState(after, GONE), "width=after");
  assertEquals(parseState("#width=after", GONE), after);
});

Deno.test("boundsOf() tells what is differential, and what is gone", () => {
  assertEquals(boundsOf(pageTree([[["a"], 1]])), { ...BOUNDS, size: 2 });
  assertEquals(boundsOf(pageTree([[["a"], 0]])), { ...BOUNDS, size: 2 });
  assertEquals(boundsOf(pageTree([[["a"], 1, 2], [["b"], 0, 3]])), { ...DIFFERENTIAL, size: 3 });
  assertEquals(boundsOf(pageTree([[["a"], 0, 2]])), { ...GONE, size: 2 });
  assertEquals(boundsOf(pageTree([[["a"], 0, 0]])), { ...DIFFERENTIAL, size: 2 });
});

for (
  const hash of [
    "zoom=100",
    "zoom=-1",
    "zoom=1.5",
    "zoom=x",
    "zoom=99999999999999999999",
    "layout=round",
    "colour=change",
    "width=both",
    "sort=selfChange",
    "table=maybe",
    "__proto__=1&constructor=2",
    "%",
    "&&&===",
  ]
) {
  Deno.test(`parseState() takes "${hash}" as if it were not there`, () => {
    assertEquals(parseState(`#${hash}`, BOUNDS), defaultState(BOUNDS));
  });
}
