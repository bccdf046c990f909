import { type Command, commandNamed, COMMANDS } from "./commands.ts";
import type { OptionRow } from "./option_row.ts";
import { OPTIONS, optionsOf } from "./option_table.ts";

/** The shells that {@linkcode completions} knows. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of them. */
export type Shell = typeof SHELLS[number];

/** A script that makes a shell complete the command line of symfold, from the table of options. */
export function completions(shell: Shell): string {
  return SCRIPTS[shell]();
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

const NAMED = COMMANDS.filter(({ name }) => name !== "filter");

/** All spellings of an option, with their dashes. */
function spellings({ name, short, negated }: OptionRow): string[] {
  const long = `--${negated ? "no-" : ""}${name}`;
  return short === undefined ? [long] : [`-${short}`, long];
}

function takesFolder({ value }: OptionRow): boolean {
  return value === "DIR";
}

function takesFile({ value = "" }: OptionRow): boolean {
  return value.includes("FILE");
}

function bash(): string {
  const valued = OPTIONS.filter(({ value }) => value !== undefined);
  const patternOf = (rows: readonly OptionRow[]) =>
    rows.flatMap(spellings).map((spelling) => `*:${spelling}`).join("|");
  // The filter's hold for lines that begin with no command.
  const choices = [...NAMED, commandNamed("filter")].flatMap(choiceCases).join("");
  const others = valued.filter((row) =>
    row.choices === undefined && !takesFile(row) && !takesFolder(row)
  );
  const wordsOf = NAMED.map(({ name }) =>
    `    ${name}) words="${optionsOf(name).flatMap(spellings).join(" ")}" ;;\n`
  ).join("");
  const operandsOf = NAMED.flatMap(({ name, words }) =>
    words === undefined
      ? []
      : `    ${name}) mapfile -t COMPREPLY < <(compgen -W "${words.join(" ")}" -- "$word") ;;\n`
  ).join("");
  return `# symfold completions for bash: source this file, or put it where bash-completion looks.
_symfold() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  # Bash takes --option=value apart.
  if [[ $word == = ]]; then word=
  elif [[ $before == = && $COMP_CWORD -gt 1 ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  compopt -o filenames 2>/dev/null
  case \${COMP_WORDS[1]}:$before in
${choices}    ${
    patternOf(valued.filter(takesFolder))
  }) mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return ;;
    ${patternOf(valued.filter(takesFile))}) mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    ${patternOf(others)}) return ;;
  esac
  if [[ $word == -* ]]; then
    case \${COMP_WORDS[1]} in
${wordsOf}    *) words="${optionsOf("filter").flatMap(spellings).join(" ")}" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    return
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(
      compgen -W "${NAMED.map(({ name }) => name).join(" ")}" -- "$word"
      compgen -f -- "$word"
    )
    return
  fi
  case \${COMP_WORDS[1]} in
${operandsOf}    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -F _symfold symfold
`;
}

/** What completes the values of a command's options that have choices. */
function choiceCases({ name }: Command): string[] {
  const rows = optionsOf(name).filter(({ choices }) => choices !== undefined);
  return rows.map((row) => {
    const pattern = spellings(row).map((spelling) =>
      `${name === "filter" ? "*" : name}:${spelling}`
    );
    const words = row.choices!.join(" ");
    return `    ${pattern.join("|")}) mapfile -t COMPREPLY < <(compgen -W "${words}" -- "$word")
      return ;;\n`;
  });
}

function zsh(): string {
  const specOf = (row: OptionRow) => {
    const action = row.value === undefined
      ? ""
      : row.choices !== undefined
      ? `:${row.value}:(${row.choices.join(" ")})`
      : takesFolder(row)
      ? `:${row.value}:_files -/`
      : takesFile(row)
      ? `:${row.value}:_files`
      : `:${row.value}: `;
    const help = row.help.replaceAll(/[[\]\\:]/g, "\\$&");
    return spellings(row).map((spelling) => {
      // The value stands behind the option, or in the next word.
      const joint = row.value === undefined ? "" : spelling.startsWith("--") ? "=" : "+";
      return `${row.repeatable ? "*" : ""}${spelling}${joint}[${help}]${action}`
        .replaceAll("'", "'\\''");
    });
  };
  const argumentsOf = (rows: readonly OptionRow[]) =>
    rows.flatMap(specOf).map((spec) => `        '${spec}' \\\n`).join("");
  const cases = NAMED.map(({ name, words }) => {
    // The command itself is the first operand.
    const first = "        '1: : ' \\\n";
    const operands = words === undefined ? "'*:FILE:_files'" : `'*:WORD:(${words.join(" ")})'`;
    return `    ${name})\n      _arguments \\\n${
      argumentsOf(optionsOf(name))
    }${first}        ${operands} ;;\n`;
  }).join("");
  const list = NAMED.map(({ name, summary }) =>
    `    '${name}:${summary.replaceAll("'", "'\\''")}'\n`
  ).join("");
  return `#compdef symfold
# symfold completions for zsh: put this file, as _symfold, into a folder of $fpath, or source it.
_symfold() {
  local -a commands=(
${list}  )
  (( CURRENT == 2 )) && [[ $PREFIX != -* ]] && _describe command commands
  case $words[2] in
${cases}    *)
      _arguments \\
${argumentsOf(optionsOf("filter"))}        '*:RECORDING:_files' ;;
  esac
}
if [[ $funcstack[1] == _symfold ]]; then _symfold "$@"; else compdef _symfold symfold; fi
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
  const isFilter = `not __fish_seen_subcommand_from ${NAMED.map(({ name }) => name).join(" ")}`;
  const lines = NAMED.map(({ name, summary }) =>
    `complete -c symfold -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}\n`
  );
  for (const { name, words } of COMMANDS) {
    const condition = name === "filter" ? isFilter : `__fish_seen_subcommand_from ${name}`;
    if (words !== undefined) {
      lines.push(`complete -c symfold -n ${quoted(condition)} -f -a ${quoted(words.join(" "))}\n`);
    }
    for (const row of optionsOf(name)) {
      const short = row.short === undefined ? "" : ` -s ${row.short}`;
      const long = ` -l ${row.negated ? "no-" : ""}${row.name}`;
      const value = row.value === undefined
        ? ""
        : row.choices !== undefined
        ? ` -x -a ${quoted(row.choices.join(" "))}`
        : takesFolder(row)
        ? " -x -a '(__fish_complete_directories)'"
        : takesFile(row)
        ? " -r"
        : " -x";
      lines.push(
        `complete -c symfold -n ${quoted(condition)}${short}${long}${value} -d ${
          quoted(row.help)
        }\n`,
      );
    }
  }
  return `# symfold completions for fish: put this file into ~/.config/fish/completions.\n` +
    lines.join("");
}
