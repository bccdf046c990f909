import { UNRESOLVED_REASONS } from "../../profile/mod.ts";
import { commandsFor, type FetchContext, type FetchSubject } from "../images/fetch_commands.ts";
import type { Failure } from "../recorded_file.ts";
import type { ExplainedFailure } from "./explanation.ts";

/** Why there are no names, and what to do about it. */
export function explainFailure(
  { reason, detail }: Failure,
  subject: FetchSubject,
  context: FetchContext,
): ExplainedFailure {
  const { meaning, advice } = UNRESOLVED_REASONS[reason];
  return { reason, meaning, detail, advice, commands: commandsFor(reason, subject, context) };
}
