import { assert } from "@std/assert";
import { codeOf } from "../support/code_of.ts";
import { parseDisassembly } from "../support/disassembly.ts";
import { TempFolder } from "../support/temp_folder.ts";

// C libraries of this machine and of its cross compilers: every call that objdump sees in them. With
// SYMFOLD_OBJDUMP=1, for those that are installed.

const IS_WANTED = Deno.env.get("SYMFOLD_OBJDUMP") !== undefined;
/** Of the other places no more than these look like calls by chance, in percent. */
const MAX_CHANCE = 1;

const LIBRARIES: readonly (readonly [machine: string, triplet: string, path: string])[] = [
  ["x86_64", "x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu/libc.so.6"],
  ["i686", "i686-linux-gnu", "/usr/i686-linux-gnu/lib/libc.so.6"],
  ["aarch64", "aarch64-linux-gnu", "/usr/aarch64-linux-gnu/lib/libc.so.6"],
  ["riscv64", "riscv64-linux-gnu", "/usr/riscv64-linux-gnu/lib/libc.so.6"],
  ["s390x", "s390x-linux-gnu", "/usr/s390x-linux-gnu/lib/libc.so.6"],
  ["powerpc64", "powerpc64-linux-gnu", "/usr/powerpc64-linux-gnu/lib/libc.so.6"],
];

for (const [machine, triplet, path] of LIBRARIES) {
  Deno.test({
    name: `callBefore() decodes every call of ${path}`,
    ignore: !IS_WANTED || !isFile(path),
    fn: () => compare(machine, triplet, path),
  });
}

// The shared one is stripped: objdump could tell neither Arm from Thumb code nor code from data.
const ARM = "arm-linux-gnueabihf";
Deno.test({
  name: "callBefore() decodes every call of the static C library of armhf",
  ignore: !IS_WANTED || !isFile(`/usr/bin/${ARM}-gcc`),
  async fn() {
    using folder = new TempFolder();
    const [source, program] = [
      folder.write("a.c", "int main(void) { return 0; }\n"),
      folder.at("a"),
    ];
    run(`${ARM}-gcc`, ["-static", "-o", program, source]);
    await compare("armhf", ARM, program);
  },
});

async function compare(machine: string, triplet: string, path: string): Promise<void> {
  const instructions = parseDisassembly(run(`${triplet}-objdump`, ["-d", "-w", path]), machine);
  const { format, windowAt } = await codeOf(path, Deno.readFileSync(path));
  let calls = 0;
  let looksLikeCall = 0;
  const wrong: string[] = [];
  for (const { vaddr, size, text, isCall, target } of instructions) {
    const call = format.callBefore(windowAt(vaddr)!, vaddr + size);
    if (!isCall) {
      if (call !== undefined) looksLikeCall++;
      continue;
    }
    calls++;
    if (call === undefined || target !== undefined && call.target !== target) {
      wrong.push(`${vaddr.toString(16)}: ${text}`);
    }
  }
  assert(calls > 1000, `found ${calls} calls only`);
  assert(wrong.length === 0, `${wrong.length} of ${calls}, such as ${wrong.slice(0, 5)}`);
  const chance = 100 * looksLikeCall / (instructions.length - calls);
  assert(chance < MAX_CHANCE, `${chance} % of the others look like calls`);
}

function run(command: string, args: readonly string[]): string {
  const { success, stdout } = new Deno.Command(command, { args: [...args] }).outputSync();
  assert(success, `${command} ${args.join(" ")}`);
  return new TextDecoder().decode(stdout);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
