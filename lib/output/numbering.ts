/** Numbers keys 0, 1, 2, ... in order of their first appearance. */
export class Numbering<Key> {
  /** All keys, by number. */
  readonly keys: Key[] = [];
  readonly #numbers = new Map<Key, number>();

  /** The number of a key. */
  numberOf(key: Key): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.keys.length);
    return this.keys.push(key) - 1;
  }
}
