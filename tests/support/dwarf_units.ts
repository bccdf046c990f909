import { DwarfSections } from "../../lib/dwarf/dwarf_sections.ts";
import {
  DW_AT_HIGH_PC,
  DW_AT_LOW_PC,
  DW_AT_NAME,
  DW_FORM_ADDR,
  DW_FORM_DATA4,
  DW_FORM_STRING,
  DW_TAG_COMPILE_UNIT,
  DW_TAG_INLINED_SUBROUTINE,
  DW_TAG_SUBPROGRAM,
} from "../../lib/dwarf/constants.ts";
import { type DwarfFiles, findSourceFrames } from "../../lib/dwarf/mod.ts";
import type { Unit } from "../../lib/dwarf/unit.ts";
import { readUnitHeader } from "../../lib/dwarf/unit_entry.ts";
import { UnitLoader } from "../../lib/dwarf/unit_loader.ts";
import type { AttributeSpec, BuiltDwarf, EntrySpec } from "./dwarf_builder.ts";

/** The sections of a file in memory. */
export function sectionsOf(built: BuiltDwarf, alternate?: DwarfSections): DwarfSections {
  return new DwarfSections(built.name, () => Promise.resolve(built), { alternate });
}

/** Loads a unit of a file, the first one by default. */
export async function loadUnit(
  built: BuiltDwarf,
  { number = 0, addressBases = [] as number[], sections = sectionsOf(built) } = {},
): Promise<Unit> {
  const info = await sections.open(".debug_info");
  const header = await readUnitHeader(info, built.starts[number]!);
  return await new UnitLoader(Float64Array.from(addressBases)).load(sections, info, header);
}

/** What {@linkcode framesOf} gives. */
export interface FrameTexts {
  /** Of each vaddr: `name file:line:column`, outermost first, divided by ` > `; "-" if unknown. */
  readonly frames: readonly string[];
  readonly problems: readonly string[];
}

/** The frames of vaddrs of a file, as texts. */
export async function framesOf(
  main: BuiltDwarf,
  vaddrs: readonly number[],
  others: Omit<DwarfFiles, "main"> = {},
): Promise<FrameTexts> {
  const { frames, problems } = await findSourceFrames(
    { main, ...others },
    Float64Array.from(vaddrs),
  );
  const texts = frames.map((chain) =>
    chain?.map(({ name, file, line, column }) => {
      const place = file === "" && line === 0 ? "" : ` ${file}:${line}:${column}`;
      return (name || "?") + place;
    }).join(" > ") ?? "-"
  );
  return { frames: texts, problems };
}

/** The attributes of code in one piece. */
export function codeAt(start: number, size: number): AttributeSpec[] {
  return [[DW_AT_LOW_PC, DW_FORM_ADDR, start], [DW_AT_HIGH_PC, DW_FORM_DATA4, size]];
}

/** The first entry of a unit with code in one piece. */
export function compileUnit(
  start: number,
  size: number,
  children: readonly EntrySpec[],
  attributes: readonly AttributeSpec[] = [],
): EntrySpec {
  return {
    tag: DW_TAG_COMPILE_UNIT,
    attributes: [...codeAt(start, size), ...attributes],
    children,
  };
}

/** A function with code in one piece. */
export function functionAt(
  name: string,
  start: number,
  size: number,
  children?: readonly EntrySpec[],
): EntrySpec {
  const attributes: AttributeSpec[] = [
    [DW_AT_NAME, DW_FORM_STRING, name],
    ...codeAt(start, size),
  ];
  return { tag: DW_TAG_SUBPROGRAM, attributes, ...children && { children } };
}

/** An inlined call with code in one piece, which says its name itself. */
export function inlinedAt(
  name: string,
  start: number,
  size: number,
  children?: readonly EntrySpec[],
  attributes: readonly AttributeSpec[] = [],
): EntrySpec {
  return {
    tag: DW_TAG_INLINED_SUBROUTINE,
    attributes: [[DW_AT_NAME, DW_FORM_STRING, name], ...codeAt(start, size), ...attributes],
    ...children && { children },
  };
}
