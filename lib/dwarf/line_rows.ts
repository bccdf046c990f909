import { lowerBound } from "../bytes/lower_bound.ts";
import { Defect } from "./defect.ts";
import { isDead } from "./range_lists.ts";

/** Sequences may say something of the same vaddr: for all vaddrs, and for each, this often. */
const FREE_STEPS = 1 << 20;
const MAX_ROWS = 1 << 6;

/**
 * The rows of a line table that wanted vaddrs belong to. Rows are given one after the other as a
 * line number program makes them; none is kept but those that are wanted.
 */
export class LineRows {
  /** By index of a vaddr: 1 if it has a row. */
  readonly found: Uint8Array;
  /** By index of a vaddr: an index of the files. */
  readonly files: Uint32Array;
  /** By index of a vaddr: 1-based; 0 if the row belongs to no line. */
  readonly lines: Uint32Array;
  /** By index of a vaddr: 1-based; 0 if it is not known. */
  readonly columns: Uint32Array;
  readonly #vaddrs: Float64Array;
  readonly #addressSize: number;
  #address = 0;
  #file = 0;
  #line = 0;
  #column = 0;
  #isInSequence = false;
  #isDead = false;
  /** The index of the first vaddr that is not below the last row's address. */
  #next = 0;
  #nextVaddr = Infinity;
  #stepsLeft: number;

  /** @param vaddrs Ascending and different. */
  constructor(vaddrs: Float64Array, addressSize: number) {
    this.#vaddrs = vaddrs;
    this.#addressSize = addressSize;
    this.#stepsLeft = FREE_STEPS + MAX_ROWS * vaddrs.length;
    this.found = new Uint8Array(vaddrs.length);
    this.files = new Uint32Array(vaddrs.length);
    this.lines = new Uint32Array(vaddrs.length);
    this.columns = new Uint32Array(vaddrs.length);
  }

  /**
   * The next row of the sequence. Of rows with the same address the last one counts.
   *
   * @throws {Defect} If rows go back to the same vaddrs far more often than compilers write.
   */
  add(address: number, file: number, line: number, column: number): void {
    if (address !== this.#address || !this.#isInSequence) this.#moveTo(address);
    this.#file = file;
    this.#line = line;
    this.#column = column;
  }

  /**
   * The first address behind the sequence.
   *
   * @throws {Defect} As {@linkcode add} does.
   */
  end(address: number): void {
    if (this.#isInSequence) this.#moveTo(address);
    this.#isInSequence = false;
  }

  #moveTo(address: number): void {
    if (!this.#isInSequence) {
      this.#isInSequence = true;
      this.#isDead = isDead(address, this.#addressSize);
      this.#seek(address);
    } else if (address < this.#address) {
      this.#seek(address);
    } else {
      while (this.#nextVaddr < address) this.#settle();
    }
    this.#address = address;
  }

  #settle(): void {
    if (--this.#stepsLeft < 0) throw new Defect("its rows go back and forth too often");
    const at = this.#next++;
    this.#nextVaddr = this.#vaddrs[this.#next] ?? Infinity;
    if (this.#isDead) return;
    this.found[at] = 1;
    this.files[at] = this.#file;
    this.lines[at] = this.#line;
    this.columns[at] = this.#column;
  }

  #seek(address: number): void {
    this.#next = lowerBound(this.#vaddrs, address);
    this.#nextVaddr = this.#vaddrs[this.#next] ?? Infinity;
  }
}
