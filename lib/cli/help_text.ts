import { type CommandName, commandNamed, COMMANDS, spellCommand } from "./commands.ts";
import type { OptionRow } from "./option_row.ts";
import { optionsOf } from "./option_table.ts";

/** The text of `--help` of a command, at most 80 columns wide. */
export function helpText(name: CommandName = "filter"): string {
  const command = commandNamed(name);
  const others = name === "filter" ? commandList() : "";
  const sections = sectionsOf(name);
  const options = sections.map(({ heading, rows }) =>
    `${sections.length === 1 ? "Options" : heading}:\n${rows.flatMap(optionLines).join("\n")}\n`
  ).join("\n");
  return `Usage: ${`${spellCommand(command)} ${command.usage}`.trim()}\n\n` +
    `${command.description}${others}\n${options}\n${command.exitCodes}`;
}

/**
 * The options of a command as people read them, by their headings. What `diff` has for one side only
 * is a mark at the option for both.
 */
export function sectionsOf(
  name: CommandName,
): { readonly heading: string; readonly rows: readonly OptionRow[] }[] {
  const all = optionsOf(name);
  const sided = new Set(all.map(({ sideOf }) => sideOf));
  const listed = all.filter(({ sideOf }) => sideOf === undefined)
    .map((row) => sided.has(row.name) ? { ...row, help: `(*) ${row.help}` } : row);
  const headings = new Set(listed.map(({ heading = "" }) => heading));
  return [...headings].map((heading) => ({
    heading,
    rows: listed.filter((row) => row.heading === heading),
  }));
}

const WIDTH = 80;
const INDENT = 27;

function commandList(): string {
  const named = COMMANDS.filter(({ name }) => name !== "filter");
  if (named.length === 0) return "";
  const lines = named.map((command) =>
    `  ${spellCommand(command).padEnd(20)} ${command.summary}\n`
  );
  return `\nCommands, each with a --help of its own:\n${lines.join("")}`;
}

function optionLines(row: OptionRow): string[] {
  const name = `${row.negated ? "--no-" : "--"}${row.name}`;
  const short = row.short === undefined ? "    " : `-${row.short}, `;
  const head = `  ${short}${name}${row.value === undefined ? "" : ` ${row.value}`}`;
  const wrapped = wrap(optionText(row), WIDTH - INDENT);
  const indent = " ".repeat(INDENT);
  if (head.length >= INDENT) return [head, ...wrapped.map((line) => indent + line)];
  return wrapped.map((line, at) => (at === 0 ? head.padEnd(INDENT) : indent) + line);
}

/** What an option does, with the values that it takes. */
export function optionText({ help, choices, otherwise }: OptionRow): string {
  if (choices === undefined) return help;
  return `${help}; one of ${choices.join(", ")} (default ${otherwise ?? choices[0]})`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
