import type { Mapping } from "../maps/mod.ts";

/**
 * Reads memory of a running process of this machine, which only who may trace it may do, and only a
 * program with all permissions.
 *
 * @param folder Of the process, such as `/proc/4711`.
 * @returns Undefined if it may not be read, or not all of it.
 */
export function readProcessMemory(
  folder: string,
  { start, end }: Pick<Mapping, "start" | "end">,
): Uint8Array | undefined {
  try {
    using memory = Deno.openSync(`${folder}/mem`);
    memory.seekSync(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(end - start);
    return memory.readSync(bytes) === bytes.length ? bytes : undefined;
  } catch {
    return undefined;
  }
}
