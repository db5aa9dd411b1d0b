/** What bash, from 3.2 on, completes by. It has no place for help texts. */
import type { CompletedCommand, CompletedOption, Values, Vocabulary } from "./completions.ts";

export function bashScript({ options, commands }: Vocabulary): string {
  const switches = options.flatMap(({ short, value }) => short === undefined || value !== undefined ? [] : [short[1]]);
  const words = options.flatMap(({ short, long }) => short === undefined ? [long] : [short, long]);
  return `# Completion of mtr-deno for bash: source <(mtr-deno completions bash)

_mtr_deno_among() {
  local word
  for word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}

_mtr_deno_lines() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done
}

_mtr_deno_files() {
  compopt -o filenames 2>/dev/null
  _mtr_deno_lines < <(compgen -f -- "$cur")
}

_mtr_deno_interfaces() {
  local path
  for path in /sys/class/net/*; do
    _mtr_deno_among "\${path##*/}"
  done
}

_mtr_deno_letters() {
  compopt -o nospace 2>/dev/null
  local letter
  for letter; do
    COMPREPLY+=("$cur$letter")
  done
}

_mtr_deno_hosts() {
  local HOSTFILE=/etc/hosts
  _mtr_deno_lines < <(compgen -A hostname -- "$cur")
}

_mtr_deno() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} at
  COMPREPLY=()
  # Where "=" parts words, --name=value is three.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $option == = ]] && ((COMP_CWORD > 2)); then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # The last letter of a bundle may want a value.
  if [[ $option =~ ^-[${switches.join("")}]*([A-Za-z0-9])$ ]]; then
    option=-\${BASH_REMATCH[1]}
  fi

  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
${commands.map(commandCase).join("\n")}
    esac
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} == -- ]]; then
      _mtr_deno_hosts
      return
    fi
  done
  case $option in
${options.flatMap(optionCase).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    _mtr_deno_among ${words.map(bashQuoted).join(" ")}
    return
  fi
  ((COMP_CWORD == 1)) && _mtr_deno_among ${commands.map(({ word }) => bashQuoted(word)).join(" ")}
  _mtr_deno_hosts
}

complete -F _mtr_deno mtr-deno
`;
}

/** Any text as one word, with nothing in it that bash acts on. */
export function bashQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function commandCase({ word, values, options }: CompletedCommand): string {
  const own = options.flatMap(([name, candidates]) =>
    candidates.length === 0 ? [] : [
      `        [[ $option == ${bashQuoted(name)} ]] && {`,
      `          _mtr_deno_among ${candidates.map(([value]) => bashQuoted(value)).join(" ")}`,
      "          return",
      "        }",
    ]
  );
  const names = options.map(([name]) => bashQuoted(name));
  return [
    `      ${bashQuoted(word)})`,
    ...own,
    ...(names.length === 0 ? [] : [`        _mtr_deno_among ${names.join(" ")}`]),
    ...(values.kind === "nothing" ? [] : [`        ${actionOf(values)}`]),
    "        return",
    "        ;;",
  ].join("\n");
}

function optionCase({ long, short, value }: CompletedOption): string[] {
  if (value === undefined) return [];
  const names = short === undefined ? bashQuoted(long) : `${bashQuoted(short)} | ${bashQuoted(long)}`;
  const action = value.values.kind === "nothing" ? [] : [`      ${actionOf(value.values)}`];
  return [[`    ${names})`, ...action, "      return", "      ;;"].join("\n")];
}

function actionOf(values: Values): string {
  switch (values.kind) {
    case "nothing":
      return ":";
    case "files":
      return "_mtr_deno_files";
    case "interfaces":
      return "_mtr_deno_interfaces";
    case "programs":
      return '_mtr_deno_lines < <(compgen -c -- "$cur")';
    case "words":
      return `_mtr_deno_among ${values.candidates.map(([word]) => bashQuoted(word)).join(" ")}`;
    case "letters":
      return `_mtr_deno_letters ${values.candidates.map(([word]) => bashQuoted(word)).join(" ")}`;
  }
}
