import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSymfold } from "../support/run_symfold.ts";
import { patched } from "../support/shifted_library.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// A stripped library with a debug link, of which 0x1040 is the start of `hidden_add`. What is there
// and is not used is said, or the advice would be to install what is installed.

const read = (path: string) => Deno.readFileSync(testdata(`debug_files/x86_64/${path}`));
const LIBRARY = read("linked/libnames.so");
const PATH = "/opt/libnames.so";
const STACK = "app;0x7f0000001044 1\n";

function mapsOf(suffix = ""): string {
  return ["00000 r--p 00000", "01000 r-xp 01000", "02000 r--p 02000", "03000 rw-p 02000"]
    .map((line) => {
      const [start, permissions, offset] = line.split(" ");
      const end = (parseInt(start!, 16) + 0x1000).toString(16).padStart(5, "0");
      return `7f00000${start}-7f00000${end} ${permissions} 000${offset} fe:00 7 ${PATH}${suffix}\n`;
    }).join("");
}

for (const command of [[], ["images"]]) {
  Deno.test(`symfold ${command} says which debug file it did not use, and why`, async () => {
    using folder = new TempFolder();
    folder.write(`root${PATH}`, LIBRARY);
    folder.write("root/opt/.debug/libnames.debug", read("other/libnames.debug"));
    const args = ["--maps", folder.write("maps", mapsOf()), "--sysroot", folder.at("root")];
    const { code, stdout, stderr } = await runSymfold([...command, ...args], { stdin: STACK });
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      command.length === 0 ? stderr : stdout,
      'exported functions only: "/opt/.debug/libnames.debug" is not used: build-id differs, it is ',
    );
  });
}

Deno.test("symfold says that MiniDebugInfo is damaged", async () => {
  using folder = new TempFolder();
  const library = read("libnames-mini.so");
  const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a];
  const at = library.findIndex((_, start) => magic.every((byte, i) => library[start + i] === byte));
  const file = folder.write(`root${PATH}`, patched(library, at + magic.length + 20, [0xff, 0xff]));
  const args = ["--maps", folder.write("maps", mapsOf()), "--sysroot", folder.at("root")];
  const { stderr } = await runSymfold(args, { stdin: STACK });
  assertStringIncludes(
    stderr,
    `exported functions only: Cannot decompress the xz data of "${file}(.gnu_debugdata)"`,
  );
});

/** Two files of the same layout, without build-ids. */
function writeTwins(folder: TempFolder): string[] {
  const library = read("no-build-id/libnames.so");
  return [0x90, 0xcc].map((byte) =>
    folder.write(`found/${byte}.so`, patched(library, 0x1100, [byte]))
  );
}

Deno.test("symfold says which files may be the one that was deleted", async () => {
  using folder = new TempFolder();
  const [one, other] = writeTwins(folder);
  const args = [
    "--maps",
    folder.write("maps", mapsOf(" (deleted)")),
    "--search",
    folder.at("found"),
  ];
  const { code, stdout, stderr } = await runSymfold(args, { stdin: STACK });
  assertEquals({ code, stdout }, { code: 0, stdout: "app;[libnames.so@0x1044] 1\n" });
  assertStringIncludes(stderr, `before the snapshot: it may be "${one}", "${other}"; give`);
});

Deno.test("symfold says how a library in a memfd is found, and which it may be", async () => {
  using folder = new TempFolder();
  const [one, other] = writeTwins(folder);
  const maps = mapsOf(" (deleted)").replaceAll(PATH, "/memfd:names");
  const args = ["--maps", folder.write("maps", maps)];
  const without = await runSymfold(args, { stdin: STACK });
  assertEquals(without.stdout, "app;[memfd:names] 1\n");
  assertStringIncludes(without.stderr, "without a file: if it is a library, --search DIR finds it");
  const { stdout, stderr } = await runSymfold([...args, "--search", folder.at("found")], {
    stdin: STACK,
  });
  assertEquals(stdout, "app;[memfd:names] 1\n");
  assertStringIncludes(stderr, `without a file: it may be "${one}", "${other}"; give`);
});
