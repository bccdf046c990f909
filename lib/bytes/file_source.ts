import { type ByteSource, checkRange } from "./byte_source.ts";
import { FormatError, hex } from "../errors.ts";

/**
 * A {@linkcode ByteSource} over a file on disk. Reads are ranged; nothing is cached here. Close it
 * with `using` or `[Symbol.dispose]()`.
 */
export class FileSource implements ByteSource, Disposable {
  readonly name: string;
  readonly size: number;
  readonly #file: Deno.FsFile;

  private constructor(name: string, size: number, file: Deno.FsFile) {
    this.name = name;
    this.size = size;
    this.#file = file;
  }

  /**
   * Opens a regular file.
   *
   * @param path Where it is.
   * @param name What messages call it; the path by default.
   * @throws {TypeError} If it is not a regular file. It is looked at before it is opened, so that a
   * FIFO or a device named by an untrusted path is never waited for.
   * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} As the system says.
   */
  static open(path: string, name: string = path): FileSource {
    const info = Deno.statSync(path);
    if (!info.isFile) throw new TypeError(`Cannot open "${path}": ${kindOf(info)}, want a file`);
    return new FileSource(name, info.size, Deno.openSync(path, { read: true }));
  }

  /** See {@linkcode ByteSource.readAt}. */
  readAt(fileOffset: number, length: number, buffer?: Uint8Array): Promise<Uint8Array> {
    try {
      return Promise.resolve(this.#readAt(fileOffset, length, buffer));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** Synchronous, because a file in the page cache answers faster than a thread pool does. */
  #readAt(fileOffset: number, length: number, buffer: Uint8Array | undefined): Uint8Array {
    checkRange(this, fileOffset, length);
    const fits = buffer !== undefined && buffer.length >= length;
    const bytes = fits ? buffer.subarray(0, length) : new Uint8Array(length);
    let filled = 0;
    try {
      this.#file.seekSync(fileOffset, Deno.SeekMode.Start);
      while (filled < length) {
        const count = this.#file.readSync(bytes.subarray(filled));
        if (count === null || count === 0) break;
        filled += count;
      }
    } catch (error) {
      // A disk or a network that fails; the system's words say which.
      throw this.#error(fileOffset, (error as Error).message);
    }
    if (filled === length) return bytes;
    const end = hex(fileOffset + filled);
    throw this.#error(fileOffset, `need ${length} bytes, file was cut to ${end} meanwhile`);
  }

  #error(fileOffset: number, detail: string): FormatError {
    return new FormatError({
      action: "read bytes",
      source: this.name,
      place: { fileOffset },
      detail,
    });
  }
}

function kindOf(info: Deno.FileInfo): string {
  if (info.isDirectory) return "it is a directory";
  if (info.isFifo) return "it is a FIFO";
  if (info.isSocket) return "it is a socket";
  if (info.isBlockDevice || info.isCharDevice) return "it is a device";
  return "it is not a regular file";
}
