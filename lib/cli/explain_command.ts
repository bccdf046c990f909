import { parseRawFrame } from "../input/mod.ts";
import {
  type AddressInput,
  explainAddresses,
  type Explanation,
  type RecordingToExplain,
} from "../resolve/mod.ts";
import { explanationText } from "./explain_text.ts";
import type { Options } from "./options.ts";
import { readInputs } from "./read_inputs.ts";
import { openRecordedMachine, type RecordedMachine } from "./recorded_machine.ts";
import { invalidLineText } from "./report_text.ts";
import { machinesOf, type RecordingOnMachine } from "./resolve_recordings.ts";
import { VERSION } from "./version.ts";

/**
 * The command `symfold explain`.
 *
 * @param lose Is told, for the user, of what could not be done although the rest could.
 * @returns What is to be printed.
 * @throws {Error} With a message for the user, if nothing can be done.
 */
export async function explainCommand(
  options: Options,
  lose: (message: string) => void,
): Promise<string> {
  const inputs = options.operands.flatMap((text) => {
    const input = parseAddress(text);
    if (input === undefined) {
      lose(
        `Cannot explain ${JSON.stringify(text)}: it is no address, ` +
          "want one such as 0x7f572d91b230 or libc.so.6+0x12",
      );
    }
    return input ?? [];
  });
  const { sysroot, demangle, returnAddresses = "callers", trustFiles, json } = options;
  const areReturnAddresses = returnAddresses === "callers" ? undefined : returnAddresses === "all";
  const shared = { sysroot, demangle, areReturnAddresses, trustFiles };
  const isNothingLeft = options.operands.length > 0 && inputs.length === 0;
  using machine = await openRecordedMachine(options, lose, true);
  const explanations: Explanation[] = [];
  if (options.inputs.length === 0) {
    explanations.push(...await explainAddresses(inputs, { ...machine, ...shared }));
  } else if (!isNothingLeft) {
    for (const { machine: own, recording } of await recordingsOf(options, machine, lose)) {
      explanations.push(...await explainAddresses(inputs, { ...own, ...shared, recording }));
    }
  }
  if (json) return JSON.stringify({ symfold: VERSION, explanations }, undefined, 2) + "\n";
  return explanations.map(explanationText).join("\n");
}

interface RecordingOfMachine extends Pick<RecordingOnMachine, "machine"> {
  readonly recording: RecordingToExplain;
}

/** The recordings that were named, each with the machine as it says it is. */
async function recordingsOf(
  options: Options,
  machine: RecordedMachine,
  lose: (message: string) => void,
): Promise<RecordingOfMachine[]> {
  const { inputs: paths, format, event, weight, roots, returnAddresses } = options;
  const read = await readInputs(
    { paths, format, options: { merge: true, event, weight, roots } },
    { onProgress: () => {}, onFailure: lose },
  );
  for (const { profile: { skipped: { invalid, firstInvalid } } } of read) {
    if (firstInvalid !== undefined) lose(invalidLineText(invalid, firstInvalid));
  }
  const machines = await machinesOf(read, { ...machine, returnAddresses });
  return machines.map(({ profile, machine: own }, at) => {
    const recording = { profile, returnAddresses: own.returnAddresses, sources: read[at]!.paths };
    return { machine: own, recording };
  });
}

/** What an operand says; undefined if it is no address. */
function parseAddress(text: string): AddressInput | undefined {
  const location = parseRawFrame(text);
  if (location.kind === "name") return undefined;
  // In a recording a word of hexadecimal digits may be a name; here it can only be an address.
  if ("bare" in location) return { text, location: { ...location, bare: false } };
  return { text, location };
}
