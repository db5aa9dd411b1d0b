/** Scripted runs of many rounds, and the verdicts on them, as tests read them. */
import assert from "node:assert/strict";
import { type EventScript, script } from "./_script.ts";
import type { PathOptions } from "./path.ts";
import { verdictsOf } from "./verdict.ts";

export function check(events: EventScript, expected: readonly string[], options: Partial<PathOptions> = {}): void {
  assert.deepEqual(verdictsOf(events.path(options)).map(({ word, ttl }) => `${word} ${ttl}`), expected);
}

/** So many rounds of the same. */
export function rounds(count: number, play: (events: EventScript, round: number) => unknown): EventScript {
  const events = script();
  for (let round = 0; round < count; round++) play(events, round);
  return events;
}
