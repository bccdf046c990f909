import { assert, assertEquals } from "@std/assert";
import { writeSvg } from "../../lib/output/mod.ts";
import { Chromium, type Tab } from "../support/chromium.ts";
import { profileOf, type SampleText } from "../support/profile_of.ts";
import { HOSTILE_NAMES } from "../support/random_samples.ts";
import { bytesOf, foldedText } from "../support/resolve_text.ts";
import { readSvg, type SvgFrame } from "../support/svg_frames.ts";
import { TempFolder } from "../support/temp_folder.ts";

// Pictures in a real browser, and what librsvg makes of them. They need Chromium and rsvg-convert,
// and run only if SYMFOLD_BROWSER names a folder, where they leave how it looked.

const PICTURES = Deno.env.get("SYMFOLD_BROWSER");
const ignore = PICTURES === undefined;

const SAMPLES: readonly SampleText[] = [
  [["main", "parse", "lex", "Read"], 20],
  [["main", "parse", "lex", "parse_more"], 10],
  [["main", "parse", "error"], 10],
  [["main", "eval", "parse_late"], 25],
  [["main", "eval", "call"], 30],
  [["init", "a_name_that_is_longer_than_its_place"], 5],
];

test("a picture fills the window, also when that changes", SAMPLES, async (view) => {
  assertEquals((await view.frame("all")).width, 999.5);
  assertEquals(await view.frame("eval"), { x: 50, width: 549.5, label: "eval", state: "" });
  await view.tab.prepare({ width: 600, height: 400, dark: false });
  await view.tab.painted();
  assertEquals((await view.frame("all")).width, 599.5);
  assertEquals(await view.frame("eval"), { x: 30, width: 329.5, label: "eval", state: "" });
  assertEquals((await view.frame("a_name_that_is_longer_than_its_place")).label, "a_…");
});

test(
  "a click zooms in, on a caller out, and Reset zoom and Escape to all",
  SAMPLES,
  async (view) => {
    assertEquals(await view.isShown(".reset"), false);
    await view.clickFrame("parse");
    assertEquals(await view.frame("parse"), { x: 0, width: 999.5, label: "parse", state: "" });
    assertEquals(await view.frame("lex"), { x: 250, width: 749.5, label: "lex", state: "" });
    assertEquals((await view.frame("main")).state, "caller");
    assertEquals((await view.frame("main")).width, 999.5);
    assertEquals((await view.frame("init")).state, "hidden");
    assertEquals((await view.frame("eval")).state, "hidden");
    await view.clickFrame("main");
    assertEquals((await view.frame("main")).state, "");
    assertEquals((await view.frame("all")).state, "caller");
    assertEquals(Math.round((await view.frame("eval")).width), 578);
    await view.click(".reset text");
    assertEquals((await view.frame("eval")).width, 549.5);
    assertEquals(await view.isShown(".reset"), false);
    await view.clickFrame("Read");
    assertEquals((await view.frame("Read")).width, 999.5);
    await view.tab.press("Escape");
    assertEquals((await view.frame("eval")).width, 549.5);
  },
);

test("zooming in makes room for names, and out takes it back", SAMPLES, async (view) => {
  const name = "a_name_that_is_longer_than_its_place";
  assertEquals((await view.frame(name)).label, "a_nam…");
  await view.clickFrame("init");
  assertEquals((await view.frame(name)).label, name);
  await view.tab.press("Escape");
  assertEquals((await view.frame(name)).label, "a_nam…");
});

test("Control+F searches by regular expression, nested matches once", SAMPLES, async (view) => {
  await view.tab.press("Control+f", ..."parse");
  assertEquals(await view.textOf(".matched"), "Matched: 65.0 %");
  await view.tab.painted();
  keepPicture("svg-search", await view.tab.picture());
  const states = ["parse", "parse_more", "parse_late", "eval"].map((name) => view.frame(name));
  assertEquals((await Promise.all(states)).map(({ state }) => state), [
    "match",
    "match",
    "match",
    "",
  ]);
  await view.search("^(lex|call)$");
  assertEquals(await view.textOf(".matched"), "Matched: 60.0 %");
  await view.tab.press("Escape");
  assertEquals(await view.textOf(".matched"), "");
  assertEquals((await view.frame("lex")).state, "");
  assertEquals(await view.isShown("input"), false);
});

test("a search with a capital letter tells them apart", SAMPLES, async (view) => {
  await view.click(".search text");
  await view.tab.press(..."read");
  assertEquals(await view.textOf(".matched"), "Matched: 20.0 %");
  await view.tab.press("F3", ..."READ");
  assertEquals(await view.textOf(".matched"), "Matched: 0.0 %");
  await view.search("^\\Sead$");
  assertEquals(await view.textOf(".matched"), "Matched: 20.0 %");
});

test("a search for what is no regular expression says so", SAMPLES, async (view) => {
  await view.tab.press("F3");
  await view.search("(lex");
  assertEquals(await view.textOf(".matched"), "Not a regular expression");
  await view.search("(lex)");
  assertEquals(await view.textOf(".matched"), "Matched: 30.0 %");
});

test("Escape ends a search first, and then the zoom", SAMPLES, async (view) => {
  await view.clickFrame("parse");
  await view.tab.press("Control+f", ..."lex", "Escape");
  assertEquals((await view.frame("parse")).width, 999.5);
  await view.tab.press("Escape");
  assertEquals((await view.frame("parse")).width, 399.5);
});

test("Tab and Enter reach the search", SAMPLES, async (view) => {
  await view.tab.press("Tab", "Enter", ..."lex");
  assertEquals(await view.textOf(".matched"), "Matched: 30.0 %");
});

test("what is under the pointer is described", SAMPLES, async (view) => {
  const { x, y } = await view.placeOf("eval");
  await view.tab.point(x, y);
  assertEquals(await view.textOf(".details"), "eval · 55 samples (55.0 %)");
  await view.tab.point(5, 5);
  assertEquals(await view.textOf(".details"), "");
});

const HOSTILE = HOSTILE_NAMES.map((name): SampleText => [[name], 1]);

test("names from files are only text", HOSTILE, async (view) => {
  const names = await view.tab.run<string[]>(
    `[...document.querySelectorAll("g.frame title")].map((one) => one.textContent.split("\\n")[0])`,
  );
  const written = readSvg(pictureOf(HOSTILE)).frames.map(({ tooltip }) => tooltip[0]);
  assertEquals(names, written);
  assertEquals(await view.tab.run(`document.querySelectorAll("script").length`), 1);
});

test("100,000 frames open and zoom quickly", manyFrames(), async (view) => {
  assert(await view.tab.run<number>(`document.querySelectorAll("g.frame").length`) > 100_000);
  const opened = await view.tab.run<number>(
    `performance.getEntriesByType("navigation")[0].loadEventEnd`,
  );
  const zoomed = await view.tab.run<number>(`(() => {
    const start = performance.now();
    document.querySelectorAll("g.frame rect")[1].dispatchEvent(
      new MouseEvent("click", { bubbles: true }));
    return performance.now() - start;
  })()`);
  // Far more than on a quiet machine.
  assert(opened < 20_000 && zoomed < 5_000, `opened in ${opened} ms, zoomed in ${zoomed} ms`);
});

for (const program of ["<img>", "librsvg"]) {
  Deno.test({
    name: `a picture in ${program} has all frames where they belong, without its script`,
    ignore,
    async fn() {
      using folder = new TempFolder();
      const text = pictureOf(SAMPLES);
      const path = folder.write("x.svg", text);
      const { frames } = readSvg(text);
      const [type, bytes] = program === "librsvg"
        ? ["image/png", await rasterize(path)] as const
        : ["image/svg+xml", bytesOf(text)] as const;
      const url = dataUrl(type, bytes);
      await using browser = await Chromium.start();
      const tab = await browser.open();
      await tab.load(`file://${folder.write("page.html", "<!doctype html>")}`);
      assertEquals(await colorsIn(tab, url, frames), frames.map(({ fill }) => fill));
      assertEquals([tab.messages, tab.requests], [[], []]);
    },
  });
}

/** How a picture that is open is looked at. */
interface View {
  readonly tab: Tab;
  /** What is shown of a frame: where, what is written in it, and its classes but `frame`. */
  frame(name: string): Promise<{ x: number; width: number; label: string; state: string }>;
  /** The middle of a frame in the window. */
  placeOf(name: string): Promise<{ x: number; y: number }>;
  clickFrame(name: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** Writes into the field that is open. */
  search(text: string): Promise<void>;
  isShown(selector: string): Promise<boolean>;
  textOf(selector: string): Promise<string>;
}

/** Opens a picture by itself, looks at it, and wants no word of complaint from the browser. */
function test(name: string, samples: readonly SampleText[], look: (view: View) => Promise<void>) {
  Deno.test({
    name,
    ignore,
    async fn() {
      using folder = new TempFolder();
      const path = folder.write("x.svg", pictureOf(samples));
      await using browser = await Chromium.start();
      const tab = await browser.open({ width: 1000, height: 600 });
      await tab.load(`file://${path}`);
      await look(viewOf(tab));
      assertEquals([tab.messages, tab.requests], [[], []]);
    },
  });
}

function viewOf(tab: Tab): View {
  const frame = (name: string) =>
    `[...document.querySelectorAll("g.frame")].find((one) =>
      one.querySelector("title").textContent.split("\\n")[0] === ${JSON.stringify(name)})`;
  const part = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;
  const middle = (element: string) =>
    tab.run<{ x: number; y: number }>(`(() => {
      const { x, y, width, height } = ${element}.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
  const clickAt = async ({ x, y }: { x: number; y: number }) => await tab.click(x, y);
  return {
    tab,
    frame: (name) =>
      tab.run(`(() => {
        const group = ${frame(name)};
        const [x, width] = ["x", "width"].map((key) =>
          Number(group.querySelector("rect").getAttribute(key)));
        const label = group.querySelector("text")?.textContent ?? "";
        return { x, width, label, state: group.getAttribute("class").slice(6) };
      })()`),
    placeOf: (name) => middle(`${frame(name)}.querySelector("rect")`),
    clickFrame: async (name) => clickAt(await middle(`${frame(name)}.querySelector("rect")`)),
    click: async (selector) => clickAt(await middle(part(selector))),
    search: (text) =>
      tab.run(`${part("input")}.value = ${JSON.stringify(text)};
        ${part("input")}.dispatchEvent(new Event("input"))`),
    isShown: (selector) => tab.run(`(${part(selector)}?.getBoundingClientRect().width ?? 0) > 0`),
    textOf: (selector) => tab.run(`${part(selector)}.textContent`),
  };
}

function pictureOf(samples: readonly SampleText[]): string {
  return foldedText(writeSvg(profileOf(samples), { title: "x" }));
}

function manyFrames(): SampleText[] {
  return Array.from({ length: 9000 }, (_, at): SampleText => {
    const stack = ["main", ...[7, 77, 777].map((n) => `group_${n}_${Math.floor(at / n)}`)];
    return [[...stack, ...Array.from({ length: 11 }, (_, depth) => `f_${at}_${depth}`)], 1];
  });
}

async function rasterize(path: string): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command("rsvg-convert", { args: [path] })
    .output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  keepPicture("svg-librsvg", stdout);
  return stdout;
}

function keepPicture(name: string, png: Uint8Array): void {
  Deno.mkdirSync(PICTURES!, { recursive: true });
  Deno.writeFileSync(`${PICTURES}/${name}.png`, png);
}

function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${
    btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""))
  }`;
}

/** The colours of a picture near the right end of frames, where no letters are. */
async function colorsIn(tab: Tab, url: string, frames: readonly SvgFrame[]): Promise<string[]> {
  const places = frames.map(({ x, y, width }) => [Math.floor(x + width - 2), y + 3]);
  return await tab.run(`(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(url)};
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 1200;
    canvas.height = 1200 * image.naturalHeight / image.naturalWidth;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return ${JSON.stringify(places)}.map(([x, y]) => "#" +
      [...context.getImageData(x, y, 1, 1).data].slice(0, 3)
        .map((value) => value.toString(16).padStart(2, "0")).join(""));
  })()`);
}
