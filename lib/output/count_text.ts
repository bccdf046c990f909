/**
 * A number of things: `1 function`, `5 functions`.
 *
 * @param plural What they are; one of them is that without the `s`.
 */
export function countText(count: number, plural: string): string {
  return `${count} ${count === 1 ? plural.replace(/s$/, "") : plural}`;
}
