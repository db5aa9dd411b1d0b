/** The commands that print a text of the program's own: `completions` and `man`. */
import { COMMANDS, SHELL_NAMES } from "./commands.ts";
import { quoted, type UsageProblem } from "./problem.ts";

export type PrintedDocument =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: UsageProblem };

/** What `argv` asks to print, and `undefined` if something else is wanted. What makes the text is loaded only here. */
export function documentOf([word = "", ...args]: readonly string[]): Promise<PrintedDocument> | undefined {
  return Object.hasOwn(WRITERS, word) ? WRITERS[word]?.(args) : undefined;
}

const WRITERS: Readonly<Record<string, (args: readonly string[]) => Promise<PrintedDocument>>> = {
  completions: async (args) => {
    const [name = "", ...others] = args;
    const shell = SHELL_NAMES.find((known) => known === name);
    if (shell === undefined || others.length > 0) return refuse("completions", args);
    const { completionsText } = await import("./completions.ts");
    return { ok: true, text: completionsText(shell) };
  },
  man: async (args) => {
    if (args.length > 0) return refuse("man", args);
    const { manText } = await import("./man.ts");
    return { ok: true, text: manText() };
  },
};

function refuse(word: "completions" | "man", args: readonly string[]): PrintedDocument {
  const { usage } = COMMANDS[word];
  const takes = usage === "" ? "it takes nothing" : `it takes one of ${usage.replaceAll("|", ", ")}`;
  const hint = `${takes}; a host of that name is mtr-deno -- ${word}`;
  const what = args.length === 0 ? `${word} alone` : `${quoted(args.join(" "))} with ${word}`;
  return { ok: false, problem: { message: `Cannot use ${what}: ${hint}` } };
}
