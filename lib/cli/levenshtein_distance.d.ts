/** What symfold uses of `@std/text`, which comes without types. */
export function levenshteinDistance(one: string, other: string): number;
