import type { BundleFiles } from "../bundle/mod.ts";
import type { ByteSource } from "../bytes/mod.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import type { CandidateFile } from "../symbols/mod.ts";
import type { DiskFiles, DiskFilesOptions } from "./disk_files.ts";
import { mapPath } from "./path_map.ts";

const VDSO = "[vdso]";

/**
 * The files of a bundle, and those that the user named besides. This machine's own files are never
 * taken for those of the recorded one.
 */
export class LayeredFiles implements FileProvider {
  readonly debugDirs: readonly string[];
  readonly #bundle: BundleFiles;
  readonly #disk: DiskFiles;
  readonly #options: DiskFilesOptions;

  /**
   * Opens nothing.
   *
   * @param options Those that the disk's files were made with.
   */
  constructor(bundle: BundleFiles, disk: DiskFiles, options: DiskFilesOptions) {
    this.#bundle = bundle;
    this.#disk = disk;
    this.#options = options;
    this.debugDirs = [...options.debugDirs ?? [], ...bundle.debugDirs];
  }

  /** See {@linkcode FileProvider.prepare}. */
  async prepare(requests: readonly FileRequest[]): Promise<void> {
    await this.#bundle.prepare(requests);
  }

  /** See {@linkcode FileProvider.open}. A vDSO that the user named comes before the bundle's. */
  async open(request: FileRequest): Promise<FileAnswer> {
    const { sysroot, pathMap = [], vdso } = this.#options;
    const { path } = request;
    if (path === VDSO && vdso !== undefined) return await this.#disk.open(request);
    const answer = await this.#bundle.open(request);
    const mayBeHere = sysroot !== undefined || mapPath(pathMap, path) !== undefined;
    if ("source" in answer || path === VDSO || !mayBeHere) return answer;
    const here = await this.#disk.open(request);
    return "source" in here ? here : answer;
  }

  /** See {@linkcode FileProvider.openDebugFile}. */
  async openDebugFile(path: string): Promise<ByteSource | undefined> {
    const { sysroot, debugDirs = [] } = this.#options;
    const mayBeHere = sysroot !== undefined ||
      debugDirs.some((dir) => path.startsWith(`${dir.replace(/\/+$/, "")}/`));
    return await this.#bundle.openDebugFile(path) ??
      (mayBeHere ? await this.#disk.openDebugFile(path) : undefined);
  }

  /** See {@linkcode FileProvider.buildIdsOf}. A list that the user named is the only one. */
  buildIdsOf(path: string): readonly string[] {
    const { buildIds } = this.#options;
    return (buildIds === undefined ? this.#bundle : this.#disk).buildIdsOf(path);
  }

  /** See {@linkcode FileProvider.searchFiles}. */
  *searchFiles(): Generator<CandidateFile> {
    yield* this.#disk.searchFiles();
  }
}
