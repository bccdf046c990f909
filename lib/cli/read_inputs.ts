import type { ByteReader } from "../bytes/mod.ts";
import {
  checkChoices,
  type FormatName,
  formatNamed,
  openRecording,
  type ReadRecordingOptions,
  type Recording,
} from "../input/mod.ts";
import { type InputFile, openInput } from "./input_files.ts";
import { type ReadEvents, readRecordings } from "./read_recordings.ts";

/** What to read. */
export interface Inputs {
  /** As the user named them. */
  readonly paths: readonly string[];
  /** The format of all of them; undefined to find it out. */
  readonly format: FormatName | undefined;
  /** How to read them. */
  readonly options: ReadRecordingOptions & { readonly merge: boolean };
}

/** A recording, and the files that it was read from. */
export interface ReadRecording extends Recording {
  /** As the user named them. */
  readonly paths: readonly string[];
}

/**
 * Reads recordings of any format. Folded ones that follow each other become one recording, each other
 * one is a recording of its own. One that fails does not stop the others.
 */
export async function readInputs(
  { paths, format, options }: Inputs,
  events: ReadEvents,
): Promise<ReadRecording[]> {
  const recordings: ReadRecording[] = [];
  const folded: FoldedRun = { paths: [], opened: new Map() };
  const endRun = async () => {
    if (folded.paths.length === 0) return;
    recordings.push(await readFoldedRun(folded, options.merge, events));
    folded.paths = [];
    folded.opened = new Map();
  };
  const inputs: Input[] = [];
  for (const path of paths) {
    const input = await openInputOf(path, format, events);
    if (input !== undefined) inputs.push(input);
  }
  for (const { path, format: name, file } of inputs) {
    if (!hasChoices(path, name, options, events)) continue;
    if (name === "folded") {
      folded.paths.push(path);
      if (file !== undefined) folded.opened.set(path, file);
      continue;
    }
    await endRun();
    const recording = await readOther(path, name, file, options, events);
    if (recording !== undefined) recordings.push({ ...recording, paths: [path] });
  }
  await endRun();
  return recordings;
}

/** Whether a recording has what the user chose of it; the user is told if not. */
function hasChoices(
  path: string,
  format: FormatName,
  options: ReadRecordingOptions,
  events: ReadEvents,
): boolean {
  try {
    checkChoices(path === "-" ? "standard input" : path, format, options);
    return true;
  } catch (error) {
    events.onFailure((error as Error).message);
    return false;
  }
}

interface Input {
  readonly path: string;
  readonly format: FormatName;
  /** Undefined if it is opened again to be read. */
  readonly file: InputFile | undefined;
}

/** Folded recordings that follow each other. */
interface FoldedRun {
  paths: string[];
  opened: Map<string, InputFile>;
}

/** Looks at the beginning of a recording; undefined, and the user told, if it cannot be opened. */
async function openInputOf(
  path: string,
  format: FormatName | undefined,
  events: ReadEvents,
): Promise<Input | undefined> {
  if (format !== undefined) return { path, format, file: undefined };
  let file: InputFile | undefined;
  try {
    file = openInput(path);
    const isRegular = file.size !== undefined;
    const opened = await openRecording(tellingReader(file, events));
    if (!isRegular) return { path, format: opened.format, file: asFile(file, opened.reader) };
    file[Symbol.dispose]();
    return { path, format: opened.format, file: undefined };
  } catch (error) {
    file?.[Symbol.dispose]();
    events.onFailure((error as Error).message);
    return undefined;
  }
}

/** A pipe may take its time until there is enough to tell the format. */
function tellingReader(file: InputFile, events: ReadEvents): ByteReader {
  let bytesRead = 0;
  return {
    name: file.name,
    async read(into) {
      const count = await file.read(into);
      bytesRead += count;
      events.onProgress(file.name, file.size, bytesRead);
      return count;
    },
  };
}

/** The file with another way to read it. */
function asFile(file: InputFile, reader: Pick<InputFile, "read">): InputFile {
  return {
    name: file.name,
    size: file.size,
    modified: file.modified,
    read: (into) => reader.read(into),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

async function readFoldedRun(
  { paths, opened }: FoldedRun,
  merge: boolean,
  events: ReadEvents,
): Promise<ReadRecording> {
  const recordings = opened.size === 0 ? { paths, merge } : { paths, merge, opened };
  return {
    paths,
    profile: await readRecordings(recordings, events),
    maps: [],
    returnAddresses: "callers",
    buildIds: new Map(),
    notes: [],
    failure: undefined,
  };
}

async function readOther(
  path: string,
  name: FormatName,
  opened: InputFile | undefined,
  options: ReadRecordingOptions,
  events: ReadEvents,
): Promise<Recording | undefined> {
  try {
    using file = opened ?? openInput(path);
    const { reader } = await openRecording(file, name);
    const recording = await formatNamed(name)!.read(reader, {
      ...options,
      onProgress: (_, bytesRead) => events.onProgress(file.name, file.size, bytesRead),
    });
    if (recording.failure !== undefined) events.onFailure(recording.failure.message);
    return recording;
  } catch (error) {
    events.onFailure((error as Error).message);
    return undefined;
  }
}
