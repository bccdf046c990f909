/**
 * symfold names the addresses in profiles, offline.
 *
 * The stages, each of which can be used alone: {@linkcode readFolded} a recording, or
 * {@linkcode readRecording} of any format, which may have maps in it; {@linkcode parseMaps} snapshots, {@linkcode resolve} addresses to names, {@linkcode writeFolded}
 * the result. Nothing here touches files: recordings are {@linkcode ByteReader}s, and the ELF files
 * come from a {@linkcode FileProvider} as {@linkcode ByteSource}s.
 *
 * @example
 * ```ts
 * import { MemorySource, parseMaps, readFolded, readerOfBytes, resolve, writeFolded } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const raw = await readFolded([readerOfBytes("raw.folded", bytes("app;0x401136 42\n"))]);
 * const maps = "00401000-00402000 r-xp 00001000 fe:00 42 /opt/app\n";
 * const snapshots = [await parseMaps("4711.maps", [bytes(maps)])];
 * const files = {
 *   open: () => Promise.resolve({ source: new MemorySource("/opt/app", bytes("not ELF at all")) }),
 * };
 * const { profile, report } = await resolve(raw, { snapshots, files });
 * const text = [...writeFolded(profile)].map((chunk) => new TextDecoder().decode(chunk)).join("");
 * assertEquals(text, "app;[app@0x1136] 42\n");
 * assertEquals(report.reasons[0]?.reason, "not-elf");
 * ```
 *
 * @module
 */
export * from "./lib/bundle/mod.ts";
export * from "./lib/bytes/mod.ts";
export { ElfFile, type FileHeader, type ProgramHeader, type SectionHeader } from "./lib/elf/mod.ts";
export * from "./lib/errors.ts";
export * from "./lib/input/mod.ts";
export * from "./lib/maps/mod.ts";
export * from "./lib/output/mod.ts";
export * from "./lib/profile/mod.ts";
export * from "./lib/resolve/mod.ts";
export * from "./lib/shape/mod.ts";
export {
  type CandidateFile,
  type DemangleStyle,
  type InvalidRecord,
  isJitdump,
  type Jitdump,
  type LabelVerdict,
  type LookupStage,
  type NamedCode,
  type NamedRange,
  type NameRule,
  type PerfMap,
  readJitdump,
  readPerfMap,
  type SymbolBinding,
  type SymbolRule,
} from "./lib/symbols/mod.ts";
