/** What fish completes by: a file of `~/.config/fish/completions`, or `mtr-deno completions fish | source`. */
import type { CompletedCommand, CompletedOption, Values, Vocabulary } from "./completions.ts";

export function fishScript({ options, commands }: Vocabulary): string {
  return `# Completion of mtr-deno for fish: mtr-deno completions fish | source

function __mtr_deno_hosts
    if test -r /etc/hosts
        string replace -r '#.*' '' </etc/hosts | string replace -r '^\\s*\\S+' '' | string split -n ' ' | string trim
    end
end

function __mtr_deno_interfaces
    for path in /sys/class/net/*
        string replace -r '.*/' '' -- $path
    end
end

function __mtr_deno_letters
    set -l typed (commandline -ct | string replace -r '^(-\\w|--[\\w-]+=)' '')
    for letter in $argv
        printf '%s\\n' $typed$letter
    end
end

function __mtr_deno_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- $words[2] $argv
end

function __mtr_deno_first
    test (count (commandline -opc)) -eq 1
end

complete -c mtr-deno -e
complete -c mtr-deno -f
complete -c mtr-deno -n ${fishQuoted(`not __mtr_deno_command ${words(commands)}`)} -a '(__mtr_deno_hosts)' -d host
${commands.flatMap(commandLines).join("\n")}
${options.map((option) => optionLine(option, words(commands))).join("\n")}
`;
}

function words(commands: readonly CompletedCommand[]): string {
  return commands.map(({ word }) => word).join(" ");
}

/** Any text as one word, with nothing in it that fish acts on. */
export function fishQuoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

function optionLine({ long, short, help, value }: CompletedOption, commands: string): string {
  return [
    `complete -c mtr-deno -n ${fishQuoted(`not __mtr_deno_command ${commands}`)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    `-l ${long.slice(2)}`,
    ...(value === undefined ? [] : [argumentsOf(value.values)]),
    `-d ${fishQuoted(help)}`,
  ].join(" ");
}

function commandLines({ word, help, values, options }: CompletedCommand): string[] {
  const inside = `-n ${fishQuoted(`__mtr_deno_command ${word}`)}`;
  return [
    `complete -c mtr-deno -n __mtr_deno_first -a ${fishQuoted(word)} -d ${fishQuoted(help)}`,
    ...(values.kind === "nothing" ? [] : [`complete -c mtr-deno ${inside} ${argumentsOf(values)}`]),
    ...options.map(([name, candidates]) => {
      const own = candidates.length === 0 ? [] : [argumentsOf({ kind: "words", candidates })];
      return [`complete -c mtr-deno ${inside} -l ${name.slice(2)}`, ...own].join(" ");
    }),
  ];
}

function argumentsOf(values: Values): string {
  switch (values.kind) {
    case "nothing":
      return "-x";
    case "files":
      return "-r -F";
    case "interfaces":
      return "-x -a '(__mtr_deno_interfaces)'";
    case "programs":
      return "-x -a '(__fish_complete_command)'";
    case "words":
      return `-x -a ${fishQuoted(values.candidates.map(candidateText).join(" "))}`;
    case "letters":
      return `-x -a ${fishQuoted(`(__mtr_deno_letters ${values.candidates.map(([word]) => word).join(" ")})`)}`;
  }
}

/** fish evaluates the list of candidates once more: each is a word of its own, with `\\t` before its help. */
function candidateText([word, help]: readonly [string, string?]): string {
  return help === undefined ? word : `${word}\\t${fishQuoted(help)}`;
}
