import { assertEquals, assertMatch } from "@std/assert";
import { readPerfScript } from "../../lib/input/mod.ts";
import { linesOf, readText } from "../support/recording_text.ts";

const read = (text: string) => readText(readPerfScript, text);

const MMAP = (pid: number, start: string, path: string) =>
  `app ${pid}/${pid} 1.0: PERF_RECORD_MMAP2 ${pid}/${pid}: [0x${start}(0x1000) @ 0x2000 fe:00 7 8]:` +
  ` r-xp ${path}`;

Deno.test("readPerfScript() takes a process whose libraries change places for several", async () => {
  const sample = linesOf("app 10/10 1.2: cycles:", "\t 401136 f", "");
  const lib = (start: string, path: string) =>
    linesOf(MMAP(10, start, path).replace("(0x1000)", "(0x2000)")) + sample;
  const text = linesOf(MMAP(10, "401000", "/bin/app")) +
    lib("7f0000001000", "/lib/a.so") + lib("7f0000002000", "/lib/b.so") +
    lib("7f0000001000", "/lib/a.so") + lib("7f0000002000", "/lib/a.so");
  const { maps, profile } = await read(text);
  const program = "00401000-00402000 r-xp 00002000 fe:00 7 /bin/app\n";
  const [first, second, third] = [0, 1, 2].map((number) => 10 + number * (1 << 22));
  assertEquals(maps, [
    {
      process: first,
      label: "until /lib/b.so was mapped at 1.0 s",
      text: `${program}7f0000001000-7f0000003000 r-xp 00002000 fe:00 7 /lib/a.so\n`,
    },
    {
      process: second,
      label: "until /lib/a.so was mapped at 1.0 s",
      text: `${program}7f0000002000-7f0000004000 r-xp 00002000 fe:00 7 /lib/b.so\n`,
    },
    {
      process: third,
      label: "at the end",
      text: `${program}7f0000001000-7f0000002000 r-xp 00002000 fe:00 7 /lib/a.so\n` +
        "7f0000002000-7f0000004000 r-xp 00002000 fe:00 7 /lib/a.so\n",
    },
  ]);
  assertEquals([...profile.processes!], [first, second, third]);
});

Deno.test("readPerfScript() keeps some of what was mapped if too much changes places", async () => {
  const sample = linesOf("app 10/10 1.2: cycles:", "\t 401136 f", "");
  const text = Array.from({ length: 600 }, (_, at) => linesOf(MMAP(10, "401000", `/lib/${at}.so`)));
  const { maps, profile } = await read(text.map((line) => line + sample).join(""));
  const last = 10 + 511 * (1 << 22);
  assertEquals(profile.processes!.length, 512);
  assertEquals(Math.max(...profile.processes!), last);
  const ofLast = maps.filter(({ process }) => process === last);
  assertEquals(ofLast.length, 17);
  assertMatch(ofLast[0]!.text, /\/lib\/599\.so$/m);
});
