import { assertEquals } from "@std/assert";
import { MemorySource, readerOfBytes } from "../../../lib/bytes/mod.ts";
import { ElfFile } from "../../../lib/elf/mod.ts";
import { imagesOf } from "../../support/explain_text.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { bytesOf } from "../../support/resolve_text.ts";
import { SHIFTED, SHIFTED_BUILD_ID, shiftedMaps } from "../../support/shifted_library.ts";
import { FIRST, mapsLine, SECOND, twoTexts } from "../../support/two_texts.ts";
import { testdata } from "../../support/testdata.ts";
import { buildAlignedZip } from "../../support/zip_builder.ts";

const PATH = "/opt/liblld-shifted.so";
const MAPS = shiftedMaps(PATH, 0x7f0000000000);
const files = new MemoryFiles({ [PATH]: SHIFTED });

Deno.test("describeImages() says what there is of an image that is here", async () => {
  const { snapshots: [snapshot] } = await imagesOf(MAPS, { files });
  const { remarks, ...image } = snapshot!.images[0]!;
  assertEquals(image, {
    path: PATH,
    foundAt: PATH,
    buildId: SHIFTED_BUILD_ID,
    architecture: "x86-64",
    imageBase: "0x7f0000000000",
    loadBias: "0x7f0000000000",
    mappings: 4,
    namesFrom: [".symtab", ".dynsym"],
    problems: [],
  });
  assertEquals(remarks.map(({ kind }) => kind), [
    "several-at-offset-0",
    "text-shifted",
    "text-not-first",
  ]);
  assertEquals(snapshot!.fetchFiles, "");
});

Deno.test("describeImages() leaves out files that are mapped for reading only", async () => {
  const maps = MAPS + "7f1000000000-7f1000001000 r--p 00000000 fe:00 9 /usr/lib/locale/C.utf8\n" +
    "7f2000000000-7f2000001000 r--p 00000000 fe:00 9 /opt/liblld-shifted.so\n";
  const { snapshots: [snapshot] } = await imagesOf(maps, { files });
  assertEquals(snapshot!.images.map(({ path }) => path), [PATH]);
});

Deno.test("describeImages() makes one command of all files that are missing", async () => {
  const maps = MAPS + shiftedMaps("/usr/lib/liba.so", 0x7e0000000000, 8) +
    shiftedMaps("/opt/a b.so", 0x7d0000000000, 9) + shiftedMaps("/opt/c.so", 0x7c0000000000, 10);
  const { snapshots: [snapshot] } = await imagesOf(maps, { files, sysroot: "server1" });
  // What a shell would have to be told twice about is left out.
  assertEquals(
    snapshot!.fetchFiles,
    "mkdir -p server1 && ssh HOST tar -C / -chf - opt/c.so usr/lib/liba.so | " +
      "tar -C server1 -xf -",
  );
  assertEquals(snapshot!.images.map(({ missing }) => missing?.reason), [
    "file-not-found",
    "file-not-found",
    "file-not-found",
    undefined,
  ]);
  assertEquals(snapshot!.images[0]!.loadBias, undefined);
});

Deno.test("describeImages() says that a file does not fit, and offers the copy of the right one", async () => {
  const [head, text, , data] = MAPS.split("\n");
  const maps = [head, text!.replace("-7f0000002000", "-7f0000003000"), data, ""].join("\n");
  const { snapshots: [snapshot] } = await imagesOf(maps, { files });
  const { missing, namesFrom } = snapshot!.images[0]!;
  assertEquals([missing?.what, missing?.reason], ["file", "layout-mismatch"]);
  assertEquals(missing?.commands.length, 1);
  assertEquals(namesFrom, []);
});

Deno.test("describeImages() finds the symbols of a stripped file in its debug file", async () => {
  const open = (path: string) =>
    new MemorySource(path, Deno.readFileSync(testdata(`debug_files/x86_64/${path}`)));
  const path = "/usr/lib/libnames.so";
  const maps = (await mapsOfNames()).replaceAll("PATH", path);
  const without = { open: () => Promise.resolve({ source: open("linked/libnames.so") }) };
  const { snapshots: [stripped] } = await imagesOf(maps, { files: without });
  assertEquals(stripped!.images[0]!.missing?.what, "symbols");
  const { snapshots: [whole] } = await imagesOf(maps, {
    files: {
      ...without,
      openDebugFile: (tried) =>
        Promise.resolve(
          tried === "/usr/lib/.debug/libnames.debug"
            ? open("linked/.debug/libnames.debug")
            : undefined,
        ),
    },
  });
  assertEquals(whole!.images[0]!.missing, undefined);
  assertEquals(whole!.images[0]!.namesFrom, [".dynsym", "/usr/lib/.debug/libnames.debug"]);
});

/** Lines of a snapshot in which each LOAD segment of libnames.so is mapped. */
async function mapsOfNames(): Promise<string> {
  const bytes = Deno.readFileSync(testdata("debug_files/x86_64/linked/libnames.so"));
  const elf = await ElfFile.open(new MemorySource("x", bytes));
  return elf.loadSegments.map(({ vaddr, fileOffset, fileSize, executable, writable }) => {
    const start = 0x7f0000000000 + vaddr - vaddr % 0x1000;
    const end = 0x7f0000000000 + Math.ceil((vaddr + fileSize) / 0x1000) * 0x1000;
    const offset = (fileOffset - fileOffset % 0x1000).toString(16).padStart(8, "0");
    const permissions = `r${writable ? "w" : "-"}${executable ? "x" : "-"}p`;
    return `${start.toString(16)}-${end.toString(16)} ${permissions} ${offset} fe:00 7 PATH\n`;
  }).join("");
}

Deno.test("describeImages() lists the files in an archive, and not the archive", async () => {
  const { bytes, start } = buildAlignedZip("l.so", SHIFTED);
  const offset = start.toString(16).padStart(8, "0");
  const maps = shiftedMaps("/data/a.apk", 0x7f0000000000).replaceAll(" 00000000 ", ` ${offset} `);
  const { snapshots: [snapshot] } = await imagesOf(maps, {
    files: new MemoryFiles({ "/data/a.apk": bytes }),
  });
  assertEquals(snapshot!.images.map(({ path, loadBias }) => [path, loadBias]), [
    ["/data/a.apk!l.so", "0x7f0000000000"],
  ]);
});

Deno.test("describeImages() counts code made at run time, but for text that was moved", async () => {
  const maps = MAPS + "7f1000000000-7f1000003000 rwxp 00000000 00:00 0 \n" +
    "7f1000004000-7f1000005000 r-xp 00000000 00:01 5 /memfd:jit (deleted)\n" +
    "7f1000006000-7f1000007000 rw-p 00000000 00:00 0 \n";
  const { snapshots: [snapshot] } = await imagesOf(maps, { files });
  const { missing, ...code } = snapshot!.generatedCode;
  assertEquals(code, { mappings: 2, size: "0x4000", namesFrom: [] });
  assertEquals(missing?.reason, "anonymous");

  const anonymous = Deno.readTextFileSync(testdata("layouts/x86_64/anon-all/maps"));
  const sysroot = testdata("layouts/x86_64/anon-all/sysroot");
  const { snapshots: [moved] } = await imagesOf(anonymous, { sysroot });
  assertEquals(moved!.generatedCode, { mappings: 0, size: "0x0", namesFrom: [] });
});

Deno.test("describeImages() says where the names of other code come from", async () => {
  const maps = "7f1000000000-7f1000003000 rwxp 00000000 00:00 0 \n";
  const { snapshots: [snapshot], kernel } = await imagesOf(maps, {
    files,
    generated: [{ source: "perf-1.map", size: 0, empty: 0, rangeAt: () => undefined }],
    kallsyms: readerOfBytes("kallsyms", bytesOf("ffffffff81000000 T f\n")),
  });
  assertEquals(snapshot!.generatedCode.namesFrom, ["perf-1.map"]);
  assertEquals(kernel, { namesFrom: ["kallsyms"] });
});

Deno.test("describeImages() says that kallsyms has no addresses, or is missing", async () => {
  const kallsyms = readerOfBytes("kallsyms", bytesOf("0000000000000000 T f\n"));
  const { kernel: hidden } = await imagesOf(MAPS, { files, kallsyms });
  assertEquals([hidden.namesFrom, hidden.missing?.reason], [[], "kernel-hidden"]);
  const { kernel: missing } = await imagesOf(MAPS, { files });
  assertEquals([missing.namesFrom, missing.missing?.reason], [[], "kernel"]);
  assertEquals(missing.missing?.commands.length, 1);
});

Deno.test("describeImages() says that kallsyms has landmarks only", async () => {
  const kallsyms = () => readerOfBytes("kallsyms", bytesOf("ffffffff81000000 T _stext\n"));
  const { kernel } = await imagesOf(MAPS, { files, kallsyms: kallsyms() });
  assertEquals([kernel.namesFrom, kernel.missing?.reason, kernel.missing?.detail], [
    [],
    "kernel-gap",
    "the snapshot has the bounds of sections, such as _stext, and no function",
  ]);
  const vmlinux = new MemorySource(
    "vmlinux",
    Deno.readFileSync(testdata("kernel/x86_64/vmlinux")),
  );
  const { kernel: both } = await imagesOf(MAPS, { files, kallsyms: kallsyms(), vmlinux });
  assertEquals(both, { namesFrom: ["vmlinux"] });
});

Deno.test("describeImages() describes each snapshot by itself", async () => {
  const { snapshots } = await imagesOf([MAPS, shiftedMaps(PATH, 0x7e0000000000)], { files });
  assertEquals(snapshots.map(({ images }) => images.map(({ loadBias }) => loadBias)), [
    ["0x7f0000000000"],
    ["0x7e0000000000"],
  ]);
});

Deno.test("describeImages() says that neither mappings nor text tell the load bias", async () => {
  const { files } = twoTexts();
  const pages = [0, 0x4000].flatMap((copy) => [copy + FIRST, copy + SECOND]);
  const maps = pages.slice(1).map((page) => mapsLine(page, "r-xp")).join("");
  const { snapshots: [snapshot] } = await imagesOf(maps, { files });
  const [image] = snapshot!.images;
  assertEquals([image?.loadBias, image?.missing?.what], [undefined, "snapshot"]);
  assertEquals(image?.missing?.reason, "ambiguous-base");
  assertEquals(image?.missing?.detail, "the load bias may be 0x7f0000002000 or 0x7f0000004000");
});
