/** What symfold uses of `@std/path`, which comes without types. */
export function join(...parts: string[]): string;
/** The folder that a path is in. */
export function dirname(path: string): string;
