import { assertEquals } from "@std/assert";
import { openBundle } from "../../lib/bundle/mod.ts";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { inRepository } from "../support/testdata.ts";

// A real process, read by a program with all permissions, which is what Deno wants for /proc.

Deno.test({
  name: "symfold collect --pid takes a running process along, its deleted program and its vDSO",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    const program = folder.at("sleeper");
    Deno.copyFileSync("/bin/sleep", program);
    const child = new Deno.Command(program, { args: ["100"], stdin: "null" }).spawn();
    const perfMap = `/tmp/perf-${child.pid}.map`;
    Deno.writeTextFileSync(perfMap, "10000 1000 jitted\n");
    try {
      Deno.removeSync(program);
      const bundle = folder.at("b.tar.gz");
      const collect = ["collect", "--pid", `${child.pid}`, "-o", bundle];
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "-A", inRepository("main.ts"), ...collect],
      });
      const { code, stderr } = await command.output();
      assertEquals([code, /Not taken/.test(new TextDecoder().decode(stderr))], [0, false]);
      const { manifest } = await openBundle(new MemorySource(bundle, Deno.readFileSync(bundle)));
      const { pid, command: name, codeMaps, files } = manifest;
      assertEquals([pid, name], [child.pid, "sleeper"]);
      assertEquals(codeMaps.map(({ entry }) => entry), [`perf-${child.pid}.map`]);
      const deleted = files.find(({ path }) => path === program);
      assertEquals([deleted?.deleted, deleted?.size], [true, Deno.statSync("/bin/sleep").size]);
      assertEquals(files.find(({ path }) => path === "[vdso]")?.entry, "vdso.so");
      assertEquals(manifest.kernel === "", false);
    } finally {
      Deno.removeSync(perfMap);
      child.kill("SIGKILL");
      await child.status;
    }
  },
});
