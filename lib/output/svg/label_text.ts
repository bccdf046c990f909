/**
 * As much of a name as there is room for in a frame, with `…` if it is cut; empty if that would say
 * nothing. Letters are of the same width. The viewer of pictures has the text of this function too,
 * which so must refer to nothing outside of itself.
 *
 * @param space The width of the frame in pixels, for letters of 12 pixels.
 */
export function labelText(name: string, space: number): string {
  const [indent, letterWidth, minLetters] = [3, 7.25, 3];
  const room = Math.floor((space - 2 * indent) / letterWidth);
  if (room < minLetters) return "";
  const letters = Array.from(name);
  return letters.length <= room ? name : `${letters.slice(0, room - 1).join("")}…`;
}
