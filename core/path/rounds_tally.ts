/** What the flows to one target share of their rounds. */
import type { ArrivalTally } from "./arrival_tally.ts";
import type { Hop } from "./hop.ts";
import type { JudgedRounds } from "./judged_rounds.ts";
import type { LastAnswers } from "./last_answers.ts";
import type { LoopRounds } from "./loop_rounds.ts";
import type { RefusalsOfRounds } from "./refused_rounds.ts";
import type { Robbing } from "./robbing.ts";

/** How many rounds were answered by the target, and how many were lost without a word. */
export interface Outcomes {
  received: number;
  lost: number;
  /** Of the lost those that ended with an arrival probe, and those of which the target has answered that. */
  checked: number;
  outlived: number;
}

export interface RoundsTally {
  readonly hop: Hop;
  /** One of each flow. */
  readonly judged: JudgedRounds[];
  maxTtl: number;
  /** Rounds of which the last probe has been sent. */
  over: number;
  readonly last: LastAnswers;
  readonly arrivals: ArrivalTally;
  /** Rounds whose ways differed from one to the next: of those that were lost nobody knows what became of their packets. */
  readonly doubted: Outcomes;
  /** By the ttl of their furthest probe, rounds that were too short. */
  readonly short: Map<number, number>;
  /** Rounds that were told as lost, and are not any more. */
  revised: number;
  readonly loops: LoopRounds;
  readonly refused: RefusalsOfRounds;
  readonly robbing: Robbing;
}
