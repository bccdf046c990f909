/** A LOAD segment as `readelf -lW` prints it. */
export interface ReadelfSegment {
  readonly fileOffset: number;
  readonly vaddr: number;
  readonly fileSize: number;
  readonly memorySize: number;
  /** As in a maps line: `r-x`. */
  readonly permissions: string;
  /** The names of the sections in it; none if the file has no section headers. */
  readonly sections: readonly string[];
}

/** Reads the LOAD segments of each file in a text with `### PATH` before what `readelf -lW` says. */
export function parseProgramHeaders(text: string): Map<string, ReadelfSegment[]> {
  const files = new Map<string, ReadelfSegment[]>();
  for (const part of text.split(/^### /m).slice(1)) {
    const path = unquote(part.slice(0, part.indexOf("\n")));
    const sections = new Map<number, string[]>();
    for (const [, number, names] of part.matchAll(/^ {3}(\d\d) {5}(.*)$/gm)) {
      sections.set(Number(number), names!.trim().split(" ").filter((name) => name !== ""));
    }
    const headers = [...part.matchAll(
      /^ {2}([A-Z_0-9]+) +0x(\w+) 0x(\w+) 0x\w+ 0x(\w+) 0x(\w+) ([R ])([W ])([E ])/gm,
    )];
    const loads = headers.flatMap((match, number) => {
      const [, type, offset, vaddr, fileSize, memorySize, read, write, execute] = match;
      if (type !== "LOAD") return [];
      return [{
        fileOffset: parseInt(offset!, 16),
        vaddr: parseInt(vaddr!, 16),
        fileSize: parseInt(fileSize!, 16),
        memorySize: parseInt(memorySize!, 16),
        permissions: `${read === "R" ? "r" : "-"}${write === "W" ? "w" : "-"}${
          execute === "E" ? "x" : "-"
        }`,
        sections: sections.get(number) ?? [],
      }];
    });
    files.set(path, loads);
  }
  return files;
}

/** Undoes what bash's `printf %q` does to paths. */
function unquote(word: string): string {
  const inside = /^\$'(.*)'$/.exec(word)?.[1];
  return (inside ?? word).replaceAll("\\n", "\n").replaceAll("\\ ", " ");
}

/** A symbol as `readelf -sW` prints it. */
export interface ReadelfSymbol {
  readonly table: string;
  readonly value: number;
  readonly size: number;
  readonly type: string;
  readonly binding: string;
  readonly name: string;
}

/** Reads the symbols that `readelf -sW` prints. */
export function parseSymbols(text: string): ReadelfSymbol[] {
  const symbols: ReadelfSymbol[] = [];
  let table = "";
  for (const line of text.split("\n")) {
    table = /^Symbol table '(.*)' contains/.exec(line)?.[1] ?? table;
    const match = /^ *\d+: (\w+) +(\d+) (\w+) +(\w+) +\w+ +\w+ (\S+)$/.exec(line);
    if (match === null) continue;
    const [, value, size, type, binding, name] = match;
    symbols.push({
      table,
      value: parseInt(value!, 16),
      size: Number(size),
      type: type!,
      binding: binding!.toLowerCase(),
      name: name!,
    });
  }
  return symbols;
}

/** A line of a maps snapshot, read without symfold. */
export interface MapsLine {
  readonly start: number;
  readonly end: number;
  /** As `r-x`. */
  readonly permissions: string;
  readonly fileOffset: number;
  /** As it stands there. */
  readonly path: string;
}

/** Reads the lines of a maps snapshot of a 64- or 32-bit process. */
export function parseMapsLines(text: string): MapsLine[] {
  return text.trimEnd().split("\n").map((line) => {
    const [, start, end, permissions, offset, path] = /^(\w+)-(\w+) (...). (\w+) \S+ \d+ *(.*)$/
      .exec(line)!;
    return {
      start: parseInt(start!, 16),
      end: parseInt(end!, 16),
      permissions: permissions!,
      fileOffset: parseInt(offset!, 16),
      path: path!,
    };
  });
}
