import { assertEquals } from "@std/assert";
import { inRepository } from "./testdata.ts";

/**
 * Compares a text with the file of that name in `tests/golden/`, which is our own output of earlier
 * and was looked at then. UPDATE_GOLDEN=1 in the environment writes the file anew. Paths of this
 * repository are there as they are from its top.
 */
export function assertGolden(output: string, name: string): void {
  const text = output.replaceAll(inRepository("./"), "");
  const path = inRepository(`tests/golden/${name}`);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") Deno.writeTextFileSync(path, text);
  const wanted = Deno.readTextFileSync(path);
  if (text === wanted) return;
  // A difference of whole files would fill the screen: the first line says enough.
  const [lines, wantedLines] = [text.split("\n"), wanted.split("\n")];
  const at = lines.findIndex((line, index) => line !== wantedLines[index]);
  const message = `Line ${at + 1} differs from ${path}; UPDATE_GOLDEN=1 writes it anew`;
  assertEquals(lines[at], wantedLines[at], message);
  assertEquals(lines.length, wantedLines.length, message);
}
