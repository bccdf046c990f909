import type { Text } from "./string_pool.ts";

/** A chain of references that is longer has a loop. */
const MAX_REFERENCES = 16;

/** What an entry says of the name of a function; complete once all strings are loaded. */
export class FunctionName {
  /** `DW_AT_linkage_name`. */
  linkageName: Text | undefined;
  /** `DW_AT_name`. */
  name: Text | undefined;
  /** Names of the namespaces, types, and functions with local types around it, outermost first. */
  readonly scopes: Text[] = [];
  /** What is between them. */
  separator = "::";
  /** The entry that it is an instance of, or that declares it. */
  origin: FunctionName | undefined;

  /** The linkage name, of the entry or of one that it refers to; empty if there is none. */
  get linked(): string {
    let entry: FunctionName | undefined = this as FunctionName;
    for (let hops = 0; entry !== undefined && hops < MAX_REFERENCES; hops++) {
      if (entry.linkageName !== undefined && entry.linkageName.value !== "") {
        return entry.linkageName.value;
      }
      entry = entry.origin;
    }
    return "";
  }

  /** Whether entries refer to each other in a circle, or in too long a chain. */
  get isEndless(): boolean {
    let entry: FunctionName | undefined = this as FunctionName;
    for (let hops = 0; entry !== undefined && hops < MAX_REFERENCES; hops++) entry = entry.origin;
    return entry !== undefined;
  }

  /** Whether a string that has the name, or a part of it, could not be read. */
  get isMissing(): boolean {
    let entry: FunctionName | undefined = this as FunctionName;
    for (let hops = 0; entry !== undefined && hops < MAX_REFERENCES; hops++) {
      const texts = [entry.linkageName, entry.name, ...entry.scopes];
      if (texts.some((text) => text?.isMissing)) return true;
      entry = entry.origin;
    }
    return false;
  }

  /**
   * The name with its scopes, which stand around the declaration; empty if there is none. Scopes
   * whose names could not be read are left out.
   */
  get qualified(): string {
    let entry: FunctionName | undefined = this as FunctionName;
    let qualified = "";
    for (let hops = 0; entry !== undefined && hops < MAX_REFERENCES; hops++) {
      const { name, scopes, separator } = entry;
      if (name !== undefined && name.value !== "") {
        const known = [...scopes, name].map(({ value }) => value).filter((value) => value !== "");
        qualified = known.join(separator);
      }
      entry = entry.origin;
    }
    return qualified;
  }
}
