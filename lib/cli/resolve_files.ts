import { type Options, UsageError } from "./options.ts";
import { openRecordedMachine, type RecordedMachine } from "./recorded_machine.ts";

/**
 * Opens what a command needs to resolve addresses, and closes it when the work is done.
 *
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @throws {Error} With a message for the user, if something cannot be read at all.
 */
export async function withResolveFiles<Result>(
  options: Options,
  lose: (message: string) => void,
  work: (machine: RecordedMachine) => Promise<Result>,
): Promise<Result> {
  using machine = await openRecordedMachine(options, lose, true);
  return await work(machine);
}

/** @throws {UsageError} If no snapshot is named, without which a command can do nothing. */
export function checkMaps({ maps, bundle, command }: Options): void {
  if (maps.length > 0 || bundle !== undefined) return;
  throw new UsageError(`"symfold ${command}" needs --maps FILE`);
}
