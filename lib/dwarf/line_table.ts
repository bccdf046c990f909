import type { StringReference } from "./attribute_values.ts";
import { DW_FORM_STRING } from "./constants.ts";
import type { DwarfReader } from "./dwarf_reader.ts";
import { type LineHeader, parseLineHeader } from "./line_header.ts";
import { runLineProgram } from "./line_program.ts";
import { isSourceError } from "../errors.ts";
import { LineRows } from "./line_rows.ts";
import type { ProblemList } from "./problem_list.ts";
import { type Section, sourceErrorOf } from "./section.ts";
import type { SourcePath } from "./source_path.ts";
import type { Text } from "./string_pool.ts";
import type { Unit } from "./unit.ts";
import { parseLength } from "./unit_header.ts";

const ACTION = "read the line table";

/** The line table of a unit: what its code was written as, and the names of its files. */
export class LineTable {
  readonly #unit: Unit;
  readonly #section: Section;
  readonly #start: number;
  readonly #reader: DwarfReader;
  readonly #header: LineHeader;
  readonly #paths = new Map<number, SourcePath | undefined>();

  /**
   * @param unit What the table belongs to; its strings are found like those of the unit.
   * @param reader The bytes of the table, in memory that nothing else uses while it lives.
   */
  constructor(unit: Unit, section: Section, start: number, reader: DwarfReader) {
    this.#unit = unit;
    this.#section = section;
    this.#start = start;
    this.#reader = reader;
    this.#header = this.#attempt(() => parseLineHeader(reader));
  }

  /**
   * Runs the line number program. If it is damaged, that is a problem, and the rows before it are
   * kept.
   *
   * @param vaddrs Ascending and different.
   */
  rowsOf(vaddrs: Float64Array, problems: ProblemList): LineRows {
    const rows = new LineRows(vaddrs, this.#unit.header.addressSize);
    try {
      this.#attempt(() => runLineProgram(this.#reader, this.#header, rows));
    } catch (error) {
      if (!isSourceError(error)) throw error;
      problems.add(error.message);
    }
    return rows;
  }

  /** The path of a file, as an index in a row or in a call says it; undefined if there is none. */
  pathOf(fileIndex: number): SourcePath | undefined {
    let path = this.#paths.get(fileIndex);
    if (path === undefined) this.#paths.set(fileIndex, path = this.#pathOf(fileIndex));
    return path;
  }

  #pathOf(fileIndex: number): SourcePath | undefined {
    const { version, files, directories } = this.#header;
    // Since DWARF 5, indexes count from 0; before, 0 is no file, and the compilation directory.
    const first = version >= 5 ? 0 : 1;
    const file = files[fileIndex - first];
    if (file === undefined) return undefined;
    const directory = directories[file.directoryIndex - first];
    const { compilationDirectory } = this.#unit.attributes;
    return {
      compilationDirectory: compilationDirectory === undefined
        ? version >= 5 && directories[0] ? this.#textOf(directories[0]) : undefined
        : this.#unit.textOf(compilationDirectory),
      directory: directory && this.#textOf(directory),
      name: this.#textOf(file.name),
    };
  }

  #textOf(reference: StringReference): Text {
    if (reference.form !== DW_FORM_STRING) return this.#unit.textOf(reference);
    this.#reader.position = reference.value;
    return { value: this.#reader.string() };
  }

  #attempt<Result>(parse: () => Result): Result {
    try {
      return parse();
    } catch (error) {
      throw sourceErrorOf(error, this.#section, this.#start + this.#reader.position, ACTION);
    }
  }
}

/** Reads line tables, one after the other. */
export class LineTableLoader {
  #buffer = new Uint8Array();

  /**
   * Reads the line table of a unit.
   *
   * @returns It is valid until this is called again; undefined if the unit has none.
   * @throws {FormatError | UnsupportedError} If it is damaged.
   */
  async load(unit: Unit): Promise<LineTable | undefined> {
    const start = unit.attributes.lineOffset;
    if (start < 0) return undefined;
    const section = await unit.sections.open(".debug_line");
    const { length, is64 } = await section.parse(start, 16, ACTION, parseLength);
    const size = length + (is64 ? 12 : 4);
    if (this.#buffer.length < size && size <= section.size) {
      this.#buffer = new Uint8Array(Math.ceil(size * 1.5));
    }
    return new LineTable(unit, section, start, await section.read(start, size, this.#buffer));
  }
}
