import { type Command, type CommandName, COMMANDS, spellCommand } from "./commands.ts";
import { optionText, sectionsOf } from "./help_text.ts";
import type { OptionRow } from "./option_row.ts";
import { VERSION } from "./version.ts";

/** The manual page, section 1, in the language of man(7), from the tables of commands and options. */
export function manPage(): string {
  const sections = COMMANDS.map((command) => {
    const title = command.name === "filter" ? "OPTIONS" : spellCommand(command).toUpperCase();
    const intro = command.name === "filter" ? "" : usageOf(command) + bodyOf(command.description);
    const exitCodes = command.name === "filter" ? "" : `.PP\n${escaped(command.exitCodes)}`;
    return `.SH ${quoted(title)}\n${intro}${itemsOf(command.name)}${exitCodes}`;
  });
  const filter = COMMANDS.find(({ name }) => name === "filter")!;
  return `.TH SYMFOLD 1 "" "symfold ${VERSION}" "User Commands"
.SH NAME
symfold \\- names for the addresses in profiles, offline
.SH SYNOPSIS
${COMMANDS.map(usageOf).join(".br\n")}.SH DESCRIPTION
${bodyOf(filter.description).replace(/^\.PP\n/, "")}${sections.join("")}.SH "EXIT STATUS"
${escaped(filter.exitCodes)}.SH "SEE ALSO"
.BR perf (1),
.BR bpftrace (8),
.BR proc_pid_maps (5)
`;
}

function usageOf(command: Command): string {
  return `.B ${escaped(spellCommand(command))}\n${escaped(command.usage)}\n`;
}

/** Paragraphs; lines that begin with blanks are examples and stay as they are. */
function bodyOf(text: string): string {
  return text.trimEnd().split(/\n{2,}/).map((paragraph) =>
    /^ /.test(paragraph) ? `.PP\n.nf\n${escaped(paragraph)}\n.fi\n` : `.PP\n${escaped(paragraph)}\n`
  ).join("");
}

/** Options, under their headings if there are several. */
function itemsOf(name: CommandName): string {
  const sections = sectionsOf(name);
  return sections.map(({ heading, rows }) =>
    (sections.length === 1 ? "" : `.SS ${quoted(heading)}\n`) + rows.map(itemOf).join("")
  ).join("");
}

function itemOf(row: OptionRow): string {
  const { name, short, value, negated } = row;
  const long = `--${negated ? "no-" : ""}${name}`;
  const heads = short === undefined ? [long] : [`-${short}`, long];
  const head = value === undefined
    ? `.B ${quoted(heads.join(", "))}`
    : `.BI ${quoted(`${heads.join(", ")} `)} ${quoted(value)}`;
  return `.TP\n${head}\n${escaped(optionText(row))}\n`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** A backslash, a hyphen, and a dot or quote at the start of a line mean something else there. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^(?=[.'])/gm, "\\&");
}
