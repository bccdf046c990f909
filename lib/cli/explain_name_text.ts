import type { ExplainedName, ExplainedSymbol } from "../resolve/mod.ts";
import { alignTable } from "./align_table.ts";
import type { Section } from "./explain_section.ts";
import { LABEL_TEXTS, RULE_TEXTS, STAGE_TEXTS } from "./explain_words.ts";

/** How a name was found, as a person reads it. */
export function nameSections(name: ExplainedName): Section[] {
  return [
    ["function", functionLines(name)],
    ["symbols", symbolLines(name)],
    ["names from", sourceLines(name)],
    ["debug files", debugFileLines(name)],
  ];
}

function functionLines(name: ExplainedName): string[] {
  const { start, stage, isAtAddress, inlined, position } = name;
  if (start === undefined) return ["nothing is known of it"];
  const what = stage === undefined ? "" : `, ${STAGE_TEXTS[stage]}`;
  return [
    `${name.name || "without a name"}, begins at vaddr ${start}${what}`,
    ...isAtAddress
      ? ["it begins at the return address itself: nothing better is known of the byte before"]
      : [],
    ...position === undefined ? [] : [`in ${position}`],
    ...inlined.map((called) =>
      `with ${called.name || "a function without a name"} inlined` +
      (called.position === undefined ? "" : `, in ${called.position}`)
    ),
  ];
}

function symbolLines({ symbols, symbolCount, rule, label }: ExplainedName): string[] {
  const rows = symbols.map((symbol, at) => [...symbolCells(symbol), at === 0 ? "chosen" : "lost"]);
  const more = symbolCount - symbols.length;
  return [
    ...symbolCount === 0 ? ["none with a size covers the vaddr"] : alignTable(rows),
    ...more > 0 ? [`and ${more} more`] : [],
    ...rule === undefined ? [] : [`decided by: ${RULE_TEXTS[rule]}`],
    // Where a symbol with a size has the vaddr, nobody asks for others.
    ...label === undefined || label.verdict === "covered" ? [] : [
      `the nearest without a size: ${symbolCells(label).filter((cell) => cell !== "").join("  ")}`,
      LABEL_TEXTS[label.verdict],
    ],
  ];
}

function symbolCells({ start, size, binding, names }: ExplainedSymbol): string[] {
  const spelled = names.map(({ name, tables }) => `${name} (${tables.map(tableText).join(", ")})`)
    .join(", ");
  return [start, size === "0x0" ? "" : `size ${size}`, binding, spelled];
}

/** The paths of debug files are long, and are told below. */
function tableText(table: string): string {
  const kind = table.slice(table.lastIndexOf(" ") + 1);
  if (kind === table) return table;
  return table.includes("(.gnu_debugdata)") ? `.gnu_debugdata ${kind}` : `debug file ${kind}`;
}

function sourceLines({ namesFrom, problems }: ExplainedName): string[] {
  return [namesFrom.length === 0 ? "nowhere" : namesFrom.join(" "), ...problems];
}

function debugFileLines({ debugFiles, namesFrom }: ExplainedName): string[] {
  if (debugFiles === undefined) {
    return namesFrom.includes(".symtab") ? ["not looked for: the file has .symtab"] : [];
  }
  if (debugFiles.length === 0) {
    return ["none to look for: the file has neither a build-id nor a .gnu_debuglink"];
  }
  return alignTable(debugFiles.map(({ path, how, outcome, detail }) => [
    path,
    `by ${how}:`,
    detail === "" ? outcome : `${outcome}, ${detail}`,
  ]));
}
