import { inRepository } from "./testdata.ts";

const FOLDER = "lib/input/scanner";
/** A program of its own, as esbuild is: see `build_page.ts`. */
const ASSEMBLY_SCRIPT = "npm:assemblyscript@0.28.20/asc";

/**
 * Makes `lib/input/scanner_code.ts`: what `lib/input/scanner/` becomes in WebAssembly.
 *
 * @returns The text of the module.
 */
export async function buildScanner(): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    await compile(path);
    const code = btoa(String.fromCharCode(...await Deno.readFile(path)));
    return "// deno-fmt-ignore-file\n// Made of what is in scanner/ by `deno task scanner`: change it there.\n\n" +
      `/** A module of WebAssembly, as base64. */\nexport const SCANNER_CODE: string =\n  "${code}";\n`;
  } finally {
    await Deno.remove(path);
  }
}

async function compile(path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--no-lock", "--allow-all", ASSEMBLY_SCRIPT],
      ...["scan_stacks.ts", "-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"],
      ...["--outFile", path],
    ],
    cwd: inRepository(FOLDER),
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot compile: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const path = inRepository("lib/input/scanner_code.ts");
  Deno.writeTextFileSync(path, await buildScanner());
}
