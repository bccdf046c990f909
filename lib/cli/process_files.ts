/** A file of the recorded machine that may be that of one process only. */
export interface ProcessFile {
  readonly path: string;
  /** The PID of the process; undefined if the file is for all stacks. */
  readonly process: number | undefined;
}

const PROCESS_REGEXP = /^(\d+)=(.+)$/s;
const MAPS_NAME_REGEXP = /^(\d+)\.(?:maps|smaps)$/;
const CODE_MAP_NAME_REGEXP = /(?:^|\/)(?:perf|jit)-(\d+)\.(?:map|dump)(?:\.gz)?$/;

/**
 * The snapshots that a value of `--maps` stands for: `FILE`, `PID=FILE`, or a folder with files that
 * are called `PID.maps` or `PID.smaps`.
 *
 * @throws {Error} With a message for the user, if a folder has no such file.
 */
export function mapsFiles(value: string): ProcessFile[] {
  const file = processFile(value);
  if (file.process !== undefined || !isFolder(value)) return [file];
  const files: ProcessFile[] = [];
  for (const { name } of Deno.readDirSync(value)) {
    const process = MAPS_NAME_REGEXP.exec(name)?.[1];
    if (process !== undefined) files.push({ path: `${value}/${name}`, process: Number(process) });
  }
  if (files.length === 0) {
    throw new Error(`Cannot read "${value}": the folder has no file called PID.maps`);
  }
  return files.sort((a, b) => a.process! - b.process! || (a.path < b.path ? -1 : 1));
}

/** The file that a value of `--perf-map` stands for: `PID=FILE`, or a file whose name has the PID. */
export function codeMapFile(value: string): ProcessFile {
  const file = processFile(value);
  const process = file.process ?? CODE_MAP_NAME_REGEXP.exec(value)?.[1];
  return { path: file.path, process: process === undefined ? undefined : Number(process) };
}

/** A file that is there under the whole name is that file. */
function processFile(value: string): ProcessFile {
  const [, process, path] = PROCESS_REGEXP.exec(value) ?? [];
  if (process === undefined || path === undefined || exists(value)) {
    return { path: value, process: undefined };
  }
  return { path, process: Number(process) };
}

function exists(path: string): boolean {
  return infoOf(path) !== undefined;
}

function isFolder(path: string): boolean {
  return infoOf(path)?.isDirectory === true;
}

/** Whoever opens the path will say what is wrong with it. */
function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
