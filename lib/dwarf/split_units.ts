import { AbbreviationCache } from "./abbreviation_cache.ts";
import { DW_UT_SPLIT_TYPE, DW_UT_TYPE } from "./constants.ts";
import type { DwarfFile, DwarfFiles, SplitUnitRequest } from "./dwarf_file.ts";
import { DwarfSections } from "./dwarf_sections.ts";
import { type Contributions, PackageIndex, WHOLE_FILE } from "./package_index.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Section } from "./section.ts";
import type { Unit } from "./unit.ts";
import { readUnitAttributes, readUnitHeader } from "./unit_entry.ts";
import type { UnitHeader } from "./unit_header.ts";
import { readUnitHeaders } from "./unit_headers.ts";
import { UnitLoader } from "./unit_loader.ts";

/**
 * Finds the units that were split from skeleton units (DWARF 5, section 3.1.2 and appendix F; GNU's
 * form of it before): in `.dwo` files, or in packages of them.
 */
export class SplitUnits {
  readonly #open: DwarfFiles["split"];
  readonly #problems: ProblemList;
  readonly #loader = new UnitLoader(new Float64Array());
  readonly #cache = new AbbreviationCache();
  readonly #files = new Map<DwarfFile, DwarfSections>();
  readonly #indexes = new Map<DwarfSections, Promise<PackageIndex | undefined>>();
  readonly #units = new Map<DwarfSections, Map<bigint, UnitHeader>>();
  readonly #missing = new Set<string>();

  /** @param open See {@linkcode DwarfFiles.split}. */
  constructor(open: DwarfFiles["split"], problems: ProblemList) {
    this.#open = open;
    this.#problems = problems;
  }

  /** The sections of all files that were opened. */
  get opened(): Iterable<DwarfSections> {
    return this.#files.values();
  }

  /**
   * Reads the unit that was split from another one.
   *
   * @returns It is valid until this is called again; undefined if nothing was split, or it cannot be
   * had, which is a problem.
   */
  async unitOf(skeleton: Unit): Promise<Unit | undefined> {
    const { dwoName, dwoId = skeleton.header.id, compilationDirectory } = skeleton.attributes;
    if (dwoName === undefined) return undefined;
    const name = skeleton.textOf(dwoName);
    const folder = compilationDirectory && skeleton.textOf(compilationDirectory);
    await skeleton.sections.strings.load(this.#problems);
    const request = {
      dwoName: name.value,
      compilationDirectory: folder?.value ?? "",
      dwoId,
    };
    return await this.#problems.attempt(() => this.#find(skeleton, request));
  }

  /** Says what was missing. */
  report(): void {
    const [first, ...others] = this.#missing;
    if (first === undefined) return;
    const rest = others.length === 0 ? "is" : `and ${others.length} more are`;
    this.#problems.add(`"${first}" ${rest} missing, where inlined functions are`);
  }

  async #find(skeleton: Unit, request: SplitUnitRequest): Promise<Unit | undefined> {
    const file = await this.#open?.(request);
    if (file === undefined) {
      this.#missing.add(request.dwoName);
      return undefined;
    }
    const sections = this.#sectionsOf(file);
    const info = await sections.open(".debug_info");
    const index = await this.#indexOf(sections);
    const parts = index === undefined ? WHOLE_FILE : index.find(request.dwoId);
    const isPackage = index !== undefined;
    const header = parts &&
      await this.#headerOf(sections, info, parts, isPackage, request.dwoId);
    if (parts !== undefined && header !== undefined) {
      return await this.#loader.loadSplit(sections, info, header, skeleton, parts);
    }
    const id = `0x${request.dwoId.toString(16)}`;
    this.#problems.add(`"${file.name}" is not used for "${request.dwoName}": it has no unit ${id}`);
    return undefined;
  }

  #sectionsOf(file: DwarfFile): DwarfSections {
    let sections = this.#files.get(file);
    if (sections === undefined) {
      const open = () => Promise.resolve(file);
      this.#files.set(file, sections = new DwarfSections(file.name, open, { suffix: ".dwo" }));
    }
    return sections;
  }

  #indexOf(sections: DwarfSections): Promise<PackageIndex | undefined> {
    let index = this.#indexes.get(sections);
    if (index === undefined) {
      index = sections.find(".debug_cu_index").then((section) => {
        sections.isPackage = section !== undefined;
        return section && PackageIndex.read(section);
      });
      this.#indexes.set(sections, index);
    }
    return index;
  }

  /** The unit with an id: the one that the index says, or any of a file without an index. */
  async #headerOf(
    sections: DwarfSections,
    info: Section,
    { info: first, abbreviations: base }: Contributions,
    isPackage: boolean,
    id: bigint,
  ): Promise<UnitHeader | undefined> {
    if (isPackage) {
      const header = await readUnitHeader(info, first);
      return await this.#idOf(sections, info, base, header) === id ? header : undefined;
    }
    let units = this.#units.get(sections);
    if (units === undefined) this.#units.set(sections, units = await this.#list(sections, info));
    return units.get(id);
  }

  /** All units of a file that can be read, by id. */
  async #list(sections: DwarfSections, info: Section): Promise<Map<bigint, UnitHeader>> {
    const units = new Map<bigint, UnitHeader>();
    for await (const header of readUnitHeaders(info, false, this.#problems)) {
      const id = await this.#problems.attempt(() => this.#idOf(sections, info, 0, header));
      if (id !== undefined && !units.has(id)) units.set(id, header);
    }
    return units;
  }

  /** The number of a unit; undefined if it is one of types, or has none. */
  async #idOf(
    sections: DwarfSections,
    info: Section,
    abbreviationsBase: number,
    header: UnitHeader,
  ): Promise<bigint | undefined> {
    if (header.type === DW_UT_TYPE || header.type === DW_UT_SPLIT_TYPE) return undefined;
    if (header.version >= 5) return header.id;
    const section = await sections.open(".debug_abbrev");
    const cache = this.#cache;
    const attributes = await readUnitAttributes(info, section, abbreviationsBase, header, cache);
    return attributes?.dwoId;
  }
}
