import { assert, assertEquals } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles, type DiskFilesOptions } from "../../lib/cli/disk_files.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { hex } from "../../lib/errors.ts";
import { findFunctionBounds } from "../../lib/symbols/function_bounds.ts";
import { bytesOf, resolveText } from "../support/resolve_text.ts";
import { testdata } from "../support/testdata.ts";

// Files that are linked where kernels are, and moved as kernels are. The truth is what nm says of
// them. See testdata/kernel/README.md.

/** How far the kernel of the snapshots was moved. */
const SLIDES = { x86_64: 0x1e000000, aarch64: 0x2b5c31a00000 } as const;
type Architecture = keyof typeof SLIDES;
const ARCHITECTURES = Object.keys(SLIDES) as Architecture[];

interface KernelFunction {
  readonly vaddr: number;
  readonly size: number;
  /** All that nm has for it. */
  readonly names: readonly string[];
}

interface Sources extends DiskFilesOptions {
  readonly vmlinux?: string;
  /** The name of a file, or the text. */
  readonly kallsyms?: string;
}

/** Names addresses of a kernel, each as the leaf of a stack. */
async function namesOf(
  architecture: Architecture,
  addresses: readonly number[],
  { vmlinux, kallsyms, ...options }: Sources,
) {
  const folder = testdata(`kernel/${architecture}`);
  const source = vmlinux &&
    new MemorySource(vmlinux, Deno.readFileSync(`${folder}/${vmlinux}`));
  const text = kallsyms?.startsWith("kallsyms")
    ? Deno.readTextFileSync(`${folder}/${kallsyms}`)
    : kallsyms;
  using files = new DiskFiles(options);
  const { output, report } = await resolveText(
    addresses.map((address) => `app;${hex(address)} 1\n`).join(""),
    {
      merge: false,
      files,
      ...(source && { vmlinux: source }),
      ...(text !== undefined && { kallsyms: readerOfBytes("kallsyms", bytesOf(text)) }),
    },
  );
  return {
    names: output.trimEnd().split("\n").map((line) => line.replace(/^app;(.*) 1$/, "$1")),
    namesFrom: report.images[0]?.namesFrom,
    reasons: report.reasons.map(({ reason }) => reason),
    details: report.reasons.map(({ detail }) => detail),
  };
}

/** The first, second and last byte of each function, moved. */
function probes(functions: readonly KernelFunction[], slide: number): number[] {
  return functions.flatMap(({ vaddr, size }) => [vaddr, vaddr + 1, vaddr + size - 1])
    .map((vaddr) => vaddr + slide);
}

function assertNames(names: readonly string[], functions: readonly KernelFunction[]): void {
  for (const [at, name] of names.entries()) {
    const { names: wanted } = functions[Math.floor(at / 3)]!;
    assert(wanted.includes(name), `probe ${at} is ${name}, want one of ${wanted}`);
  }
  assertEquals(names.length, 3 * functions.length);
}

for (const architecture of ARCHITECTURES) {
  const slide = SLIDES[architecture];
  const functions = functionsOf(architecture);
  const moved = probes(functions, slide);
  const debugDir = testdata(`kernel/${architecture}/debug`);

  Deno.test(`resolve() names ${architecture} frames by vmlinux, moved as kallsyms says`, async () => {
    const found = await namesOf(architecture, moved, {
      vmlinux: "vmlinux",
      kallsyms: "kallsyms-start",
    });
    assertNames(found.names, functions);
    assertEquals(found.namesFrom, ["vmlinux"]);
    assertEquals(found.reasons, []);
  });

  Deno.test(`resolve() names nothing behind the functions of a ${architecture} vmlinux`, async () => {
    // Symbols without a size are there: those of the linker script, such as _einittext.
    const { vaddr, size } = functions.at(-1)!;
    const addresses = [vaddr + size, vaddr + size + 8].map((end) => end + slide);
    const sources = { vmlinux: "vmlinux", kallsyms: "kallsyms-start" };
    const found = await namesOf(architecture, addresses, sources);
    assertEquals(found.names, ["[kernel]", "[kernel]"]);
    assertEquals(found.reasons, ["kernel-gap"]);
  });

  Deno.test(`resolve() names no ${architecture} frame by landmarks alone`, async () => {
    const found = await namesOf(architecture, moved, { kallsyms: landmarksOnly(architecture) });
    assertEquals(new Set(found.names), new Set(["[kernel]"]));
    assertEquals(found.reasons, ["kernel-gap"]);
    assertEquals(found.details, [
      "the snapshot has the bounds of sections, such as _stext, and no function",
    ]);
  });

  Deno.test(`resolve() names ${architecture} frames by vmlinux where it is`, async () => {
    const found = await namesOf(architecture, probes(functions, 0), { vmlinux: "vmlinux" });
    assertNames(found.names, functions);
    assertEquals(found.namesFrom, ["vmlinux"]);
  });

  Deno.test(`resolve() names no ${architecture} frame by vmlinux if it may have moved`, async () => {
    for (const addresses of [moved, [...probes(functions, 0), moved[0]!]]) {
      const found = await namesOf(architecture, addresses, { vmlinux: "vmlinux" });
      assertEquals(new Set(found.names), new Set(["[kernel]"]));
      assertEquals(found.reasons, ["kernel-slide"]);
      const outside = Math.min(...addresses.filter((address) => address >= moved[0]!));
      assertEquals(found.details, [`${hex(outside)} is not in the code of "vmlinux" as it is`]);
    }
  });

  Deno.test(`resolve() names ${architecture} frames by the debug file of vmlinux`, async () => {
    for (const kallsyms of ["kallsyms-start", "kallsyms"]) {
      const found = await namesOf(architecture, moved, {
        vmlinux: "vmlinux-stripped",
        // Without what kallsyms itself knows.
        kallsyms: kallsyms === "kallsyms" ? landmarksOnly(architecture) : kallsyms,
        debugDirs: [debugDir],
      });
      assertNames(found.names, functions);
      assertEquals(found.namesFrom?.length, 1);
      assert(found.namesFrom![0]!.startsWith(`${debugDir}/.build-id/`));
    }
  });

  Deno.test(`resolve() says that a ${architecture} vmlinux is stripped`, async () => {
    const sources = { vmlinux: "vmlinux-stripped", kallsyms: "kallsyms-start" };
    const found = await namesOf(architecture, moved, sources);
    assertEquals(new Set(found.names), new Set(["[kernel]"]));
    assertEquals(found.reasons, ["no-symbols"]);
    assertEquals(found.details, ['"vmlinux-stripped" is stripped']);
  });

  Deno.test(`resolve() prefers what ${architecture} kallsyms says to vmlinux`, async () => {
    const module = parseSymbol(textOf(architecture, "kallsyms").trimEnd().split("\n").at(-1)!);
    const addresses = [...moved, module.address];
    const sources = { vmlinux: "vmlinux", kallsyms: "kallsyms" };
    const found = await namesOf(architecture, addresses, sources);
    const alone = await namesOf(architecture, addresses, { kallsyms: "kallsyms" });
    assertEquals(found.names, alone.names);
    assertEquals(found.names.at(-1), "nf_register [nf_tables]");
    assertEquals(found.namesFrom, ["kallsyms"]);
  });

  Deno.test(`resolve() fills what ${architecture} kallsyms leaves out by vmlinux`, async () => {
    // Every other symbol is missing, but for the landmarks and the module.
    const lines = textOf(architecture, "kallsyms").trimEnd().split("\n");
    const kept = lines.filter((line, at) => at % 2 === 0 || / _|\[/.test(line));
    const module = parseSymbol(lines.at(-1)!);
    const found = await namesOf(architecture, [...moved, module.address], {
      vmlinux: "vmlinux",
      kallsyms: kept.join("\n"),
    });
    assertNames(found.names.slice(0, -1), functions.map((one) => withLabels(architecture, one)));
    assertEquals(found.names.at(-1), "nf_register [nf_tables]");
    assertEquals(found.namesFrom?.toSorted(), ["kallsyms", "vmlinux"]);
  });

  Deno.test(`resolve() refuses a ${architecture} vmlinux of another build`, async () => {
    for (const other of ["vmlinux-other", "vmlinux-stripped"]) {
      const text = landmarksOnly(architecture);
      // Another build's text for starting is longer, or lies elsewhere.
      const kallsyms = other === "vmlinux-other" ? text : text.replace(
        /^(\S+)(?= T _einittext)/m,
        (digits) => (BigInt(`0x${digits}`) + 4n).toString(16),
      );
      const found = await namesOf(architecture, moved, {
        vmlinux: other,
        kallsyms,
        debugDirs: [debugDir],
      });
      assertEquals(new Set(found.names), new Set(["[kernel]"]));
      assertEquals(found.reasons, ["kernel-mismatch"]);
      const start = other === "vmlinux-other" ? "_text" : "_stext";
      assert(
        found.details[0]!.startsWith(`${start} is ${hex(slide)} from where "${other}" has it, _`),
        found.details[0],
      );
    }
  });

  // Callers, each with a leaf of its own behind it, as a kernel's stacks have them.
  const returns = textOf(architecture, "returns").trimEnd().split("\n")
    .map((line) => parseSymbol(line).address);
  const callers = (distance: number) =>
    returns.map((vaddr) => `app;${hex(vaddr + distance)};leaf 1\n`).join("");

  Deno.test(`resolve() names ${architecture} callers where vmlinux has calls`, async () => {
    for (const [distance, kallsyms] of [[0, undefined], [slide, "kallsyms-start"]] as const) {
      const { output, report } = await resolveCallers(architecture, callers(distance), kallsyms);
      assertEquals(report.reasons, []);
      for (const [at, line] of output.trimEnd().split("\n").entries()) {
        const own = functions.find(({ vaddr, size }) =>
          returns[at]! - 1 >= vaddr && returns[at]! - 1 < vaddr + size
        )!;
        const name = /^app;(.*);leaf 1$/.exec(line)![1]!;
        assert(own.names.includes(name), `${hex(returns[at]!)} is ${name}, want ${own.names}`);
      }
    }
  });

  Deno.test(`resolve() names no ${architecture} callers where vmlinux has no calls`, async () => {
    // All of them still lie in its code, but a call has 4 or 5 bytes.
    const step = architecture === "x86_64" ? 5 : 4;
    const detail = `of ${returns.length} return addresses in it only 0 follow a call there`;
    for (
      const [distance, kallsyms, reason] of [
        [step, undefined, "kernel-slide"],
        [slide + step, "kallsyms-start", "kernel-mismatch"],
      ] as const
    ) {
      const { output, report } = await resolveCallers(architecture, callers(distance), kallsyms);
      assertEquals(output, "app;[kernel];leaf 1\n".repeat(returns.length));
      assertEquals(report.reasons.map((one) => [one.reason, one.detail]), [[reason, detail]]);
      const trusted = await resolveCallers(architecture, callers(distance), kallsyms, true);
      assertEquals(trusted.report.reasons, []);
    }
  });

  Deno.test(`resolve() refuses a ${architecture} vmlinux with another build-id`, async () => {
    const list = Deno.makeTempFileSync();
    try {
      const own = textOf(architecture, "buildid-list");
      const sources = { vmlinux: "vmlinux", kallsyms: "kallsyms-start", buildIds: list };
      Deno.writeTextFileSync(list, own);
      assertNames((await namesOf(architecture, moved, sources)).names, functions);
      Deno.writeTextFileSync(list, own.replace(/^...../, "abcde"));
      const found = await namesOf(architecture, moved, sources);
      assertEquals(new Set(found.names), new Set(["[kernel]"]));
      assertEquals(found.reasons, ["build-id-mismatch"]);
    } finally {
      Deno.removeSync(list);
    }
  });

  Deno.test(`resolve() takes no ${architecture} vmlinux where kallsyms holds zeros only`, async () => {
    for (const addresses of [moved, probes(functions, 0)]) {
      const sources = { vmlinux: "vmlinux", kallsyms: "kallsyms-restricted" };
      const found = await namesOf(architecture, addresses, sources);
      assertEquals(new Set(found.names), new Set(["[kernel]"]));
      assertEquals(found.reasons, ["kernel-hidden"]);
    }
  });

  Deno.test(`findFunctionBounds() finds what nm says in a stripped ${architecture} vmlinux`, async () => {
    const bytes = Deno.readFileSync(testdata(`kernel/${architecture}/vmlinux-stripped`));
    const elf = await ElfFile.open(new MemorySource("vmlinux", bytes));
    const vaddrs = Float64Array.from(new Set(probes(functions, 0))).sort();
    const found = await findFunctionBounds(elf, vaddrs);
    for (const [at, vaddr] of vaddrs.entries()) {
      const own = functions.find((one) => vaddr >= one.vaddr && vaddr < one.vaddr + one.size)!;
      assertEquals(found[at], { start: own.vaddr, end: own.vaddr + own.size });
    }
  });
}

Deno.test("resolve() refuses a file of a program for a vmlinux", async () => {
  const path = testdata("layouts/x86_64/lld-shifted/sysroot/opt/layouts/liblld-shifted.so");
  const found = await namesOf("x86_64", [-0x60fffff0], {
    vmlinux: `../../${path.slice(testdata("").length)}`,
    kallsyms: "kallsyms-start",
  });
  assertEquals(found.names, ["[kernel]"]);
  assertEquals(found.reasons, ["kernel-mismatch"]);
  assert(found.details[0]!.endsWith('.so" has _stext at vaddr 0x150c, which is no kernel address'));
});

Deno.test("resolve() refuses a kernel that was not moved by pages", async () => {
  const kallsyms = textOf("x86_64", "kallsyms-start").replaceAll("9f000000", "9f000010");
  const found = await namesOf("x86_64", [-0x60ffffd0], { vmlinux: "vmlinux", kallsyms });
  assertEquals(found.reasons, ["kernel-mismatch"]);
  assertEquals(found.details, [
    '_text is 0x1e000010 from where "vmlinux" has it, want a multiple of 0x1000',
  ]);
});

Deno.test("resolve() says that a kallsyms snapshot does not tell where the kernel begins", async () => {
  const kallsyms = "ffffffff9f000028 T schedule\n";
  const sources = { vmlinux: "vmlinux", kallsyms };
  const found = await namesOf("x86_64", [-0x60ffffd0, -0x60fffff0], sources);
  assertEquals(found.names, ["schedule", "[kernel]"]);
  assertEquals(found.reasons, ["kernel-slide"]);
  assertEquals(found.details, [
    "the kallsyms snapshot has neither _text nor _stext with an address",
  ]);
});

Deno.test("resolve() says that a stripped vmlinux does not tell where _text is", async () => {
  const kallsyms = "ffffffff9f000000 T _text\n";
  const found = await namesOf("x86_64", [-0x60ffffd0], { vmlinux: "vmlinux-stripped", kallsyms });
  assertEquals(found.reasons, ["kernel-slide"]);
  assertEquals(found.details, [
    'of _text and _stext the kallsyms snapshot has another one than "vmlinux-stripped", ' +
    "which has _stext _sinittext _einittext",
  ]);
});

Deno.test("resolve() gives callers in vmlinux the function that they call from", async () => {
  // account begins where startup_64 ends.
  const text = textOf("x86_64", "nm");
  const account = parseSymbol(text.split("\n").find((line) => line.endsWith(" account"))!).address;
  const folder = testdata("kernel/x86_64");
  const vmlinux = new MemorySource("vmlinux", Deno.readFileSync(`${folder}/vmlinux`));
  const address = hex(account);
  const { output } = await resolveText(`app;${address};${address} 1\n`, { vmlinux });
  assertEquals(output, "app;startup_64;account 1\n");
});

async function resolveCallers(
  architecture: Architecture,
  folded: string,
  kallsyms?: string,
  trustFiles = false,
) {
  const bytes = Deno.readFileSync(testdata(`kernel/${architecture}/vmlinux`));
  const text = kallsyms === undefined ? undefined : bytesOf(textOf(architecture, kallsyms));
  return await resolveText(folded, {
    vmlinux: new MemorySource("vmlinux", bytes),
    kallsyms: text && readerOfBytes("kallsyms", text),
    merge: false,
    trustFiles,
  });
}

function textOf(architecture: Architecture, name: string): string {
  return Deno.readTextFileSync(testdata(`kernel/${architecture}/${name}`));
}

/** The snapshot without all symbols but landmarks. */
function landmarksOnly(architecture: Architecture): string {
  return textOf(architecture, "kallsyms").split("\n")
    .filter((line) => / _s?text$| _etext$| _[se]inittext$/.test(line)).join("\n");
}

function parseSymbol(line: string): { readonly address: number } {
  const [digits = ""] = line.split(" ");
  return { address: Number(BigInt.asIntN(64, BigInt(`0x${digits}`))) };
}

/** Functions of `nm -S`: text symbols with a size. */
function functionsOf(architecture: Architecture): KernelFunction[] {
  const functions = new Map<number, KernelFunction>();
  for (const line of textOf(architecture, "nm").split("\n")) {
    const [, size, kind = "", name = ""] = line.split(" ");
    if (!/^[tT]$/.test(kind)) continue;
    const vaddr = parseSymbol(line).address;
    const names = [...functions.get(vaddr)?.names ?? [], name];
    functions.set(vaddr, { vaddr, size: parseInt(size!, 16), names });
  }
  return [...functions.values()];
}

/** Of a function with labels in it, kallsyms has those as symbols of their own. */
function withLabels(architecture: Architecture, one: KernelFunction): KernelFunction {
  const labels = textOf(architecture, "nm").split("\n").flatMap((line) => {
    const [, kind, name] = line.split(" ");
    const { address } = line === "" ? { address: NaN } : parseSymbol(line);
    const isInside = address > one.vaddr && address < one.vaddr + one.size;
    return kind === "T" && isInside ? [name!] : [];
  });
  return { ...one, names: [...one.names, ...labels] };
}
