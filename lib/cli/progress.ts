import { printable } from "../output/printable.ts";

/** Work that is done sooner needs no progress line. */
const FIRST_AFTER_MS = 1000;
const EVERY_MS = 200;

/** A line on the terminal that says what is being done, for work that takes more than a second. */
export class Progress {
  readonly #enabled: boolean;
  #next = performance.now() + FIRST_AFTER_MS;
  #isShown = false;

  /** Shows nothing if it is not enabled, or standard error is not a terminal. */
  constructor(enabled: boolean) {
    this.#enabled = enabled && Deno.stderr.isTerminal();
  }

  /** Shows a line, if it is time. Cheap enough to be called often. */
  show(text: () => string): void {
    if (!this.#enabled || performance.now() < this.#next) return;
    this.#next = performance.now() + EVERY_MS;
    this.#isShown = true;
    write(`\r\x1b[K${printable(text())}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) write("\r\x1b[K");
    this.#isShown = false;
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
