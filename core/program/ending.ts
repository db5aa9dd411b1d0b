/** The end of a run: its exit status, what is said beside the output, and the last of the output itself. */
import { crossingsOf } from "../output/limit.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "../output/mod.ts";
import { sentenceOf } from "../output/sentence.ts";
import { worstExit } from "../path/status.ts";
import { type TextOutput, UnusableError, type World } from "./world.ts";

interface HowEnded {
  readonly signalStatus: number | undefined;
  /** The deadline has kept targets from being finished, or the output from being written. */
  readonly isCutShort: boolean;
}

/** What the program ends with: the format's own status, else that of a signal, else the worst of what was found. */
export function exitOf(record: RunRecord, format: OutputFormat, { signalStatus, isCutShort }: HowEnded): number {
  const hasCrossedLimit = record.targets.some(({ limits = [] }) => limits.some(({ isCrossed }) => isCrossed));
  const statuses = record.targets.map(({ status }) => status);
  return format.exitStatus?.(record) ?? signalStatus ?? worstExit(statuses, { hasCrossedLimit, isCutShort });
}

/** Says what is wrong with which target, and which limits it crossed. */
export function complainOf(targets: readonly TargetRecord[], world: Pick<World, "complain">): void {
  // A thousand targets of a run that was ended early are one sentence.
  for (const sentence of new Set(targets.map(sentenceOf))) if (sentence !== undefined) world.complain(sentence);
  for (const crossing of targets.flatMap(crossingsOf)) world.complain(`Limit crossed: ${crossing}`);
}

/** Waits until all is written; throws `UnusableError` if that fails. */
export async function finish(output: TextOutput, world: Pick<World, "reasonOf">): Promise<void> {
  const problem = await output.done();
  if (problem === undefined) return;
  throw new UnusableError(`Cannot write to the standard output: ${world.reasonOf(problem) ?? problem.message}`);
}
