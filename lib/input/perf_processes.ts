import { isJitted, MapsList, type RecordedMapping } from "./maps_list.ts";
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

/** See {@linkcode PerfProcesses.find}. */
export const GUESSED = -2;

/** What perf calls memory without a file. */
const ANONYMOUS = "//anon";
/** Numbers that one PID may have, one after the other, so that they have 31 bits. */
const MAX_NUMBERS = 1 << 9;
/** Snapshots with one number that are kept, besides the last one. */
const MAX_EARLIER = 16;

/**
 * The processes of a recording, from the events that `perf script --show-mmap-events
 * --show-task-events` prints. A process that begins another program is another one from then on, and
 * so is one where code takes the place of other code, as libraries do that are loaded and unloaded.
 * One that has again what it had before is again the one that it was.
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
  /** By number, until when it was that of the process, if another one followed. */
  readonly #untils = new Map<number, string>();
  /** Numbers that followed another one because code took the place of other code. */
  readonly #isReplaced = new Set<number>();
  /** By number, which program of its pid it is, from 1. */
  readonly #programs = new Map<number, number>();
  /** Of each pid the number of the process that it is now: itself, for its first program. */
  readonly #current = new Map<number, number>();
  /** Of each pid all numbers of the program that it runs now, the highest that it ever had last. */
  readonly #numbers = new Map<number, number[]>();
  /**
   * The pids that began another program of which nothing is mapped yet: what is sampled until then
   * is in the call that began it.
   */
  readonly #starting = new Set<number>();
  readonly #pidOf = new Map<number, number>();

  /** Reads a line with `PERF_RECORD_`; false if it is not one of the events that matter. */
  readEvent(line: string): boolean {
    return this.#readMmap(line) || this.#readComm(line) || this.#readFork(line);
  }

  /**
   * The process of a sample; if only the thread is known, and not its process, -1, or {@linkcode
   * GUESSED} less the process if there is one only until then.
   */
  find(pid: number, tid: number): number {
    const known = pid >= 0 ? pid : this.pidOf(tid);
    if (known >= 0) return this.#now(known);
    const [only, ...others] = this.#current.keys();
    return only === undefined || others.length > 0 ? -1 : GUESSED - this.#now(only);
  }

  /** The process that a thread is of, as far as events said it; -1 if they did not. */
  pidOf(tid: number): number {
    return this.#pidOf.get(tid) ?? (this.#current.has(tid) ? tid : -1);
  }

  /**
   * The mappings of all processes that have some: those at the end, and then those of before, where
   * code has taken the place of other code.
   */
  maps(): RecordedMaps[] {
    const several = new Set(
      [...this.#programs].filter(([, at]) => at > 1).map(([one]) => pidOf(one)),
    );
    return [...this.#maps].flatMap(([process, maps]) => {
      const program = several.has(pidOf(process)) ? `program ${this.#programs.get(process)}` : "";
      const last = maps.text();
      const earlier = [...this.#earlier.get(process) ?? []].filter(([text]) => text !== last);
      const isLast = earlier.length > 0 || this.#isReplaced.has(process);
      const isCurrent = this.#current.get(pidOf(process)) === process;
      const until = isCurrent ? undefined : this.#untils.get(process);
      const end = until ?? (isLast || this.#untils.has(process) ? "at the end" : "");
      const all = [[last, end] as const, ...earlier];
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
    if (this.#starting.has(Number(pid))) this.#begin(Number(pid), new MapsList());
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
      const when = `until ${mapping.path || "memory without a file"} was mapped`;
      this.#replace(process, mapping, time === undefined ? when : `${when} at ${time} s`);
    } else maps.add(mapping);
    return true;
  }

  #replace(process: number, mapping: RecordedMapping, when: string): void {
    const pid = pidOf(process);
    const maps = this.#maps.get(process)!;
    const numbers = this.#numbers.get(pid)!;
    const next = numbers.at(-1)! + PID_END;
    // There are as many of them as functions, some at the same place.
    if (isJitted(mapping) || next >= MAX_NUMBERS * PID_END) {
      this.#keep(process, maps.text(), when);
      maps.add(mapping);
      return;
    }
    const changed = maps.copy();
    changed.replace(mapping);
    const known = numbers.find((number) => this.#maps.get(number)!.includes(changed));
    this.#current.set(pid, known ?? next);
    if (!this.#untils.has(process)) this.#untils.set(process, when);
    if (known !== undefined) return;
    this.#maps.set(next, changed);
    this.#programs.set(next, this.#programs.get(process)!);
    this.#isReplaced.add(next);
    numbers.push(next);
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
    if (exec !== undefined) this.#starting.add(Number(pid));
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
    const last = this.#numbers.get(pid)?.at(-1);
    const before = last === undefined ? undefined : this.#maps.get(last);
    const isNew = before?.isEmpty === false;
    const isFull = last !== undefined && last + PID_END >= MAX_NUMBERS * PID_END;
    if (isNew && isFull) this.#keep(last, before.text(), "before another program");
    const process = last === undefined ? pid : isNew && !isFull ? last + PID_END : last;
    this.#starting.delete(pid);
    if (isNew || last === undefined) {
      this.#programs.set(process, (this.#programs.get(last ?? -1) ?? 0) + 1);
    }
    this.#current.set(pid, process);
    this.#numbers.set(pid, [process]);
    this.#maps.set(process, maps);
    return process;
  }
}

/** Old perf prints `x` for executable mappings and `r` for others. */
function permissionsOf(letters: string): string {
  if (letters === "x") return "r-xp";
  return /^[r-][w-][x-][psSm-]$/.test(letters) ? letters : "r--p";
}
