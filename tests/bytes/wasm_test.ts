import { assert } from "@std/assert";
import { buildWasm, WASM_SOURCES } from "../support/build_wasm.ts";
import { inRepository } from "../support/testdata.ts";

for (const [path, source] of Object.entries(WASM_SOURCES)) {
  Deno.test(`${path} is what \`deno task wasm\` makes of ${source}`, async () => {
    const isCurrent = await buildWasm(source) === Deno.readTextFileSync(inRepository(path));
    assert(isCurrent, "Run `deno task wasm` after changes in lib/bytes/assembly/");
  });
}
