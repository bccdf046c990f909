import { TempFolder } from "./temp_folder.ts";

/** What a command or an event of the DevTools protocol holds. */
type Fields = Readonly<Record<string, unknown>>;

/** How a page is looked at. */
export interface TabOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/**
 * A headless Chromium, driven over the DevTools protocol, which Chromium documents and keeps: what
 * these tests need of it is less than a package around it. No network but what the page asks for.
 */
export class Chromium implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #folder: TempFolder;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Fields>>();
  readonly #listeners = new Set<(session: string, method: string, params: Fields) => void>();
  #count = 0;

  private constructor(process: Deno.ChildProcess, folder: TempFolder, socket: WebSocket) {
    this.#process = process;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
  }

  /** Starts one; `SYMFOLD_CHROMIUM` in the environment is its path. */
  static async start(): Promise<Chromium> {
    const folder = new TempFolder();
    const process = new Deno.Command(Deno.env.get("SYMFOLD_CHROMIUM") ?? "chromium", {
      args: [
        "--headless=new",
        // Root may not have one, and the pages are our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--remote-debugging-port=0",
        `--user-data-dir=${folder.path}`,
        "about:blank",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const socket = new WebSocket(await debuggerUrl(process.stderr));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    return new Chromium(process, folder, socket);
  }

  /** Opens a tab. */
  async open({ width = 1280, height = 800, dark = false }: TabOptions = {}): Promise<Tab> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, String(sessionId));
    await tab.prepare({ width, height, dark });
    return tab;
  }

  /** Sends a command and gives its result. */
  send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    const id = ++this.#count;
    const answer = Promise.withResolvers<Fields>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  }

  /** Gets the events of all tabs. */
  listen(listener: (session: string, method: string, params: Fields) => void): void {
    this.#listeners.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    await this.send("Browser.close");
    await closed;
    await this.#process.status;
    this.#folder[Symbol.dispose]();
  }

  #receive({ id, result, error, method, params, sessionId }: Fields): void {
    if (typeof id !== "number") {
      for (const listener of this.#listeners) {
        listener(String(sessionId), String(method), params as Fields);
      }
      return;
    }
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) answer?.resolve(result as Fields);
    else answer?.reject(new Error(`Chromium refuses: ${JSON.stringify(error)}`));
  }
}

/** A page that is open. */
export class Tab {
  /** What it wrote to its console, and errors that nothing caught. */
  readonly messages: string[] = [];
  /** All that it asked for besides itself. */
  readonly requests: string[] = [];
  readonly #browser: Chromium;
  readonly #session: string;
  #loaded = Promise.withResolvers<void>();

  constructor(browser: Chromium, session: string) {
    this.#browser = browser;
    this.#session = session;
    browser.listen((of, method, params) => {
      if (of === session) this.#note(method, params);
    });
  }

  /** Sets what it looks like, and listens. */
  async prepare({ width, height, dark }: Required<TabOptions>): Promise<void> {
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
      await this.#send(`${domain}.enable`);
    }
    await this.#send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.preferDark(dark);
  }

  /** Says what the user of the system prefers. */
  async preferDark(dark: boolean): Promise<void> {
    const value = dark ? "dark" : "light";
    await this.#send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value }],
    });
  }

  /** Loads a page, also if it is the one that is there. */
  async load(url: string): Promise<void> {
    await this.#send("Page.navigate", { url: "about:blank" });
    await this.#loaded.promise;
    this.#loaded = Promise.withResolvers();
    this.messages.length = 0;
    this.requests.length = 0;
    await this.#send("Page.navigate", { url });
    await this.#loaded.promise;
    this.#loaded = Promise.withResolvers();
  }

  /** Waits until all that happened is on the screen. */
  async painted(): Promise<void> {
    await this.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    await this.run(`new Promise((done) => {
      const look = () => (${expression}) ? done() : requestAnimationFrame(look);
      look();
    })`);
  }

  /** The value of an expression in the page. */
  async run<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: Value }).value;
  }

  /** Presses keys, one after the other: `a`, `Enter`, `Control+f`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const spelled of keys) {
      const key = spelled.replace(/^.+\+/, "");
      const modifiers = (spelled.startsWith("Control+") ? 2 : 0) +
        (key.length === 1 && /[A-Z]/.test(key) ? 8 : 0);
      const text = key === "Enter" ? "\r" : key.length === 1 && modifiers !== 2 ? key : undefined;
      await this.#send("Input.dispatchKeyEvent", {
        type: "keyDown",
        key,
        modifiers,
        text,
        windowsVirtualKeyCode: KEY_CODES[key] ??
          (/^\w$/.test(key) ? key.toUpperCase().charCodeAt(0) : 0),
      });
      await this.#send("Input.dispatchKeyEvent", { type: "keyUp", key, modifiers });
    }
  }

  /** Moves the mouse to a place of the window, in CSS pixels. */
  async point(x: number, y: number): Promise<void> {
    await this.#send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
  }

  /** Clicks at a place of the window, in CSS pixels. */
  async click(x: number, y: number): Promise<void> {
    const at = { x, y, button: "left", clickCount: 1 };
    await this.point(x, y);
    await this.#send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
    await this.#send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
  }

  /** Touches a place of the window, in CSS pixels. */
  async touch(x: number, y: number): Promise<void> {
    await this.#send("Emulation.setTouchEmulationEnabled", { enabled: true });
    await this.#send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    await this.#send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }

  /** What a screen reader gets: the roles and names of all that is not hidden, in order. */
  async accessible(): Promise<{ readonly role: string; readonly name: string }[]> {
    const { nodes } = await this.#send("Accessibility.getFullAXTree");
    return (nodes as AccessibleNode[]).filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: role?.value ?? "", name: name?.value ?? "" }));
  }

  /** What it looks like, as PNG. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(String(data)), (character) => character.charCodeAt(0));
  }

  #send(method: string, params: Fields = {}): Promise<Fields> {
    return this.#browser.send(method, params, this.#session);
  }

  #note(method: string, params: Fields): void {
    if (method === "Page.loadEventFired") this.#loaded.resolve();
    else if (method === "Runtime.exceptionThrown" || method === "Runtime.consoleAPICalled") {
      this.messages.push(JSON.stringify(params));
    } else if (method === "Log.entryAdded") this.messages.push(JSON.stringify(params["entry"]));
    else if (method === "Network.requestWillBeSent") {
      const { url } = params["request"] as { url: string };
      if (params["type"] !== "Document" && !url.startsWith("data:")) this.requests.push(url);
    }
  }
}

/** Of the DevTools protocol, `Accessibility.AXNode`. */
interface AccessibleNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

const KEY_CODES: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Tab: 9,
};

/** Chromium says where it listens on its standard error, which is read to the end besides. */
async function debuggerUrl(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const found = Promise.withResolvers<string>();
  (async () => {
    let text = "";
    for await (const part of stderr.pipeThrough(new TextDecoderStream())) {
      text += part;
      const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (url !== undefined) found.resolve(url);
    }
    found.reject(new Error(`Chromium did not start: ${text}`));
  })();
  return await found.promise;
}
