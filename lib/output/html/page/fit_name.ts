/**
 * As much of a name as fits: without namespaces and folders in front of it where there is no room for
 * them, then without its end; empty if there is no room for two characters.
 *
 * @param room How much room there is, in pixels.
 * @param charWidth The width of an ASCII character, all of which are equally wide.
 * @param measure Measures other texts, which takes long.
 */
export function fitName(
  name: string,
  room: number,
  charWidth: number,
  measure: (text: string) => number,
): string {
  const count = Math.floor(room / charWidth);
  if (count < 2) return "";
  // deno-lint-ignore no-control-regex -- ASCII
  if (!/^[\x00-\x7f]*$/.test(name)) return fitMeasured(name, room, measure);
  if (name.length <= count) return name;
  const start = nameStart(name, name.length - count);
  return name.length - start <= count
    ? name.slice(start)
    : `${name.slice(start, start + count - 1)}…`;
}

/**
 * Where a name begins without what it is in: behind the first `::` or `/` that is not in brackets and
 * leaves out at least so many characters, or else the last one.
 */
export function nameStart(name: string, atLeast: number): number {
  let start = 0;
  let depth = 0;
  for (let at = 0; at < name.length && start < atLeast; at++) {
    const character = name[at]!;
    if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character)) depth--;
    // An operator such as "<<": what is in brackets is not known.
    if (depth < 0) return start;
    if (depth > 0) continue;
    if (character === "/" && at < name.length - 1) start = at + 1;
    else if (character === ":" && name[at + 1] === ":" && at < name.length - 2) start = at + 2;
    else if (character === " ") return start;
  }
  return start;
}

const OPENING = "(<[{";
const CLOSING = ")>]}";

function fitMeasured(name: string, room: number, measure: (text: string) => number): string {
  if (measure(name) <= room) return name;
  const characters = Array.from(name);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (measure(`${characters.slice(0, middle).join("")}…`) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${characters.slice(0, low).join("")}…`;
}
