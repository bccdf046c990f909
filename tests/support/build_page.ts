import { inRepository } from "./testdata.ts";

const FOLDER = "lib/output/html/page";
/**
 * Run as a program of its own, and not imported: `deno compile` would put all packages that
 * `deno.json` names into the executable, this one too. What comes of it is compared to the byte.
 */
const ESBUILD = "npm:esbuild@0.28.2";
/** Nothing newer than what all browsers had in the middle of 2023. */
const TARGET = "--target=chrome115,firefox115,safari16.5";

/**
 * Makes `lib/output/html/page_text.ts`: the script, the style and the markup of the page as texts,
 * so that writing a page reads no file.
 *
 * @returns The text of the module.
 */
export async function buildPage(): Promise<string> {
  const [script, style] = await Promise.all([
    bundle("main.ts", "--format=iife", TARGET),
    bundle("page.css", TARGET),
  ]);
  const markup = Deno.readTextFileSync(inRepository(`${FOLDER}/page.html`));
  return moduleOf({
    PAGE_SCRIPT: [script, "The script of the page, with all it imports."],
    PAGE_STYLE: [style, "The style of the page."],
    PAGE_MARKUP: [markup.replaceAll(/\s*\n\s*/g, "\n"), "What is in its body."],
  });
}

async function bundle(name: string, ...options: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--no-lock", "--allow-all", ESBUILD],
      ...["--bundle", "--minify", "--charset=utf8", "--log-level=warning", ...options, name],
    ],
    cwd: inRepository(FOLDER),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle "${name}": ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
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
