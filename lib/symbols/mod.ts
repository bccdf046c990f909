/**
 * For one ELF file: a sorted set of vaddrs becomes functions with names. Which symbol names a vaddr
 * is decided by rules that do not depend on the order of the table; see `SymbolMatcher` and
 * `chooseName`.
 *
 * @example
 * ```ts
 * import { chooseName, loadDemangler } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const name = chooseName(["_ZN3Foo3barEv", "__Foo_bar_alias"]);
 * const demangle = await loadDemangler("short", [name]);
 * assertEquals(demangle(name), "Foo::bar");
 * ```
 *
 * @module
 */
export { type BuildIdList, isSameBuildId, parseBuildIdList } from "./build_id_list.ts";
export { chooseName } from "./choose_name.ts";
export { type Demangler, type DemangleStyle, loadDemangler } from "./demangle.ts";
export type { DebugFilePlaces } from "./debug_file_places.ts";
export {
  findFunctions,
  type FoundFunction,
  type FunctionLookup,
  type InlinedFunction,
  type SourceWish,
} from "./find_functions.ts";
export {
  type CandidateFile,
  type FileSearch,
  findMappedFile,
  type FoundFile,
} from "./file_search.ts";
export {
  type KallsymsLookup,
  type KernelDecision,
  type KernelSymbol,
  readKallsyms,
} from "./kallsyms.ts";
export type { KernelLandmarks } from "./kernel_landmarks.ts";
export { isSectionBound } from "./section_bounds.ts";
export { findKernelSlide, type KernelSlide } from "./kernel_slide.ts";
export type {
  DebugFile,
  DebugFileOutcome,
  DebugFileSearch,
  TriedDebugFile,
} from "./debug_file_search.ts";
export type { NameRule } from "./choose_name.ts";
export { type LookupStage, LookupTrace, type TracedVaddr } from "./lookup_trace.ts";
export type {
  ConsideredSymbol,
  NameOfSymbol,
  SymbolBinding,
  SymbolDecision,
  SymbolRule,
} from "./symbol_decision.ts";
export type { LabelVerdict } from "./symbol_matcher.ts";
export { type InvalidRecord, isJitdump, type Jitdump, readJitdump } from "./jitdump.ts";
export { lookupSymbols, type NamedFunction, type SymbolLookup } from "./lookup_symbols.ts";
export type { NamedCode, NamedRange } from "./named_ranges.ts";
export { type PerfMap, readPerfMap } from "./perf_map.ts";
