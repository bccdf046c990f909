import { hex } from "../../errors.ts";
import type { SourcePosition } from "../../profile/mod.ts";
import type {
  ConsideredSymbol,
  Demangler,
  FoundFunction,
  InlinedFunction,
  LookupTrace,
} from "../../symbols/mod.ts";
import { type CodePlace, functionAt } from "../place.ts";
import type { ExplainedInlined, ExplainedName, ExplainedSymbol } from "./explanation.ts";

/**
 * How the name of code in a file was found, or why it was not.
 *
 * @param trace What was noted when the functions of the file were looked up.
 */
export function explainName(
  place: CodePlace,
  trace: LookupTrace,
  spell: Demangler,
): ExplainedName {
  const { file, lookupVaddr, vaddr } = place;
  const found: FoundFunction | undefined = functionAt(place);
  const isAtAddress = lookupVaddr !== vaddr && found !== undefined &&
    found !== file.functionAt(lookupVaddr);
  const { stage, decision } = trace.of(isAtAddress ? vaddr : lookupVaddr);
  const position = spellPosition(found?.position);
  return {
    name: found === undefined ? "" : spell(found.name),
    ...(found && { start: hex(found.start) }),
    ...(stage && { stage }),
    isAtAddress,
    ...(decision?.rule && { rule: decision.rule }),
    symbols: (decision?.covering ?? []).map(explainSymbol),
    symbolCount: decision?.coveringCount ?? 0,
    ...(decision?.label && decision.labelVerdict && {
      label: { ...explainSymbol(decision.label), verdict: decision.labelVerdict },
    }),
    inlined: (found?.inlined ?? []).map((called) => explainInlined(called, spell)),
    ...(position !== "" && { position }),
    namesFrom: file.namesFrom,
    problems: file.problems,
    ...(trace.search && { debugFiles: trace.search.tried }),
  };
}

function explainInlined(called: InlinedFunction, spell: Demangler): ExplainedInlined {
  const position = spellPosition(called.position);
  return { name: spell(called.name), ...(position !== "" && { position }) };
}

function explainSymbol({ start, size, binding, names }: ConsideredSymbol): ExplainedSymbol {
  return { start: hex(start), size: hex(size), binding, names };
}

function spellPosition(position: SourcePosition | undefined): string {
  if (position === undefined) return "";
  return position.line === 0 ? position.file : `${position.file}:${position.line}`;
}
