import { MemorySource } from "../bytes/mod.ts";
import { hex } from "../errors.ts";
import { isVdso, type Mapping, parseMaps } from "../maps/mod.ts";
import type { FileAnswer } from "../resolve/mod.ts";
import { PROC } from "./live_process.ts";
import { readProcessMemory } from "./process_memory.ts";
import type { DatedSnapshot } from "./read_snapshots.ts";

/** What tells whether a snapshot was taken on this machine, while its kernel was running. */
export interface RunningMachine {
  /** How long the vDSO is that the kernel lends this program, in bytes. */
  readonly vdsoSize: number;
  /** When the machine was started, in milliseconds since 1970. */
  readonly startTime: number;
  /** What this program has mapped, as the kernel spells it. */
  readonly mappings: readonly Mapping[];
  /** The device, `major:minor` in hexadecimal, and the inode of a file; undefined if there is none. */
  readonly identify: (path: string) => FileIdentity | undefined;
}

type FileIdentity = Pick<Mapping, "device" | "inode">;

/**
 * Gives the vDSO of the kernel that is running, if the snapshots were taken while it was: see
 * {@linkcode whyNotRecordedHere}. It is read out of this program's own memory, which only a program
 * with all permissions may do.
 *
 * @param snapshots All that the recording has.
 */
export async function openRunningVdso(snapshots: readonly DatedSnapshot[]): Promise<FileAnswer> {
  const running = await readRunningMachine();
  const withVdso = snapshots.filter(({ mappings }) => mappings.some(isVdso));
  if (running === undefined || withVdso.length === 0) return missing("");
  for (const snapshot of withVdso) {
    const detail = whyNotRecordedHere(snapshot, running);
    if (detail !== "") return missing(`the running kernel's is not taken, for ${detail}`);
  }
  return { source: new MemorySource("the running kernel's vDSO", running.vdso) };
}

/**
 * What speaks against a snapshot being one of this machine since it was started; empty if its `[vdso]`
 * is the running kernel's, because all of this holds:
 *
 * - it was written since the machine was started;
 * - one of its files is the one that is there now, or that this program has mapped, by device and
 *   inode;
 * - its vDSO is as long as the running one, and of 64 bits, as this program's.
 */
export function whyNotRecordedHere(snapshot: DatedSnapshot, machine: RunningMachine): string {
  const { name, mappings, modified } = snapshot;
  if (modified < machine.startTime) return `"${name}" is older than this machine has been running`;
  if (!mappings.some((mapping) => isHere(mapping, machine))) {
    return `none of the files in "${name}" is the one here, by device and inode`;
  }
  for (const { start, end } of mappings.filter(isVdso)) {
    if (start >= 0 && start < 2 ** 32) return `it is that of a program of 32 bits in "${name}"`;
    const { vdsoSize } = machine;
    if (end - start === vdsoSize) continue;
    return `it has ${hex(vdsoSize)} bytes, and ${hex(end - start)} in "${name}"`;
  }
  return "";
}

function isHere({ path, device, inode }: Mapping, { mappings, identify }: RunningMachine): boolean {
  if (inode === 0 || !path.startsWith("/")) return false;
  const found = identify(path);
  return found !== undefined && found.device === device && found.inode === inode ||
    // Some file systems show other devices to stat(2) than in maps.
    mappings.some((own) => own.device === device && own.inode === inode && own.path === path);
}

/** Whether this program has all permissions, as `deno run -A` gives them. */
export function hasAllPermissions(): boolean {
  return ALL_PERMISSIONS.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

const ALL_PERMISSIONS = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/** Undefined if it cannot be read. */
async function readRunningMachine() {
  if (!hasAllPermissions() || Deno.build.os !== "linux") return undefined;
  try {
    const { mappings } = await parseMaps("own maps", [Deno.readFileSync(`${PROC}/self/maps`)]);
    const mapping = mappings.find(isVdso);
    const vdso = mapping && readProcessMemory(`${PROC}/self`, mapping);
    const startTime = Date.now() - 1000 * Deno.osUptime();
    return vdso && { vdso, vdsoSize: vdso.length, startTime, mappings, identify };
  } catch {
    return undefined;
  }
}

function identify(path: string): FileIdentity | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return { device: spellDevice(dev), inode: ino ?? 0 };
  } catch {
    return undefined;
  }
}

/** As maps has it: glibc's `major` and `minor`, see makedev(3), of up to 32 bits. */
function spellDevice(dev: number): string {
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}

function missing(detail: string): FileAnswer {
  return { reason: "special-mapping", detail };
}
