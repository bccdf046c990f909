import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSymfold } from "../support/run_symfold.ts";
import { AT_SECOND, IN_FIRST, SMALL_MAPS, SMALL_OPTIONS } from "../support/small_case.ts";
import { TempFolder } from "../support/temp_folder.ts";

const [, , ...SYSROOT] = SMALL_OPTIONS;
const FOLDED = `app-11;${IN_FIRST} 1\napp-22;${AT_SECOND} 2\n`;
const JIT_MAPS = "7ffff7fbd000-7ffff7fbe000 rwxp 00000000 00:00 0\n";

Deno.test("symfold --maps PID=FILE is the snapshot of one process", async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", FOLDED);
  const other = folder.write("other", JIT_MAPS);
  const { code, stdout } = await runSymfold([
    ...SYSROOT,
    ...["--maps", `11=${SMALL_MAPS}`, "--maps", `22=${other}`, "-q", recording],
  ]);
  assertEquals({ code, stdout }, { code: 0, stdout: "app-11;layout_first 1\napp-22;[jit] 2\n" });
});

Deno.test("symfold --maps DIR takes every PID.maps in the folder", async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", FOLDED);
  folder.write("snapshots/22.maps", Deno.readTextFileSync(SMALL_MAPS));
  folder.write("snapshots/11.maps", JIT_MAPS);
  folder.write("snapshots/notes.txt", "not a snapshot");
  const { code, stdout } = await runSymfold([
    ...SYSROOT,
    ...["--maps", folder.at("snapshots"), "-q", recording],
  ]);
  assertEquals({ code, stdout }, { code: 0, stdout: "app-11;[jit] 1\napp-22;layout_second 2\n" });
});

Deno.test("symfold --maps DIR fails if the folder has no snapshot", async () => {
  using folder = new TempFolder();
  const { code, stderr } = await runSymfold(["--maps", folder.path], { stdin: FOLDED });
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `Cannot read "${folder.path}": the folder has no file called PID.maps`,
  );
});

Deno.test("symfold takes a file whose name has a = as it is called", async () => {
  using folder = new TempFolder();
  folder.write("11=maps", Deno.readTextFileSync(SMALL_MAPS));
  const { code, stdout } = await runSymfold(
    [...SYSROOT, "--maps", folder.at("11=maps"), "-q"],
    { stdin: FOLDED },
  );
  assertEquals(
    { code, stdout },
    { code: 0, stdout: "app-11;layout_first 1\napp-22;layout_second 2\n" },
  );
});

Deno.test("symfold gives a perf map to the process that its name says", async () => {
  using folder = new TempFolder();
  const recording = folder.write("a.folded", FOLDED);
  const maps = folder.write("maps", JIT_MAPS);
  const map = folder.write("perf-22.map", "7ffff7fbd000 1000 LazyCompile:~work\n");
  const other = folder.write("other.map", "7ffff7fbd000 1000 Builtin:add\n");
  const { code, stdout } = await runSymfold([
    ...["--maps", `11=${maps}`, "--maps", `22=${maps}`],
    ...["--perf-map", map, "--perf-map", `11=${other}`, "-q", recording],
  ]);
  assertEquals(
    { code, stdout },
    { code: 0, stdout: "app-11;Builtin:add 1\napp-22;LazyCompile:~work 2\n" },
  );
});
