import { assertEquals } from "@std/assert";
import { spellPath } from "../../lib/dwarf/source_path.ts";

function spell(name: string, directory?: string, compilationDirectory?: string): string {
  const textOf = (value?: string) => value === undefined ? undefined : { value };
  return spellPath({
    name: { value: name },
    directory: textOf(directory),
    compilationDirectory: textOf(compilationDirectory),
  });
}

for (
  const [parts, path] of [
    [["a.c", "lib", "/build"], "/build/lib/a.c"],
    [["a.c", "/lib", "/build"], "/lib/a.c"],
    [["/a.c", "/lib", "/build"], "/a.c"],
    [["a.c", undefined, "/build"], "/build/a.c"],
    [["a.c", "", "/build"], "/build/a.c"],
    [["a.c"], "a.c"],
    [["../a.c", "./lib/", "/build/"], "/build/./lib/../a.c"],
    [["a.c", "C:\\src", "/build"], "C:\\src/a.c"],
    [["a.c", "C:\\src\\", "/build"], "C:\\src\\a.c"],
    [["", "lib", "/build"], ""],
  ] as readonly [readonly [string, string?, string?], string][]
) {
  Deno.test(`spellPath() spells ${JSON.stringify(parts)}`, () => {
    assertEquals(spell(...parts), path);
  });
}
