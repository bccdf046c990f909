import { FormatError } from "../errors.ts";
import { UNRESOLVED_REASONS, type UnresolvedReason } from "../profile/mod.ts";
import {
  BUNDLE_VERSION,
  type BundledFile,
  type BundleManifest,
  entriesOf,
  type FileIdentity,
  keyOf,
  MANIFEST_ENTRY,
  type MissingFile,
  type ProcessEntry,
} from "./manifest.ts";
import { checkEntryName } from "./entry_name.ts";

/**
 * Reads the manifest of a bundle, and believes nothing of it that does not hold together.
 *
 * @param text JSON.
 * @param source The bundle, for messages.
 * @throws {FormatError} If it is no JSON, of another version, lacks something, has a value of another
 * kind, the name of an entry that leads out of the bundle, or the same file or entry twice.
 */
export function parseManifest(text: string, source: string): BundleManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw manifestError(source, (error as Error).message);
  }
  const root = new Value(json, "", source);
  root.field("format").choice(["symfold bundle"]);
  const version = root.field("version").count();
  if (version !== BUNDLE_VERSION) {
    const detail = `its version is ${version}, this symfold reads ${BUNDLE_VERSION}`;
    throw manifestError(source, detail);
  }
  const manifest: BundleManifest = {
    createdBy: root.field("createdBy").text(),
    pid: root.field("pid").orUndefined()?.count(),
    command: root.field("command").text(),
    kernel: root.field("kernel").text(),
    code: root.field("code").choice(["all", "recordings", "none"]),
    maps: root.field("maps").items().map(entryOf),
    codeMaps: root.field("codeMaps").items().map(entryOf),
    kallsyms: root.field("kallsyms").text(),
    modules: root.field("modules").text(),
    buildIds: root.field("buildIds").text(),
    debugDirs: root.field("debugDirs").items().map((one) => one.text()),
    files: root.field("files").items().map(fileOf),
    missing: root.field("missing").items().map(missingOf),
    notes: root.field("notes").items().map((one) => one.text()),
  };
  checkTwice([...manifest.files, ...manifest.missing].map(keyOf), "file", source);
  const kernels = manifest.files.filter(({ role }) => role === "kernel").map(({ role }) => role);
  checkTwice(kernels, "role", source);
  const entries = [MANIFEST_ENTRY, ...entriesOf(manifest)];
  checkTwice(entries, "entry", source);
  for (const entry of entries) checkEntryName(entry, source);
  return manifest;
}

function entryOf(value: Value): ProcessEntry {
  const process = value.field("process").orUndefined()?.count();
  return { entry: value.field("entry").text(), process };
}

function fileOf(value: Value): BundledFile {
  const [size, kept] = [value.field("size").count(), value.field("kept").count()];
  if (kept > size) throw value.error(`kept is ${kept}, more than size, ${size}`);
  const entry = value.field("entry").text();
  return { ...identityOf(value), entry, size, kept, buildId: value.field("buildId").text() };
}

const REASONS = Object.keys(UNRESOLVED_REASONS) as UnresolvedReason[];

function missingOf(value: Value): MissingFile {
  const detail = value.field("detail").text();
  return { ...identityOf(value), reason: value.field("reason").choice(REASONS), detail };
}

function identityOf(value: Value): FileIdentity {
  return {
    path: value.field("path").text(),
    deleted: value.field("deleted").choice([true, false]),
    role: value.field("role").choice(["mapped", "debug", "kernel"]),
  };
}

function checkTwice(keys: readonly string[], what: string, source: string): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) throw manifestError(source, `${what} ${JSON.stringify(key)} is there twice`);
    seen.add(key);
  }
}

/** A part of the JSON, and where it is. */
class Value {
  readonly #json: unknown;
  readonly #place: string;
  readonly #source: string;

  constructor(json: unknown, place: string, source: string) {
    this.#json = json;
    this.#place = place;
    this.#source = source;
  }

  field(name: string): Value {
    const json = this.#json;
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw this.#wants("an object");
    }
    const place = this.#place === "" ? name : `${this.#place}.${name}`;
    return new Value(
      Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined,
      place,
      this.#source,
    );
  }

  items(): Value[] {
    if (!Array.isArray(this.#json)) throw this.#wants("an array");
    return this.#json.map((item, at) => new Value(item, `${this.#place}[${at}]`, this.#source));
  }

  text(): string {
    if (typeof this.#json === "string") return this.#json;
    throw this.#wants("a string");
  }

  /** A whole number, not negative. */
  count(): number {
    if (Number.isSafeInteger(this.#json) && this.#json as number >= 0) return this.#json as number;
    throw this.#wants("a whole number");
  }

  choice<Choice>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.#json);
    if (found !== undefined) return found;
    throw this.#wants(choices.map((choice) => JSON.stringify(choice)).join(" or "));
  }

  orUndefined(): Value | undefined {
    return this.#json === null ? undefined : this;
  }

  error(detail: string): FormatError {
    return manifestError(this.#source, `${this.#place || "it"}: ${detail}`);
  }

  #wants(wanted: string): FormatError {
    const found = JSON.stringify(this.#json)?.slice(0, 100) ?? "missing";
    return manifestError(this.#source, `${this.#place || "it"} is ${found}, want ${wanted}`);
  }
}

function manifestError(source: string, detail: string): FormatError {
  return new FormatError({ action: `read ${MANIFEST_ENTRY}`, source, detail });
}
