import { MapsList } from "./maps_list.ts";
import { parseHexAddress } from "./raw_frame.ts";
import { PID_END, pidOf, type RecordedMaps } from "./recording.ts";

const MMAP_REGEXP =
  /PERF_RECORD_MMAP2? (-?\d+)\/(-?\d+): \[(?:0x)?([0-9a-f]+)\((?:0x)?([0-9a-f]+)\) @ (?:0x)?([0-9a-f]+)(?: ([0-9a-f]+:[0-9a-f]+) (\d+) \d+| <([0-9a-f]*)>)?\]: (\S+) (.*)$/;
const COMM_REGEXP = /PERF_RECORD_COMM( exec)?: .*:(-?\d+)\/(-?\d+)\s*$/;
const FORK_REGEXP = /PERF_RECORD_FORK\((\d+):(\d+)\):\((\d+):(\d+)\)/;
/** Of the events that perf makes up for what was there before it. */
const NO_TIME_REGEXP = /(?:^|\s)0\.0+:\s/;

/** Seconds, as perf's clock had them. */
const TIME_REGEXP = /\s(\d+\.\d+): +PERF_RECORD_/;

/** What perf calls memory without a file. */
const ANONYMOUS = "//anon";
/** Programs that one PID may run, one after the other, so that numbers have 31 bits. */
const MAX_PROGRAMS = 1 << 8;
/** Snapshots of one process that are kept, besides the last one. */
const MAX_EARLIER = 16;

/**
 * The processes of a recording, from the events that `perf script --show-mmap-events
 * --show-task-events` prints. A process that begins another program is another one from then on.
 */
export class PerfProcesses {
  /** The build-ids that mmap events have instead of inodes, by path. */
  readonly buildIds: Map<string, string> = new Map();
  /** The mappings of each process by its number. */
  readonly #maps = new Map<number, MapsList>();
  /**
   * By the same number, what was mapped before some library took the place of another, and until when
   * it first was.
   */
  readonly #earlier = new Map<number, Map<string, string>>();
  /** Of each pid the number of the process that it is now: itself, for its first program. */
  readonly #current = new Map<number, number>();
  readonly #pidOf = new Map<number, number>();

  /** Reads a line with `PERF_RECORD_`; false if it is not one of the events that matter. */
  readEvent(line: string): boolean {
    return this.#readMmap(line) || this.#readComm(line) || this.#readFork(line);
  }

  /** The process of a sample; -1 if only the thread is known, and not its process. */
  find(pid: number, tid: number): number {
    const known = pid >= 0 ? pid : this.pidOf(tid);
    return known < 0 ? -1 : this.#now(known);
  }

  /** The process that a thread is of, as far as events said it; -1 if they did not. */
  pidOf(tid: number): number {
    return this.#pidOf.get(tid) ?? (this.#current.has(tid) ? tid : -1);
  }

  /**
   * The mappings of all processes that have some: those at the end, and then those of before, where a
   * library has taken the place of another one.
   */
  maps(): RecordedMaps[] {
    const pids = [...this.#maps.keys()].map(pidOf);
    return [...this.#maps].flatMap(([process, maps]) => {
      const isOnly = pids.indexOf(pidOf(process)) === pids.lastIndexOf(pidOf(process));
      const program = isOnly ? "" : `program ${Math.floor(process / PID_END) + 1}`;
      const last = maps.text();
      const earlier = [...this.#earlier.get(process) ?? []].filter(([text]) => text !== last);
      const all = [[last, earlier.length === 0 ? "" : "at the end"] as const, ...earlier];
      return all.filter(([text]) => text !== "").map(([text, when]) => {
        const label = [program, when].filter((part) => part !== "").join(", ");
        return { process, ...label !== "" && { label }, text };
      });
    });
  }

  #readMmap(line: string): boolean {
    const match = MMAP_REGEXP.exec(line);
    if (match === null) return false;
    const [, pid, tid, address, length, offset, device, inode, buildId, letters, path] = match;
    // The kernel's own mappings.
    if (Number(pid) < 0) return true;
    this.#pidOf.set(Number(tid), Number(pid));
    const start = parseHexAddress(address!);
    if (buildId !== undefined && buildId !== "" && path!.startsWith("/")) {
      this.buildIds.set(path!, buildId);
    }
    const process = this.#now(Number(pid));
    const maps = this.#maps.get(process)!;
    const mapping = {
      start,
      end: start + parseHexAddress(length!),
      permissions: permissionsOf(letters!),
      fileOffset: parseHexAddress(offset!),
      device: device ?? "00:00",
      inode: Number(inode ?? 0),
      path: path === ANONYMOUS ? "" : path!,
    };
    if (maps.replacesCode(mapping)) {
      const time = TIME_REGEXP.exec(line)?.[1];
      const when = `until ${mapping.path} was mapped`;
      this.#keep(process, maps.text(), time === undefined ? when : `${when} at ${time} s`);
    }
    maps.add(mapping);
    return true;
  }

  #keep(process: number, text: string, when: string): void {
    const whens = this.#earlier.get(process) ?? new Map<string, string>();
    this.#earlier.set(process, whens);
    if (whens.size < MAX_EARLIER && !whens.has(text)) whens.set(text, when);
  }

  #readComm(line: string): boolean {
    const match = COMM_REGEXP.exec(line);
    if (match === null) return false;
    const [, exec, pid, tid] = match;
    this.#pidOf.set(Number(tid), Number(pid));
    if (exec !== undefined) this.#begin(Number(pid), new MapsList());
    return true;
  }

  #readFork(line: string): boolean {
    const match = FORK_REGEXP.exec(line);
    if (match === null) return false;
    const [pid, tid, parent] = match.slice(1).map(Number) as [number, number, number];
    this.#pidOf.set(tid, pid);
    const from = this.#current.get(parent);
    if (pid !== parent && from !== undefined && !NO_TIME_REGEXP.test(line)) {
      this.#begin(pid, this.#maps.get(from)!.copy());
    }
    return true;
  }

  #now(pid: number): number {
    return this.#current.get(pid) ?? this.#begin(pid, new MapsList());
  }

  /** A process that has not run anything yet is still the same. */
  #begin(pid: number, maps: MapsList): number {
    const last = this.#current.get(pid);
    const isNew = last !== undefined && !this.#maps.get(last)!.isEmpty &&
      last + PID_END < MAX_PROGRAMS * PID_END;
    const process = last === undefined ? pid : isNew ? last + PID_END : last;
    this.#current.set(pid, process);
    this.#maps.set(process, maps);
    return process;
  }
}

/** Old perf prints `x` for executable mappings and `r` for others. */
function permissionsOf(letters: string): string {
  if (letters === "x") return "r-xp";
  return /^[r-][w-][x-][psSm-]$/.test(letters) ? letters : "r--p";
}
