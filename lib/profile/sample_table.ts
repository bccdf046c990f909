/** The largest weight that is held exactly. */
export const MAX_WEIGHT: number = Number.MAX_SAFE_INTEGER;

/** The samples of a table as columns, which go from one thread to another. */
export interface SampleColumns {
  /** Of each sample the number of its stack. */
  readonly stacks: Uint32Array<ArrayBuffer>;
  /** Of each sample its weight. */
  readonly weights: Float64Array<ArrayBuffer>;
  /** Of each sample its base, NaN if it has none; undefined if none has one. */
  readonly bases: Float64Array<ArrayBuffer> | undefined;
}

/**
 * Samples: which stack was seen with which weight. Weights are whole numbers, see
 * {@linkcode Profile.decimals}. A differential recording has a second, earlier weight: its base.
 */
export class SampleTable {
  /** How many samples there are. */
  size = 0;
  #stacks = new Uint32Array(1 << 8);
  #weights = new Float64Array(1 << 8);
  /** Made when the first sample with a base comes; NaN for those without. */
  #bases: Float64Array<ArrayBuffer> | undefined;

  /** The table of these columns, which are not copied. */
  static of({ stacks, weights, bases }: SampleColumns): SampleTable {
    const table = new SampleTable();
    table.size = stacks.length;
    table.#stacks = stacks;
    table.#weights = weights;
    table.#bases = bases;
    return table;
  }

  /** The same samples, to be changed by itself. */
  copy(): SampleTable {
    const { stacks, weights, bases } = this.columns();
    return SampleTable.of({
      stacks: stacks.slice(),
      weights: weights.slice(),
      bases: bases?.slice(),
    });
  }

  /** All samples, not copied. */
  columns(): SampleColumns {
    return {
      stacks: this.#stacks.subarray(0, this.size),
      weights: this.#weights.subarray(0, this.size),
      bases: this.#bases?.subarray(0, this.size),
    };
  }

  /**
   * Appends a sample.
   *
   * @param base The first of two weights, NaN if there is only one.
   */
  push(stack: number, weight: number, base = NaN): number {
    if (this.size === this.#stacks.length) this.#grow();
    const sample = this.size++;
    this.#stacks[sample] = stack;
    this.#weights[sample] = weight;
    if (!Number.isNaN(base)) this.#bases ??= new Float64Array(this.#stacks.length).fill(NaN);
    if (this.#bases !== undefined) this.#bases[sample] = base;
    return sample;
  }

  /** Adds to the weight of a sample; false, and nothing added, if that would not be exact. */
  add(sample: number, weight: number, base = NaN): boolean {
    const sum = this.#weights[sample]! + weight;
    const baseSum = this.baseOf(sample) + base;
    if (sum > MAX_WEIGHT || baseSum > MAX_WEIGHT) return false;
    this.#weights[sample] = sum;
    if (this.#bases !== undefined) this.#bases[sample] = baseSum;
    return true;
  }

  /** The number of the stack of a sample. */
  stackOf(sample: number): number {
    return this.#stacks[sample]!;
  }

  /** The weight of a sample. */
  weightOf(sample: number): number {
    return this.#weights[sample]!;
  }

  /** The base weight of a sample; NaN if it has none. */
  baseOf(sample: number): number {
    return this.#bases === undefined ? NaN : this.#bases[sample]!;
  }

  /** Multiplies all weights; false, and nothing done, if one would not be exact. */
  scale(factor: number): boolean {
    for (let sample = 0; sample < this.size; sample++) {
      if (this.#weights[sample]! * factor > MAX_WEIGHT) return false;
      if (this.baseOf(sample) * factor > MAX_WEIGHT) return false;
    }
    for (let sample = 0; sample < this.size; sample++) {
      this.#weights[sample]! *= factor;
      if (this.#bases !== undefined) this.#bases[sample]! *= factor;
    }
    return true;
  }

  #grow(): void {
    const capacity = Math.max(1 << 8, this.size * 2);
    const stacks = new Uint32Array(capacity);
    const weights = new Float64Array(capacity);
    stacks.set(this.#stacks);
    weights.set(this.#weights);
    this.#stacks = stacks;
    this.#weights = weights;
    if (this.#bases === undefined) return;
    const bases = new Float64Array(capacity).fill(NaN);
    bases.set(this.#bases);
    this.#bases = bases;
  }
}
