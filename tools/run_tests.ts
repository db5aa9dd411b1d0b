/**
 * `deno task test`: checks, executable and every test, then one line with the counts. With arguments only the tests run, and
 * `deno test` gets the arguments.
 */

import { failedChecks } from "./check.ts";
import { compile } from "./compile.ts";
import { runDeno } from "./run_deno.ts";
import type { Place } from "./task.ts";

/** Tests of the executable and of networks mostly wait. */
const JOBS_PER_CORE = 2;

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export async function runTests(args: string[], place: Place): Promise<number> {
  let failedBefore = 0;
  if (args.length === 0) {
    failedBefore += await failedChecks(place);
    if (await compile([], place) !== 0) failedBefore++;
  }

  // The counts are in the last line but for blanks, so the last few thousand bytes will do.
  const decoder = new TextDecoder();
  let tail = "";
  const code = await runDeno(["test", "--no-check", "--parallel", ...place.packages, "--allow-all", ...args], {
    cwd: place.root,
    env: { DENO_JOBS: `${JOBS_PER_CORE * navigator.hardwareConcurrency}` },
    onOutput: (chunk) => tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4096),
  });

  const counts = parseSummary(tail) ?? { passed: 0, failed: 0, skipped: 0 };
  // Deno fails without a failed test when a file cannot be loaded or nothing was found.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  counts.failed += failedBefore;
  console.log(summaryLine(counts));
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

/** The counts of the last summary that `deno test` printed; steps are part of their test. `undefined`: there is none. */
export function parseSummary(output: string): Counts | undefined {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const summary = [...plain.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*$/gm)].at(-1);
  if (summary === undefined) return undefined;
  const count = (word: string): number => Number(new RegExp(`\\| (\\d+) ${word}`).exec(summary[0])?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
