import type { ByteSource } from "../bytes/mod.ts";
import type { FileAnswer, FileProvider, FileRequest } from "../resolve/mod.ts";
import type { CandidateFile } from "../symbols/mod.ts";
import { keyOf, type MissingFile } from "./manifest.ts";
import { TracingSource } from "./tracing_source.ts";

/** A debug file that was opened. */
export interface TracedDebugFile {
  /** As it was asked for. */
  readonly path: string;
  /** Its bytes. */
  readonly source: TracingSource;
}

/** Passes requests for files on, and traces all that is read of them. Each file is opened once. */
export class TracingFiles implements FileProvider {
  readonly debugDirs: readonly string[];
  /** Debug files that were opened, by path. */
  readonly debugFiles: Map<string, TracedDebugFile> = new Map();
  /** Debug files that are there, but could not be opened. */
  readonly missingDebugFiles: Map<string, MissingFile> = new Map();
  readonly #inner: FileProvider;
  readonly #answers = new Map<string, FileAnswer>();
  /** By path: of one candidate there is one source, however often it is looked at. */
  readonly #candidates = new Map<string, TracingSource>();

  /** Nothing is opened yet. */
  constructor(inner: FileProvider) {
    this.#inner = inner;
    this.debugDirs = inner.debugDirs ?? [];
  }

  /** See {@linkcode FileProvider.prepare}. */
  async prepare(requests: readonly FileRequest[]): Promise<void> {
    await this.#inner.prepare?.(requests);
  }

  /** See {@linkcode FileProvider.open}. */
  async open(request: FileRequest): Promise<FileAnswer> {
    const key = keyOf({ ...request, role: "mapped" });
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const found = await this.#inner.open(request);
    const answer = "source" in found ? { source: new TracingSource(found.source) } : found;
    this.#answers.set(key, answer);
    return answer;
  }

  /** See {@linkcode FileProvider.openDebugFile}. */
  async openDebugFile(path: string): Promise<ByteSource | undefined> {
    const known = this.debugFiles.get(path);
    if (known !== undefined) return known.source;
    let found: ByteSource | undefined;
    try {
      found = await this.#inner.openDebugFile?.(path);
    } catch (error) {
      const detail = (error as Error).message;
      const missing = { path, deleted: false, role: "debug", detail } as const;
      this.missingDebugFiles.set(path, { ...missing, reason: "file-unreadable" });
      throw error;
    }
    if (found === undefined) return undefined;
    const source = new TracingSource(found);
    this.debugFiles.set(path, { path, source });
    return source;
  }

  /** See {@linkcode FileProvider.buildIdsOf}. */
  buildIdsOf(path: string): readonly string[] {
    return this.#inner.buildIdsOf?.(path) ?? [];
  }

  /** See {@linkcode FileProvider.searchFiles}. */
  *searchFiles(): Generator<CandidateFile> {
    for (const { path, source } of this.#inner.searchFiles?.() ?? []) {
      const traced = this.#candidates.get(path) ?? new TracingSource(source);
      this.#candidates.set(path, traced);
      yield { path, source: traced };
    }
  }
}
