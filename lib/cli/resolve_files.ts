import { type ByteReader, type ByteSource, gunzipIfCompressed } from "../bytes/mod.ts";
import type { MapsSnapshot } from "../maps/mod.ts";
import type { NamedCode } from "../symbols/mod.ts";
import { DiskFiles } from "./disk_files.ts";
import { checkFolders, openElf, openInput, openVmlinux } from "./input_files.ts";
import { type Options, UsageError } from "./options.ts";
import { readCodeMaps } from "./read_code_maps.ts";
import { readSnapshots } from "./read_snapshots.ts";

/** What a command needs to resolve addresses, as its options name it. */
export interface ResolveFiles {
  readonly snapshots: readonly MapsSnapshot[];
  readonly files: DiskFiles;
  readonly generated: readonly NamedCode[];
  readonly kallsyms: ByteReader | undefined;
  readonly vmlinux: ByteSource | undefined;
}

/**
 * Opens what a command needs to resolve addresses, and closes it when the work is done.
 *
 * @param lose Is told, for the user, of what could not be read although the rest could.
 * @throws {Error} With a message for the user, if something cannot be read at all.
 */
export async function withResolveFiles<Result>(
  options: Options,
  lose: (message: string) => void,
  work: (files: ResolveFiles) => Promise<Result>,
): Promise<Result> {
  checkFolders(options);
  if (options.vdso !== undefined) (await openElf(options.vdso))[Symbol.dispose]();
  const snapshots = await readSnapshots(options.maps, lose);
  using files = new DiskFiles(options);
  const generated = await readCodeMaps(options.perfMaps, snapshots, lose, true);
  using kallsyms = options.kallsyms === undefined ? undefined : openInput(options.kallsyms);
  using vmlinux = options.vmlinux === undefined ? undefined : await openVmlinux(options.vmlinux);
  return await work({
    snapshots,
    files,
    generated,
    kallsyms: kallsyms && await gunzipIfCompressed(kallsyms),
    vmlinux,
  });
}

/** @throws {UsageError} If no snapshot is named, without which a command can do nothing. */
export function checkMaps({ maps, command }: Options): void {
  if (maps.length === 0) throw new UsageError(`"symfold ${command}" needs --maps FILE`);
}
