/** `mtr-deno replay`, `mtr-deno import` and `--from-jsonl`: what was measured before is shown, with the options for that. */
import type { Destination } from "../destination/destination.ts";
import type { View } from "../view.ts";
import type { Group } from "./flag.ts";
import type { Normalised } from "./normalise.ts";
import { optionName } from "./option_name.ts";
import type { Mistake } from "./problem.ts";
import type { TraceInvocation } from "./to_plan.ts";

/** What the files hold. */
const SOURCES = { replay: "archive", import: "foreign" } as const;

export type ReplayWord = keyof typeof SOURCES;

export interface ReplayInvocation {
  readonly action: "replay";
  /** `archive`: what `--jsonl` has written. `foreign`: what other programs have. */
  readonly source: typeof SOURCES[ReplayWord];
  /** `-` is the standard input. */
  readonly files: readonly string[];
  readonly view: View;
  /** Files of AS information, as of a trace. */
  readonly asFiles: readonly string[];
  readonly destination: Destination | undefined;
  readonly gzip: boolean;
}

/** Options of these groups say how something is shown. */
const GROUPS: readonly Group[] = ["Output", "Names", "About"];
/** These do not: nobody is asked, and nothing is sent. */
const OTHERS: readonly string[] = ["ipinfo_provider4", "ipinfo_provider6", "dry-run", "print-config"];

/** The word that the arguments begin with; a host of that name is `-- replay`. */
export function replayWordOf([word]: readonly string[]): ReplayWord | undefined {
  return word === "replay" || word === "import" ? word : undefined;
}

export function isReplay(argv: readonly string[]): boolean {
  return replayWordOf(argv) !== undefined;
}

export type Replay =
  | { readonly ok: true; readonly with: (invocation: TraceInvocation) => ReplayInvocation }
  | { readonly ok: false; readonly mistake: Mistake };

/** What was typed behind `word`, or without any, as a replay; `undefined` if it is none. */
export function replayOf(word: ReplayWord | undefined, { uses, hosts }: Normalised): Replay | undefined {
  const isStandardInput = uses.some(({ flag }) => flag.long === "from-jsonl");
  if (word === undefined && !isStandardInput) return undefined;
  const name = word ?? "--from-jsonl";
  const wrong = uses.find(({ flag }) => !GROUPS.includes(flag.group) || OTHERS.includes(flag.long));
  if (wrong !== undefined) {
    const because = "nothing is sent and nobody is asked; options for output and names are left";
    return { ok: false, mistake: { cannot: `use ${optionName(wrong.flag)} with ${name}`, because } };
  }
  if (word !== undefined && isStandardInput) {
    return { ok: false, mistake: { cannot: `use --from-jsonl with ${word}`, because: "- is the standard input" } };
  }
  if (word === undefined && hosts.length > 0) {
    const because = `it reads the standard input; files are read by mtr-deno replay`;
    return { ok: false, mistake: { cannot: "use --from-jsonl with a host or file", because } };
  }
  if (word !== undefined && hosts.length === 0) {
    return { ok: false, mistake: { cannot: `${word} nothing`, because: "name a file, or - for the standard input" } };
  }
  return {
    ok: true,
    with: ({ view, asFiles, destination, gzip }) => ({
      action: "replay",
      source: SOURCES[word ?? "replay"],
      files: word === undefined ? ["-"] : hosts,
      view,
      asFiles,
      destination,
      gzip,
    }),
  };
}

const OPTIONS_HELP = `OPTIONs are those that mtr-deno --help lists under "Output" and "Names": the format (-r, -w,
-C, -j, -x, -l, -p, --jsonl), columns (-o), names (-n, -b), AS information (-z, -y, --asn-file),
labels (-e), and where it goes (--output, --append, --gzip). No name server is asked.
FILEs may be compressed with gzip; - is the standard input.
`;

export const REPLAY_HELP: Readonly<Record<ReplayWord, string>> = {
  replay: `Usage: mtr-deno replay [OPTION]... FILE...

Shows runs that mtr-deno --jsonl has written, as if they happened now: the same output,
messages and exit status. A file that was cut off is shown as far as it goes, as PARTIAL.

${OPTIONS_HELP}`,
  import: `Usage: mtr-deno import [OPTION]... FILE...

Shows what other programs have measured: mtr's JSON, CSV and raw output, traces of scamper
in JSON, and traceroute results of RIPE Atlas. Which of them a file is shows in its content.
What a file does not tell is left out, and is never 0. Of files that have single
measurements --jsonl makes an archive.

${OPTIONS_HELP}`,
};
