import { assertEquals } from "@std/assert";
import { parseMaps } from "../../lib/maps/mod.ts";
import type { AddressLocation } from "../../lib/profile/mod.ts";
import { RecordedFiles } from "../../lib/resolve/recorded_files.ts";
import { SnapshotIndex } from "../../lib/resolve/snapshot_index.ts";
import { Snapshots } from "../../lib/resolve/snapshots.ts";
import { bytesOf } from "../support/resolve_text.ts";

const CODE = "401000-402000 r-xp 00000000 fe:00 7 /bin/app\n";
const VSYSCALL = "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";
const KERNEL = -0x1000;

async function indexOf(process: number | undefined, text = CODE): Promise<SnapshotIndex> {
  const snapshot = await parseMaps("maps", [bytesOf(text)]);
  const files = new RecordedFiles();
  return new SnapshotIndex(process === undefined ? snapshot : { ...snapshot, process }, files);
}

function at(address: number, process?: number): AddressLocation {
  return {
    kind: "address",
    address,
    bare: false,
    perfModule: "",
    symbol: "",
    annotation: "",
    ...process !== undefined && { process },
  };
}

Deno.test("of() gives the snapshots of the process of an address, and those of all", async () => {
  const [one, two, other] = [await indexOf(1), await indexOf(2), await indexOf(2)];
  const all = await indexOf(undefined);
  const own = new Snapshots([one, two, other]);
  assertEquals(own.of(at(0x401000, 2)), [two, other]);
  assertEquals(own.of(at(0x401000, 3)), []);
  assertEquals(own.of(at(0x401000)), [one, two, other]);
  const mixed = new Snapshots([one, all, two]);
  assertEquals(mixed.of(at(0x401000, 2)), [all, two]);
  assertEquals(mixed.of(at(0x401000, 3)), [all]);
});

Deno.test("of() gives any snapshot for the kernel's addresses, or those that map some", async () => {
  const [one, two, upper] = [await indexOf(1), await indexOf(2), await indexOf(3, VSYSCALL)];
  assertEquals(new Snapshots([one, two]).of(at(KERNEL)), [one]);
  assertEquals(new Snapshots([one, upper, two]).of(at(KERNEL)), [upper]);
  assertEquals(new Snapshots([]).of(at(KERNEL)), []);
});

Deno.test("fileOf() gives the file that a process has at a path", async () => {
  const rebuilt = CODE.replace(" 7 ", " 8 ");
  const files = new RecordedFiles();
  const indexes: SnapshotIndex[] = [];
  for (const [process, text] of [[1, CODE], [2, rebuilt], [3, CODE], [3, rebuilt]] as const) {
    const snapshot = await parseMaps("maps", [bytesOf(text)]);
    indexes.push(new SnapshotIndex({ ...snapshot, process }, files));
  }
  const snapshots = new Snapshots(indexes);
  const [old, young] = files.all();
  assertEquals(snapshots.fileOf(1, "/bin/app") === old, true);
  assertEquals(snapshots.fileOf(2, "/bin/app") === young, true);
  assertEquals(snapshots.fileOf(3, "/bin/app"), undefined, "two of them");
  assertEquals(snapshots.fileOf(1, "/bin/other"), undefined);
  assertEquals(snapshots.fileOf(4, "/bin/app"), undefined);
  assertEquals(snapshots.fileOf(undefined, "/bin/app"), undefined);
});

Deno.test("addressesIn() sorts addresses by the snapshots that they may be of", async () => {
  const [one, upper, all] = [
    await indexOf(1),
    await indexOf(2, VSYSCALL),
    await indexOf(undefined),
  ];
  const frames = [at(0x30, 1), at(0x20, 2), at(0x10), at(KERNEL), at(0x20, 1)];
  const addresses = new Snapshots([one, upper, all]).addressesIn(frames);
  assertEquals([...addresses(one)], [0x10, 0x20, 0x30]);
  assertEquals([...addresses(upper)], [KERNEL, 0x10, 0x20]);
  assertEquals([...addresses(all)], [KERNEL, 0x10, 0x20, 0x20, 0x30]);
});
