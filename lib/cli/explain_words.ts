import type { LabelVerdict, LookupStage, SymbolRule } from "../symbols/mod.ts";
import type { ExplainedBias, ExplainedEvidence, Verdict } from "../resolve/mod.ts";

/** What decided between the best symbol and the second best. */
export const RULE_TEXTS: Readonly<Record<SymbolRule, string>> = {
  start: "of the symbols that cover the vaddr, the one that begins last",
  size: "of the symbols that begin there, the smallest",
  binding: "of symbols with the same bounds, global before weak before local",
  underscores: "of names for the same code, the one with fewer leading underscores",
  length: "of names for the same code, the shorter",
  bytes: "of names for the same code, the one that is smaller byte by byte",
};

/** What became of the nearest symbol without a size. */
export const LABEL_TEXTS: Readonly<Record<LabelVerdict, string>> = {
  chosen: "chosen: no symbol with a size covers the vaddr, and none ends in between",
  covered: "not needed: a symbol with a size covers the vaddr",
  ended: "not taken: a symbol with a size ends in between",
  "out of reach": "not taken: it does not reach so far; the vaddr is in another section, or " +
    "only exported functions are known and others may lie in between",
};

/** What told of a function. */
export const STAGE_TEXTS: Readonly<Record<LookupStage, string>> = {
  symbols: "by a symbol",
  plt: "a stub of the procedure linkage table, by the relocation of its slot",
  gopclntab: "by Go's table of functions, .gopclntab",
  bounds: "its bounds only, by the unwind tables",
  dwarf: "by debug information",
};

/** What became of a load bias. */
export const BIAS_TEXTS: Readonly<Record<ExplainedBias["outcome"], string>> = {
  chosen: "chosen",
  "chosen by evidence": "chosen: by it return addresses follow calls, or all text is mapped",
  "another copy": "another loaded copy",
  "mapped for reading": "there the file was mapped for reading only",
  lost: "lost",
};

/** What the instructions around an address say. */
export const EVIDENCE_TEXTS: Readonly<Record<ExplainedEvidence["finding"], string>> = {
  "behind a call": "a call ends at the address: it may be a return address",
  "inside a call":
    "the address is inside a call: a return address that the recorder adjusted, or the call ran",
  "no call": "no call ends at the address: it is no return address",
};

/** What return addresses say of an image. */
export const VERDICT_TEXTS: Readonly<Record<Verdict, string>> = {
  fits: "the image fits",
  adjusted: "the image fits, and the return addresses were adjusted already",
  "not-adjusted": "the image fits, but the return addresses were not adjusted",
  differs: "the image is doubted",
  "not-judged": "not judged, too few to tell whether it is the right file",
};
