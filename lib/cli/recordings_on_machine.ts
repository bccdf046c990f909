import type { Options } from "./options.ts";
import { readInputs } from "./read_inputs.ts";
import type { RecordedMachine } from "./recorded_machine.ts";
import { invalidLineText } from "./report_text.ts";
import { machinesOf, type RecordingOnMachine } from "./resolve_recordings.ts";

/** A recording, what holds for it, and the files that it was read from. */
export interface NamedRecording extends RecordingOnMachine {
  /** As the user named them. */
  readonly paths: readonly string[];
}

/**
 * Reads the recordings that the options name, each with the machine as it says it is.
 *
 * @param machine What the user gave of it.
 * @param lose Is told, for the user, of what could not be read although the rest could.
 */
export async function recordingsOnMachine(
  options: Options,
  machine: RecordedMachine,
  lose: (message: string) => void,
): Promise<NamedRecording[]> {
  const { inputs: paths, format, event, weight, roots, returnAddresses } = options;
  const read = await readInputs(
    { paths, format, options: { merge: true, event, weight, roots } },
    { onProgress: () => {}, onFailure: lose },
  );
  for (const { profile: { skipped: { invalid, firstInvalid } } } of read) {
    if (firstInvalid !== undefined) lose(invalidLineText(invalid, firstInvalid));
  }
  const machines = await machinesOf(read, { ...machine, returnAddresses });
  return machines.map((one, at) => ({ ...one, paths: read[at]!.paths }));
}
