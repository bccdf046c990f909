import { assert, assertEquals } from "@std/assert";
import type { FirefoxFile, FirefoxTable } from "./read_outputs.ts";

/** Fails if a file of the Firefox Profiler has a column too short, or an index of nothing. */
export function checkFirefox(file: FirefoxFile): void {
  for (const thread of file.threads) {
    const { samples, stackTable, frameTable, funcTable, resourceTable, nativeSymbols } = thread;
    const strings = thread.stringArray.length;
    for (
      const [name, table] of Object.entries({
        samples,
        stackTable,
        frameTable,
        funcTable,
        resourceTable,
        nativeSymbols,
      })
    ) checkLengths(name, table);
    checkIndexes("samples.stack", samples["stack"]!, stackTable.length);
    checkIndexes("stackTable.frame", stackTable["frame"]!, frameTable.length);
    checkIndexes("frameTable.func", frameTable["func"]!, funcTable.length);
    checkIndexes(
      "frameTable.nativeSymbol",
      notNull(frameTable["nativeSymbol"]!),
      nativeSymbols.length,
    );
    checkIndexes("frameTable.category", frameTable["category"]!, file.meta.categories.length);
    for (const [at, category] of frameTable["category"]!.entries()) {
      const { subcategories } = file.meta.categories[category!]!;
      checkIndexes("subcategory", [frameTable["subcategory"]![at]!], subcategories.length);
    }
    checkIndexes("funcTable.name", funcTable["name"]!, strings);
    checkIndexes("funcTable.fileName", notNull(funcTable["fileName"]!), strings);
    const resources = funcTable["resource"]!.filter((resource) => resource !== -1);
    checkIndexes("funcTable.resource", resources, resourceTable.length);
    checkIndexes("resourceTable.lib", resourceTable["lib"]!, file.libs.length);
    checkIndexes("resourceTable.name", resourceTable["name"]!, strings);
    checkIndexes("nativeSymbols.libIndex", nativeSymbols["libIndex"]!, file.libs.length);
    checkIndexes("nativeSymbols.name", nativeSymbols["name"]!, strings);
    // A caller is there before those that it calls.
    for (const [at, prefix] of stackTable["prefix"]!.entries()) {
      assert(prefix === null || prefix < at);
    }
    for (const delta of samples["timeDeltas"]!) assert(delta! >= 0 && Number.isFinite(delta));
  }
  const mains = file.threads.filter(({ isMainThread }) => isMainThread).map(({ pid }) => pid);
  assertEquals(mains.length, new Set(file.threads.map(({ pid }) => pid)).size);
  assertEquals(new Set(mains).size, mains.length);
}

function checkLengths(name: string, table: FirefoxTable): void {
  for (const [column, values] of Object.entries(table)) {
    if (!Array.isArray(values)) continue;
    assertEquals(values.length, table.length, `${name}.${column}`);
  }
}

function checkIndexes(name: string, indexes: readonly (number | null)[], length: number): void {
  for (const index of indexes) {
    assert(Number.isInteger(index) && index! >= 0 && index! < length, `${name}: ${index}`);
  }
}

function notNull(values: readonly (number | null)[]): (number | null)[] {
  return values.filter((value) => value !== null);
}
