import { assert, assertEquals, assertRejects } from "@std/assert";
import { openBundle, planBundle, writeBundle } from "../../lib/bundle/mod.ts";
import { type ByteSource, MemorySource } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { FormatError } from "../../lib/errors.ts";
import { bytesOfChunks, planOptions } from "../support/bundles.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

const FOLDER = testdata("recordings/cpp-x86_64");
const MAPS = Deno.readTextFileSync(`${FOLDER}/maps`);
const FOLDED = Deno.readTextFileSync(`${FOLDER}/raw.folded`);
const PROGRAM = "opt/cpp-demo/bin/prism";

async function planOfTest(files: DiskFiles) {
  return await planBundle(await planOptions({ maps: MAPS, folded: FOLDED, files }));
}

Deno.test("writeBundle() gives the same bytes for the same files", async () => {
  using files = new DiskFiles({ sysroot: `${FOLDER}/sysroot` });
  const [one, two] = [await planOfTest(files), await planOfTest(files)];
  assertEquals(await bytesOfChunks(writeBundle(one)), await bytesOfChunks(writeBundle(two)));
});

// What is not taken is zeros then: the unpacked files are for people, and other programs.
Deno.test({
  name: "tar unpacks what writeBundle() writes: files of the right size, every byte in its place",
  ignore: !hasTar(),
  async fn() {
    using folder = new TempFolder();
    using files = new DiskFiles({ sysroot: `${FOLDER}/sysroot` });
    const plan = await planOfTest(files);
    const archive = folder.write("test.tar.gz", await bytesOfChunks(writeBundle(plan)));
    const command = new Deno.Command("tar", { args: ["-xzf", archive, "-C", folder.path] });
    const { code, stderr } = await command.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    assertEquals(Deno.readTextFileSync(folder.at("maps")), MAPS);
    const unpacked = Deno.readFileSync(folder.at(`files/${PROGRAM}`));
    const whole = Deno.readFileSync(`${FOLDER}/sysroot/${PROGRAM}`);
    const wanted = new Uint8Array(whole.length);
    const { extents } = plan.entries.find(({ name }) => name === `files/${PROGRAM}`)!;
    for (const { fileOffset, length } of extents) {
      wanted.set(whole.subarray(fileOffset, fileOffset + length), fileOffset);
    }
    assert(extents.length > 1);
    assertEquals(unpacked, wanted);
  },
});

Deno.test("writeBundle() fails if a file was cut since it was planned", async () => {
  using folder = new TempFolder();
  const maps = "00400000-00401000 r-xp 00000000 fe:00 42 /app\n";
  const app = folder.write("app", Deno.readFileSync(`${FOLDER}/sysroot/${PROGRAM}`));
  using files = new DiskFiles({ sysroot: folder.path });
  const plan = await planBundle(await planOptions({ maps, files }));
  Deno.truncateSync(app, 5000);
  await assertRejects(
    () => bytesOfChunks(writeBundle(plan)),
    FormatError,
    "file was cut to 0x1388 meanwhile",
  );
});

Deno.test("writeBundle() takes of a file that is not ELF what shows that", async () => {
  const text = new TextEncoder().encode("not ELF ".repeat(100_000));
  const source: ByteSource = new MemorySource("/app", text);
  const files = { open: () => Promise.resolve({ source }) };
  const maps = "00400000-00401000 r-xp 00000000 fe:00 42 /app\n";
  const plan = await planBundle(await planOptions({ maps, files }));
  const bytes = await bytesOfChunks(writeBundle(plan));
  const { manifest } = await openBundle(new MemorySource("test.tar.gz", bytes));
  const [file] = manifest.files;
  // Its first bytes, and its last, which are no zip archive's.
  assertEquals([file!.size, file!.kept < 70_000], [800_000, true]);
});

function hasTar(): boolean {
  try {
    return new Deno.Command("tar", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}
