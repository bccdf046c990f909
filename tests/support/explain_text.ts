import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { parseRawFrame } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import {
  type AddressInput,
  describeImages,
  explainAddresses,
  type ExplainOptions,
  type Explanation,
  type ImagesDescription,
} from "../../lib/resolve/mod.ts";
import { bytesOf } from "./resolve_text.ts";

/** What `explainText` and `imagesOf` need. */
export interface ExplainTextOptions extends Partial<Omit<ExplainOptions, "snapshots">> {
  /** The text of a snapshot, or of several; left out if there is none. */
  readonly maps?: string | readonly string[];
}

/** Explains addresses as a user spells them. */
export async function explainText(
  addresses: readonly string[],
  options: ExplainTextOptions,
): Promise<Explanation[]> {
  const { maps = [], sysroot, ...rest } = options;
  const snapshots = await snapshotsOf(maps);
  using disk = new DiskFiles({ sysroot });
  const inputs = addresses.map((text) => ({ text, location: parseRawFrame(text) }) as AddressInput);
  return await explainAddresses(inputs, { files: disk, ...rest, sysroot, snapshots });
}

/** Describes the images of snapshots. */
export async function imagesOf(
  maps: string | readonly string[],
  options: ExplainTextOptions = {},
): Promise<ImagesDescription> {
  const { sysroot, ...rest } = options;
  const snapshots = await snapshotsOf(maps);
  using disk = new DiskFiles({ sysroot });
  return await describeImages({ files: disk, ...rest, sysroot, snapshots });
}

function snapshotsOf(maps: string | readonly string[]) {
  return Promise.all([maps].flat().map((text, at) => parseMaps(`maps ${at}`, [bytesOf(text)])));
}
