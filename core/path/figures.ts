/** What a path is to whoever reads it: its rows, its end, and the target's own figures. `Path` makes them of events. */
import type { Answer, CountName, TraceEvent } from "../messages.ts";
import type { Family, SendFailure } from "../network.ts";
import type { UnreachableCode } from "../packet/icmp_code.ts";
import type { ArrivalCounts } from "./arrival_tally.ts";
import type { Portion } from "./chance.ts";
import type { HopFigures, ResponderFigures } from "./hop_figures.ts";
import type { LoopFigures } from "./loop_rounds.ts";
import type { RefusalsFigures } from "./refused_rounds.ts";
import type { LastAnswer } from "./last_answers.ts";
import type { CheckedRounds } from "./target_rounds.ts";

/** What the outputs read of a path. */
export interface PathFigures {
  /** `undefined` where the source of the figures does not tell it. */
  readonly address: string | undefined;
  readonly family: Family | undefined;
  readonly counts: PathCounts;
  /** The target has answered in time at least once. */
  readonly reached: boolean;
  /** Where it answers now; `undefined` also if the path has become another one since. */
  readonly reachedTtl: number | undefined;
  /** Why the path ends before the target; `undefined` if it does not. */
  readonly refusal: Refusal | undefined;
  /** The latest probe that did not leave this host. */
  readonly sendFailure: SendFailed | undefined;
  /** Load of this host's own; absent where none was sent. */
  readonly load?: LoadCounts | undefined;
  /** From the first probe to the end of the run, or to the latest that happened; `undefined` if none has left. */
  readonly durationUs: number | undefined;
  /** Whether all probes of a flow look the same to routers that balance; absent where nobody tells. */
  readonly hasConstantFlows?: boolean | undefined;
  /** Whether each probe has had a source port of its own since a router was met that quotes too little to tell those of one flow apart. */
  readonly portsVary?: boolean;
  /** What this run could not count; nothing if absent. */
  readonly unknown?: readonly CountName[];
  /** The same of each flow, where there are several: then the others are over all of them. */
  readonly flows?: readonly PathFigures[];
  /** What became of the search for all paths; absent if there was none, or it is not over. */
  readonly survey?: SurveyFigures | undefined;
  /**
   * The target's own figures: the row where it answers; where others answer there, too, or it answered elsewhere, those of
   * the rounds in which it answered, or did not. Absent where nobody tells rounds.
   */
  readonly target?: HopFigures | undefined;
  /** Who was the last to answer in most of the rounds that the target missed; absent where nobody tells. */
  readonly lastAnswer?: LastAnswer | undefined;
  /** The same of each ttl, and of all rounds; absent like it. */
  readonly lastAnswers?: readonly LastAnswer[];
  /**
   * Rounds that begin with a probe that any way to the target is short enough for; absent where none was needed, and where nobody
   * tells.
   */
  readonly arrivals?: ArrivalCounts | undefined;
  /** Arrival probes that left, and are lost, those among them that are no round's, too; absent like these. */
  readonly arrivalProbes?: Portion | undefined;
  /** When the latest probe left that the target has answered, whatever its ttl; absent where nobody tells. */
  readonly answeredSentUs?: number | undefined;
  /** The latest rounds that ended with one, to find out whether they have to begin with one; absent where that is known. */
  readonly checked?: CheckedRounds | undefined;
  /** Rounds that went round in a loop; absent where none has, and where nobody tells. */
  readonly loops?: LoopFigures | undefined;
  /** Rounds that were refused; absent where nobody tells. */
  readonly refusals?: RefusalsFigures | undefined;
  /** When the first probes left that the target has answered, whatever their ttl; absent where nobody tells. */
  readonly targetAnswersUs?: readonly number[] | undefined;
  /** The rows, without a gap; never empty. */
  hops(): readonly HopFigures[];
  /**
   * The nearest ttl at which a router has said that the time of a probe was up, else at which it has refused one, whether or not it
   * is a row; absent where nobody tells.
   */
  placeOf?(address: string): number | undefined;
  /** What the latest answer of this hop says, if it is a refusal. */
  refusalAt(hop: Answered): Refusal | undefined;
}

/** Who has said what of probes with this ttl. */
export interface Answered {
  readonly ttl: number;
  readonly main?: Pick<ResponderFigures, "address"> | undefined;
  readonly latestAnswer?: Answer | undefined;
}

/** A router, or the target itself, said that the probe cannot be delivered. */
export interface Refusal extends UnreachableCode {
  readonly ttl: number;
  /** Address of who said so. */
  readonly from: string;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Next-hop MTU where one was named, else 0. */
  readonly mtu: number;
  /** It came from the target's own address, or is what only a target says. */
  readonly isOfTarget: boolean;
}

/** Over all ttls, those beyond the last row included. */
export interface PathCounts {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly inFlight: number;
  readonly sendFailed: number;
  readonly late: number;
  readonly duplicates: number;
}

export type SurveyFigures = Pick<
  Extract<TraceEvent, { kind: "surveyed" }>,
  "flows" | "probes" | "unfinishedTtls"
>;

/** What was sent beside the probes. */
export interface LoadCounts {
  readonly packets: number;
  /** Of whole IP packets. */
  readonly bytes: number;
  /** In this time, pauses left out. */
  readonly durationUs: number;
  /** Packets that did not leave this host, and the system's word for the latest. */
  readonly failed: number;
  readonly detail: string | undefined;
}

export interface SendFailed {
  readonly reason: SendFailure;
  /** The system's own word, for example `ENETUNREACH`. */
  readonly detail: string;
}
