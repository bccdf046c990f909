import type { ByteSource } from "../bytes/mod.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import { parseBuildIdList } from "../symbols/mod.ts";
import { loadFiles } from "./load_files.ts";
import {
  type BundledFile,
  type BundleManifest,
  type FileIdentity,
  keyOf,
  type MissingFile,
} from "./manifest.ts";

/** The files of a bundle, unpacked into memory when they are asked for, and no others. */
export class BundleFiles implements FileProvider {
  /** The folders that debug files were looked for in, so that they are asked for by the same paths. */
  readonly debugDirs: readonly string[];
  readonly #bundle: ByteSource;
  readonly #maxSize: number | undefined;
  readonly #files: ReadonlyMap<string, BundledFile>;
  readonly #missing: ReadonlyMap<string, MissingFile>;
  readonly #buildIds: ReadonlyMap<string, readonly string[]>;
  /** By entry. */
  readonly #loaded = new Map<string, ByteSource>();

  /**
   * Unpacks nothing yet.
   *
   * @param bundle One that `openBundle` has taken for good.
   * @param buildIds The text of its list of build-ids; empty if it has none.
   */
  constructor(
    bundle: ByteSource,
    manifest: BundleManifest,
    buildIds: string,
    maxSize: number | undefined,
  ) {
    this.debugDirs = manifest.debugDirs;
    this.#bundle = bundle;
    this.#maxSize = maxSize;
    this.#files = new Map(manifest.files.map((file) => [keyOf(file), file]));
    this.#missing = new Map(manifest.missing.map((file) => [keyOf(file), file]));
    this.#buildIds = parseBuildIdList(buildIds).buildIds;
  }

  /** See {@linkcode FileProvider.prepare}: they are unpacked together, with their debug files. */
  async prepare(requests: readonly FileRequest[]): Promise<void> {
    const mapped = requests.flatMap((request) => this.#find({ ...request, role: "mapped" }) ?? []);
    const buildIds = new Set(mapped.map(({ buildId }) => buildId));
    const debug = [...this.#files.values()].filter(({ role, buildId }) =>
      role === "debug" && buildIds.has(buildId)
    );
    await this.#load([...mapped, ...debug]);
  }

  /** See {@linkcode FileProvider.open}. What was missing when the bundle was made is missing. */
  async open({ path, deleted }: FileRequest): Promise<FileAnswer> {
    const identity = { path, deleted, role: "mapped" } as const;
    const file = this.#find(identity);
    if (file !== undefined) return { source: await this.#open(file) };
    const known = this.#missing.get(keyOf(identity));
    if (known !== undefined) return { reason: known.reason, detail: known.detail };
    if (path === "[vdso]") return { reason: "special-mapping", detail: "" };
    return { reason: "file-not-found", detail: `"${this.#bundle.name}" does not have it` };
  }

  /** See {@linkcode FileProvider.openDebugFile}. */
  async openDebugFile(path: string): Promise<ByteSource | undefined> {
    const identity = { path, deleted: false, role: "debug" } as const;
    const file = this.#find(identity);
    if (file !== undefined) return await this.#open(file);
    const known = this.#missing.get(keyOf(identity));
    if (known !== undefined) throw new Error(known.detail);
    return undefined;
  }

  /** The kernel's ELF file, unpacked when it is read; undefined if the bundle has none. */
  get vmlinux(): ByteSource | undefined {
    const file = [...this.#files.values()].find(({ role }) => role === "kernel");
    if (file === undefined) return undefined;
    return {
      name: file.path,
      size: file.size,
      readAt: async (...range) => await (await this.#open(file)).readAt(...range),
    };
  }

  /** See {@linkcode FileProvider.buildIdsOf}. */
  buildIdsOf(path: string): readonly string[] {
    return this.#buildIds.get(path) ?? [];
  }

  #find(identity: FileIdentity): BundledFile | undefined {
    return this.#files.get(keyOf(identity));
  }

  async #open(file: BundledFile): Promise<ByteSource> {
    await this.#load([file]);
    return this.#loaded.get(file.entry)!;
  }

  async #load(files: readonly BundledFile[]): Promise<void> {
    const wanted = files.filter(({ entry }) => !this.#loaded.has(entry));
    if (wanted.length === 0) return;
    const loaded = await loadFiles(this.#bundle, wanted, this.#maxSize);
    for (const [entry, source] of loaded) this.#loaded.set(entry, source);
  }
}
