import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileSource } from "../../lib/bytes/file_source.ts";
import { FormatError } from "../../lib/errors.ts";

function withFolder(use: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = Deno.makeTempDirSync();
    try {
      await use(folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  };
}

Deno.test(
  "FileSource.readAt() gives exactly the bytes asked for, in any order",
  withFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array([10, 11, 12, 13, 14]));
    using source = FileSource.open(`${folder}/a`);
    assertEquals(source.size, 5);
    assertEquals(await source.readAt(3, 2), new Uint8Array([13, 14]));
    assertEquals(await source.readAt(0, 1), new Uint8Array([10]));
    assertEquals(await source.readAt(5, 0), new Uint8Array([]));
  }),
);

Deno.test(
  "FileSource.readAt() gives an array that later reads do not change",
  withFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array([1, 2]));
    using source = FileSource.open(`${folder}/a`);
    const first = await source.readAt(0, 1);
    await source.readAt(1, 1);
    assertEquals(first, new Uint8Array([1]));
  }),
);

Deno.test(
  "FileSource.readAt() rejects a range outside the file, with the name it was given",
  withFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array(4));
    using source = FileSource.open(`${folder}/a`, "libx.so");
    const error = await assertRejects(() => source.readAt(1, 4), FormatError);
    assertEquals(
      error.message,
      'Cannot read bytes of "libx.so" at file offset 0x1: need 4 bytes, file ends at 0x4',
    );
  }),
);

Deno.test(
  "FileSource.readAt() rejects if the file was cut since it was opened",
  withFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array(0x100));
    using source = FileSource.open(`${folder}/a`, "libx.so");
    Deno.truncateSync(`${folder}/a`, 0x20);
    const error = await assertRejects(() => source.readAt(0x10, 0x40), FormatError);
    assertEquals(
      error.message,
      'Cannot read bytes of "libx.so" at file offset 0x10: ' +
        "need 64 bytes, file was cut to 0x20 meanwhile",
    );
    assertEquals(error.place, { fileOffset: 0x10 });
  }),
);

Deno.test(
  "FileSource.open() takes the path as the name",
  withFolder((folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array(1));
    using source = FileSource.open(`${folder}/a`);
    assertEquals(source.name, `${folder}/a`);
  }),
);

Deno.test(
  "FileSource.open() follows a symbolic link to a file",
  withFolder(async (folder) => {
    Deno.writeFileSync(`${folder}/a`, new Uint8Array([7]));
    Deno.symlinkSync("a", `${folder}/link`);
    using source = FileSource.open(`${folder}/link`);
    assertEquals(await source.readAt(0, 1), new Uint8Array([7]));
  }),
);

Deno.test(
  "FileSource.open() refuses a directory",
  withFolder((folder) => {
    const error = assertThrows(() => FileSource.open(folder), TypeError);
    assertEquals(error.message, `Cannot open "${folder}": it is a directory, want a file`);
  }),
);

Deno.test(
  "FileSource.open() refuses a FIFO without waiting for a writer",
  withFolder((folder) => {
    const fifo = `${folder}/fifo`;
    new Deno.Command("mkfifo", { args: [fifo] }).outputSync();
    const error = assertThrows(() => FileSource.open(fifo), TypeError);
    assertEquals(error.message, `Cannot open "${fifo}": it is a FIFO, want a file`);
  }),
);

Deno.test("FileSource.open() refuses a device", () => {
  const error = assertThrows(() => FileSource.open("/dev/zero"), TypeError);
  assertEquals(error.message, 'Cannot open "/dev/zero": it is a device, want a file');
});

Deno.test(
  "FileSource.open() says what the system says of a missing file",
  withFolder((folder) => {
    assertThrows(() => FileSource.open(`${folder}/none`), Deno.errors.NotFound);
  }),
);
