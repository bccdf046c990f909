import { assertEquals } from "@std/assert";
import type { UnresolvedReason } from "../../../lib/profile/mod.ts";
import { commandsFor, familyOf } from "../../../lib/resolve/images/fetch_commands.ts";
import { mappingsOf } from "../../support/maps_lines.ts";

const ID = "93ac61ec5a8eb1396f9fbd350e3169a558528a40";
const LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6";
const LIBZ = "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13";

interface Case {
  readonly path?: string;
  readonly foundAt?: string;
  readonly buildId?: string;
  readonly process?: number;
  readonly sysroot?: string;
  readonly areFilesHere?: boolean;
  readonly family?: "Debian" | "Red Hat";
}

function commands(reason: UnresolvedReason, one: Case = {}): string[][] {
  const { path = "/opt/x.so", foundAt = path, buildId = "", process, sysroot, family } = one;
  const { areFilesHere = false } = one;
  const subject = { path, foundAt, buildId, mapping: undefined, process };
  return commandsFor(reason, subject, { sysroot, areFilesHere, family })
    .map(({ system, command, option }) => [system, command, option]);
}

Deno.test("commandsFor() copies a file that is not here, below the sysroot in use", () => {
  assertEquals(commands("file-not-found"), [[
    "any",
    "mkdir -p sysroot/opt && scp HOST:/opt/x.so sysroot/opt/",
    "--sysroot sysroot",
  ]]);
  assertEquals(commands("file-not-found", { sysroot: "server1/", path: "/opt/a b.so" }), [[
    "any",
    "mkdir -p server1/opt && scp 'HOST:/opt/a b.so' server1/opt/",
    "",
  ]]);
});

Deno.test("commandsFor() copies a file with a relative path, as pprof writes it", () => {
  for (const one of [{ path: "bin/app" }, { path: "bin/app", sysroot: "sysroot" }]) {
    const [[, command]] = commands("file-not-found", one) as [string[]];
    assertEquals(command, "mkdir -p sysroot/bin && scp HOST:bin/app sysroot/bin/");
  }
});

Deno.test("commandsFor() leaves files of this machine where they are", () => {
  const option = (one: Case) => commands("file-not-found", { ...one, areFilesHere: true })[0]?.[2];
  assertEquals(option({}), "--path-map /opt/x.so=sysroot/opt/x.so");
  assertEquals(option({ path: "/opt/a b.so" }), "--path-map '/opt/a b.so=sysroot/opt/a b.so'");
  assertEquals(option({ path: "/opt/a=b.so" }), "--sysroot sysroot");
  assertEquals(option({ sysroot: "server1" }), "");
  for (const reason of ["file-deleted", "file-differs", "layout-mismatch"] as const) {
    const [copy] = commands(reason, { areFilesHere: true });
    assertEquals(copy?.[2], "--path-map /opt/x.so=sysroot/opt/x.so");
  }
});

Deno.test("commandsFor() copies the archive that a file is in", () => {
  const [[, command]] = commands("file-not-found", { path: "/data/a.apk!lib/l.so" }) as [string[]];
  assertEquals(command, "mkdir -p sysroot/data && scp HOST:/data/a.apk sysroot/data/");
});

Deno.test("commandsFor() fetches a distribution's file by its build-id, if that is known", () => {
  const found = commands("file-not-found", { path: LIBZ, buildId: ID, family: "Debian" });
  assertEquals(found[1], [
    "Debian",
    `curl -fL --create-dirs -o sysroot${LIBZ} ` +
    `https://debuginfod.debian.net/buildid/${ID}/executable`,
    "--sysroot sysroot",
  ]);
});

Deno.test("commandsFor() takes a deleted file from the process that still has it", async () => {
  const [mapping] = await mappingsOf("7f0000001000-7f0000002000 r-xp 00001000 fe:00 7 /opt/x.so");
  const subject = { path: "/opt/x.so", foundAt: "", buildId: "", mapping, process: 4711 };
  const context = { sysroot: undefined, areFilesHere: false, family: undefined };
  assertEquals(commandsFor("file-deleted", subject, context), [{
    system: "any",
    command: "mkdir -p sysroot/opt && " +
      "sudo cp /proc/4711/map_files/7f0000001000-7f0000002000 sysroot/opt/x.so",
    // With --sysroot all other files of this machine would be missing.
    option: "--path-map /opt/x.so=sysroot/opt/x.so",
  }]);
  const below = commandsFor("file-deleted", subject, {
    sysroot: "s",
    areFilesHere: false,
    family: undefined,
  });
  assertEquals(below.map(({ option }) => option), [""]);
});

Deno.test("commandsFor() names Debian's package of libc, and asks for all others", () => {
  const libc = commands("only-exported", { path: LIBC, buildId: ID, family: "Debian" });
  assertEquals(libc.map(([system, command]) => [system, command]), [
    ["Debian", "sudo apt install libc6-dbg"],
    [
      "Debian",
      `curl -fL --create-dirs -o debug/${ID}/debuginfo ` +
      `https://debuginfod.debian.net/buildid/${ID}/debuginfo`,
    ],
    [
      "Ubuntu",
      `curl -fL --create-dirs -o debug/${ID}/debuginfo ` +
      `https://debuginfod.ubuntu.com/buildid/${ID}/debuginfo`,
    ],
  ]);
  const foundAt = `server1${LIBZ}`;
  const libz = commands("only-exported", { path: LIBZ, foundAt, buildId: ID, family: "Debian" });
  assertEquals(libz[0], ["Debian", `find-dbgsym-packages --install ${foundAt}`, ""]);
});

for (
  const path of [
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
    "/usr/lib/x86_64-linux-gnu/libpthread-2.31.so",
    "/usr/lib/x86_64-linux-gnu/libm.so.6",
    "/usr/lib/x86_64-linux-gnu/libnss_files.so.2",
  ]
) {
  Deno.test(`commandsFor() knows that ${path} is of libc6`, () => {
    const [[, command]] = commands("no-symbols", { path, family: "Debian" }) as [string[]];
    assertEquals(command, "sudo apt install libc6-dbg");
  });
}

for (const path of ["/usr/lib/x86_64-linux-gnu/libcrypto.so.3", LIBZ, "/usr/bin/ld"]) {
  Deno.test(`commandsFor() does not take ${path} for a file of libc6`, () => {
    const [[, command]] = commands("no-symbols", { path, family: "Debian" }) as [string[]];
    assertEquals(command, `find-dbgsym-packages --install ${path}`);
  });
}

Deno.test("commandsFor() says that installed debug files are looked at below a sysroot only if told", () => {
  const [first] = commands("only-exported", { path: LIBC, sysroot: "s", family: "Debian" });
  assertEquals(first, ["Debian", "sudo apt install libc6-dbg", "--debug-dir /usr/lib/debug"]);
});

Deno.test("commandsFor() knows Fedora's way, and one for any distribution", () => {
  const path = "/usr/lib64/libz.so.1";
  const fedora = commands("only-exported", { path, buildId: ID, family: "Red Hat" });
  assertEquals(fedora[0], ["Fedora", `sudo dnf debuginfo-install ${path}`, ""]);
  assertEquals(fedora[1]?.[1]?.includes("https://debuginfod.fedoraproject.org/buildid/"), true);
  const any = commands("only-exported", { path, buildId: ID });
  assertEquals(any.map(([system]) => system), ["any"]);
  assertEquals(any[0]?.[1]?.includes("https://debuginfod.elfutils.org/buildid/"), true);
});

for (const path of ["/opt/x.so", "/home/me/x", "/usr/local/bin/x", "/srv/app/x"]) {
  Deno.test(`commandsFor() asks for the build's own file of ${path}`, () => {
    assertEquals(commands("no-symbols", { path, buildId: "abcdef01", family: "Debian" }), [[
      "any",
      "install -D UNSTRIPPED_FILE_OF_THE_BUILD debug/.build-id/ab/cdef01.debug",
      "--debug-dir debug",
    ]]);
    assertEquals(commands("no-symbols", { path, family: "Debian" }), []);
  });
}

Deno.test("commandsFor() knows where the names of kernel and JIT frames come from", () => {
  assertEquals(commands("kernel"), [
    ["any", "sudo cat /proc/kallsyms > kallsyms", "--kallsyms kallsyms"],
  ]);
  assertEquals(commands("anonymous", { process: 42 }), [
    ["any", "scp HOST:/tmp/perf-42.map .", "--perf-map perf-42.map"],
  ]);
});

for (const reason of ["no-covering-symbol", "outside-mappings", "not-executable"] as const) {
  Deno.test(`commandsFor() has nothing against ${reason}`, () => {
    assertEquals(commands(reason), []);
  });
}

Deno.test("commandsFor() lets no path run anything", () => {
  const path = "/opt/$(id)`id`';\"\nx.so";
  for (const [, command] of commands("file-not-found", { path })) {
    assertEquals(command!.includes("\n"), false);
    assertEquals(command!.includes("HOST:/opt/$(id)`id`\\'"), true);
    assertEquals(command!.includes(" $'HOST:"), true);
  }
});

Deno.test("familyOf() knows distributions by their folders", () => {
  assertEquals(familyOf(["/opt/x", "/usr/lib/x86_64-linux-gnu/libc.so.6"]), "Debian");
  assertEquals(familyOf(["/lib/arm-linux-gnueabihf/libc.so.6"]), "Debian");
  assertEquals(familyOf(["/usr/lib64/libc.so.6", "/opt/x"]), "Red Hat");
  // Every x86-64 distribution has its loader there.
  assertEquals(familyOf(["/lib64/ld-linux-x86-64.so.2", "/usr/lib/libc.so.6"]), undefined);
});
