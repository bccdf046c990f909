import { MemorySource } from "../../lib/bytes/mod.ts";
import {
  DW_FORM_BLOCK,
  DW_FORM_BLOCK1,
  DW_FORM_BLOCK2,
  DW_FORM_BLOCK4,
  DW_FORM_EXPRLOC,
  DW_FORM_IMPLICIT_CONST,
  DW_FORM_INDIRECT,
  DW_FORM_LINE_STRP,
  DW_FORM_REF_ADDR,
  DW_FORM_REF_UDATA,
  DW_FORM_SDATA,
  DW_FORM_STRING,
  DW_FORM_STRP,
  DW_UT_COMPILE,
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
  DW_UT_SPLIT_TYPE,
  DW_UT_TYPE,
} from "../../lib/dwarf/constants.ts";
import { isLeb, sizeOfForm, VARIABLE_SIZE } from "../../lib/dwarf/forms.ts";
import type { DwarfFile } from "../../lib/dwarf/mod.ts";
import { type DwarfFormat, DwarfWriter } from "./dwarf_writer.ts";

/**
 * What an attribute is: a number; bytes of a block; a text, which for a reference is the label of an
 * entry; for `DW_FORM_indirect` another form and its value.
 */
export type Value = number | bigint | string | readonly number[] | IndirectValue;

/** The form that `DW_FORM_indirect` leads to, and a value of that form. */
export interface IndirectValue {
  readonly form: number;
  readonly value: Value;
}

/** An attribute: `DW_AT_...`, `DW_FORM_...`, and its value. */
export type AttributeSpec = readonly [name: number, form: number, value: Value];

/** An entry of debug information. */
export interface EntrySpec {
  /** `DW_TAG_...`. */
  readonly tag: number;
  /** What references call it. */
  readonly label?: string;
  readonly attributes?: readonly AttributeSpec[];
  readonly children?: readonly EntrySpec[];
}

/** A unit. */
export interface UnitSpec extends DwarfFormat {
  /** Its first entry, with all others below it; a unit without entries if it is left out. */
  readonly entry?: EntrySpec;
  /** `DW_UT_...`: what is said of it, and the fields that go with it. That of a compilation unit by default. */
  readonly type?: number;
  /** Id or signature, where the header has one. */
  readonly id?: bigint;
  /** The label of the type that a type unit is about. */
  readonly typeLabel?: string;
  /** The unit has the form of one of `.debug_types`, and is put there. */
  readonly isInTypes?: boolean;
  /** Fields that are written instead of the true ones. */
  readonly length?: number | bigint;
  readonly abbreviationsOffset?: number;
  /** Bytes behind the entries. */
  readonly tail?: readonly number[];
}

/** What to build. */
export interface DwarfSpec {
  /** True by default. */
  readonly littleEndian?: boolean;
  readonly units?: readonly UnitSpec[];
  /** Other sections, or other bytes of those that are made of the units, by name. */
  readonly sections?: Readonly<Record<string, Uint8Array>>;
  /** Behind the names of all sections: ".dwo". */
  readonly suffix?: string;
  /** "test.so" by default. */
  readonly name?: string;
}

/** The sections of a file in memory, and where things are in them. */
export interface BuiltDwarf extends DwarfFile {
  /** By full name. */
  readonly sections: ReadonlyMap<string, Uint8Array>;
  /** Where units begin in their section, in order. */
  readonly starts: readonly number[];
  /** Where the entry with a label begins: bytes from the start of the section of its unit. */
  offsetOf(label: string): number;
}

/** Makes debug information: abbreviations, units, and the strings that these refer to. */
export function buildDwarf(spec: DwarfSpec): BuiltDwarf {
  const builder = new Builder(spec.littleEndian ?? true);
  for (const unit of spec.units ?? []) builder.add(unit);
  return builder.finish(spec);
}

/** A reference that is written once all entries have a place. */
interface Fixup {
  readonly writer: DwarfWriter;
  readonly position: number;
  readonly size: number;
  readonly isLeb: boolean;
  readonly label: string;
  /** What the value counts from. */
  readonly base: number;
}

/** LEB128 references are padded, as their values are not known when they are written. */
const PADDED_LEB = 4;

class Builder {
  readonly #sections: Record<string, DwarfWriter> = {};
  readonly #littleEndian: boolean;
  readonly #labels = new Map<string, number>();
  readonly #fixups: Fixup[] = [];
  readonly #starts: number[] = [];

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  add(unit: UnitSpec): void {
    const { version = 5, is64 = false, addressSize = 8, isInTypes = false } = unit;
    const { type = isInTypes ? DW_UT_TYPE : DW_UT_COMPILE, id = 0n } = unit;
    const info = this.#section(isInTypes ? ".debug_types" : ".debug_info");
    const abbreviations = this.#section(".debug_abbrev");
    const start = info.position;
    this.#starts.push(start);
    info.counted(is64, () => {
      info.u16(version);
      if (version >= 5) info.raw(type, addressSize);
      info.word(is64, unit.abbreviationsOffset ?? abbreviations.position);
      if (version < 5) info.u8(addressSize);
      if (isInTypes || version >= 5 && TYPES_WITH_ID.includes(type)) info.word(true, id);
      if (isInTypes || version >= 5 && (type === DW_UT_TYPE || type === DW_UT_SPLIT_TYPE)) {
        this.#refer(info, is64 ? 8 : 4, false, unit.typeLabel ?? "", start);
      }
      if (unit.entry !== undefined) {
        const codes = new Map<string, number>();
        this.#entry(info, unit.entry, { version, is64, addressSize }, start, codes);
        abbreviations.u8(0);
      }
      info.put(info.position, unit.tail ?? []);
    }, unit.length);
  }

  finish({ sections: others = {}, suffix = "", name = "test.so" }: DwarfSpec): BuiltDwarf {
    for (const { writer, position, size, isLeb, label, base } of this.#fixups) {
      const end = writer.position;
      writer.position = position;
      const value = label === "" ? 0 : this.#offsetOf(label) - base;
      if (isLeb) writer.uleb(value, size);
      else writer.number(size, value);
      writer.position = end;
    }
    const sections = new Map<string, Uint8Array>();
    for (const [name, writer] of Object.entries(this.#sections)) {
      sections.set(name + suffix, writer.bytes());
    }
    for (const [name, bytes] of Object.entries(others)) sections.set(name + suffix, bytes);
    return {
      name,
      littleEndian: this.#littleEndian,
      sections,
      starts: this.#starts,
      section: (section) => {
        const bytes = sections.get(section);
        return Promise.resolve(bytes && new MemorySource(`${name}(${section})`, bytes));
      },
      offsetOf: (label) => this.#offsetOf(label),
    };
  }

  #entry(
    info: DwarfWriter,
    { tag, label, attributes = [], children }: EntrySpec,
    format: Required<DwarfFormat>,
    base: number,
    codes: Map<string, number>,
  ): void {
    if (label !== undefined) this.#labels.set(label, info.position);
    const constants = attributes.map(([, form, value]) =>
      form === DW_FORM_IMPLICIT_CONST ? Number(value) : 0
    );
    const shape = attributes.map(([name, form], at) => [name, form, constants[at]]);
    const key = JSON.stringify([tag, children !== undefined, shape]);
    let code = codes.get(key);
    if (code === undefined) {
      codes.set(key, code = codes.size + 1);
      const abbreviations = this.#section(".debug_abbrev");
      abbreviations.uleb(code);
      abbreviations.uleb(tag);
      abbreviations.u8(children === undefined ? 0 : 1);
      for (const [at, [name, form]] of attributes.entries()) {
        abbreviations.uleb(name);
        abbreviations.uleb(form);
        if (form === DW_FORM_IMPLICIT_CONST) abbreviations.sleb(constants[at]!);
      }
      abbreviations.raw(0, 0);
    }
    info.uleb(code);
    for (const [, form, value] of attributes) this.#value(info, form, value, format, base);
    for (const child of children ?? []) this.#entry(info, child, format, base, codes);
    if (children !== undefined) info.u8(0);
  }

  #value(
    info: DwarfWriter,
    form: number,
    value: Value,
    format: Required<DwarfFormat>,
    base: number,
  ): void {
    if (form === DW_FORM_INDIRECT) {
      const inner = value as IndirectValue;
      info.uleb(inner.form);
      this.#value(info, inner.form, inner.value, format, base);
      return;
    }
    const size = sizeOfForm(form, format);
    if (typeof value === "string") {
      if (form === DW_FORM_STRING) info.string(value);
      else if (form === DW_FORM_STRP || form === DW_FORM_LINE_STRP) {
        const strings = this.#section(form === DW_FORM_STRP ? ".debug_str" : ".debug_line_str");
        info.number(size, strings.position);
        strings.string(value);
      } else if (form === DW_FORM_REF_UDATA) this.#refer(info, PADDED_LEB, true, value, base);
      else this.#refer(info, size, false, value, form === DW_FORM_REF_ADDR ? 0 : base);
      return;
    }
    if (typeof value === "object") {
      const bytes = value as readonly number[];
      if (form === DW_FORM_BLOCK || form === DW_FORM_EXPRLOC) info.uleb(bytes.length);
      else if (form === DW_FORM_BLOCK1) info.u8(bytes.length);
      else if (form === DW_FORM_BLOCK2) info.u16(bytes.length);
      else if (form === DW_FORM_BLOCK4) info.u32(bytes.length);
      info.raw(...bytes);
    } else if (form === DW_FORM_SDATA) info.sleb(Number(value));
    else if (isLeb(form)) info.uleb(value);
    else if (size > 0) info.number(size, value);
    else if (size === VARIABLE_SIZE) throw new Error(`Cannot write a number in form ${form}`);
  }

  #refer(writer: DwarfWriter, size: number, isLeb: boolean, label: string, base: number): void {
    this.#fixups.push({ writer, position: writer.position, size, isLeb, label, base });
    if (isLeb) writer.uleb(0, size);
    else writer.number(size, 0);
  }

  #offsetOf(label: string): number {
    const offset = this.#labels.get(label);
    if (offset === undefined) {
      throw new Error(`Cannot build debug information: no entry "${label}"`);
    }
    return offset;
  }

  #section(name: string): DwarfWriter {
    return this.#sections[name] ??= new DwarfWriter(this.#littleEndian);
  }
}

const TYPES_WITH_ID: readonly number[] = [
  DW_UT_SKELETON,
  DW_UT_SPLIT_COMPILE,
  DW_UT_TYPE,
  DW_UT_SPLIT_TYPE,
];
