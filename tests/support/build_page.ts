import * as esbuild from "esbuild";
import { inRepository } from "./testdata.ts";

const FOLDER = "lib/output/html/page";

/**
 * Makes `lib/output/html/page_text.ts`: the script, the style and the markup of the page as texts,
 * so that writing a page reads no file. `symfold` itself does not need what makes them.
 *
 * @returns The text of the module.
 */
export async function buildPage(): Promise<string> {
  const options = { bundle: true, minify: true, write: false, charset: "utf8" } as const;
  try {
    const [script, style] = await Promise.all([
      // Nothing older than what all browsers had in the middle of 2023.
      esbuild.build({
        ...options,
        entryPoints: [inRepository(`${FOLDER}/main.ts`)],
        format: "iife",
        target: ["chrome115", "firefox115", "safari16.5"],
      }),
      esbuild.build({ ...options, entryPoints: [inRepository(`${FOLDER}/page.css`)] }),
    ]);
    const markup = Deno.readTextFileSync(inRepository(`${FOLDER}/page.html`));
    return moduleOf({
      PAGE_SCRIPT: [script.outputFiles[0]!.text, "The script of the page, with all it imports."],
      PAGE_STYLE: [style.outputFiles[0]!.text, "The style of the page."],
      PAGE_MARKUP: [markup.replaceAll(/\s*\n\s*/g, "\n"), "What is in its body."],
    });
  } finally {
    await esbuild.stop();
  }
}

function moduleOf(texts: Readonly<Record<string, readonly [text: string, what: string]>>): string {
  const constants = Object.entries(texts).map(([name, [text, what]]) =>
    `/** ${what} */\nexport const ${name}: string = ${JSON.stringify(text.trim())};\n`
  );
  return "// deno-fmt-ignore-file\n// Made of what is in page/ by `deno task page`: change it there.\n\n" +
    constants.join("\n");
}

if (import.meta.main) {
  const path = inRepository("lib/output/html/page_text.ts");
  Deno.writeTextFileSync(path, await buildPage());
}
