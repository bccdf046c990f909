import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { ByteSource } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { FormatError } from "../../lib/errors.ts";
import type { FileAnswer } from "../../lib/resolve/mod.ts";

Deno.test("DiskFiles.open() opens a file at its own path", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "libx.so"), "library");
    using files = new DiskFiles();
    assertEquals(await contentOf(files, join(folder, "libx.so")), "library");
  });
});

Deno.test("DiskFiles.open() opens a file below the sysroot", async () => {
  await withFolder(async (folder) => {
    Deno.mkdirSync(join(folder, "usr"));
    Deno.writeTextFileSync(join(folder, "usr/libx.so"), "library");
    using files = new DiskFiles({ sysroot: folder });
    assertEquals(await contentOf(files, "/usr/libx.so"), "library");
  });
});

Deno.test("DiskFiles.open() names a file in messages by where it is here", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "libx.so"), "library");
    using files = new DiskFiles({ sysroot: folder });
    const answer = await files.open({ path: "/libx.so", deleted: false });
    assertEquals(sourceOf(answer).name, join(folder, "libx.so"));
  });
});

Deno.test("DiskFiles.open() does not look at this machine's files if there is a sysroot", async () => {
  await withFolder(async (folder) => {
    using files = new DiskFiles({ sysroot: join(folder, "sysroot") });
    Deno.mkdirSync(join(folder, "sysroot"));
    Deno.writeTextFileSync(join(folder, "libx.so"), "library");
    const path = join(folder, "libx.so");
    assertEquals(await answerOf(files, path), notFound(join(folder, "sysroot", path)));
  });
});

Deno.test("DiskFiles.open() does not open what replaced a deleted file", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "libx.so"), "another");
    using files = new DiskFiles();
    const answer = await files.open({ path: join(folder, "libx.so"), deleted: true });
    assertEquals(answer, { reason: "file-deleted", detail: "" });
  });
});

Deno.test("DiskFiles.open() opens a deleted file that somebody put below the sysroot", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "libx.so"), "library");
    using files = new DiskFiles({ sysroot: folder });
    const answer = await files.open({ path: "/libx.so", deleted: true });
    assertEquals(sourceOf(answer).size, 7);
  });
});

Deno.test("DiskFiles.open() says that a file is missing", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "missing");
    using own = new DiskFiles();
    assertEquals(await answerOf(own, path), { reason: "file-not-found", detail: "" });
    using copied = new DiskFiles({ sysroot: folder });
    assertEquals(await answerOf(copied, path), notFound(join(folder, path)));
  });
});

Deno.test("DiskFiles.open() says where it looked for a file that is missing", async () => {
  await withFolder(async (folder) => {
    Deno.mkdirSync(join(folder, "usr/lib"), { recursive: true });
    Deno.symlinkSync("usr/lib", join(folder, "lib"));
    Deno.symlinkSync("/usr/lib/libx.so.1", join(folder, "usr/lib/libx.so"));
    using files = new DiskFiles({
      sysroot: folder,
      pathMap: [{ from: "/app/", to: join(folder, "image/") }],
    });
    const places = [
      ["/lib/libx.so", "usr/lib/libx.so.1"],
      ["/lib/deep/er/libx.so", "usr/lib/deep/er/libx.so"],
      ["/app/libx.so", "image/libx.so"],
    ] as const;
    for (const [path, tried] of places) {
      assertEquals(await answerOf(files, path), notFound(join(folder, tried)));
    }
  });
});

Deno.test("DiskFiles.open() says that a file below a file is missing", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "file"), "");
    using own = new DiskFiles();
    using copied = new DiskFiles({ sysroot: folder });
    const path = join(folder, "file/x");
    assertEquals(await answerOf(own, path), { reason: "file-not-found", detail: "" });
    assertEquals(await answerOf(copied, "/file/x"), notFound(path));
  });
});

Deno.test("DiskFiles.open() says that a sysroot is missing as that a file is", async () => {
  await withFolder(async (folder) => {
    using files = new DiskFiles({ sysroot: join(folder, "missing") });
    assertEquals(await answerOf(files, "/libx.so"), notFound(join(folder, "missing/libx.so")));
  });
});

Deno.test("DiskFiles.open() does not open a directory", async () => {
  await withFolder(async (folder) => {
    Deno.mkdirSync(join(folder, "directory"));
    using files = new DiskFiles({ sysroot: folder });
    assertEquals(await answerOf(files, "/directory"), {
      reason: "file-unreadable",
      detail: `Cannot open "${join(folder, "directory")}": it is a directory, want a file`,
    });
  });
});

Deno.test("DiskFiles.open() never waits for a FIFO", async () => {
  await withFolder(async (folder) => {
    const fifo = join(folder, "fifo");
    const { success } = await new Deno.Command("mkfifo", { args: [fifo] }).output();
    assert(success);
    for (const [sysroot, path] of [[undefined, fifo], [folder, "/fifo"]] as const) {
      using files = new DiskFiles({ sysroot });
      assertEquals(await answerOf(files, path), {
        reason: "file-unreadable",
        detail: `Cannot open "${fifo}": it is a FIFO, want a file`,
      });
    }
  });
});

Deno.test("DiskFiles.open() does not open a FIFO that a link leads to", async () => {
  await withFolder(async (folder) => {
    const fifo = join(folder, "fifo");
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    Deno.symlinkSync("fifo", join(folder, "link"));
    using files = new DiskFiles();
    assertEquals(await answerOf(files, join(folder, "link")), {
      reason: "file-unreadable",
      detail: `Cannot open "${join(folder, "link")}": it is a FIFO, want a file`,
    });
  });
});

Deno.test("DiskFiles.open() gives the system's words for a file that it may not open", async () => {
  using files = new DiskFiles();
  const answer = await answerOf(files, "/proc/self/mem");
  assertEquals("reason" in answer && answer.reason, "file-unreadable");
  assert("detail" in answer && answer.detail.length > 10);
});

Deno.test("DiskFiles.open() gives the reason for links that lead to each other", async () => {
  await withFolder(async (folder) => {
    Deno.symlinkSync("b", join(folder, "a"));
    Deno.symlinkSync("a", join(folder, "b"));
    using files = new DiskFiles({ sysroot: folder });
    const answer = await answerOf(files, "/a");
    assertEquals("reason" in answer && answer.reason, "file-unreadable");
    assert("detail" in answer && answer.detail.endsWith("too many symbolic links"), `${answer}`);
  });
});

Deno.test("DiskFiles.open() takes a path with a zero byte for unreadable", async () => {
  await withFolder(async (folder) => {
    for (const sysroot of [undefined, folder]) {
      using files = new DiskFiles({ sysroot });
      const answer = await answerOf(files, "/a\0b");
      assertEquals("reason" in answer && answer.reason, "file-unreadable");
    }
  });
});

Deno.test("DiskFiles closes its files", async () => {
  await withFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "libx.so"), "library");
    const files = new DiskFiles({ sysroot: folder });
    const answer = await files.open({ path: "/libx.so", deleted: false });
    const source = sourceOf(answer);
    files[Symbol.dispose]();
    await assertRejects(() => source.readAt(0, 1), FormatError, "Cannot read bytes of");
  });
});

function notFound(tried: string): FileAnswer {
  return { reason: "file-not-found", detail: `looked for "${tried}"` };
}

async function answerOf(files: DiskFiles, path: string): Promise<FileAnswer> {
  return await files.open({ path, deleted: false });
}

async function contentOf(files: DiskFiles, path: string): Promise<string> {
  const answer = await answerOf(files, path);
  const source = sourceOf(answer);
  return new TextDecoder().decode(await source.readAt(0, source.size));
}

function sourceOf(answer: FileAnswer): ByteSource {
  if ("source" in answer) return answer.source;
  throw new Error(`Cannot open the file: ${answer.reason} ${answer.detail}`);
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
