import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { DiskFiles } from "../../lib/cli/disk_files.ts";
import { readFolded } from "../../lib/input/mod.ts";
import { parseMaps } from "../../lib/maps/mod.ts";
import { writeFolded } from "../../lib/output/mod.ts";
import { type Report, resolve, type ResolveOptions } from "../../lib/resolve/mod.ts";

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What `resolveText` needs. */
export interface ResolveTextOptions extends Partial<Omit<ResolveOptions, "snapshots">> {
  /** The text of a snapshot, or of several. */
  readonly maps?: string | readonly string[];
  /** Of each snapshot its process. */
  readonly processes?: readonly number[];
  readonly sysroot?: string;
  readonly merge?: boolean;
}

/** Runs the whole pipeline on text: folded stacks in, folded stacks out. */
export async function resolveText(
  folded: string,
  options: ResolveTextOptions = {},
): Promise<{ output: string; report: Report }> {
  const { maps = [], processes = [], sysroot, merge = true, ...rest } = options;
  const snapshots = await Promise.all(
    [maps].flat().map(async (text, at) => {
      const snapshot = await parseMaps(`maps ${at}`, [bytesOf(text)]);
      const process = processes[at];
      return process === undefined ? snapshot : { ...snapshot, process };
    }),
  );
  using disk = new DiskFiles({ sysroot });
  const raw = await readFolded([readerOfBytes("test.folded", bytesOf(folded))], { merge });
  const { profile, report } = await resolve(raw, { files: disk, ...rest, snapshots });
  return { output: foldedText(writeFolded(profile, { merge })), report };
}

/** Chunks of text as one string. */
export function foldedText(chunks: Iterable<Uint8Array>): string {
  const decoder = new TextDecoder();
  let text = "";
  for (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
