import { assertEquals } from "@std/assert";
import { isAnonymous, isFileBacked } from "../../lib/maps/mod.ts";
import { mappingsOf } from "../support/maps_lines.ts";

for (
  const path of [
    "/usr/lib/libc.so.6",
    "/opt/my app/x.so",
    "/opt/[x]/libx.so",
    "/a",
    "/opt/memfd:x",
    "/dev/zeros/x",
    "./app",
    "../bin/app",
    "app",
  ]
) {
  Deno.test(`isFileBacked() and isAnonymous() take ${path} for a file`, async () => {
    assertEquals(await kindOf(path), { isFileBacked: true, isAnonymous: false });
  });
}

for (
  const path of [
    "",
    "[anon]",
    "[anon:v8]",
    "[anon_shmem:x]",
    "/memfd:jit",
    "/memfd:jit (deleted)",
    "/dev/zero",
    "/dev/zero (deleted)",
    "/dev/shm/x",
    "/SYSV00000000 (deleted)",
    "/anon_hugepage",
    "/anon_hugepage (deleted)",
    "//anon",
    "anon_inode:[perf_event]",
    "anon_inode:inotify",
    "socket:[1234]",
    "/dev/dri/card0",
    "/dev/nvidia0",
    "/[aio] (deleted)",
  ]
) {
  Deno.test(`isFileBacked() and isAnonymous() take "${path}" for memory`, async () => {
    assertEquals(await kindOf(path), { isFileBacked: false, isAnonymous: true });
  });
}

for (const path of ["[vdso]", "[vsyscall]", "[stack]", "[heap]", "[uprobes]", "[vvar]"]) {
  Deno.test(`isFileBacked() and isAnonymous() take ${path} for the kernel's`, async () => {
    assertEquals(await kindOf(path), { isFileBacked: false, isAnonymous: false });
  });
}

async function kindOf(path: string) {
  const [mapping] = await mappingsOf(`1000-2000 r-xp 00000000 00:00 0   ${path}`);
  return { isFileBacked: isFileBacked(mapping!), isAnonymous: isAnonymous(mapping!) };
}
