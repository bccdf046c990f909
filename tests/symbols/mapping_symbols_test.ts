import { assert, assertEquals } from "@std/assert";
import {
  EM_AARCH64,
  EM_ARM,
  EM_RISCV,
  STB_GLOBAL,
  STB_LOCAL,
  STT_NOTYPE,
} from "../../lib/elf/constants.ts";
import { CountingSource } from "../support/counting_source.ts";
import { buildElf, EM_X86_64 } from "../support/elf_builder.ts";
import { namesAt, namesIn } from "../support/lookup.ts";

// Assemblers for some machines put symbols such as `$x` where code and data change: they name
// nothing. The lowest bit of an Arm function's value says that it is Thumb code.

const LOCAL_LABEL = { type: STT_NOTYPE, binding: STB_LOCAL };

for (
  const [machine, names] of [
    [EM_ARM, ["$a", "$t", "$d", "$a.12", "$d.realdata"]],
    [EM_AARCH64, ["$x", "$d", "$x.123"]],
    [EM_RISCV, ["$x", "$d", "$xrv64i2p1_m2p0_c2p0"]],
  ] as const
) {
  for (const name of names) {
    Deno.test(`lookupSymbols() takes no ${name} on machine ${machine}`, async () => {
      const symbols = [
        { name: "function", at: 0x10, type: STT_NOTYPE },
        { name, at: 0x10, ...LOCAL_LABEL },
        { name, at: 0x18, ...LOCAL_LABEL },
      ];
      assertEquals(
        await namesAt({ machine, is64: machine !== EM_ARM, symbols }, [0x10, 0x17, 0x18, 0x20]),
        ["function", "function", "function", "function"],
      );
    });
  }
}

Deno.test("lookupSymbols() takes a symbol named $x on x86-64", async () => {
  const symbols = [{ name: "$x", at: 0x10, ...LOCAL_LABEL }];
  assertEquals(await namesAt({ machine: EM_X86_64, symbols }, [0x10, 0x18]), ["$x", "$x"]);
});

Deno.test("lookupSymbols() takes a symbol named $x with a size on AArch64", async () => {
  const symbols = [{ name: "$x", at: 0x10, size: 8 }];
  assertEquals(await namesAt({ machine: EM_AARCH64, symbols }, [0x10]), ["$x"]);
});

Deno.test("lookupSymbols() takes a global label named $x on AArch64", async () => {
  const symbols = [{ name: "$x", at: 0x10, type: STT_NOTYPE, binding: STB_GLOBAL }];
  assertEquals(await namesAt({ machine: EM_AARCH64, symbols }, [0x10]), ["$x"]);
});

Deno.test("lookupSymbols() takes local labels with other names on AArch64", async () => {
  const symbols = ["loop", "$y", "x$x", "$"].map((name, at) => ({
    name,
    at: 16 * at,
    ...LOCAL_LABEL,
  }));
  assertEquals(await namesAt({ machine: EM_AARCH64, symbols }, [0, 16, 32, 48]), [
    "loop",
    "$y",
    "x$x",
    "$",
  ]);
});

Deno.test("lookupSymbols() tells 100,000 mapping symbols of three chunks", async () => {
  const symbols = Array.from({ length: 100_000 }, (_, at) => ({
    name: at === 70_000 ? "label" : at % 2 === 0 ? "$x" : "$d",
    at: Math.floor(at / 25),
    ...LOCAL_LABEL,
  }));
  // 225 names, none of them shared, lie between the label and the second vaddr.
  assertEquals(await namesAt({ machine: EM_AARCH64, symbols }, [2799, 2800, 2809]), [
    undefined,
    "label",
    "label",
  ]);
});

Deno.test("lookupSymbols() clears the Thumb bit of functions on Arm", async () => {
  const spec = {
    is64: false,
    machine: EM_ARM,
    symbols: [
      { name: "thumb", at: 0x11, size: 8 },
      { name: "arm", at: 0x20, size: 8 },
      { name: "thumb_label", at: 0x31 },
    ],
  };
  assertEquals(await namesAt(spec, [0xf, 0x10, 0x17, 0x18, 0x20, 0x27, 0x30, 0x31]), [
    undefined,
    "thumb",
    "thumb",
    undefined,
    "arm",
    "arm",
    "thumb_label",
    "thumb_label",
  ]);
});

Deno.test("lookupSymbols() keeps the lowest bit of what is no function on Arm", async () => {
  const symbols = [{ name: "label", at: 0x11, type: STT_NOTYPE }];
  assertEquals(await namesAt({ is64: false, machine: EM_ARM, symbols }, [0x10, 0x11]), [
    undefined,
    "label",
  ]);
});

Deno.test("lookupSymbols() keeps the lowest bit of functions on x86-64", async () => {
  const symbols = [{ name: "odd", at: 0x11, size: 8 }];
  assertEquals(await namesAt({ symbols }, [0x10, 0x11, 0x18]), [undefined, "odd", "odd"]);
});

Deno.test("lookupSymbols() reads few names even if no two mapping symbols share one", async () => {
  const symbols = Array.from({ length: 4000 }, (_, at) => [
    { name: `$x.${"0".repeat(50)}${at}`, at, ...LOCAL_LABEL },
    { name: `function_${at}`, at, size: at % 100 === 0 ? 0 : 1 },
  ]).flat();
  const built = buildElf({ machine: EM_AARCH64, symbols });
  const { vaddr } = built.section(".text");
  const source = new CountingSource(built.source);
  const names = await namesIn(source, [vaddr + 500, vaddr + 501]);
  assertEquals(names, ["function_500", "function_501"]);
  // The table twice, and little of the names: those of the mapping symbols have 200 KB.
  assert(source.bytesRead < 2 * 24 * symbols.length + 50_000, `${source.bytesRead} bytes`);
});
