import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { type RunningMachine, whyNotRecordedHere } from "../../lib/cli/running_vdso.ts";
import { ElfFile, findSymbolTables, readStrings, SymbolReader } from "../../lib/elf/mod.ts";
import { type Mapping, parseMaps } from "../../lib/maps/mod.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

const STARTED = 1_700_000_000_000;
const LINES = [
  "7f0000000000-7f0000001000 r-xp 00000000 fe:00 42 /usr/lib/libc.so.6",
  "7f0000002000-7f0000004000 r-xp 00000000 00:00 0 [vdso]",
];
const MACHINE: RunningMachine = {
  vdsoSize: 0x2000,
  startTime: STARTED,
  mappings: [],
  identify: (path) => path === "/usr/lib/libc.so.6" ? { device: "fe:00", inode: 42 } : undefined,
};

async function whyNot(
  lines: readonly string[],
  machine: Partial<RunningMachine> = {},
  modified = STARTED + 1,
): Promise<string> {
  const snapshot = await parseMaps("maps", [new TextEncoder().encode(lines.join("\n"))]);
  return whyNotRecordedHere({ ...snapshot, modified }, { ...MACHINE, ...machine });
}

Deno.test("whyNotRecordedHere() has nothing against a snapshot of this machine", async () => {
  assertEquals(await whyNot(LINES), "");
});

Deno.test("whyNotRecordedHere() takes what the kernel says of this program for a file too", async () => {
  const own = { path: "/usr/lib/libc.so.6", device: "00:1f", inode: 42 } as Mapping;
  const lines = LINES.map((line) => line.replace("fe:00", "00:1f"));
  assertEquals(await whyNot(lines, { mappings: [own] }), "");
  assertMatch(await whyNot(lines), /by device and inode/);
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["another inode", LINES[0]!.replace("42", "43"), LINES[1]!],
  ["another device", LINES[0]!.replace("fe:00", "fe:01"), LINES[1]!],
  ["a file that is not here", LINES[0]!.replace("libc", "libx"), LINES[1]!],
  ["no file", "7f0000000000-7f0000001000 r-xp 00000000 00:00 0", LINES[1]!],
];

for (const [title, ...lines] of REFUSED) {
  Deno.test(`whyNotRecordedHere() refuses a snapshot with ${title}`, async () => {
    const reason = 'none of the files in "maps" is the one here, by device and inode';
    assertEquals(await whyNot(lines), reason);
  });
}

Deno.test("whyNotRecordedHere() refuses a snapshot from before the machine was started", async () => {
  const reason = '"maps" is older than this machine has been running';
  assertEquals(await whyNot(LINES, {}, STARTED - 1), reason);
});

Deno.test("whyNotRecordedHere() refuses a vDSO of another length", async () => {
  const reason = 'it has 0x2000 bytes, and 0x1000 in "maps"';
  assertEquals(await whyNot([LINES[0]!, LINES[1]!.replace("4000 r", "3000 r")]), reason);
});

Deno.test("whyNotRecordedHere() refuses the vDSO of a program of 32 bits", async () => {
  const lines = [LINES[0]!, LINES[1]!.replaceAll("7f000000", "f7f0")];
  assertEquals(await whyNot(lines), 'it is that of a program of 32 bits in "maps"');
});

// A real process of this machine.

const IS_LINUX = Deno.build.os === "linux";

Deno.test({
  name: "symfold with all permissions names the vDSO of a process of this machine",
  ignore: !IS_LINUX,
  async fn() {
    using folder = new TempFolder();
    const { args, name } = await recordSleep(folder);
    const { code, stdout } = await runMain(["-A"], args);
    assertEquals([code, stdout], [0, `sleep;${name} 1\n`]);
  },
});

Deno.test({
  name: "symfold that may only read gives the vDSO no names, and says what would",
  ignore: !IS_LINUX,
  async fn() {
    using folder = new TempFolder();
    const { args } = await recordSleep(folder);
    const { stdout, stderr } = await runMain(["--allow-read"], args);
    assertMatch(stdout, /^sleep;\[vdso\+0x[0-9a-f]+\] 1\n$/);
    assertStringIncludes(
      stderr,
      "give a copy of it with --vdso FILE, or name the recording on its",
    );
  },
});

Deno.test({
  name: "symfold refuses the running vDSO for a snapshot that is older, or of other files",
  ignore: !IS_LINUX,
  async fn() {
    using folder = new TempFolder();
    const { args, maps } = await recordSleep(folder);
    Deno.utimeSync(maps, 1, 1);
    const older = await runMain(["-A"], args);
    assertMatch(older.stdout, /^sleep;\[vdso\+0x/);
    assertStringIncludes(older.stderr, "is older than this machine has been running");
    const text = Deno.readTextFileSync(maps);
    Deno.writeTextFileSync(maps, text.replaceAll(/ ([1-9]\d*)(?= +\/)/g, " 9$1"));
    const other = await runMain(["-A"], args);
    assertMatch(other.stdout, /^sleep;\[vdso\+0x/);
    assertStringIncludes(other.stderr, "is the one here, by device and inode");
  },
});

/** Runs the command with permissions that `runSymfold` does not give. */
async function runMain(permissions: readonly string[], args: readonly string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, inRepository("main.ts"), ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A recording of a process that sleeps, with one address in the vDSO, and what is there. */
async function recordSleep(folder: TempFolder) {
  const child = new Deno.Command("sleep", { args: ["100"], stdin: "null" }).spawn();
  let text = "";
  try {
    // The program is another one until it was started.
    while (!/\/sleep$/m.test(text) || !text.includes("[vdso]")) {
      const cat = new Deno.Command("cat", { args: [`/proc/${child.pid}/maps`] });
      text = new TextDecoder().decode((await cat.output()).stdout);
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  const maps = folder.write("sleep.maps", text);
  const vdso = (await parseMaps("maps", [new TextEncoder().encode(text)])).mappings
    .find(({ path }) => path === "[vdso]")!;
  const { name, vaddr } = await clockFunction(folder);
  const address = `0x${(vdso.start + vaddr).toString(16)}`;
  const recording = folder.write("raw.folded", `sleep;${address} 1\n`);
  return { args: ["--maps", maps, recording], maps, name };
}

/** The function that tells the time in the vDSO, by its own symbol table; base and bias are one. */
async function clockFunction(folder: TempFolder): Promise<{ name: string; vaddr: number }> {
  const copy = folder.at("vdso.so");
  const script = folder.write(
    "dump.ts",
    `const line = Deno.readTextFileSync("/proc/self/maps").split("\\n")
       .find((line) => line.endsWith("[vdso]"));
     const [start, end] = line.split(/[- ]/).map((word) => parseInt(word, 16));
     const memory = Deno.openSync("/proc/self/mem");
     memory.seekSync(start, Deno.SeekMode.Start);
     const bytes = new Uint8Array(end - start);
     memory.readSync(bytes);
     Deno.writeFileSync(${JSON.stringify(copy)}, bytes);`,
  );
  const dump = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-config", script] });
  assertEquals((await dump.output()).code, 0);
  const elf = await ElfFile.open(new MemorySource(copy, Deno.readFileSync(copy)));
  for (const table of await findSymbolTables(elf)) {
    const symbols = new SymbolReader(elf, table);
    while (await symbols.fill()) {
      while (symbols.next()) {
        const { nameOffset, value: vaddr } = symbols;
        const name = (await readStrings(elf.source, table, [nameOffset])).get(nameOffset)!;
        if (/^__(?:vdso|kernel)_clock_gettime$/.test(name)) return { name, vaddr };
      }
    }
  }
  throw new Error("The vDSO has no clock_gettime");
}
