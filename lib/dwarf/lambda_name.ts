import type { Text } from "./string_pool.ts";

/** How the name of a lambda begins, from compilers that give it one: `<lambda(int)>`. */
const NAMED_LAMBDA = "<lambda";
/** What a lambda that captures nothing is called by, where a pointer to a function is wanted. */
const INVOKERS: readonly string[] = ["_FUN", "__invoke"];

/**
 * The name of a class that may be a lambda, known once strings are loaded. A class without a name
 * that is called by `operator()` is one. Lambdas of a function have their lines to tell them apart:
 * `{lambda:12}`. Demanglers say `{lambda(int)#1}`, but compilers count in ways of their own, and
 * leave out of debug information what they do not use.
 */
export class LambdaName implements Text {
  readonly #inner: Text | undefined;
  readonly #unnamed: string;
  readonly #lambda: string;

  /**
   * @param unnamed What the class is called if it is no lambda.
   * @param inner The name of what is directly in it.
   * @param line Where it is declared; 0 if that is not said.
   */
  constructor(unnamed: string, inner: Text | undefined, line: number) {
    this.#inner = inner;
    this.#unnamed = unnamed;
    this.#lambda = spell(line);
  }

  /** The name. */
  get value(): string {
    const { value: inner = "" } = this.#inner ?? {};
    const isLambda = inner.startsWith("operator()") || INVOKERS.includes(inner);
    return isLambda ? this.#lambda : this.#unnamed;
  }
}

/** The name of a class that has one; a lambda is called as if it had none. */
export class ClassName implements Text {
  readonly #name: Text;
  readonly #lambda: string;

  /** @param line Where the class is declared; 0 if that is not said. */
  constructor(name: Text, line: number) {
    this.#name = name;
    this.#lambda = spell(line);
  }

  /** The name. */
  get value(): string {
    const { value } = this.#name;
    return value.startsWith(NAMED_LAMBDA) ? this.#lambda : value;
  }

  /** See {@linkcode Text.isMissing}. */
  get isMissing(): boolean {
    return this.#name.isMissing ?? false;
  }
}

function spell(line: number): string {
  return line > 0 ? `{lambda:${line}}` : "{lambda}";
}
