import { assertEquals, assertThrows } from "@std/assert";
import { writeFile } from "../../lib/cli/output_files.ts";
import { bytesOf } from "../support/resolve_text.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test("writeFile() shows nothing of the new file before it is complete", () => {
  using folder = new TempFolder();
  const path = folder.write("named.folded", "old\n");
  writeFile(path, (write) => {
    write(bytesOf("new "));
    assertEquals(Deno.readTextFileSync(path), "old\n");
    write(bytesOf("one\n"));
  });
  assertEquals(Deno.readTextFileSync(path), "new one\n");
  assertEquals(folder.names(), ["named.folded"]);
});

Deno.test("writeFile() leaves the old file, and nothing else, if writing fails", () => {
  using folder = new TempFolder();
  const path = folder.write("named.folded", "old\n");
  const fail = () =>
    writeFile(path, (write) => {
      write(bytesOf("new\n"));
      throw new Error("No space left on device (os error 28)");
    });
  assertThrows(fail, Error, `Cannot write "${path}": No space left on device (os error 28)`);
  assertEquals(Deno.readTextFileSync(path), "old\n");
  assertEquals(folder.names(), ["named.folded"]);
});

Deno.test("writeFile() leaves nothing behind if the new file cannot take its place", () => {
  using folder = new TempFolder();
  const path = folder.at("named.folded");
  const fail = () =>
    writeFile(path, (write) => {
      write(bytesOf("new\n"));
      Deno.mkdirSync(path);
    });
  assertThrows(fail, Error, `Cannot write "${path}": `);
  assertEquals(folder.names(), ["named.folded"]);
  assertEquals(Deno.statSync(path).isDirectory, true);
});

Deno.test("writeFile() says so if symbolic links go round in a circle", () => {
  using folder = new TempFolder();
  Deno.symlinkSync("circle", folder.at("circle"));
  assertThrows(
    () => writeFile(folder.at("circle"), () => {}),
    Error,
    `Cannot write "${folder.at("circle")}": Too many levels of symbolic links`,
  );
});

Deno.test("writeFile() follows relative links from the folder that they are in", () => {
  using folder = new TempFolder();
  folder.write("deep/er/keep", "");
  Deno.symlinkSync("deep/er", folder.at("short"));
  Deno.symlinkSync("../named.folded", folder.at("deep/er/link"));
  writeFile(folder.at("short/link"), (write) => write(bytesOf("new\n")));
  assertEquals(Deno.readTextFileSync(folder.at("deep/named.folded")), "new\n");
  assertEquals(Deno.readLinkSync(folder.at("deep/er/link")), "../named.folded");
});
