/** What zsh completes by: a file `_mtr-deno` of `$fpath`, or `source <(mtr-deno completions zsh)` after `compinit`. */
import type { Candidate, CompletedCommand, CompletedOption, Values, Vocabulary } from "./completions.ts";

export function zshScript({ options, commands }: Vocabulary): string {
  return `#compdef mtr-deno
# Completion of mtr-deno for zsh: a file _mtr-deno of $fpath, or source <(mtr-deno completions zsh)

_mtr_deno_hosts() {
  local -a lines names
  local line
  [[ -r /etc/hosts ]] && lines=(\${(f)"$(</etc/hosts)"})
  for line in $lines; do
    names+=(\${\${=line%%\\#*}[2,-1]})
  done
  _wanted hosts expl host compadd -a names
}

_mtr_deno_interfaces() {
  local -a names
  names=(/sys/class/net/*(N:t))
  _wanted interfaces expl interface compadd -a names
}

_mtr_deno_letters() {
  local letter
  local -a words
  for letter; do
    words+=("$PREFIX$letter")
  done
  _wanted letters expl letters compadd -S '' -V letters -a words
}

_mtr_deno_commands() {
  local -a words
  words=(
${commands.map(({ word, help }) => `    ${described([word, help])}`).join("\n")}
  )
  _describe -t commands command words
}

_mtr_deno_first() {
  _alternative 'commands:command:_mtr_deno_commands' 'hosts:host:_mtr_deno_hosts'
}

_mtr_deno() {
  local curcontext=$curcontext expl
  if ((CURRENT > 2)); then
    case $words[2] in
${commands.map(commandCase).join("\n")}
    esac
  fi
  _arguments -s -S \\
${options.flatMap(specsOf).map((spec) => `    ${spec} \\`).join("\n")}
    '1:host:_mtr_deno_first' \\
    '*:host:_mtr_deno_hosts'
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _mtr_deno "$@"
else
  compdef _mtr_deno mtr-deno
fi
`;
}

/** Any text as one word, with nothing in it that zsh acts on. */
export function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A candidate as \`_describe\` wants it: a colon parts word and help. */
function described([word, help]: Candidate): string {
  const name = word.replaceAll(/[\\:]/g, "\\$&");
  return zshQuoted(help === undefined ? name : `${name}:${help.replaceAll("\\", "\\\\")}`);
}

/** Text of a specification of \`_arguments\`: brackets and colons are its own. */
function specText(text: string): string {
  return text.replaceAll(/[\\\[\]:]/g, "\\$&");
}

function specsOf({ long, short, help, isRepeatable, value }: CompletedOption): string[] {
  const names = short === undefined ? [long] : [short, long];
  // One that was used already is offered again only where every use counts.
  const before = isRepeatable ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  return names.map((name) => {
    const glue = value === undefined ? "" : name.startsWith("--") ? "=" : "+";
    const action = value === undefined ? "" : `:${specText(value.name)}:${actionOf(value.values)}`;
    return zshQuoted(`${before}${name}${glue}[${specText(help)}]${action}`);
  });
}

function actionOf(values: Values): string {
  switch (values.kind) {
    case "nothing":
      return " ";
    case "files":
      return "_files";
    case "interfaces":
      return "_mtr_deno_interfaces";
    case "programs":
      return "_command_names -e";
    case "words":
      return wordList(values.candidates);
    case "letters":
      return `{_mtr_deno_letters ${values.candidates.map(([word]) => word).join(" ")}}`;
  }
}

/** `((a\:help b\:help))` */
function wordList(candidates: readonly Candidate[]): string {
  const words = candidates.map(([word, help]) => {
    const name = word.replaceAll(/[^\w.-]/g, "\\$&");
    return help === undefined ? name : `${name}\\:${help.replaceAll(/[^\w.-]/g, "\\$&")}`;
  });
  return candidates.some(([, help]) => help !== undefined) ? `((${words.join(" ")}))` : `(${words.join(" ")})`;
}

function commandCase({ word, values, options }: CompletedCommand): string {
  const specs = options.map(([name, candidates]) =>
    zshQuoted(candidates.length === 0 ? name : `${name}=:value:${wordList(candidates)}`)
  );
  const rest = values.kind === "nothing" ? [] : [zshQuoted(`*:argument:${actionOf(values)}`)];
  return [
    `      ${word})`,
    "        shift words",
    "        ((CURRENT--))",
    `        ${
      specs.length + rest.length === 0 ? "_message 'no argument'" : ["_arguments", ...specs, ...rest].join(" ")
    }`,
    "        return",
    "        ;;",
  ].join("\n");
}
