import { join } from "@std/path";
import { mapsText } from "./maps_text.ts";
import { Random } from "./random.ts";
import { makeLibrary } from "./synthetic_library.ts";

/** A process that never ran: its libraries are on disk, and the names of its addresses are known. */
export interface SyntheticProcess {
  /** The path of the maps snapshot. */
  readonly maps: string;
  /** Different return addresses in random order. */
  readonly addresses: Float64Array;
  /** Of each address the name of its function, as symfold spells it by default. */
  readonly names: readonly string[];
}

const LIBRARY_COUNT = 3;
const FUNCTION_COUNT = 5_000;
const FIRST_BIAS = 0x7f3c_1000_0000;
const BIAS_STEP = 0x1000_0000;

/** Writes three libraries of 5,000 functions each and the snapshot, and picks addresses in them. */
export function makeProcess(
  { folder, seed, addressCount }: {
    readonly folder: string;
    readonly seed: number;
    readonly addressCount: number;
  },
): SyntheticProcess {
  const random = new Random(seed);
  const files = Array.from({ length: LIBRARY_COUNT }, (_, number) => {
    const path = join(folder, `lib${PARTS[number]}.so`);
    const { bytes, segments, functions } = makeLibrary(functionsOf(number, random));
    Deno.writeFileSync(path, bytes);
    return { path, loadBias: FIRST_BIAS + number * BIAS_STEP, segments, functions };
  });
  const names = new Map<number, string>();
  while (names.size < addressCount) {
    const { loadBias, functions } = files[random.below(files.length)]!;
    const { name, start, size } = functions[random.below(functions.length)]!;
    names.set(loadBias + start + 2 + 2 * random.below(size / 2 - 1), spelled(name));
  }
  const maps = join(folder, "maps");
  Deno.writeTextFileSync(maps, mapsText(files));
  return { maps, addresses: Float64Array.from(names.keys()), names: [...names.values()] };
}

const PARTS = ["render", "storage", "network", "parser", "index", "crypto", "session", "codec"];
const VERBS = ["read", "write", "find_next", "update", "decode_frame", "release", "insert", "poll"];

/** Half of them are C++: their names have to be demangled. */
function* functionsOf(library: number, random: Random) {
  for (let number = 0; number < FUNCTION_COUNT; number++) {
    const part = PARTS[random.below(PARTS.length)]!;
    const verb = `${VERBS[random.below(VERBS.length)]!}_${library}_${number}`;
    const name = random.below(2) === 0
      ? `${part}_${verb}`
      : `_ZN${part.length}${part}${verb.length}${verb}Eiv`;
    yield { name, size: 16 * (1 + random.below(40)) };
  }
}

const MANGLED_REGEXP = /^_ZN\d+([a-z]+)\d+(\w+)Eiv$/;

function spelled(name: string): string {
  return name.replace(MANGLED_REGEXP, "$1::$2");
}
