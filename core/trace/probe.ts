/** A probe while the tracer knows of it, and what it is to other targets. */
import type { LoadPhase } from "../messages.ts";
import type { Told } from "../probe/prober.ts";

/** From when it was ordered. */
export interface Probe {
  /** Number within the run, from 0. */
  readonly number: number;
  readonly target: number;
  readonly ttl: number;
  /** From 0. */
  readonly flow: number;
  readonly round: number;
  /** It tells of the target only, and of no hop. */
  readonly isArrival: boolean;
  readonly load: LoadPhase | undefined;
  /** When it is given up. */
  deadlineUs: number;
  state: "inFlight" | "answered" | "lost";
  /** Who has answered for the target, latest. */
  answeredBy: "target" | "elsewhere" | undefined;
  /** The probe of another target that was sent in its place, as long as its result is to be that one's. */
  standIn: Probe | undefined;
  /** It stands in for those of other targets. */
  offer: Offer | undefined;
}

export type Answered = Extract<Told<Probe>, { kind: "answer" }>;

/** A probe that has left, and whose result others may take for theirs. */
export interface Offer {
  readonly probe: Probe;
  /** Who has to answer, so that the result means anything to others. */
  readonly responder: string;
  /** When it left, on the prober's time line. */
  readonly sentAtUs: number;
  /** Of the whole IP packet. */
  readonly packetBytes: number;
  /** Those that wait for its result. */
  takers: Probe[];
  /** His answer. */
  answered: Answered | undefined;
}
