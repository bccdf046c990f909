import type { TarHeader, TarPackController } from "modern-tar";
import type { Extent } from "../bytes/mod.ts";
import type { BundlePlan, PlannedEntry } from "./plan_bundle.ts";
import { sparseAttributes } from "./read_entries.ts";
import { spellSparseMap } from "./sparse_map.ts";

/**
 * Writes a bundle: the bytes of a tar archive, compressed by gzip, in order. The same plan gives the
 * same bytes. Files of which only parts are taken become sparse files, which GNU tar and bsdtar
 * unpack with zeros for the rest.
 *
 * @throws {FormatError} If a file was cut since it was planned.
 */
export async function* writeBundle(plan: BundlePlan): AsyncGenerator<Uint8Array> {
  // Loaded here, because most runs write no bundle.
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();
  const filled = fill(controller, plan.entries)
    // Whoever reads is told.
    .catch((error) => controller.error(error));
  yield* readable.pipeThrough(new CompressionStream("gzip"));
  await filled;
}

/** Bytes of a file that are read at a time. */
const CHUNK_SIZE = 1 << 20;

async function fill(
  controller: TarPackController,
  entries: readonly PlannedEntry[],
): Promise<void> {
  for (const { name, source, extents } of entries) {
    const map = isWhole(extents, source.size) ? undefined : mapOf(extents, source.size);
    const dataSize = extents.reduce((sum, { length }) => sum + length, 0);
    const size = dataSize + (map?.length ?? 0);
    const header = map === undefined ? { name, size } : sparseHeader(name, size, source.size);
    const writer = controller.add({ ...COMMON, ...header }).getWriter();
    if (map !== undefined) await writer.write(map);
    for (const { fileOffset, length } of extents) {
      for (let done = 0; done < length; done += CHUNK_SIZE) {
        const count = Math.min(CHUNK_SIZE, length - done);
        await writer.write(await source.readAt(fileOffset + done, count));
      }
    }
    await writer.close();
  }
  controller.finalize();
}

/** Nothing of the machine or the time, so that the same files make the same bundle. */
const COMMON: Omit<TarHeader, "name" | "size"> = {
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: new Date(0),
};

/** The name is for programs that do not know sparse files: it tells people what they see. */
function sparseHeader(name: string, size: number, realSize: number): TarHeader {
  const slash = name.lastIndexOf("/") + 1;
  return {
    name: `${name.slice(0, slash)}GNUSparseFile.0/${name.slice(slash)}`,
    size,
    pax: sparseAttributes(name, realSize),
  };
}

/** An empty piece at the end says, to GNU tar, how long the file is. */
function mapOf(extents: readonly Extent[], size: number): Uint8Array<ArrayBuffer> {
  const last = extents.at(-1);
  const reachesEnd = last !== undefined && last.fileOffset + last.length === size;
  return spellSparseMap(reachesEnd ? extents : [...extents, { fileOffset: size, length: 0 }]);
}

function isWhole(extents: readonly Extent[], size: number): boolean {
  const [first, ...others] = extents;
  return first === undefined
    ? size === 0
    : others.length === 0 && first.fileOffset === 0 && first.length === size;
}
