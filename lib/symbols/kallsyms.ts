import { type ByteReader, LineReader } from "../bytes/mod.ts";
import { FormatError } from "../errors.ts";
import type { InvalidLine } from "../profile/mod.ts";
import { chooseName } from "./choose_name.ts";
import { HexField } from "./hex_field.ts";
import { KERNEL_LANDMARKS, type KernelLandmarks } from "./kernel_landmarks.ts";
import { isSectionBoundAt } from "./section_bounds.ts";

/** The kernel function that an address lies in. */
export interface KernelSymbol {
  /** As the kernel spells it, with suffixes such as `.cold`, `.llvm.123` or `.cfi_jt`. */
  readonly name: string;
  /**
   * The module that has it, without brackets; empty for the kernel itself. Also `bpf` and what the
   * kernel makes up for code that it generates: `__builtin__ftrace`, `__builtin__kprobes`.
   */
  readonly module: string;
  /** The address of its first instruction; negative on 64-bit machines. */
  readonly start: number;
}

/** How {@linkcode readKallsyms} decided for an address. */
export interface KernelDecision {
  /** The nearest function at or before the address; undefined if there is none. */
  readonly nearest: KernelSymbol | undefined;
  /** The line of the file that has it, 1-based; 0 if there is none. */
  readonly line: number;
  /** Whether it was chosen, or another symbol begins in between, or it is too far away. */
  readonly verdict: "chosen" | "ended" | "too far" | "none";
}

/** What {@linkcode readKallsyms} found. */
export interface KallsymsLookup {
  /** Of each address its function, in the order of the addresses; undefined if there is none. */
  readonly symbols: readonly (KernelSymbol | undefined)[];
  /** Of each address how that came to be; left out unless it was asked for. */
  readonly decisions?: readonly KernelDecision[];
  /** How many symbols of the file have the type of a function, and are no bounds of sections. */
  readonly textSymbols: number;
  /**
   * Whether every symbol has address 0: the snapshot was taken without CAP_SYSLOG, or with
   * `kernel.kptr_restrict` at 2 (proc_sys_kernel(5)).
   */
  readonly allZero: boolean;
  /** The addresses of those {@linkcode KERNEL_LANDMARKS} that are there, and not 0. */
  readonly landmarks: KernelLandmarks;
  /** How many lines could not be read. */
  readonly invalid: number;
  /** The first of them; undefined if there is none. */
  readonly firstInvalid: InvalidLine | undefined;
}

/**
 * Finds the functions that kernel addresses lie in, from a snapshot of `/proc/kallsyms`
 * (proc_kallsyms(5)) or a `System.map`: lines `ADDRESS TYPE NAME`, with a tab and `[MODULE]` behind
 * the names of modules. The lines may come in any order.
 *
 * The file has no sizes. An address belongs to the nearest function at or before it, unless
 *
 * - another symbol begins in between, of whatever type: the address is then in its data;
 * - or it is 128 KiB or more behind the function's start: it is then in a hole between sections or
 *   modules. (The longest function of a Linux 6.18 for x86-64 has 20 KiB, the padding between its
 *   sections up to 1 MiB.)
 *
 * Several names at one address: global before weak before local, then `chooseName`. Names that the
 * linker script gives to the start of a section (`_stext`, `__sched_text_start`) and to its end
 * (`_etext`, `__sched_text_end`) name nothing: the code there is a function's, which has a name of
 * its own, and it is not known where that begins if its line was left out. They end what lies before.
 *
 * Types are those of nm(1), which `scripts/kallsyms.c` and `kernel/module/kallsyms.c` of Linux
 * follow: functions are `T t`, weak ones `W w` (a weak object is `V v`), indirect ones `i`. Upper
 * case is global; in a module, exported. Absolute, undefined and debugging symbols are ignored, and
 * so are mapping symbols (`$x`, `$d`) and local labels (`.L`), as in the kernel's own lookup.
 *
 * The file is streamed once; memory follows the addresses.
 *
 * @param addresses Ascending and different, in symfold's form (the upper half is negative).
 * @param explains Whether the `decisions` are asked for.
 * @throws {FormatError} If not a single line is a symbol, or a line is longer than 64 MiB.
 *
 * @example
 * ```ts
 * import { readKallsyms } from "./kallsyms.ts";
 * import { readerOfBytes } from "../bytes/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "ffffffff81000000 T _stext\nffffffffc0201000 t nf_hook\t[nf_tables]\n";
 * const reader = readerOfBytes("kallsyms", new TextEncoder().encode(text));
 * const { symbols } = await readKallsyms(reader, new Float64Array([-0x3fdfeff0]));
 * assertEquals(symbols, [{ name: "nf_hook", module: "nf_tables", start: -0x3fdff000 }]);
 * ```
 */
export async function readKallsyms(
  reader: ByteReader,
  addresses: Float64Array,
  explains = false,
): Promise<KallsymsLookup> {
  const lines = new LineReader(reader);
  const line = new KallsymsLine();
  const nearest = new NearestSymbols(addresses);
  let symbolCount = 0;
  let textSymbols = 0;
  let allZero = true;
  const landmarks = new Map<string, number>();
  let invalid = 0;
  let firstInvalid: InvalidLine | undefined;
  while (await lines.fill()) {
    while (lines.next()) {
      const { view, start, end } = lines;
      const detail = line.parse(view, start, end);
      if (detail !== "") {
        if (line.isBlank || invalid++ > 0) continue;
        const { lineNumber } = lines;
        const shown = lines.text().replace(/\r$/, "").slice(0, MAX_SHOWN);
        firstInvalid = { source: reader.name, line: lineNumber, text: shown, detail };
        continue;
      }
      symbolCount++;
      const { address, nameStart, nameEnd } = line;
      const rank = rankOf(line.type);
      const isFunction = rank >= 0 && !isSectionBoundAt(view, nameStart, nameEnd);
      if (isFunction) textSymbols++;
      // No code is there: hidden, an undefined weak symbol, or the start of the per-CPU data.
      if (address === 0) continue;
      allZero = false;
      if (view.getUint8(nameStart) === UNDERSCORE && nameEnd - nameStart <= LANDMARK_SIZE) {
        const name = decode(view, nameStart, nameEnd);
        if (KERNEL_LANDMARKS.includes(name) && !landmarks.has(name)) landmarks.set(name, address);
      }
      if (explains) nearest.lineNumber = lines.lineNumber;
      if (isFunction) nearest.offer(view, address, rank, nameStart, nameEnd);
      else if (!IGNORED_TYPES.includes(line.type)) nearest.bound(address);
    }
    nearest.settle(lines.view);
  }
  if (symbolCount === 0) throw noSymbols(reader.name, lines.lineNumber, firstInvalid);
  const decisions = nearest.decisions();
  const symbols = decisions.map(({ nearest, verdict }) =>
    verdict === "chosen" ? nearest : undefined
  );
  const lookup = { symbols, textSymbols, allZero, landmarks, invalid, firstInvalid };
  return explains ? { ...lookup, decisions } : lookup;
}

const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const UNDERSCORE = 0x5f;
const DOLLAR = 0x24;
const DOT = 0x2e;
const CAPITAL_L = 0x4c;
const MAX_SHOWN = 200;
/** Bytes from a function's start to where it is not believed any more. */
const REACH = 0x20000;
/** Types whose values are no addresses: absolute, common, undefined, debugging, unknown. */
const IGNORED_TYPES: readonly number[] = [..."AaCcNnUu?-"].map((type) => type.charCodeAt(0));
/** In the order in which they win. */
const GLOBAL = 0;
const WEAK = 1;
const LOCAL = 2;
const LANDMARK_SIZE = Math.max(...KERNEL_LANDMARKS.map(({ length }) => length));
const MODULE_REGEXP = /^(.*?)[\t ]+\[([^\]]*)\]$/s;

/** Splits a line. One object serves all lines, its fields are those of the line parsed last. */
class KallsymsLine {
  /** In symfold's form. */
  address = 0;
  /** The character code of the type. */
  type = 0;
  /** Where the name begins. */
  nameStart = 0;
  /** Where the name ends, or the module behind it. */
  nameEnd = 0;
  /** Whether there is nothing on the line. */
  isBlank = false;
  readonly #field = new HexField();

  /** Gives what is wrong with the line; empty if it is a symbol. */
  parse(view: DataView, start: number, lineEnd: number): string {
    let end = lineEnd;
    while (end > start && isBlank(view.getUint8(end - 1))) end--;
    this.isBlank = end === start;
    const field = this.#field;
    if (!field.parse(view, start, end)) return "no address at its start";
    const at = field.end;
    if (at + 3 >= end || !isBlank(view.getUint8(at)) || !isBlank(view.getUint8(at + 2))) {
      return "no type behind its address";
    }
    if (isBlank(view.getUint8(at + 3))) return "no name behind its type";
    this.address = field.value;
    this.type = view.getUint8(at + 1);
    this.nameStart = at + 3;
    this.nameEnd = end;
    return "";
  }
}

/**
 * Finds, among symbols that come in any order, the nearest before each of the wanted addresses.
 * Symbols that lie between two wanted addresses compete for one slot, that of the upper address.
 *
 * Mostly the symbols come in order, and each beats the one before it. So the best of the last slot
 * is only held as a place in the reader's buffer; it becomes a string when another slot is next, or
 * when the buffer is about to change. See the bench "kallsyms".
 */
class NearestSymbols {
  readonly #wanted: Float64Array;
  /** Of each slot the greatest start of a function, and its rank, name and module. */
  readonly #starts: Float64Array;
  readonly #ranks: Uint8Array;
  readonly #names: string[] = [];
  readonly #modules: string[] = [];
  readonly #lines: number[] = [];
  /** Of each slot the greatest address where something else begins. */
  readonly #bounds: Float64Array;
  #lastSlot = 0;
  /** The best function of a slot that is not settled; -1 is no slot. */
  #slot = -1;
  #start = 0;
  #rank = 0;
  /** Where its names begin and end, and their lines, one after the other. */
  readonly #places: number[] = [];
  /** Of the symbol that is offered; 0 if nobody wants to know. */
  lineNumber = 0;

  constructor(wanted: Float64Array) {
    this.#wanted = wanted;
    this.#starts = new Float64Array(wanted.length).fill(-Infinity);
    this.#ranks = new Uint8Array(wanted.length);
    this.#bounds = new Float64Array(wanted.length).fill(-Infinity);
  }

  /** Something begins here that is not code. */
  bound(address: number): void {
    const slot = this.#slotOf(address);
    if (slot < this.#wanted.length && address > this.#bounds[slot]!) this.#bounds[slot] = address;
  }

  /** A function begins here. */
  offer(view: DataView, start: number, rank: number, nameStart: number, nameEnd: number): void {
    const slot = this.#slotOf(start);
    if (slot === this.#wanted.length) return;
    const first = view.getUint8(nameStart);
    if (first === DOLLAR) return;
    if (first === DOT && nameEnd > nameStart + 1 && view.getUint8(nameStart + 1) === CAPITAL_L) {
      return;
    }
    if (slot !== this.#slot) this.settle(view);
    const order = this.#slot < 0 ? 1 : start - this.#start || this.#rank - rank;
    if (order < 0) return;
    if (order > 0) this.#places.length = 0;
    this.#places.push(nameStart, nameEnd, this.lineNumber);
    this.#slot = slot;
    this.#start = start;
    this.#rank = rank;
  }

  /** Reads the names of what was found last, before the bytes of the view change. */
  settle(view: DataView<ArrayBufferLike>): void {
    const slot = this.#slot;
    if (slot < 0) return;
    const order = this.#start - this.#starts[slot]! || this.#ranks[slot]! - this.#rank;
    if (order >= 0) {
      const found = new Map<string, { readonly module: string; readonly line: number }>();
      if (order === 0) {
        const [module, line] = [this.#modules[slot]!, this.#lines[slot]!];
        found.set(this.#names[slot]!, { module, line });
      }
      for (let at = 0; at < this.#places.length; at += 3) {
        const text = decode(view, this.#places[at]!, this.#places[at + 1]!);
        const [, name = text, module = ""] = MODULE_REGEXP.exec(text) ?? [];
        if (!found.has(name)) found.set(name, { module, line: this.#places[at + 2]! });
      }
      const name = chooseName([...found.keys()]);
      this.#starts[slot] = this.#start;
      this.#ranks[slot] = this.#rank;
      this.#names[slot] = name;
      this.#modules[slot] = found.get(name)?.module ?? "";
      this.#lines[slot] = found.get(name)?.line ?? 0;
    }
    this.#slot = -1;
    this.#places.length = 0;
  }

  /** Decides for every address, after all symbols were settled. */
  decisions(): KernelDecision[] {
    const decisions: KernelDecision[] = [];
    let nearest: KernelSymbol | undefined;
    let line = 0;
    let bound = -Infinity;
    for (const [slot, address] of this.#wanted.entries()) {
      const start = this.#starts[slot]!;
      if (start > -Infinity) {
        nearest = { name: this.#names[slot]!, module: this.#modules[slot]!, start };
        line = this.#lines[slot]!;
      }
      bound = Math.max(bound, this.#bounds[slot]!);
      const verdict = nearest === undefined
        ? "none"
        : bound > nearest.start
        ? "ended"
        : address - nearest.start < REACH
        ? "chosen"
        : "too far";
      decisions.push({ nearest, line, verdict });
    }
    return decisions;
  }

  /** The first wanted address at or behind an address. */
  #slotOf(address: number): number {
    const wanted = this.#wanted;
    let low = 0;
    let high = wanted.length;
    // Where the symbol before was is where this one is, mostly.
    const last = this.#lastSlot;
    if (last === 0 || wanted[last - 1]! < address) low = last;
    if (last < high && address <= wanted[last]!) high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (wanted[middle]! < address) low = middle + 1;
      else high = middle;
    }
    this.#lastSlot = low;
    return low;
  }
}

/** The binding that a type stands for; -1 if it is no function. */
function rankOf(type: number): number {
  switch (type) {
    case 0x54: // T
    case 0x69: // i
      return GLOBAL;
    case 0x57: // W
    case 0x77: // w
      return WEAK;
    case 0x74: // t
      return LOCAL;
    default:
      return -1;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

function decode(view: DataView<ArrayBufferLike>, start: number, end: number): string {
  const { buffer, byteOffset } = view;
  return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + start, end - start));
}

function noSymbols(source: string, lines: number, first: InvalidLine | undefined): FormatError {
  return new FormatError({
    action: "find a symbol",
    source,
    ...(first && { place: { line: first.line } }),
    detail: first === undefined
      ? `it has ${lines} lines, want those of /proc/kallsyms`
      : `line is "${first.text}" (${first.detail}), want "ADDRESS TYPE NAME" as in /proc/kallsyms`,
  });
}
