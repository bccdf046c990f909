/** The first line of a sample or of an event, as `perf script` prints it. */
export interface PerfHeader {
  /** The name of the thread; empty if it is not printed. */
  readonly comm: string;
  /** The number of the process; -1 if only that of the thread is printed, or none. */
  readonly pid: number;
  /** The number of the thread; -1 if none is printed. */
  readonly tid: number;
  /** As it is printed, `12.345678`; empty if it is not. */
  readonly time: string;
  /** Which event the sample is of, without the colon behind it; empty if it is not printed. */
  readonly event: string;
  /** The period of the sample; NaN if it is not printed. */
  readonly period: number;
  /** What follows the event. */
  readonly rest: string;
}

/** Fields in the order in which perf prints them; which of them are there is up to the user. */
const TIME_REGEXP = /(?:^|\s)(\d+\.\d+):(?=\s|$)/;
const THREAD_REGEXP =
  /^\s*(?:(\S.*?)\s+)?(-?\d+)(?:\/\s*(-?\d+))?(?:\s+\[\d+\])?(?:\s+[^\s\d]\S*)?\s*$/;
const EVENT_REGEXP = /^\s*(?:(\d+)\s+)?(\S+):(?:\s+(.*))?$/;
const PERIOD_REGEXP = /^\s*(\d+)\s*$/;
/** Without a time the event must end the line, or nothing tells it from other text. */
const TIMELESS_REGEXP =
  /^\s*(\S.*?)\s+(-?\d+)(?:\/(-?\d+))?(?:\s+\[\d+\])?(?:\s+(\d+))?\s+(\S+):\s*$/;
const THREAD_ONLY_REGEXP = /^\s*(\S.*?)\s+(-?\d+)(?:\/(-?\d+))?(?:\s+\[\d+\])?\s*$/;

/** Reads the first line of a sample or event; undefined if it is none. */
export function parsePerfHeader(line: string): PerfHeader | undefined {
  const time = TIME_REGEXP.exec(line);
  if (time !== null) {
    const thread = line.slice(0, time.index);
    const fields = THREAD_REGEXP.exec(thread);
    if (fields === null && /\d/.test(thread)) return undefined;
    const after = line.slice(time.index + time[0].length);
    return {
      comm: fields === null ? thread.trim() : fields[1] ?? "",
      ...numbersOf(fields?.[2], fields?.[3]),
      time: time[1]!,
      ...eventOf(after),
    };
  }
  const timeless = TIMELESS_REGEXP.exec(line);
  if (timeless !== null) {
    const [, comm = "", first, second, period, event = ""] = timeless;
    const weight = period === undefined ? NaN : Number(period);
    return { comm, ...numbersOf(first, second), time: "", event, period: weight, rest: "" };
  }
  const thread = THREAD_ONLY_REGEXP.exec(line);
  if (thread === null) return undefined;
  const [, comm = "", first, second] = thread;
  return { comm, ...numbersOf(first, second), time: "", event: "", period: NaN, rest: "" };
}

/** Alone a number is that of the thread: what perf prints unless it is asked for both. */
function numbersOf(first: string | undefined, second: string | undefined) {
  if (second !== undefined) return { pid: Number(first), tid: Number(second) };
  return { pid: -1, tid: first === undefined ? -1 : Number(first) };
}

function eventOf(text: string): Pick<PerfHeader, "event" | "period" | "rest"> {
  const match = EVENT_REGEXP.exec(text);
  if (match !== null) {
    const [, period, event = "", rest = ""] = match;
    return { event, period: period === undefined ? NaN : Number(period), rest };
  }
  const period = PERIOD_REGEXP.exec(text);
  if (period !== null) return { event: "", period: Number(period[1]), rest: "" };
  return { event: "", period: NaN, rest: text.trim() };
}
