/**
 * Bundles: all that resolving recordings of one process needs, taken along from its machine in one
 * archive. `planBundle` decides what, `writeBundle` writes it, `openBundle` reads it back and gives
 * what `resolve` takes.
 *
 * A bundle is a tar archive, compressed by gzip. Its first entry, `symfold-bundle.json`, says what
 * the others are. Of ELF files it holds, as a rule, only parts, as sparse files; each byte stands at
 * the file offset that it had. What it does not hold cannot be read: that is an error, never zeros.
 *
 * @example
 * ```ts
 * import { openBundle, planBundle, writeBundle } from "./mod.ts";
 * import { MemorySource } from "../bytes/mod.ts";
 * import { parseMaps } from "../maps/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextEncoder().encode("00400000-00401000 r-xp 00000000 fe:00 42 /opt/app\n");
 * const snapshot = await parseMaps("maps", [text]);
 * const plan = await planBundle({
 *   createdBy: "an example",
 *   maps: [{ entry: "maps", source: new MemorySource("maps", text), snapshot }],
 *   files: { open: () => Promise.resolve({ reason: "file-not-found", detail: "" }) },
 * });
 * const bytes = await new Response(ReadableStream.from(writeBundle(plan))).bytes();
 * const { manifest } = await openBundle(new MemorySource("a.tar.gz", bytes));
 * assertEquals(manifest.missing.map(({ path }) => path), ["/opt/app"]);
 * ```
 *
 * @module
 */
export { BundleFiles } from "./bundle_files.ts";
export type {
  BundledCode,
  BundledFile,
  BundleManifest,
  FileIdentity,
  FileRole,
  MissingFile,
  ProcessEntry,
} from "./manifest.ts";
export {
  type Bundle,
  type BundledText,
  openBundle,
  type OpenBundleOptions,
} from "./open_bundle.ts";
export {
  type BundlePlan,
  planBundle,
  type PlannedEntry,
  type PlanOptions,
  type TextToBundle,
} from "./plan_bundle.ts";
export { writeBundle } from "./write_bundle.ts";
