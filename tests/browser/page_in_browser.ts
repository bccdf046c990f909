import { assertEquals } from "@std/assert";
import { writeHtml } from "../../lib/output/html/write_html.ts";
import type { Profile } from "../../lib/profile/mod.ts";
import { Chromium, type Tab, type TabOptions } from "../support/chromium.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";

/** Where pictures go; these tests need Chromium and run only if it is given. */
export const PICTURES: string | undefined = Deno.env.get("SYMFOLD_BROWSER");

/** How a page is opened. */
export interface PageOptions extends TabOptions {
  /** What stands behind the `#`. */
  readonly hash?: string;
  readonly title?: string;
}

/** A profile as a page in a browser. */
export class PageInBrowser implements AsyncDisposable {
  /** The page. */
  readonly tab: Tab;
  readonly #url: string;
  readonly #browser: Chromium;
  readonly #folder: TempFolder;

  private constructor(tab: Tab, url: string, browser: Chromium, folder: TempFolder) {
    this.tab = tab;
    this.#url = url;
    this.#browser = browser;
    this.#folder = folder;
  }

  /**
   * Writes the page to a file, and opens that.
   *
   * @param source A profile, or what `symfold` gets to write one.
   */
  static async open(
    source: Profile | readonly string[],
    options: PageOptions = {},
  ): Promise<PageInBrowser> {
    const folder = new TempFolder();
    const path = folder.at("page.html");
    if ("frames" in source) await writePage(source, options, path);
    else {
      const { code } = await runSymfold(["-q", "-o", path, ...source]);
      assertEquals(code, 0);
    }
    const browser = await Chromium.start();
    const page = new PageInBrowser(await browser.open(options), `file://${path}`, browser, folder);
    await page.load(options.hash);
    return page;
  }

  /** Loads it again, with another state. */
  async load(hash = ""): Promise<void> {
    await this.tab.load(`${this.#url}${hash}`);
  }

  /** The part of the URL behind the `#`. */
  hash(): Promise<string> {
    return this.tab.run("decodeURIComponent(location.hash.slice(1))");
  }

  /** The text of the first element that a selector finds. */
  text(selector: string): Promise<string> {
    return this.tab.run(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }

  /** The text of all elements that a selector finds. */
  texts(selector: string): Promise<string[]> {
    const found = `document.querySelectorAll(${JSON.stringify(selector)})`;
    return this.tab.run(`[...${found}].map((element) => element.textContent.trim())`);
  }

  /**
   * A place in a row of the graph.
   *
   * @param share How far from the left, 0 to 1.
   * @param row 0 is the upper one.
   */
  async place(share: number, row: number): Promise<readonly [x: number, y: number]> {
    const [left, top, width] = await this.tab.run<[number, number, number]>(
      `(({ left, top, width }) => [left, top, width])(spacer.getBoundingClientRect())`,
    );
    return [left + share * width, top + 20 * row + 10];
  }

  /** Clicks a place in a row of the graph. */
  async click(share: number, row: number): Promise<void> {
    await this.tab.click(...await this.place(share, row));
  }

  /** Clicks the first element that a selector finds. */
  async clickElement(selector: string): Promise<void> {
    await this.tab.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** The colour of a place in a row of the graph, as `red,green,blue`. */
  async colour(share: number, row: number): Promise<string> {
    const [x, y] = await this.place(share, row);
    return await this.tab.run(`(() => {
      const { left, top } = canvas.getBoundingClientRect();
      const context = document.createElement("canvas").getContext("2d");
      context.drawImage(canvas, left - ${x}, top - ${y} + 8);
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join();
    })()`);
  }

  /** Goes back (-1) or forward (1) in the history, as the buttons of the browser do. */
  async go(step: number): Promise<void> {
    await this.tab.run(
      `new Promise((done) => {
        addEventListener("popstate", () => setTimeout(done), { once: true });
        history.go(${step});
      })`,
    );
  }

  /** Keeps a picture of it. */
  async keepPicture(name: string): Promise<void> {
    await this.tab.painted();
    Deno.mkdirSync(PICTURES!, { recursive: true });
    Deno.writeFileSync(`${PICTURES}/${name}.png`, await this.tab.picture());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

async function writePage(
  profile: Profile,
  { title = "a profile" }: PageOptions,
  path: string,
): Promise<void> {
  using file = Deno.openSync(path, { write: true, createNew: true });
  for await (const chunk of writeHtml(profile, { title })) {
    for (let done = 0; done < chunk.length;) done += file.writeSync(chunk.subarray(done));
  }
}

/** Registers a test that needs a browser. */
export function browserTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: PICTURES === undefined, fn: run });
}
