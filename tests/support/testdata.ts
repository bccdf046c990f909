import { fromFileUrl } from "@std/path";

/** The path of something in `testdata/`. */
export function testdata(path: string): string {
  return fromFileUrl(new URL(`../../testdata/${path}`, import.meta.url));
}

/** The path of something in the repository. */
export function inRepository(path: string): string {
  return fromFileUrl(new URL(`../../${path}`, import.meta.url));
}
