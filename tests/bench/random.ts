/** Numbers that look random and are the same for the same seed: sfc32 (PractRand, Chris Doty-Humphrey). */
export class Random {
  #a = 0;
  #b = 0;
  #c: number;
  #counter = 1;

  /** @param seed Any integer of 32 bits. */
  constructor(seed: number) {
    this.#c = seed | 0;
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** A number in `[0, 1)`. */
  fraction(): number {
    return (this.#next() >>> 0) / 0x100000000;
  }

  /** A whole number in `[0, end)`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** Puts numbers into another order (Fisher and Yates). */
  shuffle(numbers: Uint32Array): void {
    for (let at = numbers.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      const kept = numbers[at]!;
      numbers[at] = numbers[other]!;
      numbers[other] = kept;
    }
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }
}
