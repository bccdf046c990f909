import { assertEquals } from "@std/assert";
import {
  defaultState,
  formatState,
  type PageState,
  parseState,
} from "../../../../lib/output/html/page/page_state.ts";

const BOUNDS = { size: 100, isDifferential: false };
const DIFFERENTIAL = { size: 100, isDifferential: true };
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
