import { assert } from "@std/assert";
import { buildPage } from "../../support/build_page.ts";
import { inRepository } from "../../support/testdata.ts";

Deno.test("page_text.ts is what `deno task page` makes of page/", async () => {
  const path = inRepository("lib/output/html/page_text.ts");
  const isCurrent = await buildPage() === Deno.readTextFileSync(path);
  assert(isCurrent, "Run `deno task page` after changes in lib/output/html/page/");
});
