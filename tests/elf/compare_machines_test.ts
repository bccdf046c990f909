import { assertEquals } from "@std/assert";
import { compareMachines } from "../../lib/elf/compare_machines.ts";
import { debugElf } from "../support/debug_files.ts";

Deno.test("compareMachines() says what differs, or nothing", async () => {
  const { header: x86 } = await debugElf("x86_64/libnames.so");
  const { header: stripped } = await debugElf("x86_64/libnames-stripped.so");
  const { header: arm } = await debugElf("armhf/libnames.so");
  const { header: s390x } = await debugElf("s390x/libnames.so");
  assertEquals(compareMachines(stripped, x86), "");
  assertEquals(compareMachines(arm, x86), "it has 32 bits, want 64");
  assertEquals(compareMachines(s390x, x86), "it is big-endian, want little-endian");
  assertEquals(compareMachines({ ...x86, machine: 183 }, x86), "e_machine is 183, want 62");
});
