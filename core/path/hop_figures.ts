/** What a hop and those who answer there are to whoever reads them. `Hop` makes them of events. */
import type { Answer, AnswerKind, RewrittenField } from "../messages.ts";
import type { StampSource } from "../network.ts";
import type { CourseFigures } from "./course.ts";
import type { LengthRange } from "./lengths.ts";
import type { LoadFigures } from "./load.ts";
import type { LossRunFigures } from "./loss_runs.ts";
import type { SequenceFigures } from "./sequence.ts";
import type { SpacingFigures } from "./spacing.ts";
import type { RttFigures } from "./statistics.ts";

/** More addresses than a balancing router has; a forger must not fill the memory with more. */
export const RESPONDER_LIMIT = 128;

/** What the columns read: a hop, or one of its responders. */
export interface Figures {
  /** Probes that left; `undefined` of a responder, since nobody knows which one a probe would have met. */
  readonly sent: number | undefined;
  /** `undefined` where the source of the figures does not tell it, as everywhere below. */
  readonly received: number | undefined;
  readonly lost: number | undefined;
  /** Of the decided probes, so those in flight are not lost; `undefined` while none is decided. */
  readonly lossPercent: number | undefined;
  readonly rtt: RttFigures;
  /** Those below are absent of a responder, too. */
  readonly inFlight?: number | undefined;
  /** Probes that did not leave this host; they count as sent and as lost, too. */
  readonly sendFailed?: number | undefined;
  readonly late?: number | undefined;
  readonly duplicates?: number | undefined;
  /** Answers in time that came after the answer to a later probe of the same flow. */
  readonly reordered?: number | undefined;
  /** Decided probes that did not leave themselves: those to other targets over the same routers count for them. */
  readonly shared?: number | undefined;
  /** Those of them that were lost. */
  readonly sharedLost?: number | undefined;
  readonly lossRuns?: LossRunFigures | undefined;
}

/** How often two sources timed a probe and its answer. */
export interface StampCount {
  readonly sentBy: StampSource;
  readonly receivedBy: StampSource;
  readonly count: number;
  /** By how much a time of these may be off at most: on average, and the worst; absent where one has no bound. */
  readonly meanErrorUs?: number;
  readonly worstErrorUs?: number;
}

/** How many answers quote a probe that arrived with another traffic class than it was sent with. */
export interface QuotedTrafficClass {
  readonly sent: number;
  readonly arrived: number;
  readonly count: number;
}

/** How often somebody refused probes in these words. */
export interface RefusalCount {
  readonly answer: Answer;
  readonly count: number;
}

/** Answers that came too late: from whom the latest, and after how long the quickest and the slowest. */
export interface Lateness {
  readonly from: string;
  readonly leastUs: number;
  readonly mostUs: number;
}

export interface ResponderFigures extends Figures {
  readonly address: string;
  /** The flows that it has answered; absent where there is but one. */
  readonly flows?: readonly number[];
  /** `address` is a name: nobody told the address. */
  readonly isNameOnly?: true;
  /** How often it gave which answer; only those that it gave. */
  readonly kinds: Readonly<Partial<Record<AnswerKind, number>>>;
  /** Probes that it, a router, refused to pass on; absent where nobody tells. */
  readonly refused?: number;
  /** TTL with which its latest answer arrived, if known. */
  readonly replyTtl: number | undefined;
  /** Its refusals by what they say, each with the latest answer; absent if it has refused none, and where nobody tells. */
  readonly refusals?: readonly RefusalCount[] | undefined;
  /** MPLS label stack of its first answer and of its latest, top of stack first. */
  readonly firstLabels: Answer["labels"];
  readonly labels: Answer["labels"];
  /** How many of its answers quote a probe with which TTL, if that is not 1; absent without. */
  readonly quotedTtls?: ReadonlyMap<number, number> | undefined;
  /** With which traffic class, if that is not the one it was sent with; absent without. */
  readonly quotedTrafficClasses?: readonly QuotedTrafficClass[] | undefined;
  /** Interfaces that it has named, each once; absent if it has named none. */
  readonly interfaces?: Answer["interfaces"] | undefined;
  /** When its first answer came, in the time of the events; absent where nobody tells. */
  readonly firstAtUs?: number;
}

export interface HopFigures extends Figures {
  readonly ttl: number;
  readonly inFlight: number | undefined;
  readonly sendFailed: number | undefined;
  readonly late: number | undefined;
  readonly duplicates: number | undefined;
  readonly reordered: number | undefined;
  /** Absent without late answers, and where nobody tells. */
  readonly lateness?: Lateness | undefined;
  /** Probes among the lost that a router refused to pass on, where others got an answer. */
  readonly refused?: number | undefined;
  /** Responder of the latest answer; `undefined` while the hop is silent. */
  readonly main: ResponderFigures | undefined;
  readonly latestAnswer: Answer | undefined;
  /** In the order in which they were first seen. */
  readonly responders: readonly ResponderFigures[];
  /** Answers from responders beyond the limit of that list. */
  readonly answersFromOthers: number;
  /** What of the probes was not as it was sent when they arrived here; `undefined` where nobody looked. */
  readonly rewritten?: readonly RewrittenField[];
  readonly stamps: readonly StampCount[];
  /** In which order things happened; absent where nobody tells. */
  readonly sequence?: SequenceFigures;
  /** How its round-trip times went; absent where nobody tells. */
  readonly course?: CourseFigures;
  /** How far apart its answers lie; absent where nobody tells. */
  readonly spacing?: SpacingFigures;
  /** How long its probes were, those that were refused left out; absent where nobody tells. */
  readonly lengths?: readonly LengthRange[];
  /** Its times without load of our own and with it; absent where nobody asked for load. */
  readonly load?: LoadFigures | undefined;
}
