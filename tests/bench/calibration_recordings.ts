import { testdata } from "../support/testdata.ts";

/** A recording that the check of return addresses is measured with. */
export interface Recording {
  readonly name: string;
  /** Has `raw.folded` and `maps`. */
  readonly folder: string;
  readonly sysroot: string;
  /** With another build of a library in it. */
  readonly otherSysroot: string | undefined;
}

const PAGE = 0x1000;
/** By so much, in bytes, addresses are moved for a wrong base. */
export const WRONG_BASES = [1, 2, 3, 4, 8, 16, 64, -1, -2, -3, -4, -8, -16, -64].map((count) =>
  count * PAGE
);
/** By so much, in bytes, addresses are moved as another build would have them. */
export const OTHER_BUILDS = [16, 32, 48, 64, 80, 96, 128, 256];

/** The committed recordings, and those in folders that hold a folder for each. */
export function calibrationRecordings(folders: readonly string[]): Recording[] {
  return [...committed(), ...folders.flatMap(recordingsIn)];
}

/** Adds a distance to each address, and to each file offset as newer perf writes them. */
export function moveAddresses(raw: string, distance: number): string {
  return raw.replaceAll(/0x([0-9a-f]+)|([0-9a-f]+)(?= \[unknown\])/g, (_, address, offset) => {
    const moved = Math.max(0, parseInt(address ?? offset, 16) + distance);
    return `${address === undefined ? "" : "0x"}${moved.toString(16)}`;
  });
}

function committed(): Recording[] {
  const own = ["cpp-x86_64", "rust-x86_64", "arm64"].map((name): Recording => {
    const folder = testdata(`recordings/${name}`);
    return { name, folder, sysroot: `${folder}/sysroot`, otherSysroot: undefined };
  });
  const machines = ["x86_64", "i686", "aarch64", "armhf", "riscv64", "s390x", "powerpc64"];
  const walks = machines.map((name): Recording => {
    const folder = testdata(`evidence/${name}`);
    return { name, folder, sysroot: `${folder}/same`, otherSysroot: `${folder}/other` };
  });
  return [...own, ...walks];
}

function recordingsIn(folder: string): Recording[] {
  const label = folder.slice(folder.lastIndexOf("/") + 1);
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort().map((name) => ({
    name: `${name} (${label})`,
    folder: `${folder}/${name}`,
    sysroot: "/",
    otherSysroot: undefined,
  }));
}
