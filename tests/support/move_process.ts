/** A recording of collapsed stacks and the snapshot that belongs to it, as text. */
export interface RecordedProcess {
  readonly maps: string;
  readonly folded: string;
}

/** Each file goes this much further down than the one before it: 64 GiB. */
const STEP = 1n << 36n;

/** The same process as if it had been loaded elsewhere: each file at another distance. */
export function moveProcess({ maps, folded }: RecordedProcess): RecordedProcess {
  const mappings = maps.trimEnd().split("\n").map((line) => {
    const [, start, end, rest] = /^(\w+)-(\w+)(.*)$/.exec(line)!;
    const path = /\s(\/.*)$/.exec(rest!)?.[1];
    return { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), rest: rest!, path };
  });
  const files = [...new Set(mappings.flatMap(({ path }) => path ?? []))];
  const distanceOf = (path: string | undefined) =>
    path === undefined ? 0n : STEP * BigInt(files.indexOf(path) + 1);
  const moved = mappings.map(({ start, end, rest, path }) => {
    const distance = distanceOf(path);
    return { start: start - distance, end: end - distance, rest };
  }).sort((a, b) => a.start < b.start ? -1 : 1);
  return {
    maps: moved.map(({ start, end, rest }) => `${start.toString(16)}-${end.toString(16)}${rest}\n`)
      .join(""),
    folded: folded.replaceAll(/\b0x[0-9a-f]+\b/g, (text) => {
      const address = BigInt(text);
      const mapping = mappings.find(({ start, end }) => address >= start && address < end);
      return `0x${(address - distanceOf(mapping?.path)).toString(16)}`;
    }),
  };
}
