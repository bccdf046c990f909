import { parseRawFrame } from "../input/mod.ts";
import { type AddressInput, explainAddresses, type Explanation } from "../resolve/mod.ts";
import { explanationText } from "./explain_text.ts";
import type { Options } from "./options.ts";
import { openRecordedMachine } from "./recorded_machine.ts";
import { recordingsOnMachine } from "./recordings_on_machine.ts";
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
    for (
      const { profile, machine: own, paths } of await recordingsOnMachine(options, machine, lose)
    ) {
      const recording = { profile, returnAddresses: own.returnAddresses, sources: paths };
      explanations.push(...await explainAddresses(inputs, { ...own, ...shared, recording }));
    }
  }
  if (json) return JSON.stringify({ symfold: VERSION, explanations }, undefined, 2) + "\n";
  return explanations.map(explanationText).join("\n");
}

/** What an operand says; undefined if it is no address. */
function parseAddress(text: string): AddressInput | undefined {
  const location = parseRawFrame(text);
  if (location.kind === "name") return undefined;
  // In a recording a word of hexadecimal digits may be a name; here it can only be an address.
  if ("bare" in location) return { text, location: { ...location, bare: false } };
  return { text, location };
}
