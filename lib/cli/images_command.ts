import { describeImages } from "../resolve/mod.ts";
import { imagesText } from "./images_text.ts";
import { type Options, UsageError } from "./options.ts";
import { openRecordedMachine } from "./recorded_machine.ts";
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
  using machine = await openRecordedMachine(options, lose, true);
  const description = await describeImages({ ...machine, sysroot });
  if (json) return JSON.stringify({ symfold: VERSION, ...description }, undefined, 2) + "\n";
  return imagesText(description, verbose);
}

/** @throws {UsageError} If no snapshot is named, without which the command can do nothing. */
function checkMaps({ maps, bundle, command }: Options): void {
  if (maps.length > 0 || bundle !== undefined) return;
  throw new UsageError(`"symfold ${command}" needs --maps FILE`);
}
