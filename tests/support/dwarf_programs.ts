import { testdata } from "./testdata.ts";
import { isInstalled, runTool } from "./run_tool.ts";

/** A program with debug information, as it was built. */
export interface BuiltProgram {
  readonly path: string;
  /** The file with its symbol table, if that is another. */
  readonly symbols?: string;
  /** A file with the same addresses that other tools can read, if they cannot read this one. */
  readonly reference?: string;
}

/** A way to build a program, or one of this machine. */
export interface DwarfProgram {
  readonly title: string;
  /** Programs or files without which it cannot be had. */
  readonly needs: readonly string[];
  /** At least this share of the addresses, in percent, lies in inlined functions. */
  readonly inlined: number;
  /** Builds it in a folder that is there and empty, from the sources of the generated program. */
  readonly build: (folder: string, sources: string) => Promise<BuiltProgram>;
}

/** Writes the sources of the generated program, see `testdata/sources/dwarf/generate_program.py`. */
export async function generateProgram(
  folder: string,
  unitCount: number,
  isLarge = false,
): Promise<void> {
  const script = testdata("sources/dwarf/generate_program.py");
  const args = [script, folder, `${unitCount}`, ...(isLarge ? ["large"] : [])];
  await runTool("python3", args);
}

/** Compiles all sources in a folder, as many at a time as there are processors, and links them. */
export async function compileProgram(
  [compiler, ...flags]: readonly [string, ...string[]],
  sources: string,
  folder: string,
  linkFlags: readonly string[] = [],
): Promise<string> {
  const names = [...Deno.readDirSync(sources)].map(({ name }) => name)
    .filter((name) => /\.(?:cpp|S)$/.test(name)).sort();
  const program = `${folder}/program`;
  const objects = names.map((name) => `${folder}/${name.replace(/\.\w+$/, ".o")}`);
  const compile = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const object = `${folder}/${name.replace(/\.\w+$/, ".o")}`;
      const args = ["-std=c++17", ...flags, "-c", "-o", object, `${sources}/${name}`];
      await runTool(compiler, name.endsWith(".S") ? args.slice(1) : args);
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, compile));
  await runTool(compiler, [...flags, ...linkFlags, "-o", program, ...objects]);
  return program;
}

type Finish = (program: string, folder: string) => Promise<BuiltProgram>;

const ARM64 = "aarch64-linux-gnu-g++";
const FOLDING = ["-fuse-ld=lld", "-Wl,--icf=all,--gc-sections"];

/** The generated program, by different compilers, linkers and tools. */
export const GENERATED_PROGRAMS: readonly DwarfProgram[] = [
  compiled("g++, DWARF 2", ["g++", "-O2", "-gdwarf-2"]),
  compiled("g++, DWARF 2, strict", ["g++", "-O2", "-gdwarf-2", "-gstrict-dwarf"]),
  compiled("g++, DWARF 3", ["g++", "-O2", "-gdwarf-3"]),
  compiled("g++, DWARF 4", ["g++", "-O2", "-gdwarf-4"]),
  compiled("g++, DWARF 5", ["g++", "-O2", "-gdwarf-5"]),
  compiled("g++, DWARF 5, 64-bit format", ["g++", "-O2", "-gdwarf-5", "-gdwarf64"]),
  compiled("g++, -O3", ["g++", "-O3", "-g"]),
  compiled("g++, -Os", ["g++", "-Os", "-g"], { inlined: 5 }),
  compiled("g++, -O0", ["g++", "-O0", "-g"], { inlined: 0 }),
  compiled("g++, -g1", ["g++", "-O2", "-g1"]),
  compiled("g++, LTO", ["g++", "-O2", "-g", "-flto"]),
  compiled("g++, DWARF 4 with .debug_types", ["g++", "-O2", "-gdwarf-4", "-fdebug-types-section"]),
  compiled("g++, DWARF 5 with units of types", [
    "g++",
    "-O2",
    "-gdwarf-5",
    "-fdebug-types-section",
  ]),
  compiled("g++, zlib", ["g++", "-O2", "-g", "-gz=zlib"]),
  compiled("g++, zlib as .zdebug", ["g++", "-O2", "-g"], { after: zdebug }),
  compiled("g++, zstd", ["g++", "-O2", "-g"], { after: zstd }),
  compiled("g++, dwz", ["g++", "-O2", "-g"], { needs: ["dwz"], after: dwz }),
  compiled("g++, dwz with a shared file", ["g++", "-O2", "-g"], {
    needs: ["dwz"],
    after: dwzShared,
  }),
  compiled("g++, DWARF 4, split", ["g++", "-O2", "-gdwarf-4", "-gsplit-dwarf"]),
  compiled("g++, DWARF 5, split", ["g++", "-O2", "-gdwarf-5", "-gsplit-dwarf"]),
  compiled("g++, DWARF 4, packed (dwp)", ["g++", "-O2", "-gdwarf-4", "-gsplit-dwarf"], {
    needs: ["dwp"],
    after: packed("dwp"),
  }),
  compiled("g++, DWARF 5, packed (llvm-dwp)", ["g++", "-O2", "-gdwarf-5", "-gsplit-dwarf"], {
    needs: ["llvm-dwp"],
    after: packed("llvm-dwp"),
  }),
  compiled("g++, DWARF 4 with units of types, packed (dwp)", [
    "g++",
    "-O2",
    "-gdwarf-4",
    "-gsplit-dwarf",
    "-fdebug-types-section",
  ], { needs: ["dwp"], after: packed("dwp") }),
  compiled("g++, lld with identical code folding", ["g++", "-O2", "-g", "-ffunction-sections"], {
    needs: ["ld.lld"],
    linkFlags: FOLDING,
  }),
  compiled("clang++, DWARF 3", ["clang++", "-O2", "-gdwarf-3"]),
  compiled("clang++, DWARF 4", ["clang++", "-O2", "-gdwarf-4"]),
  compiled("clang++, DWARF 5", ["clang++", "-O2", "-gdwarf-5"]),
  compiled("clang++, -gmlt", ["clang++", "-O2", "-gmlt"]),
  compiled("clang++, hot and cold parts", [
    "clang++",
    "-O2",
    "-g",
    "-mllvm",
    "-hot-cold-split=true",
  ]),
  compiled("clang++, thin LTO", ["clang++", "-O2", "-g", "-flto=thin"], {
    needs: ["ld.lld"],
    linkFlags: ["-fuse-ld=lld"],
  }),
  compiled("clang++, DWARF 4, split", ["clang++", "-O2", "-gdwarf-4", "-gsplit-dwarf"]),
  compiled("clang++, DWARF 5, split", ["clang++", "-O2", "-gdwarf-5", "-gsplit-dwarf"]),
  compiled("clang++, DWARF 5, packed", ["clang++", "-O2", "-gdwarf-5", "-gsplit-dwarf"], {
    needs: ["llvm-dwp"],
    after: packed("llvm-dwp"),
  }),
  compiled("clang++, DWARF 4 with units of types, packed (llvm-dwp)", [
    "clang++",
    "-O2",
    "-gdwarf-4",
    "-gsplit-dwarf",
    "-fdebug-types-section",
  ], { needs: ["llvm-dwp"], after: packed("llvm-dwp") }),
  compiled("clang++, DWARF 5 with units of types, packed (llvm-dwp)", [
    "clang++",
    "-O2",
    "-gdwarf-5",
    "-gsplit-dwarf",
    "-fdebug-types-section",
  ], { needs: ["llvm-dwp"], after: packed("llvm-dwp") }),
  compiled("clang++, .debug_types", ["clang++", "-O2", "-gdwarf-4", "-fdebug-types-section"]),
  compiled("clang++, zlib", ["clang++", "-O2", "-g", "-gz=zlib"]),
  compiled("clang++, lld with identical code folding", [
    "clang++",
    "-O2",
    "-g",
    "-ffunction-sections",
  ], {
    needs: ["ld.lld"],
    linkFlags: FOLDING,
  }),
  compiled("g++ for arm64, DWARF 4", [ARM64, "-O2", "-gdwarf-4"]),
  compiled("g++ for arm64, DWARF 5", [ARM64, "-O2", "-gdwarf-5"]),
  compiled("g++ for arm64, DWARF 5, split", [ARM64, "-O2", "-gdwarf-5", "-gsplit-dwarf"]),
  compiled("clang++ for arm64", ["clang++", "--target=aarch64-linux-gnu", "-O2", "-g"], {
    needs: [ARM64],
  }),
];

function compiled(
  title: string,
  command: readonly [string, ...string[]],
  { needs = [], inlined = 20, linkFlags = [], after }: {
    readonly needs?: readonly string[];
    readonly inlined?: number;
    readonly linkFlags?: readonly string[];
    readonly after?: Finish;
  } = {},
): DwarfProgram {
  return {
    title,
    needs: [command[0], "python3", ...needs],
    inlined,
    async build(folder, sources) {
      const path = await compileProgram(command, sources, folder, linkFlags);
      return await after?.(path, folder) ?? { path };
    },
  };
}

async function zdebug(reference: string, folder: string): Promise<BuiltProgram> {
  const path = `${folder}/compressed`;
  await runTool("objcopy", ["--compress-debug-sections=zlib-gnu", reference, path]);
  return { path, reference };
}

async function zstd(reference: string, folder: string): Promise<BuiltProgram> {
  const path = `${folder}/compressed`;
  await runTool("objcopy", ["--compress-debug-sections=zstd", reference, path]);
  return { path, reference };
}

async function dwz(reference: string, folder: string): Promise<BuiltProgram> {
  const path = `${folder}/smaller`;
  await runTool("dwz", ["-o", path, reference]);
  return { path, reference };
}

/** What two files share is moved to a third; here they are the same. */
async function dwzShared(program: string, folder: string): Promise<BuiltProgram> {
  const [path, other, reference] = ["one", "two", "whole"].map((name) => `${folder}/${name}`);
  for (const copy of [path!, other!, reference!]) await Deno.copyFile(program, copy);
  await runTool("dwz", ["-m", `${folder}/shared`, path!, other!]);
  return { path: path!, reference: reference! };
}

/** The `.dwo` files are taken away. */
function packed(packer: string): Finish {
  return async (path, folder) => {
    const objects = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
      .filter((name) => name.endsWith(".dwo")).sort();
    await runTool(packer, ["-o", `${path}.dwp`, ...objects]);
    for (const object of objects) await Deno.remove(object);
    return { path };
  };
}

/** Programs of other languages, and those that this machine has. */
export const OTHER_PROGRAMS: readonly DwarfProgram[] = [
  {
    title: "Rust, debug",
    needs: ["rustc"],
    inlined: 1,
    build: (folder) => buildRust(folder, []),
  },
  {
    title: "Rust, release",
    needs: ["rustc"],
    inlined: 20,
    build: (folder) => buildRust(folder, ["-O"]),
  },
  {
    title: "Rust, release, DWARF 5",
    needs: ["rustc"],
    inlined: 20,
    build: (folder) => buildRust(folder, ["-O", "-C", "dwarf-version=5"]),
  },
  {
    title: "Rust, release, DWARF 5, packed",
    needs: ["rustc"],
    inlined: 1,
    build: (folder) =>
      buildRust(folder, ["-O", "-C", "dwarf-version=5", "-C", "split-debuginfo=packed"]),
  },
  goProgram("Go"),
  goProgram("Go, DWARF 4", ["GOEXPERIMENT=nodwarf5"]),
  goProgram("Go for arm64", ["GOARCH=arm64"]),
  goProgram("Go, position-independent", [], ["-buildmode=pie"]),
  goProgram("Go, linked by gcc", [], ["-ldflags=-linkmode=external"]),
  {
    title: "python3.11 with python3.11-dbg of Debian (LTO, dwz)",
    needs: ["/usr/bin/python3.11", "/usr/bin/python3.11d"],
    inlined: 20,
    build: () => debian("/usr/bin/python3.11"),
  },
  {
    title: "python3.11d of Debian",
    needs: ["/usr/bin/python3.11d"],
    inlined: 1,
    build: () => Promise.resolve({ path: "/usr/bin/python3.11d" }),
  },
  {
    title: "libc.so.6 with libc6-dbg of Debian (dwz)",
    needs: ["/usr/lib/debug/.build-id"],
    inlined: 1,
    build: () => debian("/usr/lib/x86_64-linux-gnu/libc.so.6"),
  },
];

/** @param settings Variables of the environment, `NAME=value`. */
function goProgram(
  title: string,
  settings: readonly string[] = [],
  flags: readonly string[] = [],
): DwarfProgram {
  return {
    title,
    needs: ["go"],
    inlined: 5,
    async build(folder) {
      const path = `${folder}/busy`;
      const source = testdata("sources/recordings/busy/busy.go");
      await runTool("env", [...settings, "go", "build", ...flags, "-o", path, source]);
      return { path };
    },
  };
}

/** A program and a library, each with most of the standard library in it. */
async function buildRust(folder: string, flags: readonly string[]): Promise<BuiltProgram> {
  const sources = testdata("sources/recordings/rust");
  const [library, path] = [`${folder}/libscore.so`, `${folder}/search`];
  const common = ["--edition", "2021", "-g", ...flags];
  const v0 = ["-C", "symbol-mangling-version=v0"];
  await runTool("rustc", [...common, ...v0, "-o", library, `${sources}/score.rs`]);
  await runTool("rustc", [...common, "-L", folder, "-o", path, `${sources}/search.rs`]);
  return { path };
}

/** Debian strips programs, and has the rest below `/usr/lib/debug`, by build-id. */
async function debian(path: string): Promise<BuiltProgram> {
  const [, id] = /Build ID: (\w+)/.exec(await runTool("readelf", ["-n", path], "")) ?? [];
  if (id === undefined) return { path };
  return { path, symbols: `/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug` };
}

/** What of that is not there. */
export function missingOf({ needs }: DwarfProgram): string[] {
  return needs.filter((need) => need.startsWith("/") ? !exists(need) : !isInstalled(need));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
