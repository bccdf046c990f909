import { assert } from "@std/assert";
import { MemorySource } from "../../lib/bytes/mod.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { isSourceError } from "../../lib/errors.ts";
import { readFunctionDescriptors } from "../../lib/symbols/function_descriptors.ts";
import { findPltStubs } from "../../lib/symbols/plt_stubs.ts";
import { Random } from "../support/random.ts";
import { testdata } from "../support/testdata.ts";

const FILES = [
  "plt/x86_64/ibt/library.so",
  "plt/x86_64/lazy-no-sections/library.so",
  "plt/x86_64/static/program",
  "plt/i686/lazy/library.so",
  "plt/aarch64/lld-bti-pac/library.so",
  "plt/armhf/thumb/library.so",
  "plt/riscv64/lazy/library.so",
];
const DESCRIPTORS_FILE = "layouts/powerpc64/plain/sysroot/opt/layouts/libplain.so";

const CASES = [
  ...FILES.map((file) => ({ name: "findPltStubs()", file, read: findPltStubs })),
  { name: "readFunctionDescriptors()", file: DESCRIPTORS_FILE, read: readFunctionDescriptors },
];

for (const { name, file, read } of CASES) {
  const whole = Deno.readFileSync(testdata(file));

  Deno.test(`${name} reads every prefix of ${file}, or refuses it`, async () => {
    for (let length = 0; length < whole.length; length += length < 1000 ? 1 : 7) {
      await readOrRefuse(read, whole.slice(0, length), `${length} bytes`);
    }
  });

  Deno.test(`${name} reads ${file} with any byte flipped, or refuses it`, async () => {
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= 0xff;
      await readOrRefuse(read, bytes, `byte ${at}`);
    }
  });

  Deno.test(`${name} reads ${file} with random bytes in many places, or refuses it`, async () => {
    const seed = 20;
    const random = new Random(seed);
    for (let round = 0; round < 500; round++) {
      const bytes = whole.slice();
      for (let count = 1 + random.below(20); count > 0; count--) {
        bytes[random.below(bytes.length)] = random.pick([
          0,
          1,
          0x7f,
          0x80,
          0xff,
          random.below(256),
        ]);
      }
      await readOrRefuse(read, bytes, `seed ${seed}, round ${round}`);
    }
  });
}

async function readOrRefuse(
  read: (elf: ElfFile) => Promise<unknown>,
  bytes: Uint8Array,
  what: string,
): Promise<void> {
  const start = performance.now();
  try {
    await read(await ElfFile.open(new MemorySource("test", bytes)));
  } catch (error) {
    assert(isSourceError(error), `${what}: ${error instanceof Error ? error.stack : error}`);
  }
  const duration = performance.now() - start;
  assert(duration < 2000, `${what} took ${Math.round(duration)} ms`);
}
