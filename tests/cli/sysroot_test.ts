import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { resolveInSysroot } from "../../lib/cli/sysroot.ts";

// Each test makes a folder with a sysroot in it, and a file beside the sysroot that no path may
// reach.

Deno.test("resolveInSysroot() finds a file at its full path", () => {
  withSysroot((root) => {
    assertEquals(resolveInSysroot(root, "/usr/lib/libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() takes a path without its first slash for the same", () => {
  withSysroot((root) => {
    assertEquals(resolveInSysroot(root, "usr/lib/libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() looks past empty parts and single dots", () => {
  withSysroot((root) => {
    assertEquals(resolveInSysroot(root, "//usr/./lib///libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() gives the folder for the root", () => {
  withSysroot((root) => {
    assertEquals(resolveInSysroot(root, "/"), root);
    assertEquals(resolveInSysroot(root, ""), root);
  });
});

Deno.test("resolveInSysroot() takes .. for the folder above", () => {
  withSysroot((root) => {
    assertEquals(resolveInSysroot(root, "/usr/bin/../lib/libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() stays at the root where .. leads out of it", () => {
  withSysroot((root) => {
    assertEquals(
      resolveInSysroot(root, "/../../../usr/lib/libx.so"),
      join(root, "usr/lib/libx.so"),
    );
    assertThrows(() => resolveInSysroot(root, "/../outside"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() follows a relative link to a file", () => {
  withSysroot((root) => {
    Deno.symlinkSync("libx.so", join(root, "usr/lib/link.so"));
    assertEquals(resolveInSysroot(root, "/usr/lib/link.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() follows a relative link from the folder it is in", () => {
  withSysroot((root) => {
    Deno.symlinkSync("../lib/libx.so", join(root, "usr/bin/link.so"));
    assertEquals(resolveInSysroot(root, "/usr/bin/link.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() follows an absolute link from the sysroot", () => {
  withSysroot((root) => {
    Deno.symlinkSync("/usr/lib/libx.so", join(root, "usr/bin/link.so"));
    assertEquals(resolveInSysroot(root, "/usr/bin/link.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() follows a link to a folder on the way", () => {
  withSysroot((root) => {
    Deno.symlinkSync("usr/lib", join(root, "lib"));
    assertEquals(resolveInSysroot(root, "/lib/libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() takes .. behind a link for the folder above its target", () => {
  withSysroot((root) => {
    Deno.symlinkSync("/usr/lib", join(root, "lib"));
    assertEquals(resolveInSysroot(root, "/lib/../lib/libx.so"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() follows links to links", () => {
  withSysroot((root) => {
    Deno.symlinkSync("/usr/lib/two", join(root, "one"));
    Deno.symlinkSync("../bin/three", join(root, "usr/lib/two"));
    Deno.symlinkSync("/usr/lib/libx.so", join(root, "usr/bin/three"));
    assertEquals(resolveInSysroot(root, "/one"), join(root, "usr/lib/libx.so"));
  });
});

Deno.test("resolveInSysroot() never leaves the sysroot by a relative link", () => {
  withSysroot((root) => {
    Deno.symlinkSync("../../../outside", join(root, "usr/lib/link.so"));
    assertThrows(() => resolveInSysroot(root, "/usr/lib/link.so"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() never leaves the sysroot by an absolute link", () => {
  withSysroot((root) => {
    Deno.symlinkSync(join(root, "../outside"), join(root, "usr/lib/link.so"));
    assertThrows(() => resolveInSysroot(root, "/usr/lib/link.so"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() never leaves the sysroot by a link to a folder", () => {
  withSysroot((root) => {
    Deno.symlinkSync(join(root, ".."), join(root, "up"));
    Deno.symlinkSync("..", join(root, "above"));
    assertThrows(() => resolveInSysroot(root, "/up/outside"), Deno.errors.NotFound);
    assertThrows(() => resolveInSysroot(root, "/above/outside"), Deno.errors.NotFound);
    assertEquals(resolveInSysroot(root, "/above/usr"), join(root, "usr"));
  });
});

Deno.test("resolveInSysroot() gives up links that lead to each other", () => {
  withSysroot((root) => {
    Deno.symlinkSync("b", join(root, "a"));
    Deno.symlinkSync("/a", join(root, "b"));
    assertThrows(() => resolveInSysroot(root, "/a"), Deno.errors.FilesystemLoop);
  });
});

Deno.test("resolveInSysroot() gives up a link that leads into itself", () => {
  withSysroot((root) => {
    Deno.symlinkSync("self/x", join(root, "self"));
    assertThrows(() => resolveInSysroot(root, "/self"), Deno.errors.FilesystemLoop);
  });
});

Deno.test("resolveInSysroot() follows 40 links, and no more", () => {
  withSysroot((root) => {
    Deno.symlinkSync("usr/lib/libx.so", join(root, "link1"));
    for (let at = 2; at <= 41; at++) Deno.symlinkSync(`link${at - 1}`, join(root, `link${at}`));
    assertEquals(resolveInSysroot(root, "/link40"), join(root, "usr/lib/libx.so"));
    assertThrows(() => resolveInSysroot(root, "/link41"), Deno.errors.FilesystemLoop);
  });
});

Deno.test("resolveInSysroot() finds no file that is missing", () => {
  withSysroot((root) => {
    assertThrows(() => resolveInSysroot(root, "/usr/lib/liby.so"), Deno.errors.NotFound);
    assertThrows(() => resolveInSysroot(root, "/opt/lib/libx.so"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() finds no file behind a folder that is missing", () => {
  withSysroot((root) => {
    assertThrows(() => resolveInSysroot(root, "/no/../usr/lib/libx.so"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() finds no target of a link that is missing", () => {
  withSysroot((root) => {
    Deno.symlinkSync("/usr/lib/liby.so", join(root, "link"));
    assertThrows(() => resolveInSysroot(root, "/link"), Deno.errors.NotFound);
  });
});

Deno.test("resolveInSysroot() says which path is not there, links followed", () => {
  withSysroot((root) => {
    Deno.symlinkSync("usr/none", join(root, "link"));
    assertThrows(
      () => resolveInSysroot(root, "/link/a/../b/libz.so"),
      Deno.errors.NotFound,
      join(root, "usr/none/b/libz.so"),
    );
  });
});

Deno.test("resolveInSysroot() finds nothing below a file", () => {
  withSysroot((root) => {
    assertThrows(
      () => resolveInSysroot(root, "/usr/lib/libx.so/libx.so"),
      Deno.errors.NotFound,
    );
  });
});

Deno.test("resolveInSysroot() finds names with blanks, newlines and dots", () => {
  withSysroot((root) => {
    for (const name of ["two  blanks", "new\nline", "...", "..so", "größe"]) {
      Deno.writeTextFileSync(join(root, name), "");
      assertEquals(resolveInSysroot(root, `/${name}`), join(root, name));
    }
  });
});

function withSysroot(body: (root: string) => void): void {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const root = join(folder, "sysroot");
    Deno.mkdirSync(join(root, "usr/lib"), { recursive: true });
    Deno.mkdirSync(join(root, "usr/bin"));
    Deno.writeTextFileSync(join(root, "usr/lib/libx.so"), "library");
    Deno.writeTextFileSync(join(folder, "outside"), "secret");
    body(root);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
