import { FileSource } from "../bytes/file_source.ts";
import { type ByteSource, MemorySource } from "../bytes/mod.ts";
import type { Mapping, MapsSnapshot } from "../maps/mod.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import type { CandidateFile } from "../symbols/mod.ts";
import { PROC } from "./live_process.ts";
import { DiskFiles, type DiskFilesOptions } from "./disk_files.ts";
import { mapPath } from "./path_map.ts";
import { readProcessMemory } from "./process_memory.ts";

/** What {@linkcode LiveFiles} needs to know. */
export interface LiveFilesOptions extends DiskFilesOptions {
  /** The folder of the process, such as `/proc/4711`. */
  readonly folder: string;
  /** A folder below which its files are as it sees them; undefined if it cannot be reached. */
  readonly root: string | undefined;
  /** Its mappings. */
  readonly snapshots: readonly MapsSnapshot[];
}

/**
 * The files of a running process of this machine: as it sees them, if its root can be reached, which
 * in a container is another. A file that is deleted or a container's is never taken for the file
 * that is at its path here. If the user names a sysroot, that is all there is.
 */
export class LiveFiles implements FileProvider, Disposable {
  readonly debugDirs: readonly string[];
  readonly #options: LiveFilesOptions;
  /** As the process sees them, or below the sysroot. */
  readonly #disk: DiskFiles;
  /** As they are from here. */
  readonly #here: DiskFiles;
  readonly #opened: FileSource[] = [];

  /** Opens nothing but the list of build-ids. */
  constructor(options: LiveFilesOptions) {
    this.#options = options;
    this.#disk = new DiskFiles({ ...options, sysroot: options.sysroot ?? options.root });
    this.#here = new DiskFiles({ ...options, sysroot: undefined });
    this.debugDirs = this.#disk.debugDirs;
  }

  /** See {@linkcode FileProvider.open}. */
  async open(request: FileRequest): Promise<FileAnswer> {
    const { sysroot, pathMap = [], vdso } = this.#options;
    const { path, deleted } = request;
    if (path === VDSO && vdso === undefined) return this.#openVdso();
    if (sysroot !== undefined || mapPath(pathMap, path) !== undefined) {
      return await this.#disk.open(request);
    }
    if (deleted) return this.#openDeleted(path);
    if (this.#options.root !== undefined) {
      const answer = await this.#disk.open(request);
      if ("source" in answer || answer.reason !== "file-not-found") return answer;
    }
    // After a chroot the kernel spells paths as they are from here.
    const detail = this.#compareInode(path);
    return detail === "" ? await this.#here.open(request) : { reason: "file-unreadable", detail };
  }

  /** See {@linkcode FileProvider.openDebugFile}. */
  openDebugFile(path: string): Promise<ByteSource | undefined> {
    return this.#disk.openDebugFile(path);
  }

  /** See {@linkcode FileProvider.buildIdsOf}. */
  buildIdsOf(path: string): readonly string[] {
    return this.#disk.buildIdsOf(path);
  }

  /** See {@linkcode FileProvider.searchFiles}. */
  *searchFiles(): Generator<CandidateFile> {
    yield* this.#disk.searchFiles();
  }

  /** Closes all files. */
  [Symbol.dispose](): void {
    for (const source of this.#opened) source[Symbol.dispose]();
    this.#disk[Symbol.dispose]();
    this.#here[Symbol.dispose]();
  }

  /** The kernel keeps a file that is mapped: it is there, without a path. */
  #openDeleted(path: string): FileAnswer {
    const { folder } = this.#options;
    // Elsewhere, Deno would follow the links there as text, to whatever has that name now.
    if (!folder.startsWith(`${PROC}/`)) return { reason: "file-deleted", detail: "" };
    for (const mapping of this.#mappingsOf(path, true)) {
      const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
      try {
        const source = FileSource.open(`${folder}/map_files/${range}`, path);
        this.#opened.push(source);
        return { source };
      } catch {
        // Only root may open these: the next way is one for everybody, but for the program only.
      }
    }
    try {
      if (Deno.readLinkSync(`${folder}/exe`) === `${path} (deleted)`) {
        const source = FileSource.open(`${folder}/exe`, path);
        this.#opened.push(source);
        return { source };
      }
    } catch {
      // It is gone, then.
    }
    return { reason: "file-deleted", detail: "" };
  }

  /**
   * Reads the vDSO out of the memory of the process, or, as only who may trace a process may do that,
   * out of this program's own: the kernel lends all processes of 64 bits the same.
   */
  #openVdso(): FileAnswer {
    const { folder } = this.#options;
    const [mapping] = this.#mappingsOf(VDSO, false);
    const bytes = mapping && (readProcessMemory(folder, mapping) ?? ownVdso(folder, mapping));
    if (bytes === undefined) return { reason: "special-mapping", detail: "" };
    return { source: new MemorySource(VDSO, bytes) };
  }

  /** What tells that the file at a path is not the one that is mapped; empty if nothing does. */
  #compareInode(path: string): string {
    const inodes = new Set(this.#mappingsOf(path, false).map(({ inode }) => inode));
    inodes.delete(0);
    if (inodes.size === 0) return "";
    try {
      const { ino } = Deno.statSync(path);
      if (ino === null || inodes.has(ino)) return "";
      return `the file there has inode ${ino}, the mapped one ${[...inodes].join(" or ")}: it is ` +
        "another, maybe because the process is in a container; --sysroot / takes it all the same";
    } catch {
      // Whoever opens it will say why.
      return "";
    }
  }

  #mappingsOf(path: string, deleted: boolean): Mapping[] {
    return this.#options.snapshots.flatMap(({ mappings }) =>
      mappings.filter((mapping) => mapping.path === path && mapping.deleted === deleted)
    );
  }
}

const VDSO = "[vdso]";
const OWN_VDSO_REGEXP = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m;

function ownVdso(folder: string, { start, end }: Mapping): Uint8Array | undefined {
  // Below 4 GiB it may be that of a program of 32 bits, which is another.
  if (start < 2 ** 32) return undefined;
  const own = `${folder.slice(0, folder.lastIndexOf("/"))}/self`;
  try {
    const found = OWN_VDSO_REGEXP.exec(Deno.readTextFileSync(`${own}/maps`));
    const range = { start: parseInt(found?.[1] ?? "", 16), end: parseInt(found?.[2] ?? "", 16) };
    return range.end - range.start === end - start ? readProcessMemory(own, range) : undefined;
  } catch {
    return undefined;
  }
}
