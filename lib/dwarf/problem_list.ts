import { isSourceError } from "../errors.ts";

/** More of them help nobody. */
const MAX_PROBLEMS = 20;

/** What could not be used, and why, each said once: clauses for the user. */
export class ProblemList {
  readonly #problems = new Set<string>();
  #more = 0;
  #count = 0;

  /** How many times something could not be used, whether that was said already or not. */
  get count(): number {
    return this.#count;
  }

  /** Adds a clause. */
  add(problem: string): void {
    this.#count++;
    if (this.#problems.has(problem)) return;
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.add(problem);
    else this.#more++;
  }

  /**
   * Does something that may find the data damaged, which is a problem then.
   *
   * @returns What it gave; undefined if there was a problem.
   * @throws What is no error of the data.
   */
  async attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isSourceError(error)) throw error;
      this.add(error.message);
      return undefined;
    }
  }

  /** All of them; the last one may say how many more there are. */
  clauses(): string[] {
    const clauses = [...this.#problems];
    if (this.#more > 0) clauses.push(`${this.#more} more problems with debug information`);
    return clauses;
  }
}
