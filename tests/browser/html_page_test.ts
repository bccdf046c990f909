import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { cssOf } from "../../lib/output/html/page/oklch.ts";
import { DARK, LIGHT } from "../../lib/output/html/page/palette.ts";
import { profileOf } from "../support/profile_of.ts";
import { browserTest, PageInBrowser } from "./page_in_browser.ts";

// In rows: all; main 80 %, zz 20 %; walk 50 %, read 20 %; walk 40 %.
const PROFILE = profileOf([
  [["main", "walk", "walk"], 40],
  [["main", "walk"], 10],
  [["main", "read"], 20],
  [["main"], 10],
  [["zz"], 20],
]);
// Children stand by name: read, walk.
const [IN_READ, IN_WALK, IN_ZZ] = [0.1, 0.4, 0.9];

browserTest("the page loads, says nothing on the console and asks for nothing", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  assertEquals(await page.text("#title"), "a profile");
  assertEquals(await page.text("#summary"), "100 samples · 4 functions");
  assertEquals(await page.texts("#rows td.function button"), ["walk", "read", "zz", "main"]);
  assertEquals(
    await page.tab.run(
      "[...document.querySelectorAll('#rows tr:first-child td')].map((of) => of.innerText)",
    ),
    [
      "50.0 %\n50",
      "50.0 %\n50",
      "walk\n\u00a0",
    ],
  );
  assertEquals(page.tab.messages, []);
  assertEquals(page.tab.requests, []);
});

browserTest("the page cannot reach the network", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  for (
    const attempt of [
      'fetch("http://127.0.0.1:9/").catch(() => {})',
      'new Image().src = "http://127.0.0.1:9/"',
    ]
  ) {
    const refused = await page.tab.run(`new Promise((done) => {
      document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective), { once: true });
      ${attempt};
    })`);
    assertMatch(String(refused), /^(?:connect|img)-src$/);
  }
});

browserTest("a click zooms, and the browser goes back and forward", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  const before = await page.colour(IN_ZZ, 1);
  await page.click(IN_WALK, 2);
  assertEquals(await page.hash(), "zoom=3");
  assertEquals(await page.text("#zoomed"), "50.0 % of all in walk");
  assertEquals(await page.text("#functions-title"), "Functions in walk");
  // walk is as wide as the page, its callers above it.
  assertEquals(await page.colour(IN_ZZ, 2), await page.colour(0.01, 2));
  assertNotEquals(await page.colour(IN_ZZ, 1), before);
  await page.click(0.5, 1);
  assertEquals(await page.hash(), "zoom=1");
  await page.go(-1);
  assertEquals(await page.text("#zoomed"), "50.0 % of all in walk");
  await page.go(-1);
  assertEquals([await page.hash(), await page.colour(IN_ZZ, 1)], ["", before]);
  await page.go(2);
  assertEquals(await page.text("#zoomed"), "80.0 % of all in main");
  await page.tab.press("Escape");
  assertEquals([await page.hash(), await page.text("#zoomed")], ["", "Click a frame to zoom"]);
  assertEquals(page.tab.messages, []);
});

browserTest("a search counts nested matches once, and shows them", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.tab.press("/", ..."^wal");
  assertEquals(await page.tab.run("document.activeElement.id"), "search");
  assertEquals(await page.text("#found"), "50.0 % · 50 samples · 1 function");
  assertEquals(await page.texts("#rows tr.match button"), ["walk"]);
  assertEquals(await page.colour(IN_WALK, 2), rgbOf(LIGHT.match));
  assertNotEquals(await page.colour(IN_READ, 2), rgbOf(LIGHT.match));
  assertEquals(await page.hash(), "search=^wal");
  await page.tab.press("Enter");
  assertEquals(await page.text("#tooltip strong"), "walk");
  await page.tab.press("Escape");
  assertEquals(await page.hash(), "search=^wal");
  await page.tab.press("Control+f", "Escape");
  assertEquals([await page.hash(), await page.text("#found")], ["", ""]);
  // Going back gives it again.
  await page.go(-1);
  assertEquals(await page.text("#found"), "50.0 % · 50 samples · 1 function");
});

browserTest("a search with a mistake says which", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.tab.press("/", "(");
  assertEquals(await page.text("#found"), "Unterminated group");
  assertEquals(await page.tab.run("search.getAttribute('aria-invalid')"), "true");
  assertEquals(page.tab.messages, []);
});

browserTest("a search counts in the zoom", async () => {
  await using page = await PageInBrowser.open(PROFILE, { hash: "#zoom=1&search=walk" });
  assertEquals(await page.text("#found"), "62.5 % of zoomed · 50 samples · 1 function");
});

browserTest("keys move the focus, zoom and reset", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.tab.run("keys.focus()");
  await page.tab.press("Tab");
  assertEquals(await page.tab.run("document.activeElement.id"), "scroller");
  assertEquals(
    await page.text("#spoken"),
    "all, 100.0 % of all, 100 samples, level 0, calls 2 functions",
  );
  await page.tab.press("ArrowDown", "ArrowDown");
  assertEquals(
    await page.text("#spoken"),
    "walk, 50.0 % of all, 50 samples, level 2, calls 1 function",
  );
  assertEquals(await page.text("#tooltip strong"), "walk");
  await page.tab.press("ArrowLeft");
  assertMatch(await page.text("#spoken"), /^read, 20\.0 % of all/);
  await page.tab.press("End", "ArrowUp", "ArrowRight");
  assertMatch(await page.text("#spoken"), /^zz, /);
  await page.tab.press("Enter");
  assertEquals(await page.text("#zoomed"), "20.0 % of all in zz");
  await page.tab.press("ArrowUp", "Enter");
  assertEquals(await page.hash(), "");
  await page.tab.press("ArrowDown", "s");
  assertEquals(await page.hash(), "search=^main$");
  await page.tab.press("Enter", "Escape");
  assertEquals(await page.hash(), "search=^main$");
});

browserTest("the outline of the focused frame follows a graph that gets wider", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.tab.run("scroller.focus()");
  // Its outline, and what the graph is wide.
  const widths = () =>
    page.tab.run<[number, number]>(`new Promise((done) =>
      requestAnimationFrame(() => setTimeout(() =>
        done([focused.getBoundingClientRect().width + 1, scroller.clientWidth]), 50)))`);
  const [before, narrow] = await widths();
  assertEquals(before, narrow);
  // Without the table there is more room.
  await page.tab.run("table.click()");
  const [after, wide] = await widths();
  assert(wide > narrow);
  assertEquals(after, wide);
});

browserTest("a key copies the name of the focused function", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.click(IN_WALK, 2);
  const answer = (body: string) =>
    `Object.defineProperty(navigator, "clipboard", { configurable: true, value: { ${body} } })`;
  await page.tab.run(answer("async writeText(text) { globalThis.copied = text; }") + ", 0");
  await page.tab.press("c");
  assertEquals([await page.tab.run("copied"), await page.text("#spoken")], ["walk", "Copied walk"]);
  await page.tab.run(answer('async writeText() { throw new Error("no"); }') + ", 0");
  await page.tab.press("c");
  assertEquals(await page.text("#spoken"), "The browser does not let the page copy");
  assertEquals(page.tab.messages, []);
});

browserTest("what is told goes along when keys scroll", async () => {
  const deep = Array.from({ length: 80 }, (_, at) => `f${at}`);
  await using page = await PageInBrowser.open(profileOf([[deep, 1]]));
  await page.tab.run("keys.focus()");
  await page.tab.press("Tab", ...deep.map(() => "ArrowDown"));
  await page.tab.painted();
  assertEquals(await page.text("#tooltip strong"), "f79");
  const [frame, tooltip] = await page.tab.run<[number, number]>(
    "[focused, tooltip].map((element) => element.getBoundingClientRect().top)",
  );
  assert(frame > 400 && frame < 800 && Math.abs(frame - tooltip) < 300, `${frame} ${tooltip}`);
  await page.tab.run("scroller.scrollTop = 0");
  await page.tab.painted();
  assert(await page.tab.run<number>("focused.getBoundingClientRect().top") > 800);
});

browserTest("a zoom is said", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.click(IN_WALK, 2);
  assertMatch(await page.text("#spoken"), /^Zoomed to walk, 50\.0 % of all/);
  await page.go(-1);
  assertEquals(await page.text("#spoken"), "Zoom reset");
});

browserTest("keys go the other way in a flame", async () => {
  await using page = await PageInBrowser.open(PROFILE, { hash: "#layout=flame" });
  await page.tab.run("keys.focus()");
  await page.tab.press("Tab", "ArrowUp");
  assertMatch(await page.text("#spoken"), /^main, /);
  const bottom = await page.tab.run<number>("Math.round(focused.getBoundingClientRect().bottom)");
  const height = await page.tab.run<number>("innerHeight");
  assert(height - bottom >= 20 && height - bottom <= 24, `${bottom} of ${height}`);
});

browserTest("the URL has all of the state", async () => {
  const hash = "#zoom=1&search=read&layout=flame&colour=kind&order=weight&theme=dark&sort=name" +
    "&ascending=yes&matching=yes";
  await using page = await PageInBrowser.open(PROFILE, { hash });
  assertEquals(await page.text("#zoomed"), "80.0 % of all in main");
  assertEquals(await page.tab.run("search.value"), "read");
  assertEquals(
    await page.tab.run("document.querySelector('[name=layout]:checked').value"),
    "flame",
  );
  assertEquals(await page.tab.run("[colour.value, order.value, theme.value]"), [
    "kind",
    "weight",
    "dark",
  ]);
  assertEquals(await page.tab.run("document.documentElement.dataset.theme"), "dark");
  assertEquals(await page.texts("#rows td.function button"), ["read"]);
  assertEquals(await page.tab.run("document.querySelector('th.function').ariaSort"), "ascending");
  assertEquals(`#${await page.hash()}`, hash);
  // An edited URL counts as well.
  await page.tab.run(
    `new Promise((done) => { addEventListener("hashchange", () => setTimeout(done)); location.hash = "search=zz"; })`,
  );
  assertEquals(await page.text("#found"), "20.0 % · 20 samples · 1 function");
});

browserTest("the page is dark if the system is, until it is told", async () => {
  await using page = await PageInBrowser.open(PROFILE, { dark: true });
  const theme = () => page.tab.run("document.documentElement.dataset.theme");
  assertEquals([await theme(), await page.colour(0.95, 3)], ["dark", rgbOf(DARK.background)]);
  await page.tab.preferDark(false);
  await page.tab.until("document.documentElement.dataset.theme === 'light'");
  assertEquals([await theme(), await page.colour(0.95, 3)], ["light", rgbOf(LIGHT.background)]);
  await page.tab.run("theme.value = 'dark'; theme.dispatchEvent(new Event('change'))");
  assertEquals([await theme(), await page.hash()], ["dark", "theme=dark"]);
});

browserTest("the table sorts, and its functions are searched for", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.clickElement("th:nth-child(2) button");
  assertEquals(await page.texts("#rows td.function button"), ["main", "walk", "read", "zz"]);
  assertEquals(
    await page.tab.run("document.querySelector('th:nth-child(2)').ariaSort"),
    "descending",
  );
  await page.clickElement("th:nth-child(2) button");
  assertEquals(await page.texts("#rows td.function button"), ["read", "zz", "walk", "main"]);
  await page.clickElement("#rows tr:nth-child(2) button");
  assertEquals(await page.hash(), "search=^zz$&sort=total&ascending=yes");
  assertEquals(await page.text("#found"), "20.0 % · 20 samples · 1 function");
  await page.clickElement("#matching");
  assertEquals(await page.texts("#rows td.function button"), ["zz"]);
  await page.clickElement("#table");
  assertEquals(await page.tab.run("functions.hidden"), true);
  assertEquals(await page.tab.run("scroller.offsetWidth === innerWidth"), true);
});

browserTest("the pointer shows what is known of a frame", async () => {
  await using page = await PageInBrowser.open(PROFILE);
  await page.tab.point(...await page.place(IN_READ, 2));
  assertEquals(await page.text("#tooltip strong"), "read");
  assertEquals(await page.texts("#tooltip dd"), [
    "20 samples",
    "20.0 %",
    "25.0 %",
    "20 samples, 20.0 %",
    "named by the recorder",
  ]);
  await page.tab.point(...await page.place(IN_ZZ, 3));
  assertEquals(await page.tab.run("tooltip.hidden"), true);
});

browserTest("a finger is told first, and zooms then", async () => {
  await using page = await PageInBrowser.open(PROFILE, { width: 400, height: 700 });
  const at = await page.place(IN_WALK, 2);
  await page.tab.touch(...at);
  assertEquals([await page.hash(), await page.text("#tooltip strong")], ["", "walk"]);
  await page.tab.touch(...at);
  assertEquals(await page.hash(), "zoom=3");
});

browserTest("a screen reader gets a name for everything", async () => {
  await using page = await PageInBrowser.open(PROFILE, { hash: "#search=walk" });
  const nodes = await page.tab.accessible();
  const roles = [
    "application",
    "button",
    "checkbox",
    "columnheader",
    "combobox",
    "complementary",
    "radio",
    "searchbox",
    "table",
  ];
  const found = nodes.filter(({ role }) => roles.includes(role));
  assertEquals([...new Set(found.map(({ role }) => role))].sort(), roles);
  assertEquals(found.filter(({ name }) => name === ""), []);
  assert(nodes.filter(({ role }) => role === "status").length >= 2);
});

browserTest("names are texts, whatever is in them", async () => {
  const names = [
    "</script><script>globalThis.hacked = 1</script>",
    "<img src=x onerror='globalThis.hacked = 1'>",
    "<!--<script>",
    "a\u202eb\0",
    "&lt;b&gt;",
  ];
  await using page = await PageInBrowser.open(profileOf([[names, 1]]), { title: names[0]! });
  assertEquals(await page.text("#title"), names[0]);
  for (const [at, name] of names.entries()) {
    await page.tab.point(...await page.place(0.5, at + 1));
    assertEquals(await page.text("#tooltip strong"), at === 3 ? "a\\u202eb\\x00" : name);
  }
  assertEquals((await page.texts("#rows td.function button")).length, names.length);
  await page.clickElement("#rows button");
  await page.click(0.5, 1);
  assertEquals(await page.tab.run("typeof hacked"), "undefined");
  assertEquals([page.tab.messages, page.tab.requests], [[], []]);
});

browserTest("a differential profile shows both weights", async () => {
  const profile = profileOf([[["main", "gone"], 0, 30], [["main", "new"], 40, 0], [
    ["main"],
    10,
    20,
  ]]);
  await using page = await PageInBrowser.open(profile);
  assertEquals(await page.texts("#legend li"), ["gone", "half", "as before", "double", "new"]);
  assertEquals(await page.text("#summary"), "50 samples → 50 samples, +0.0 % · 3 functions");
  assertEquals(await page.colour(0.1, 2), rgbOf(LIGHT.change(1)));
  assertEquals(await page.texts("#rows td.function button"), ["new", "gone", "main"]);
  assertEquals(
    await page.tab.run(
      "document.querySelector('#rows tr:nth-child(3)').innerText.split(/[\\t\\n]+/).slice(0, 4)",
    ),
    [
      "10",
      "was 20",
      "-10",
      "-50.0 %",
    ],
  );
  await page.tab.run("width.value = 'both'; width.dispatchEvent(new Event('change'))");
  assertEquals(await page.colour(0.1, 2), rgbOf(LIGHT.change(-1)));
  await page.tab.point(...await page.place(0.1, 2));
  assertEquals((await page.texts("#tooltip dd")).slice(0, 3), [
    "30 samples, 60.0 % of all",
    "0 samples, 0.0 % of all",
    "-30, gone",
  ]);
  // What is gone has no width where widths are those of later: then its caller is zoomed to.
  await page.click(0.1, 2);
  assertEquals(await page.text("#zoomed"), "-30 in gone");
  await page.tab.press("/", ..."gone|new");
  assertEquals(await page.text("#found"), "100.0 % of zoomed · 30 samples · 2 functions");
  await page.tab.run("width.value = 'after'; width.dispatchEvent(new Event('change'))");
  assertEquals(await page.text("#found"), "80.0 % of zoomed · 40 samples · 2 functions");
  await page.tab.press("Escape");
  assertEquals(await page.colour(0.1, 2), rgbOf(LIGHT.change(1)));
  assertEquals(page.tab.messages, []);
});

browserTest("a profile that is all gone begins with what was before", async () => {
  await using page = await PageInBrowser.open(profileOf([[["main", "f"], 0, 30]]));
  assertEquals(await page.tab.run("width.value"), "before");
  assertEquals(await page.text("#summary"), "30 samples → 0 samples, gone · 2 functions");
  assertEquals(await page.colour(0.9, 2), rgbOf(LIGHT.change(-1)));
  await page.tab.press("/", "f");
  assertEquals(await page.text("#found"), "100.0 % · 30 samples · 1 function");
  assertEquals([page.tab.messages, await page.hash()], [[], "search=f"]);
});

browserTest("a profile without weight is a page, too", async () => {
  await using page = await PageInBrowser.open(profileOf([[["main"], 0]]));
  assertEquals(await page.text("#summary"), "0 samples · 1 function");
  assertEquals(await page.texts("#rows tr"), []);
  assertEquals(page.tab.messages, []);
});

function rgbOf(colour: readonly [number, number, number]): string {
  assertEquals(cssOf(colour).length, 7);
  return colour.join();
}
