import { assertEquals } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../../lib/bytes/mod.ts";
import { parseRawFrame } from "../../../lib/input/mod.ts";
import { parseMaps } from "../../../lib/maps/mod.ts";
import { explainAddresses } from "../../../lib/resolve/mod.ts";
import { readJitdump, readPerfMap } from "../../../lib/symbols/mod.ts";
import { explainText } from "../../support/explain_text.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { bytesOf, resolveText } from "../../support/resolve_text.ts";
import { patched, SHIFTED, SHIFTED_BUILD_ID, shiftedMaps } from "../../support/shifted_library.ts";
import { testdata } from "../../support/testdata.ts";
import { buildAlignedZip } from "../../support/zip_builder.ts";

const PATH = "/opt/liblld-shifted.so";
const BASE = 0x7f0000000000;
const MAPS = shiftedMaps(PATH, BASE);
const files = new MemoryFiles({ [PATH]: SHIFTED });

Deno.test("explainAddresses() looks an address up as it is, and says what the caller would be", async () => {
  const [exact] = await explainText(["0x7f000000153a"], { maps: MAPS, files });
  assertEquals(exact?.frames, ["layout_second"]);
  assertEquals(exact?.lookup, {
    isReturnAddress: false,
    value: "0x7f000000153a",
    otherwise: ["layout_first"],
  });
});

Deno.test("explainAddresses() looks return addresses up one byte before", async () => {
  const options = { maps: MAPS, files, areReturnAddresses: true };
  const [caller] = await explainText(["0x7f000000153a"], options);
  assertEquals(caller?.frames, ["layout_first"]);
  assertEquals(caller?.lookup, {
    isReturnAddress: true,
    value: "0x7f0000001539",
    otherwise: ["layout_second"],
  });
  assertEquals([caller?.place?.vaddr, caller?.place?.lookupVaddr], ["0x153a", "0x1539"]);
});

Deno.test("explainAddresses() says nothing of the other role where it makes no difference", async () => {
  const [inside] = await explainText(["0x7f0000001510"], { maps: MAPS, files });
  assertEquals(inside?.lookup, { isReturnAddress: false, value: "0x7f0000001510" });
});

Deno.test("explainAddresses() says what the recorder wrote beside a number", async () => {
  const frame = `0x7f0000001510 its_name+0x4 (${PATH})`;
  const [explanation] = await explainText([frame], { maps: MAPS, files });
  assertEquals(explanation?.number, {
    kind: "address",
    value: "0x7f0000001510",
    module: "",
    buildId: "",
    symbol: "its_name",
  });
});

Deno.test("explainAddresses() takes numbers of newer perf for the file offsets that they are", async () => {
  const [explanation] = await explainText([`510 [unknown] (${PATH})`], { maps: MAPS, files });
  assertEquals(explanation?.frames, ["layout_first"]);
  assertEquals([explanation?.number.kind, explanation?.number.module], ["fileOffset", PATH]);
  assertEquals(explanation?.place?.vaddr, "0x1510");
});

for (
  const [spelling, kind] of [
    [`${PATH}+0x1510`, "vaddr"],
    ["liblld-shifted.so+0x1510", "vaddr"],
    [`[liblld-shifted.so@0x510]`, "fileOffset"],
    [`${SHIFTED_BUILD_ID} 0x510`, "fileOffset"],
  ] as const
) {
  Deno.test(`explainAddresses() explains ${spelling} with the only image of its file`, async () => {
    const [explanation] = await explainText([spelling], { maps: MAPS, files });
    assertEquals(explanation?.frames, ["layout_first"]);
    assertEquals(explanation?.number.kind, kind);
    assertEquals(explanation?.mapping, undefined);
    assertEquals(explanation?.place?.vaddr, "0x1510");
    // All files are looked at for a build-id, and not where they are mapped.
    const loadBias = spelling.startsWith(SHIFTED_BUILD_ID) ? undefined : "0x7f0000000000";
    assertEquals(explanation?.image?.loadBias, loadBias);
    assertEquals(explanation?.segments?.map(({ loadBias }) => loadBias), Array(4).fill(undefined));
  });
}

Deno.test("explainAddresses() names the file that is missing for a vaddr, with the command", async () => {
  const [explanation] = await explainText(["/opt/none.so+0x12"], { maps: MAPS, files });
  assertEquals(explanation?.file?.path, "/opt/none.so");
  assertEquals(explanation?.failure?.reason, "file-not-found");
  assertEquals(explanation?.failure?.commands, [{
    system: "any",
    command: "mkdir -p sysroot/opt && scp HOST:/opt/none.so sysroot/opt/",
    option: "--sysroot sysroot",
  }]);
});

Deno.test("explainAddresses() says what lies around an address that nothing holds", async () => {
  const [explanation] = await explainText(["0x7f0000005000", "0x10"], { maps: MAPS, files });
  assertEquals(explanation?.failure?.reason, "outside-mappings");
  assertEquals(explanation?.neighbours?.before?.start, "0x7f0000003000");
  assertEquals(explanation?.neighbours?.behind, undefined);
  assertEquals(explanation?.mapping, undefined);
});

Deno.test("explainAddresses() says why another build does not fit, with what was tried", async () => {
  // One page more of text is mapped than the file has.
  const [head, text, , data] = MAPS.split("\n");
  const maps = [head, text!.replace("-7f0000002000", "-7f0000003000"), data, ""].join("\n");
  const [explanation] = await explainText(["0x7f0000001510"], { maps, files });
  assertEquals(explanation?.failure?.reason, "layout-mismatch");
  assertEquals(explanation?.image?.problem, explanation?.failure?.detail);
  assertEquals(explanation?.segments?.length, 4);
  assertEquals(explanation?.name, undefined);
});

Deno.test("explainAddresses() says that no segment holds the file offset of a mapping", async () => {
  const maps = "7f0000000000-7f0000001000 r-xp 00100000 fe:00 7 /opt/liblld-shifted.so\n";
  const [explanation] = await explainText(["0x7f0000000510"], { maps, files });
  assertEquals(explanation?.failure?.reason, "layout-mismatch");
  assertEquals(explanation?.candidates, []);
  assertEquals(explanation?.image, undefined);
  assertEquals(explanation?.segments?.map(({ loadBias }) => loadBias), Array(4).fill(undefined));
});

Deno.test("explainAddresses() explains code in an archive with the archive's mapping", async () => {
  const { bytes, start } = buildAlignedZip("l.so", SHIFTED);
  const offset = start.toString(16).padStart(8, "0");
  const maps = shiftedMaps("/data/app.apk", BASE).replaceAll(" 00000000 ", ` ${offset} `);
  const inArchive = new MemoryFiles({ "/data/app.apk": bytes });
  const [explanation] = await explainText(["0x7f0000001510"], { maps, files: inArchive });
  assertEquals(explanation?.frames, ["layout_first"]);
  assertEquals(explanation?.file?.path, "/data/app.apk!l.so");
  assertEquals(explanation?.mapping?.path, "/data/app.apk");
  assertEquals(Number(explanation?.mapping?.fileOffset), start);
  const mapping = explanation?.image?.mappings.find(({ holdsAddress }) => holdsAddress);
  assertEquals([mapping?.start, mapping?.fileOffset], ["0x7f0000001000", "0x0"]);
});

Deno.test("explainAddresses() explains an address in each process that has it mapped", async () => {
  const snapshots = [[4711, MAPS], [4712, shiftedMaps("/opt/other.so", BASE)], [
    4713,
    shiftedMaps(PATH, 0x7e0000000000),
  ]] as const;
  const parsed = await Promise.all(
    snapshots.map(async ([process, text]) => ({
      ...await parseMaps(`${process}.maps`, [bytesOf(text)]),
      process,
    })),
  );
  const location = parseRawFrame("0x7f0000001510");
  if (location.kind !== "address") throw new Error("It is no address");
  const explanations = await explainAddresses([{ text: "0x7f0000001510", location }], {
    snapshots: parsed,
    files,
  });
  assertEquals(explanations.map(({ process, frames }) => [process, frames]), [
    [4711, ["layout_first"]],
    [4712, ["[other.so@0x510]"]],
  ]);
});

const JIT_MAPS = "7fa848000000-7fa849000000 rwxp 00000000 00:00 0 \n";
const JIT_ADDRESS = "0x7fa8480034dc";
const JIT_NAME = "JS:~ node:internal/main/run_main_module:1:1";

async function codeMaps() {
  const [map, dump] = ["jit/perf.map", "jit/jit.dump"].map((path) =>
    Deno.readFileSync(testdata(path))
  );
  return [
    { ...await readJitdump(new MemorySource("jit.dump", dump!), true), source: "jit.dump" },
    { ...await readPerfMap(readerOfBytes("perf.map", map!), true), source: "perf.map" },
  ];
}

Deno.test("explainAddresses() says which code map has an address, and where", async () => {
  const [explanation] = await explainText([JIT_ADDRESS], {
    maps: JIT_MAPS,
    generated: await codeMaps(),
  });
  assertEquals(explanation?.frames, [JIT_NAME]);
  const lines = Deno.readTextFileSync(testdata("jit/perf.map")).split("\n");
  const line = lines.findLastIndex((text) => text.endsWith(` ${JIT_NAME}`)) + 1;
  const range = { start: "0x7fa848003400", end: "0x7fa848003778", name: JIT_NAME };
  assertEquals(explanation?.codeMaps, [
    { source: "jit.dump", range: { ...range, fileOffset: "0x1dba" } },
    { source: "perf.map", range: { ...range, line } },
  ]);
});

Deno.test("explainAddresses() says that no code map has an address", async () => {
  const options = { maps: JIT_MAPS, generated: await codeMaps() };
  const [explanation] = await explainText(["0x7fa848fffff0"], options);
  assertEquals(explanation?.failure?.reason, "anonymous");
  assertEquals(explanation?.codeMaps, [{ source: "jit.dump" }, { source: "perf.map" }]);
});

Deno.test("explainAddresses() says which line of kallsyms has an address", async () => {
  const bytes = Deno.readFileSync(testdata("jit/kallsyms"));
  const [explanation] = await explainText(["0xffffffff81000130"], {
    kallsyms: readerOfBytes("kallsyms", bytes),
  });
  const lines = new TextDecoder().decode(bytes).split("\n");
  const name = "entry_SYSCALL_64_after_hwframe";
  const line = lines.findIndex((text) => text.endsWith(` ${name}`)) + 1;
  assertEquals(explanation?.frames, [name]);
  assertEquals(explanation?.kernel, {
    chosen: "kallsyms",
    kallsyms: {
      source: "kallsyms",
      nearest: { start: `0x${lines[line - 1]!.split(" ")[0]}`, name, module: "", line },
      verdict: "chosen",
    },
  });
});

Deno.test("explainAddresses() says why kallsyms does not name an address", async () => {
  const explain = async (text: string, address: string) => {
    const kallsyms = readerOfBytes("kallsyms", bytesOf(text));
    const [explanation] = await explainText([address], { kallsyms });
    return [explanation?.failure?.reason, explanation?.kernel?.kallsyms?.verdict];
  };
  const lines = "ffffffff81000000 T f\nffffffff81000040 d data\n";
  assertEquals(await explain(lines, "0xffffffff81000050"), ["kernel-gap", "ended"]);
  assertEquals(await explain(lines, "0xffffffff80000050"), ["kernel-gap", "none"]);
  assertEquals(await explain("0000000000000000 T f\n", "0xffffffff81000000"), [
    "kernel-hidden",
    "none",
  ]);
  const [none] = await explainText(["0xffffffff81000050"], {});
  assertEquals([none?.failure?.reason, none?.kernel], ["kernel", { chosen: "none" }]);
});

Deno.test("explainAddresses() tells how to get the vDSO", async () => {
  const maps = "7ffff7fc8000-7ffff7fca000 r-xp 00000000 00:00 0   [vdso]\n";
  const missing = new MemoryFiles({ "[vdso]": { reason: "special-mapping", detail: "" } });
  const [explanation] = await explainText(["0x7ffff7fc8123"], { maps, files: missing });
  assertEquals(explanation?.frames, ["[vdso+0x123]"]);
  const [command] = explanation!.failure!.commands;
  assertEquals(
    command?.command,
    "sudo dd if=/proc/PID/mem of=vdso.so bs=4096 skip=34359705544 count=2",
  );
  assertEquals(34359705544 * 4096, 0x7ffff7fc8000);
});

Deno.test("explainAddresses() explains the same however often and beside what it is asked", async () => {
  const addresses = ["0x7f0000001510", "0x7f000000153a", "0x7f00000015f0", "0x10"];
  const together = await explainText(addresses, { maps: MAPS, files });
  for (const [at, address] of addresses.entries()) {
    const alone = await explainText([address], { maps: MAPS, files });
    assertEquals(alone, [together[at]]);
  }
});

Deno.test("explainAddresses() says that a file's build-id is not the recorded one", async () => {
  const recorded = "00112233445566778899aabbccddeeff00112233";
  const other = {
    open: () => Promise.resolve({ source: new MemorySource(PATH, SHIFTED) }),
    buildIdsOf: () => [recorded],
  };
  const [explanation] = await explainText(["0x7f0000001510"], { maps: MAPS, files: other });
  assertEquals(explanation?.failure?.reason, "build-id-mismatch");
  assertEquals(explanation?.failure?.commands.length, 1);
});

Deno.test("explainAddresses() goes on where a file's section headers are damaged", async () => {
  // e_shoff leads out of the file.
  const damaged = new MemoryFiles({ [PATH]: patched(SHIFTED, 40, [0xff, 0xff, 0xff]) });
  const [explanation] = await explainText(["0x7f0000001510"], { maps: MAPS, files: damaged });
  assertEquals(explanation?.frames, ["layout_first"]);
  assertEquals(explanation?.place?.section, undefined);
  assertEquals(explanation?.name?.problems.length, 1);
  const { output } = await resolveText("0x7f0000001510 1\n", { maps: MAPS, files: damaged });
  assertEquals(output, "layout_first 1\n");
});
