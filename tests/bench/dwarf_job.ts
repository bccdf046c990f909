import { FileSource } from "../../lib/bytes/file_source.ts";
import { ElfFile } from "../../lib/elf/mod.ts";
import { findSection } from "../../lib/elf/section_data.ts";
import { codeAddresses } from "../support/code_addresses.ts";
import { compileProgram, generateProgram } from "../support/dwarf_programs.ts";
import { Random } from "../support/random.ts";
import { mapsText } from "./maps_text.ts";

/** A program with much debug information, and addresses of it. */
export interface DwarfJob {
  /** Of the program. */
  readonly path: string;
  /** Bytes of its sections of debug information. */
  readonly dwarfSize: number;
  /** Bytes that a translation unit has in `.debug_info` and `.debug_line`, on average. */
  readonly unitSize: number;
  /** In random order. */
  readonly vaddrs: readonly number[];
  /** A snapshot that has it at {@linkcode LOAD_BIAS}. */
  readonly maps: string;
  /** A recording with an address a line. */
  readonly recording: string;
  /** The vaddrs for other tools, one a line. */
  readonly input: string;
}

/** Where the program is loaded. */
export const LOAD_BIAS = 0x7f3c_0000_0000;

const ADDRESS_COUNT = 5000;
const SEED = 4;

/**
 * Makes the job in a folder. The program takes minutes to compile: if the environment variable
 * SYMFOLD_BENCH_CACHE names a folder, it is kept there.
 *
 * @param unitCount Large translation units: 32 of them have more than 100 MB of debug information.
 */
export async function makeDwarfJob(folder: string, unitCount: number): Promise<DwarfJob> {
  const path = await programOf(Deno.env.get("SYMFOLD_BENCH_CACHE") ?? folder, unitCount);
  using source = FileSource.open(path);
  const elf = await ElfFile.open(source);
  const random = new Random(SEED);
  const vaddrs = random.shuffle([...await codeAddresses(path, ADDRESS_COUNT, random)]);
  const write = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const lines = (bias: number, end: string) =>
    vaddrs.map((vaddr) => `0x${(bias + vaddr).toString(16)}${end}\n`).join("");
  const snapshot = mapsText([{ path, loadBias: LOAD_BIAS, segments: elf.loadSegments }]);
  return {
    path,
    dwarfSize: await sizeOf(elf, SECTIONS),
    unitSize: await sizeOf(elf, UNIT_SECTIONS) / unitCount,
    vaddrs,
    maps: write("dwarf.maps", snapshot),
    recording: write("dwarf.folded", lines(LOAD_BIAS, " 1")),
    input: write("dwarf.in", lines(0, "")),
  };
}

async function programOf(folder: string, unitCount: number): Promise<string> {
  const kept = `${folder}/symfold-dwarf-${unitCount}`;
  if (isFile(kept)) return kept;
  const work = Deno.makeTempDirSync({ prefix: "symfold-bench-dwarf-" });
  try {
    await generateProgram(work, unitCount, true);
    Deno.copyFileSync(await compileProgram(["g++", "-O2", "-g"], work, work), kept);
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
  return kept;
}

const UNIT_SECTIONS = ["info", "line"];
const SECTIONS = [...UNIT_SECTIONS, "str", "line_str", "loclists", "rnglists", "abbrev", "aranges"];

async function sizeOf(elf: ElfFile, names: readonly string[]): Promise<number> {
  const found = await Promise.all(names.map((name) => findSection(elf, `.debug_${name}`)));
  return found.reduce((sum, section) => sum + (section?.size ?? 0), 0);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
