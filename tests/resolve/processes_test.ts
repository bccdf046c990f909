import { assertEquals } from "@std/assert";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { resolve } from "../../lib/resolve/mod.ts";
import { splitByProcess } from "../../lib/resolve/processes.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { SHIFTED, shiftedMaps } from "../support/shifted_library.ts";

const BASE = 0x7f0000000000;
// Process 11 has the library two pages lower than process 22; process 33 has other memory there.
const MAPS = [
  shiftedMaps("/opt/libx.so", BASE - 0x2000),
  shiftedMaps("/opt/libx.so", BASE),
  `${(BASE + 0x1000).toString(16)}-${(BASE + 0x2000).toString(16)} rw-p 00000000 00:00 0 [heap]\n`,
];
const ADDRESS = "0x7f0000001540";
const LOWER = "0x7efffffff540";

async function outputOf(folded: string, processes: number[] = [11, 22, 33]): Promise<string> {
  const files = new MemoryFiles({ "/opt/libx.so": SHIFTED });
  const maps = MAPS.slice(0, processes.length);
  const { output } = await resolveText(folded, { maps, processes, files, merge: false });
  return output;
}

for (
  const [title, lower, upper, other] of [
    ["comm-PID", "app-11", "app-22", "app-33"],
    ["comm-PID/TID", "my app-11/12", "my app-22/22", "x-y-33/?"],
    ["PID=", "PID=11", "PID=22", "PID=33"],
    ["P", "P11", "P22", "P33"],
    ["[thread tid=]", "[main tid=11]", "[tid=22]", "[a b tid=33]"],
  ] as const
) {
  Deno.test(`resolve() takes the snapshot of the process of ${title} roots`, async () => {
    assertEquals(
      await outputOf(
        `${lower};${ADDRESS} 1\n${upper};${ADDRESS} 2\n${other};${ADDRESS} 3\n${lower};${LOWER} 4\n`,
      ),
      `${lower};[unknown] 1\n${upper};layout_second 2\n${other};[unknown] 3\n` +
        `${lower};layout_second 4\n`,
    );
  });
}

Deno.test("resolve() keeps addresses of processes without a snapshot, and says why", async () => {
  const files = new MemoryFiles({ "/opt/libx.so": SHIFTED });
  const { output, report } = await resolveText(
    `app-44;${ADDRESS} 1\napp;${ADDRESS} 2\n[main tid=99];${ADDRESS} 3\n`,
    { maps: MAPS, processes: [11, 22, 33], files, merge: false },
  );
  assertEquals(output, `app-44;${ADDRESS} 1\napp;${ADDRESS} 2\n[main tid=99];${ADDRESS} 3\n`);
  assertEquals(
    report.reasons.map(({ reason, weight, detail }) => [reason, weight, detail]),
    [["unknown-process", 5, ""], ["no-maps-of-process", 1, "process 44"]],
  );
});

Deno.test("resolve() takes stacks that name no process for the only one that is known", async () => {
  const folded = `app;${LOWER} 1\napp-11;${LOWER} 2\napp-12;${LOWER} 3\n`;
  assertEquals(
    await outputOf(folded, [11]),
    `app;layout_second 1\napp-11;layout_second 2\napp-12;${LOWER} 3\n`,
  );
});

Deno.test("resolve() takes a snapshot without a process for all", async () => {
  const files = new MemoryFiles({ "/opt/libx.so": SHIFTED });
  const { output } = await resolveText(`app-44;${ADDRESS} 1\n`, {
    maps: [MAPS[0]!, MAPS[1]!],
    processes: [11],
    files,
  });
  assertEquals(output, "app-44;layout_second 1\n");
});

Deno.test("resolve() leaves the frames of the recording as they were", async () => {
  const raw = await readFolded([readerOfBytes("a.folded", bytesOf(`app-11;${LOWER} 1\n`))]);
  const snapshot = await parseMaps("11.maps", [bytesOf(MAPS[0]!)]);
  const files = new MemoryFiles({ "/opt/libx.so": SHIFTED });
  await resolve(raw, { snapshots: [{ ...snapshot, process: 11 }], files });
  assertEquals([raw.frames.size, raw.locations.length], [2, 2]);
  assertEquals([...raw.stacks.framesOf(0)], [0, 1]);
});

Deno.test("resolve() asks generated code of the stack's own process only", async () => {
  const codeOf = (process: number) => ({
    size: 1,
    empty: 0,
    process,
    rangeAt: () => ({ name: `jitted-${process}`, start: 0, end: 1 }),
  });
  const maps = `${(BASE + 0x1000).toString(16)}-${
    (BASE + 0x2000).toString(16)
  } rwxp 00000000 00:00 0\n`;
  const { output } = await resolveText(`a-11;${ADDRESS} 1\na-22;${ADDRESS} 2\n`, {
    maps: [maps, maps],
    processes: [11, 22],
    generated: [codeOf(22), codeOf(11)],
    files: new MemoryFiles(),
  });
  assertEquals(output, "a-11;jitted-11 1\na-22;jitted-22 2\n");
});

Deno.test("splitByProcess() prefers what the recording says of its stacks", async () => {
  const raw = await readFolded([
    readerOfBytes("a.folded", bytesOf(`app-11;${ADDRESS} 1\nx;${ADDRESS};0xffffffff81000000 2\n`)),
  ]);
  const split = splitByProcess({ ...raw, processes: Int32Array.of(22, -1) }, new Set([11, 22]));
  const processes = [0, 1].map((stack) =>
    Array.from(split.stacks.framesOf(stack), (frame) => {
      const location = split.locations[frame]!;
      return location.kind === "address" ? location.process : location.kind;
    })
  );
  assertEquals(processes, [["name", 22], ["name", -1, undefined]]);
  const ofNone = split.locations.filter((location) =>
    location.kind === "address" && location.address >= 0 && location.process === undefined
  );
  assertEquals(ofNone, [], "frames that no stack has");
});
