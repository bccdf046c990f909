// @ts-types="./path.d.ts"
import { join } from "@std/path/posix/join";

/** The kernel follows at most 40 links, too. */
const MAX_LINKS = 40;

/**
 * Finds a file of another machine below a folder that holds a copy of its file system. Symbolic
 * links and `..` mean what they meant there: they start at the folder and never lead out of it.
 *
 * @param root The folder.
 * @param path The path on the other machine.
 * @returns The path here, without links in it below the folder.
 * @throws {Deno.errors.NotFound} If there is no such file. The message is the path here that is
 * not there, with the links before it followed.
 * @throws {Deno.errors.FilesystemLoop} If there are more than 40 links on the way.
 */
export function resolveInSysroot(root: string, path: string): string {
  const todo = path.split("/").reverse();
  let inside: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const part = todo.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      inside.pop();
      continue;
    }
    const here = join(root, ...inside, part);
    if (!infoOf(here, todo).isSymlink) {
      inside.push(part);
      continue;
    }
    if (++links > MAX_LINKS) {
      throw new Deno.errors.FilesystemLoop(`Cannot open "${here}": too many symbolic links`);
    }
    const target = Deno.readLinkSync(here);
    if (target.startsWith("/")) inside = [];
    todo.push(...target.split("/").reverse());
  }
  return join(root, ...inside);
}

/** @param rest The parts of the path that come behind, last first. */
function infoOf(here: string, rest: readonly string[]): Deno.FileInfo {
  try {
    return Deno.lstatSync(here);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
    throw new Deno.errors.NotFound(join(here, ...rest.toReversed()));
  }
}
