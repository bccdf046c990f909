import { assertEquals } from "@std/assert";
import { parsePerfHeader, type PerfHeader } from "../../lib/input/perf_header.ts";

const NONE: PerfHeader = {
  comm: "",
  pid: -1,
  tid: -1,
  time: "",
  event: "",
  period: NaN,
  rest: "",
};

const CASES: Readonly<Record<string, Partial<PerfHeader>>> = {
  "prism 30131 11704.744350:    5025125  cpu-clock: ": {
    comm: "prism",
    tid: 30131,
    time: "11704.744350",
    event: "cpu-clock",
    period: 5025125,
  },
  "prism 30131/30132 [001] 11704.744350: cycles:u: ": {
    comm: "prism",
    pid: 30131,
    tid: 30132,
    time: "11704.744350",
    event: "cycles:u",
  },
  "V8 WorkerThread 25607 4794564.109216:     250000 cycles:uppp: ": {
    comm: "V8 WorkerThread",
    tid: 25607,
    time: "4794564.109216",
    event: "cycles:uppp",
    period: 250000,
  },
  "worker 3 4 1234/1235 [000] 12.3: cycles:": {
    comm: "worker 3 4",
    pid: 1234,
    tid: 1235,
    time: "12.3",
    event: "cycles",
  },
  "   prism 19956 11.5:  20408163 cpu-clock:  7f57d53a [unknown] (/lib/x.so)": {
    comm: "prism",
    tid: 19956,
    time: "11.5",
    event: "cpu-clock",
    period: 20408163,
    rest: "7f57d53a [unknown] (/lib/x.so)",
  },
  "swapper 0 [002] 5.000001: sched:sched_switch: prev_comm=swapper/2 prev_pid=0": {
    comm: "swapper",
    tid: 0,
    time: "5.000001",
    event: "sched:sched_switch",
    rest: "prev_comm=swapper/2 prev_pid=0",
  },
  "prism 7/8 cpu-clock: ": { comm: "prism", pid: 7, tid: 8, event: "cpu-clock" },
  "prism 7 ": { comm: "prism", tid: 7 },
  "prism 11.5: ": { comm: "prism", time: "11.5" },
  "30131/30131 11704.744350: cpu-clock:": {
    pid: 30131,
    tid: 30131,
    time: "11704.744350",
    event: "cpu-clock",
  },
  "java 5:  12 1.5: cycles:": { comm: "java 5:", tid: 12, time: "1.5", event: "cycles" },
};

for (const [line, wanted] of Object.entries(CASES)) {
  Deno.test(`parsePerfHeader() reads ${JSON.stringify(line)}`, () => {
    assertEquals(parsePerfHeader(line), { ...NONE, ...wanted });
  });
}

for (const line of ["", "some text", "12: more", "@["]) {
  Deno.test(`parsePerfHeader() refuses ${JSON.stringify(line)}`, () => {
    assertEquals(parsePerfHeader(line), undefined);
  });
}
