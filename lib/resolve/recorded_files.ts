import type { Mapping } from "../maps/mod.ts";
import { RecordedFile } from "./recorded_file.ts";

/** The files of the recorded machine, each once, whichever snapshot or frame names it. */
export class RecordedFiles {
  readonly #files = new Map<string, RecordedFile>();
  /** What `named` found; forgotten when a file is added. */
  readonly #named = new Map<string, readonly RecordedFile[]>();

  /**
   * The file behind a mapping. Device, inode and path tell files apart: a file that was replaced
   * while it was mapped has the path of the new one.
   */
  ofMapping(mapping: Mapping): RecordedFile {
    const { path, deleted, device, inode } = mapping;
    return this.#get(`${path}\n${deleted}\n${device}\n${inode}`, path, deleted);
  }

  /** The file at a path that a frame names. */
  ofPath(path: string): RecordedFile {
    return this.#get(path, path, false);
  }

  /**
   * The files of the snapshots that a frame may mean. Recorders that ask the loader have the name of
   * the link that it followed, `libfoo.so.2`, where a snapshot has that of the file,
   * `libfoo.so.2.0.0`: it is meant if there is but one such file.
   *
   * @param module A path, or the last part of one.
   */
  named(module: string): readonly RecordedFile[] {
    const known = this.#named.get(module);
    if (known !== undefined) return known;
    const nameOf = module.includes("/")
      ? ({ request }: RecordedFile) => request.path
      : ({ baseName }: RecordedFile) => baseName;
    const all = [...this.#files.values()];
    const exact = all.filter((file) => file.request.path === module || nameOf(file) === module);
    const files = exact.length > 0 ? exact : all.filter((file) => isLinkTo(module, nameOf(file)));
    const isOne = new Set(files.map(({ request }) => request.path)).size === 1;
    const meant = exact.length > 0 || isOne ? files : [];
    this.#named.set(module, meant);
    return meant;
  }

  /**
   * The files that a frame's module may be; a path that no snapshot knows is taken as it is, also one
   * that is relative, as that of a program that was run by it.
   */
  candidates(module: string): readonly RecordedFile[] {
    const named = this.named(module);
    if (named.length > 0 || !module.includes("/")) return named;
    return [this.ofPath(module)];
  }

  /**
   * The same, but a file once that was replaced between two snapshots: here is one of that path, and
   * return addresses tell whether it is the one that is meant.
   */
  here(module: string): readonly RecordedFile[] {
    const byPath = new Map<string, RecordedFile>();
    for (const file of this.candidates(module)) {
      const key = `${file.request.deleted} ${file.request.path}`;
      if (!byPath.has(key)) byPath.set(key, file);
    }
    return [...byPath.values()];
  }

  /** All of them. */
  all(): Iterable<RecordedFile> {
    return this.#files.values();
  }

  #get(key: string, path: string, deleted: boolean): RecordedFile {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const file = new RecordedFile({ path, deleted });
    this.#files.set(key, file);
    this.#named.clear();
    return file;
  }
}

/** Whether a library's name is that of a link to a file, as `ldconfig` makes them. */
function isLinkTo(link: string, name: string): boolean {
  return /\.so(\.\d+)*$/.test(link) && name.startsWith(link) &&
    /^(\.\d+)+$/.test(name.slice(link.length));
}
