import { stripParameters } from "./strip_parameters.ts";

/**
 * How a symbol's name is spelled: `short` without parameters, return type and Rust's hash, `full`
 * as the compiler meant it, `none` as the symbol table has it.
 */
export type DemangleStyle = "short" | "full" | "none";

/** Spells names of symbols. Made by {@linkcode loadDemangler}. */
export type Demangler = (name: string) => string;

/**
 * Makes a demangler for C++ (Itanium ABI) and Rust (legacy and v0). A name that is not mangled, or
 * not validly, stays as it is. The work is done by the npm package `gecko-profiler-demangle`
 * (WebAssembly), which is loaded only if one of the names may need it.
 *
 * @param names The names that will be asked for.
 *
 * @example
 * ```ts
 * import { loadDemangler } from "./demangle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = ["_ZN3Foo3barEi", "main"];
 * const short = await loadDemangler("short", names);
 * assertEquals(names.map(short), ["Foo::bar", "main"]);
 * const full = await loadDemangler("full", names);
 * assertEquals(names.map(full), ["Foo::bar(int)", "main"]);
 * ```
 */
export async function loadDemangler(
  style: DemangleStyle,
  names: Iterable<string>,
): Promise<Demangler> {
  if (style === "none" || !Iterator.from(names).some(isMangled)) return (name) => name;
  const { demangle_any: demangleAny } = await import("gecko-profiler-demangle");
  return (name) => {
    if (!isMangled(name)) return name;
    const suffix = name.includes("@") ? VERSION_REGEXP.exec(name)?.[0] ?? "" : "";
    return suffix === "" ? spell(name) : spell(name.slice(0, name.length - suffix.length)) + suffix;
  };

  function spell(name: string): string {
    const demangled = demangleAny(name);
    // What cannot be demangled comes back as it was, or without its first underscore; a Rust name
    // that is a hash only comes back empty.
    if (demangled === "" || demangled === name || demangled === name.slice(1)) return name;
    const hash = RUST_HASH_REGEXP.exec(name)?.[1];
    const isRust = hash !== undefined || name.startsWith("_R");
    if (style === "full") return hash === undefined ? demangled : `${demangled}::h${hash}`;
    return isRust ? demangled : stripParameters(demangled);
  }
}

/** What may stand behind a mangled name: a symbol version, or the mark of a PLT stub. */
const VERSION_REGEXP = /@[\w.]+$/;

/** The end of a legacy Rust name, which LLVM may have appended something to. */
const RUST_HASH_REGEXP = /17h([0-9a-f]{16})E(?:\..*)?$/;

function isMangled(name: string): boolean {
  return name.startsWith("_Z") || name.startsWith("_R");
}
