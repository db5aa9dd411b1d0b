import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { bashQuoted } from "./_complete_bash.ts";
import { fishQuoted } from "./_complete_fish.ts";
import { zshQuoted } from "./_complete_zsh.ts";
import { COMMAND_ROWS, SHELL_NAMES } from "./commands.ts";
import { completionsText } from "./completions.ts";
import { documentOf } from "./documents.ts";
import { FLAGS } from "./flags.ts";

/** How each shell's script has a flag. */
const NAMED: Readonly<Record<typeof SHELL_NAMES[number], (dashes: string, name: string) => string>> = {
  bash: (dashes, name) => `'${dashes}${name}'`,
  zsh: (dashes, name) => `${dashes}${name}`,
  fish: (dashes, name) => dashes === "--" ? ` -l ${name} ` : ` -s ${name} `,
};

Deno.test("every flag and every command is in every script", () => {
  for (const shell of SHELL_NAMES) {
    const script = completionsText(shell);
    for (const { long, short } of FLAGS) {
      ok(script.includes(NAMED[shell]("--", long)), `${shell} --${long}`);
      if (short !== undefined) ok(script.includes(NAMED[shell]("-", short)), `${shell} -${short}`);
    }
    for (const [word] of COMMAND_ROWS) ok(new RegExp(`['( ]${word}[':) ]`).test(script), `${shell} ${word}`);
  }
});

Deno.test("zsh and fish have the help of every flag", () => {
  for (const { help } of FLAGS) {
    ok(completionsText("zsh").includes(zshQuoted(help.replaceAll(/[\\[\]:]/g, "\\$&")).slice(1, -1)), help);
    ok(completionsText("fish").includes(fishQuoted(help)), help);
  }
});

const HOSTILE = "a'b\\c\"d$(e)`f`\n;g*h[i]~{j}!k:l<m>|n&o#p";

Deno.test("what is quoted is one word, whatever is in it", () => {
  equal(bashQuoted("it's"), "'it'\\''s'");
  equal(zshQuoted("it's"), "'it'\\''s'");
  equal(fishQuoted("it's \\"), "'it\\'s \\\\'");
  // Nothing but the quotes themselves ends what is quoted.
  equal(bashQuoted(HOSTILE).replaceAll("'\\''", "").replaceAll(/[^']/g, ""), "''");
  equal(zshQuoted(HOSTILE).replaceAll("'\\''", "").replaceAll(/[^']/g, ""), "''");
  equal(fishQuoted(HOSTILE).replaceAll(/\\[\\']/g, "").replaceAll(/[^']/g, ""), "''");
});

Deno.test("scripts are text of one byte a character, and end with one line feed", () => {
  for (const shell of SHELL_NAMES) {
    match(completionsText(shell), /^[\n\x20-\x7e]*[^\n]\n$/);
    doesNotMatch(completionsText(shell), /known_hosts|undefined|\[object/);
  }
});

Deno.test("a wrong shell is named with the right ones", async () => {
  const problem = async (...argv: readonly string[]): Promise<string> => {
    const document = await documentOf(argv);
    return document?.ok === false ? document.problem.message : "none";
  };
  const hint = "a host of that name is mtr-deno -- completions";
  equal(
    await problem("completions", "tcsh"),
    `Cannot use "tcsh" with completions: it takes one of bash, zsh, fish; ${hint}`,
  );
  match(await problem("completions"), /^Cannot use completions alone: it takes one of bash, zsh, fish;/);
  match(await problem("completions", "bash", "zsh"), /^Cannot use "bash zsh" with completions/);
  match(await problem("man", "\x1b[2J"), /^Cannot use "\\u001b\[2J" with man: it takes nothing;/);
});

Deno.test("whatever else begins a command line is no document", () => {
  for (const argv of [[], ["host"], ["--", "man"], ["-n", "man"], ["constructor"], ["__proto__"], ["toString"]]) {
    deepEqual(documentOf(argv), undefined, argv.join(" "));
  }
});
