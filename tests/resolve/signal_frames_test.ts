import { assertEquals } from "@std/assert";
import { resolveText } from "../support/resolve_text.ts";
import { buildElf } from "../support/elf_builder.ts";
import { MemoryFiles } from "../support/memory_files.ts";

/** A library with three functions, 16 bytes each, one directly behind the other. */
async function resolveWith(trampoline: string, stack: readonly number[]): Promise<string> {
  const names = ["before", "tiny", "handler", trampoline];
  const symbols = names.map((name, at) => ({ name, at: 16 * at + (at === 3 ? 8 : 0), size: 16 }));
  const built = buildElf({ symbols });
  const { vaddr } = built.section(".text");
  const bytes = await built.source.readAt(0, built.source.size);
  const frames = stack.map((offset) => `[libx.so+0x${(vaddr + offset).toString(16)}]`);
  const files = new MemoryFiles({ "/lib/libx.so": bytes });
  const plain = frames.map((frame) => frame.replace("[libx.so", "/lib/libx.so").replace("]", ""));
  const { output } = await resolveText(`${plain.join(";")} 1\n`, { files });
  return output.trim();
}

for (
  const trampoline of [
    "__restore_rt",
    "__kernel_rt_sigreturn",
    "runtime.sigreturn__sigaction",
    "runtime.sigreturn__sigaction.abi0",
    "runtime.asyncPreempt.abi0",
  ]
) {
  Deno.test(`resolve() takes the frame that a signal interrupted, before ${trampoline}, as exact`, async () => {
    // The signal came at the first instruction of tiny; the handler returns to the trampoline.
    assertEquals(
      await resolveWith(trampoline, [20, 16, 56, 36]),
      `tiny;tiny;${trampoline};handler 1`,
    );
  });
}

Deno.test("resolve() takes a frame before another function as a return address", async () => {
  assertEquals(await resolveWith("ordinary", [20, 16, 57, 36]), "tiny;before;ordinary;handler 1");
});
