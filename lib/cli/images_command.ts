import { describeImages } from "../resolve/mod.ts";
import { imagesText } from "./images_text.ts";
import type { Options } from "./options.ts";
import { checkMaps, withResolveFiles } from "./resolve_files.ts";
import { VERSION } from "./version.ts";

/**
 * The command `symfold images`.
 *
 * @param lose Is told, for the user, of what could not be done although the rest could.
 * @returns What is to be printed.
 * @throws {Error} With a message for the user, if nothing can be done.
 */
export async function imagesCommand(
  options: Options,
  lose: (message: string) => void,
): Promise<string> {
  checkMaps(options);
  const { sysroot, verbose, json } = options;
  const description = await withResolveFiles(
    options,
    lose,
    (files) => describeImages({ ...files, sysroot }),
  );
  if (json) return JSON.stringify({ symfold: VERSION, ...description }, undefined, 2) + "\n";
  return imagesText(description, verbose);
}
