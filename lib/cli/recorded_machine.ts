import {
  type ByteReader,
  type ByteSource,
  gunzipIfCompressed,
  readerOfSource,
} from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { FileProvider } from "../resolve/mod.ts";
import type { NamedCode } from "../symbols/mod.ts";
import { DiskFiles } from "./disk_files.ts";
import { checkFolders, openElf, openInput, openVmlinux } from "./input_files.ts";
import type { Options } from "./options.ts";
import { readBundledCodeMaps, readCodeMaps } from "./read_code_maps.ts";
import { openRunningVdso } from "./running_vdso.ts";
import { readSnapshot, readSnapshots } from "./read_snapshots.ts";

/** What the user gave of the recorded machine, as `resolve` takes it. */
export interface RecordedMachine extends Disposable {
  /** Snapshots that were named come before those of a bundle. */
  readonly snapshots: readonly MapsSnapshot[];
  /** Perf maps and jitdumps, the newest first; those that were named before those of a bundle. */
  readonly generated: readonly NamedCode[];
  /** The one that was named, or else that of the bundle; can be read once. */
  readonly kallsyms: ByteReader | undefined;
  /** The kernel's ELF file, the one that was named, or else that of the bundle. */
  readonly vmlinux: ByteSource | undefined;
  /** Where its files are. */
  readonly files: FileProvider;
}

/**
 * Opens what the options say of the recorded machine: snapshots, perf maps, kallsyms, files, and a
 * bundle that has all of them.
 *
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @param keepsPlaces Whether perf maps and jitdumps are to tell where in the file they have a name.
 * @throws {Error} With a message for the user, if something cannot be read at all.
 */
export async function openRecordedMachine(
  options: Options,
  lose: (message: string) => void,
  keepsPlaces = false,
): Promise<RecordedMachine> {
  checkFolders(options);
  if (options.vdso !== undefined) (await openElf(options.vdso))[Symbol.dispose]();
  using opened = new DisposableStack();
  const bundle = await openBundle(options);
  if (bundle !== undefined) opened.use(bundle);
  const given = await readSnapshots(options.maps, lose);
  const snapshots: MapsSnapshot[] = [...given];
  for (const { source, process } of bundle?.maps ?? []) {
    snapshots.push(await readSnapshot(readerOfSource(source), process, lose));
  }
  const generated = await readCodeMaps(options.perfMaps, lose, keepsPlaces);
  if (bundle !== undefined) generated.push(...await readBundledCodeMaps(bundle, lose, keepsPlaces));
  const kallsyms = options.kallsyms === undefined
    ? bundle?.kallsyms
    : await gunzipIfCompressed(opened.use(openInput(options.kallsyms)));
  const vmlinux = options.vmlinux === undefined
    ? bundle?.vmlinux
    : opened.use(await openVmlinux(options.vmlinux));
  // Files below a sysroot are those of another machine.
  const runningVdso = options.sysroot === undefined ? () => openRunningVdso(given) : undefined;
  const disk = opened.use(new DiskFiles({ ...options, runningVdso }));
  const files = bundle?.layer(disk) ?? disk;
  const held = opened.move();
  return { snapshots, generated, kallsyms, vmlinux, files, [Symbol.dispose]: () => held.dispose() };
}

/** Most runs read no bundle: what that needs is loaded if they do. */
async function openBundle(options: Options) {
  if (options.bundle === undefined) return undefined;
  const { openBundleFile } = await import("./open_bundle_file.ts");
  const { LayeredFiles } = await import("./layered_files.ts");
  const bundle = await openBundleFile(options.bundle, options.maxBundleSize);
  const layer = (disk: DiskFiles) => new LayeredFiles(bundle.files, disk, options);
  return { ...bundle, layer };
}
