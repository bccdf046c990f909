import type { Random } from "./random.ts";

/** A text that names addresses, and the answers to some. */
export interface SyntheticNames {
  /** The lines of the text. */
  readonly lines: readonly string[];
  /** Different addresses in random order, as 16 hexadecimal digits. */
  readonly addresses: readonly string[];
  /** Of each address the name that the text has for it. */
  readonly names: readonly string[];
}

const VERBS = ["read", "write", "alloc", "free", "probe", "init", "poll", "release", "lookup"];
const PARTS = ["inode", "page", "skb", "bio", "task", "irq", "timer", "route", "dentry", "queue"];
const KERNEL_START = 0xffffffff81000000n;
const MODULES_START = 0xffffffffc0000000n;
/** Of a hundred symbols: functions, local ones, data. The last ones are those of modules. */
const TYPES = ["t", "t", "t", "T", "T", "W", "d", "b", "r", "t"];
const MODULE_SHARE = 0.2;

/** Lines as `/proc/kallsyms` has them: by address, and then those of modules, each in order. */
export function makeKallsyms(random: Random, symbolCount: number, addressCount: number) {
  const lines: string[] = [];
  const functions: { readonly start: bigint; readonly size: number; readonly name: string }[] = [];
  const moduleFrom = Math.floor(symbolCount * (1 - MODULE_SHARE));
  let at = KERNEL_START;
  for (let number = 0; number < symbolCount; number++) {
    if (number === moduleFrom) at = MODULES_START;
    const type = number === 0 ? "T" : TYPES[random.below(TYPES.length)]!;
    const size = 16 * (1 + random.below(20));
    const module = number < moduleFrom ? "" : `module_${Math.floor(number / 500)}`;
    const name = nameOf(random, number);
    lines.push(`${spell(at)} ${type} ${name}${module === "" ? "" : `\t[${module}]`}\n`);
    if ("tTW".includes(type)) {
      functions.push({ start: at, size, name: module === "" ? name : `${name} [${module}]` });
    }
    at += BigInt(size);
  }
  return { lines, ...pick(random, functions, addressCount) };
}

/** Lines of a perf map: code stands where there was room, so that the order is another one. */
export function makePerfMap(random: Random, lineCount: number, addressCount: number) {
  const order = Uint32Array.from({ length: lineCount }, (_, at) => at);
  random.shuffle(order);
  const functions = Array.from(order, (place, number) => ({
    start: 0x7f3c_1000_0000n + BigInt(place) * 512n,
    size: 16 * (1 + random.below(32)),
    name: `JS:*${nameOf(random, number)} /srv/app/${number % 97}.js:${number % 1000}:17`,
  }));
  const lines = functions.map(({ start, size, name }) =>
    `${start.toString(16)} ${size.toString(16)} ${name}\n`
  );
  return { lines, ...pick(random, functions, addressCount) };
}

function pick(
  random: Random,
  functions: readonly { readonly start: bigint; readonly size: number; readonly name: string }[],
  count: number,
): Pick<SyntheticNames, "addresses" | "names"> {
  const names = new Map<string, string>();
  while (names.size < count) {
    const { start, size, name } = functions[random.below(functions.length)]!;
    names.set(spell(start + BigInt(random.below(size))), name);
  }
  return { addresses: [...names.keys()], names: [...names.values()] };
}

function nameOf(random: Random, number: number): string {
  const [part, verb] = [PARTS[random.below(PARTS.length)], VERBS[random.below(VERBS.length)]];
  return `${part}_${verb}_${number}`;
}

function spell(address: bigint): string {
  return address.toString(16).padStart(16, "0");
}
