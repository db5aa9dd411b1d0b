/** Whether a command line looks like a trace. For a file that is loaded before anything else: it has no imports. */

/** What nothing is sent with, or what is read before anything is opened; a worker that nobody needs is no more than that. */
const WITHOUT_WORKER = /^(?:-[hv]$|--(?:h|v|dry|print|conf|from))/;
/** The commands that an argument may begin with. */
const COMMAND = /^(?:packet|replay|import|schema|completions|man)$/;

/** Whether it has a command, or none of the words that a trace has. */
export function mayBeCommand([first]: readonly string[]): boolean {
  return first === undefined || COMMAND.test(first);
}

export function isLikelyTrace(
  argv: readonly string[],
  { MTR_OPTIONS = "", MTR_DENO_CONFIG }: Readonly<Record<"MTR_OPTIONS" | "MTR_DENO_CONFIG", string | undefined>>,
): boolean {
  if (mayBeCommand(argv) || MTR_DENO_CONFIG !== undefined) return false;
  return ![...argv, ...MTR_OPTIONS.split(" ")].some((word) => WITHOUT_WORKER.test(word));
}
