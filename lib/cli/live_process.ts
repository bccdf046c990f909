import { explain } from "./input_files.ts";

/** What can be read of a running process and its machine, besides files. */
export interface LiveProcess {
  /** The name of its program (`comm`); empty if it cannot be read. */
  readonly command: string;
  /** The release of the kernel; empty if it cannot be read. */
  readonly kernel: string;
  /** `/proc/kallsyms` and `/proc/modules`; undefined if they cannot be read. */
  readonly kallsyms: Uint8Array<ArrayBuffer> | undefined;
  readonly modules: Uint8Array<ArrayBuffer> | undefined;
  /** Its PID as itself has it, in a container; undefined if that cannot be read. */
  readonly ownPid: number | undefined;
  /** A folder below which its files are as it sees them; undefined if it cannot be reached. */
  readonly root: string | undefined;
  /** What could not be read, as sentences. */
  readonly notes: readonly string[];
}

/** Where the kernel of this machine shows its processes. */
export const PROC = "/proc";

/**
 * Reads what `/proc` says of a process; what cannot be read is among the notes. Deno opens files in
 * `/proc` only for a program with all permissions: without, one note says so.
 *
 * @param proc Where `/proc` is mounted.
 */
export function readLiveProcess(pid: number, proc: string): LiveProcess {
  const notes: string[] = [];
  const read = (path: string): Uint8Array<ArrayBuffer> | undefined => {
    try {
      return Deno.readFileSync(`${proc}/${path}`);
    } catch (error) {
      if (isRefused(error)) throw error;
      // A kernel without modules has no list of them.
      if (path === "modules" && error instanceof Deno.errors.NotFound) return undefined;
      notes.push(`Cannot read "${proc}/${path}": ${explain(error)}`);
      return undefined;
    }
  };
  try {
    const status = textOf(read(`${pid}/status`));
    return {
      command: textOf(read(`${pid}/comm`)).trimEnd(),
      kernel: textOf(read("sys/kernel/osrelease")).trimEnd(),
      kallsyms: read("kallsyms"),
      modules: read("modules"),
      ownPid: Number(/^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? NaN) || undefined,
      root: rootOf(pid, proc, notes),
      notes,
    };
  } catch (error) {
    if (!isRefused(error)) throw error;
    const note =
      `Deno opens no files in ${proc} for a program that may only read and write: give ` +
      `the kernel's symbols with --kallsyms <(cat ${proc}/kallsyms)`;
    return {
      command: "",
      kernel: "",
      kallsyms: undefined,
      modules: undefined,
      ownPid: undefined,
      root: undefined,
      notes: [note],
    };
  }
}

/** Whether it is Deno that does not allow something, and not the system. */
export function isRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

/**
 * Where `/proc` is mounted elsewhere, Deno follows the link as text, and would find the files of this
 * program's own root.
 */
function rootOf(pid: number, proc: string, notes: string[]): string | undefined {
  if (proc !== PROC) return undefined;
  const root = `${proc}/${pid}/root`;
  try {
    Deno.statSync(`${root}/`);
    return root;
  } catch (error) {
    if (isRefused(error)) throw error;
    notes.push(`Cannot read "${root}": ${explain(error)}; its files are looked for from here`);
    return undefined;
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
