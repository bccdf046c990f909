import { FileSource } from "../../lib/bytes/file_source.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findFunctions, type FunctionLookup } from "../../lib/symbols/mod.ts";

/**
 * Finds the functions at vaddrs of a file of this machine, inlined ones and places in the source
 * included, with debug files below `/usr/lib/debug` and beside the file.
 *
 * @param vaddrs Ascending and different.
 */
export async function functionsOfFile(
  path: string,
  vaddrs: Float64Array,
): Promise<FunctionLookup> {
  using source = FileSource.open(path);
  const elf = await ElfFile.open(source);
  const opened: FileSource[] = [];
  const places = {
    debugDirs: ["/usr/lib/debug"],
    openDebugFile: (file: string) => {
      const found = open(file);
      if (found !== undefined) opened.push(found);
      return Promise.resolve(found);
    },
  };
  try {
    return await findFunctions(elf, path, vaddrs, places, { inlines: true, positions: true });
  } finally {
    for (const file of opened) file[Symbol.dispose]();
  }
}

function open(path: string): FileSource | undefined {
  try {
    return FileSource.open(path);
  } catch {
    return undefined;
  }
}
