import { inRepository } from "./testdata.ts";

const FOLDER = "lib/bytes/assembly";
/** A program of its own, as esbuild is: see `build_page.ts`. */
const ASSEMBLY_SCRIPT = "npm:assemblyscript@0.28.20/asc";

/** By the module that is made, the source that it is made of. */
export const WASM_SOURCES: Readonly<Record<string, string>> = {
  "lib/input/scanner_code.ts": "scan_stacks.ts",
  "lib/output/writer_code.ts": "write_lines.ts",
};

/**
 * Compiles one of the programs in `lib/bytes/assembly/` to WebAssembly.
 *
 * @returns The text of a module with it.
 */
export async function buildWasm(source: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    await compile(source, path);
    const code = btoa(String.fromCharCode(...await Deno.readFile(path)));
    return `// deno-fmt-ignore-file
// Made of ${FOLDER}/${source} by \`deno task wasm\`: change it there.

/** A module of WebAssembly, as base64. */
export const WASM_CODE: string =
  "${code}";
`;
  } finally {
    await Deno.remove(path);
  }
}

async function compile(source: string, path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--no-lock", "--allow-all", ASSEMBLY_SCRIPT],
      ...[source, "-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"],
      ...["--outFile", path],
    ],
    cwd: inRepository(FOLDER),
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot compile: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  for (const [path, source] of Object.entries(WASM_SOURCES)) {
    Deno.writeTextFileSync(inRepository(path), await buildWasm(source));
  }
}
