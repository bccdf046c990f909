import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import { AARCH64_CALLS } from "../../lib/resolve/evidence/aarch64.ts";
import { ARM_CALLS } from "../../lib/resolve/evidence/arm.ts";
import type { CallFormat } from "../../lib/resolve/evidence/call.ts";
import { CodeWindow } from "../../lib/resolve/evidence/code_window.ts";
import { POWERPC64_CALLS } from "../../lib/resolve/evidence/powerpc64.ts";
import { findTargets, readCallSites } from "../../lib/resolve/evidence/read_calls.ts";
import { RISCV32_CALLS, RISCV64_CALLS } from "../../lib/resolve/evidence/riscv.ts";
import { S390X_CALLS } from "../../lib/resolve/evidence/s390x.ts";
import { I386_CALLS, X86_64_CALLS } from "../../lib/resolve/evidence/x86.ts";
import { Random } from "../support/random.ts";
import { testdata } from "../support/testdata.ts";

const FORMATS: readonly (readonly [machine: string, format: CallFormat, is32: boolean])[] = [
  ["x86_64", X86_64_CALLS, false],
  ["i686", I386_CALLS, true],
  ["aarch64", AARCH64_CALLS, false],
  ["armhf", ARM_CALLS, true],
  ["riscv64", RISCV64_CALLS, false],
  ["riscv32", RISCV32_CALLS, true],
  ["s390x", S390X_CALLS, false],
  ["powerpc64", POWERPC64_CALLS, false],
];
const START = 0x10000;

for (const [machine, format, is32] of FORMATS) {
  for (const littleEndian of [true, false]) {
    const order = littleEndian ? "little" : "big";

    Deno.test(`callBefore() of ${machine} takes any bytes, ${order}-endian`, () => {
      const seed = 30;
      const random = new Random(seed);
      let calls = 0;
      for (let round = 0; round < 3000; round++) {
        const bytes = Uint8Array.from({ length: random.below(24) }, () => random.below(256));
        // All addresses that there are hold code.
        const everywhere = [{ start: -(2 ** 53), end: 2 ** 53 }];
        const code = new CodeWindow(bytes, START, littleEndian, everywhere);
        for (let vaddr = START - 2; vaddr <= code.end + 2; vaddr++) {
          const call = format.callBefore(code, vaddr);
          format.isSignalReturn(code, vaddr);
          if (call === undefined) continue;
          calls++;
          const what = `seed ${seed}, round ${round}, vaddr ${vaddr}`;
          assert(call.size >= 2 && call.size <= format.maxSize, what);
          // What is before the piece is unknown: it cannot be part of a call.
          assert(vaddr - vaddr % format.step - call.size >= START, what);
          if (call.target === undefined) continue;
          assert(Number.isSafeInteger(call.target), what);
          assert(!is32 || call.target >= 0 && call.target < 2 ** 32, what);
        }
      }
      assert(calls > 0);
    });
  }

  Deno.test(`callBefore() of ${machine} depends on the bytes before only`, () => {
    const random = new Random(31);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: 16 }, () => random.below(256));
      const range = [{ start: 0, end: 2 ** 32 }];
      const [whole, part] = [bytes, bytes.subarray(0, 12)].map((piece) =>
        format.callBefore(new CodeWindow(piece, START, true, range), START + 12)
      );
      assertEquals(whole, part);
    }
  });
}

for (const machine of ["x86_64", "armhf", "s390x"]) {
  const whole = Deno.readFileSync(testdata(`evidence/calls/${machine}`));

  Deno.test(`readCallSites() reads ${machine} with random bytes in many places, or refuses it`, async () => {
    const seed = 32;
    const random = new Random(seed);
    for (let round = 0; round < 1000; round++) {
      const bytes = whole.slice();
      for (let count = 1 + random.below(20); count > 0; count--) {
        // Most of them in the headers.
        bytes[random.below(random.below(2) === 0 ? 0x100 : bytes.length)] = random.below(256);
      }
      await readOrRefuse(bytes, `seed ${seed}, round ${round}`);
    }
  });

  Deno.test(`readCallSites() reads every prefix of ${machine}, or refuses it`, async () => {
    for (let length = 0; length < whole.length; length++) {
      await readOrRefuse(whole.subarray(0, length), `${length} bytes`);
    }
  });
}

async function readOrRefuse(bytes: Uint8Array, what: string): Promise<void> {
  try {
    const elf = await ElfFile.open(new MemorySource("test", bytes));
    const vaddrs = elf.loadSegments.flatMap(({ vaddr, fileSize }) =>
      [vaddr, vaddr + 0x70, vaddr + 0x80, vaddr + fileSize].filter(Number.isSafeInteger)
    );
    await readCallSites(elf, Float64Array.from(new Set(vaddrs)).sort());
    await findTargets(elf, { start: vaddrs[0] ?? 0, end: (vaddrs[0] ?? 0) + 0x80 });
  } catch (error) {
    assert(isSourceError(error), `${what}: ${error instanceof Error ? error.stack : error}`);
  }
}
