import { assertEquals } from "@std/assert";
import { linesOf } from "../support/recording_text.ts";
import { runSymfold } from "../support/run_symfold.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { testdata } from "../support/testdata.ts";

// A program that unloads a plugin and loads another one at the same place, as perf records it.

const LIBRARY = Deno.readFileSync(testdata("debug_files/x86_64/libnames.so"));

/** The library with `other_first` for `names_first`, and so on. */
function otherLibrary(): Uint8Array {
  const text = Array.from(LIBRARY, (byte) => String.fromCharCode(byte)).join("");
  return Uint8Array.from(text.replaceAll("names_", "other_"), (one) => one.charCodeAt(0));
}

const mapped = (path: string, time: string) =>
  `app 10/10 ${time}: PERF_RECORD_MMAP2 10/10: [0x7f0000001000(0x1000) @ 0x1000 fe:00 7 8]: r-xp ${path}`;

async function name(
  frame: (address: string, path: string) => string,
  other = otherLibrary(),
  one = LIBRARY,
): Promise<string> {
  using folder = new TempFolder();
  folder.write("root/empty", "");
  if (one.length > 0) folder.write("root/opt/a.so", one);
  if (other.length > 0) folder.write("root/opt/b.so", other);
  const sample = (path: string, time: string, ...addresses: string[]) => [
    `app 10/10 ${time}:  250 cycles: `,
    ...addresses.map((address) => `\t${frame(address, path)}`),
    "",
  ];
  const stdin = linesOf(
    mapped("/opt/a.so", "1.0"),
    ...sample("/opt/a.so", "1.1", "10aa"),
    mapped("/opt/b.so", "1.2"),
    ...sample("/opt/b.so", "1.3", "10aa"),
    mapped("/opt/a.so", "1.4"),
    ...sample("/opt/a.so", "1.5", "10b5"),
  );
  const { stdout } = await runSymfold(["-q", "--sysroot", folder.at("root")], { stdin });
  return stdout;
}

const NAMED = "app;names_first 1\napp;names_second 1\napp;other_first 1\n";

Deno.test("symfold names code of a library whose place another one has taken since", async () => {
  const addresses = await name((address, path) => `7f000000${address} [unknown] (${path})`);
  assertEquals(addresses, NAMED);
});

Deno.test("symfold names the same by the file offsets of newer perf", async () => {
  assertEquals(await name((address, path) => `${address} [unknown] (${path})`), NAMED);
});

Deno.test("symfold names code of such a library, and of no other, if a file is missing", async () => {
  const names = await name(
    (address, path) => `7f000000${address} [unknown] (${path})`,
    new Uint8Array(),
  );
  assertEquals(names, "app;[b.so@0x10aa] 1\napp;names_first 1\napp;names_second 1\n");
});

/** What perf 6.12 prints: addresses, with the files. */
async function nameAll(lines: readonly string[], libraries: ReadonlyMap<string, Uint8Array>) {
  using folder = new TempFolder();
  for (const [path, bytes] of libraries) folder.write(`root${path}`, bytes);
  const stdin = linesOf(...lines);
  return (await runSymfold(["-q", "--sysroot", folder.at("root")], { stdin })).stdout;
}

const sampled = (time: string, address: string, path: string) => [
  `app 10/10 ${time}:  250 cycles: `,
  `\t${address} [unknown] (${path})`,
  "",
];

Deno.test("symfold names code of many libraries that were at one place, one after the other", async () => {
  const numbers = Array.from({ length: 60 }, (_, at) => at + 10);
  const text = Array.from(LIBRARY, (byte) => String.fromCharCode(byte)).join("");
  const named = (name: string) =>
    Uint8Array.from(text.replaceAll("names_", name), (one) => one.charCodeAt(0));
  const lines = numbers.flatMap((number) => [
    mapped(`/opt/${number}.so`, `1.${number}`),
    ...sampled(`1.${number}5`, "7f00000010aa", `/opt/${number}.so`),
  ]);
  const libraries = new Map(
    numbers.map((number) => [`/opt/${number}.so`, named(`lib${number}_`)]),
  );
  const expected = numbers.map((number) => `app;lib${number}_first 1\n`).join("");
  assertEquals(await nameAll(lines, libraries), expected);
});

Deno.test("symfold names no code that was made where a library was or will be", async () => {
  const anonymous = (time: string) =>
    mapped("//anon", time).replace("0x1000 fe:00 7 8", "0x7f0000001000 00:00 0 0");
  const lines = [
    anonymous("0.8"),
    ...sampled("0.9", "7f00000010aa", "//anon"),
    mapped("/opt/a.so", "1.0"),
    ...sampled("1.1", "7f00000010aa", "/opt/a.so"),
    anonymous("1.2"),
    ...sampled("1.3", "7f00000010aa", "//anon"),
  ];
  const names = await nameAll(lines, new Map([["/opt/a.so", LIBRARY]]));
  assertEquals(names, "app;[jit] 2\napp;names_first 1\n");
});

Deno.test("symfold takes no file offset for one of the file that other processes have at its path", async () => {
  const inContainer = (line: string) => line.replaceAll("10/10", "20/20");
  const lines = [
    mapped("/opt/a.so", "1.0"),
    inContainer(mapped("/opt/a.so", "1.0").replace("(0x1000)", "(0x9000)").replace(" 7 ", " 8 ")),
    ...sampled("1.1", "10aa", "/opt/a.so"),
    ...sampled("1.2", "10aa", "/opt/a.so").map(inContainer),
  ];
  const names = await nameAll(lines, new Map([["/opt/a.so", LIBRARY]]));
  assertEquals(names, "app;[a.so@0x10aa] 1\napp;names_first 1\n");
});

Deno.test("symfold gives no name of a file that is not the one which perf says", async () => {
  const lines = [mapped("/opt/a.so", "1.0"), ...sampled("1.1", "7f00000010aa", "/opt/b.so")];
  const names = await nameAll(lines, new Map([["/opt/a.so", LIBRARY]]));
  assertEquals(names, "app;[unknown] 1\n");
});

Deno.test("symfold says which of such libraries it was if none of them is here", async () => {
  const names = await name(
    (address, path) => `7f000000${address} [unknown] (${path})`,
    new Uint8Array(),
    new Uint8Array(),
  );
  assertEquals(names, "app;[a.so@0x10aa] 1\napp;[a.so@0x10b5] 1\napp;[b.so@0x10aa] 1\n");
});
