import { FormatError } from "../errors.ts";
import type { DwarfFile } from "./dwarf_file.ts";
import { Section } from "./section.ts";
import { StringPool } from "./string_pool.ts";

/** The sections of a file, each opened once, when it is asked for. */
export class DwarfSections {
  /** What messages call the file. */
  readonly name: string;
  /** The strings that are wanted from this file. */
  readonly strings: StringPool;
  /** The file that `dwz` moved entries to, if there is one. */
  readonly alternate: DwarfSections | undefined;
  /** Whether the file is known to be a package, whose parts of units only its indexes know. */
  isPackage = false;
  readonly #open: () => Promise<DwarfFile | undefined>;
  readonly #suffix: string;
  readonly #sections = new Map<string, Promise<Section | undefined>>();
  #file: Promise<DwarfFile | undefined> | undefined;

  /**
   * Opens nothing yet.
   *
   * @param open Called at most once, when a section is asked for.
   * @param suffix What is behind the names of sections: ".dwo" where units were split.
   */
  constructor(
    name: string,
    open: () => Promise<DwarfFile | undefined>,
    options: { readonly suffix?: string; readonly alternate?: DwarfSections | undefined } = {},
  ) {
    this.name = name;
    this.#open = open;
    this.#suffix = options.suffix ?? "";
    this.alternate = options.alternate;
    this.strings = new StringPool((name) => this.open(name));
  }

  /**
   * Opens a section.
   *
   * @param name As it would be if nothing were split: `.debug_info`.
   * @throws {FormatError | UnsupportedError} If it is damaged, or the file cannot be had.
   */
  find(name: string): Promise<Section | undefined> {
    let section = this.#sections.get(name);
    if (section === undefined) {
      section = this.#find(this.#fullName(name));
      this.#sections.set(name, section);
    }
    return section;
  }

  /**
   * The same for a section that something refers to.
   *
   * @throws {FormatError | UnsupportedError} If it is not there, besides.
   */
  async open(name: string): Promise<Section> {
    const section = await this.find(name);
    if (section !== undefined) return section;
    const action = `open the section ${this.#fullName(name)}`;
    const detail = "there is none, but something refers to it";
    throw new FormatError({ action, source: this.name, detail });
  }

  /** The indexes of a package are not split from anything. */
  #fullName(name: string): string {
    return name.endsWith("_index") ? name : name + this.#suffix;
  }

  async #find(name: string): Promise<Section | undefined> {
    const file = await (this.#file ??= this.#open());
    const source = await file?.section(name);
    return source && new Section(source, file!.littleEndian);
  }
}
