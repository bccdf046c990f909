import { FoldedReader } from "../input/mod.ts";
import type { RawProfile } from "../profile/mod.ts";
import { type InputFile, openInput } from "./input_files.ts";

/** What to read. */
export interface Recordings {
  /** As the user named them. */
  readonly paths: readonly string[];
  /** Whether lines with the same stack become one sample. */
  readonly merge: boolean;
  /** Those of them that were opened already, because they can be read only once; by their paths. */
  readonly opened?: ReadonlyMap<string, InputFile>;
}

/** Is told what happens while recordings are read. */
export interface ReadEvents {
  /** So many bytes of a recording were read. Its size is undefined if it is not known. */
  onProgress(name: string, size: number | undefined, bytesRead: number): void;
  /** A recording could not be read, or not to its end; why, for the user. */
  onFailure(message: string): void;
}

/** Reads folded recordings, one after the other; one that fails does not stop the others. */
export async function readRecordings(
  { paths, merge, opened }: Recordings,
  events: ReadEvents,
): Promise<RawProfile> {
  let size: number | undefined;
  const reader = new FoldedReader({
    merge,
    onProgress: ({ name }, bytesRead) => events.onProgress(name, size, bytesRead),
  });
  for (const path of paths) {
    try {
      using file = opened?.get(path) ?? openInput(path);
      size = file.size;
      await reader.read(file);
    } catch (error) {
      events.onFailure((error as Error).message);
    }
  }
  return reader.profile();
}
