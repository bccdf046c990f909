import { assertEquals } from "@std/assert";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { EXACT, FrameRoles, RETURN, type ReturnAddresses } from "../../lib/resolve/frame_roles.ts";
import { bytesOf } from "../support/resolve_text.ts";

/** The roles of the frames of one stack: `e` is exact, `r` a return address. */
async function rolesOf(stack: string, mode: ReturnAddresses = "callers"): Promise<string> {
  const profile = await readFolded([readerOfBytes("test", bytesOf(`${stack} 1\n`))]);
  const roles = new FrameRoles(profile, mode);
  const keys = [...roles.keysOf(profile.stacks)];
  assertEquals(keys.map((key) => key >> 1), [...profile.stacks.framesOf(0)]);
  return keys.map((key) => (key & 1) === RETURN ? "r" : (key & 1) === EXACT ? "e" : "?").join("");
}

for (
  const [title, stack, wanted] of [
    ["the leaf alone", "0x1;0x2;0x3", "rre"],
    ["a stack of one frame", "0x1", "e"],
    ["the last user frame before kernel addresses", "0x1;0x2;0xffffffff81000000", "ree"],
    [
      "only one frame before several kernel addresses",
      "0x1;0x2;ffffffff81000000;ffffffff82000000",
      "rere",
    ],
    ["the last frame before the vsyscall page", "0x1;0xffffffffff600000", "ee"],
    ["the last frame before a kernel name", "0x1;0x2;do_syscall_64_[k]", "ree"],
    ["the last frame before several kernel names", "0x1;0x2;entry_[k];do_idle_[k]", "rere"],
    ["the last frame before bcc's delimiter", "0x1;0x2;-;do_idle", "rere"],
    ["the last frame before the other delimiter", "0x1;0x2;--;do_idle", "rere"],
    ["the leaf after names", "main;0x1;0x2", "rre"],
    ["the last frame before functions inlined into it", "0x1;0x2;f_[i];g_[i]", "reee"],
    ["no frame before an inlined function that calls", "0x1;f_[i];0x2", "rre"],
  ] as const
) {
  Deno.test(`FrameRoles.keysOf() with callers takes as exact: ${title}`, async () => {
    assertEquals(await rolesOf(stack), wanted);
  });
}

Deno.test("FrameRoles.keysOf() knows no other annotation as the kernel's", async () => {
  assertEquals(await rolesOf("0x1;0x2;f_[j];g_[0]"), "rrre");
});

Deno.test("FrameRoles.keysOf() with all takes every frame for a return address", async () => {
  assertEquals(await rolesOf("0x1;0x2;0xffffffff81000000", "all"), "rrr");
});

Deno.test("FrameRoles.keysOf() with none takes no frame for a return address", async () => {
  assertEquals(await rolesOf("0x1;0x2;0x3", "none"), "eee");
});
