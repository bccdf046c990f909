import { pidOf } from "../input/mod.ts";
import { describeImages, type MachineOptions } from "../resolve/mod.ts";
import { imagesText } from "./images_text.ts";
import { type Options, UsageError } from "./options.ts";
import { openRecordedMachine, type RecordedMachine } from "./recorded_machine.ts";
import { recordingsOnMachine } from "./recordings_on_machine.ts";
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
  const own = options.inputs.length === 0 ? machine : await ofRecording(options, machine, lose);
  const description = await describeImages({ ...own, sysroot });
  if (json) return JSON.stringify({ symfold: VERSION, ...description }, undefined, 2) + "\n";
  return imagesText(description, verbose);
}

/** @throws {UsageError} If no snapshot is named, without which the command can do nothing. */
function checkMaps({ maps, bundle, inputs, command }: Options): void {
  if (maps.length > 0 || bundle !== undefined || inputs.length > 0) return;
  throw new UsageError(`"symfold ${command}" needs --maps FILE, or --recording FILE`);
}

/**
 * The machine as the recording says it is.
 *
 * @throws {Error} If it could not be read, or says nothing of what was mapped.
 */
async function ofRecording(
  options: Options,
  machine: RecordedMachine,
  lose: (message: string) => void,
): Promise<MachineOptions> {
  const [recording] = await recordingsOnMachine(options, machine, lose);
  const { snapshots = [] } = recording?.machine ?? {};
  if (recording === undefined || snapshots.length === 0) {
    const [path] = options.inputs;
    throw new Error(`Cannot list images: there are no maps in "${path}", give them with --maps`);
  }
  // One process may have run several programs, each with a number of its own.
  const whole = snapshots.map(({ process, ...snapshot }) =>
    process === undefined ? snapshot : { ...snapshot, process: pidOf(process) }
  );
  return { ...recording.machine, snapshots: whole };
}
