/** Who reads what is wrong with a command line, where it cannot be used. */
import { normalise } from "./normalise.ts";
import type { OptionEnvironment } from "./parse.ts";
import { splitWords } from "./words.ts";

/** Whether `--nagios` is the output that counts: then a mistake, too, is told in its way. */
export function isForMonitor(argv: readonly string[], environment: OptionEnvironment): boolean {
  const posix = environment.POSIXLY_CORRECT !== undefined;
  const preset = splitWords(environment.MTR_OPTIONS ?? "");
  const typed = normalise(argv, { posix });
  // Behind a mistake nothing is read, and only the plain name is known.
  if (typed.mistake !== undefined && argv.includes("--nagios")) return true;
  const uses = [...normalise(preset.ok ? preset.words : [], { posix }).uses, ...typed.uses];
  const settings = uses.flatMap(({ flag }) => flag.kind === "flag" ? flag.sets : []);
  return settings.findLast(([setting]) => setting === "output")?.[1] === "nagios";
}
