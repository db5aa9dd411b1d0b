/** What became of the probes of one hop, and in which order. */
import type { TraceEvent } from "../messages.ts";
import { Course } from "./course.ts";
import { type LossPlace, LossRuns, type SentProbe } from "./loss_runs.ts";
import { Sequence } from "./sequence.ts";
import { RttStatistics } from "./statistics.ts";

type Reply = Extract<TraceEvent, { kind: "reply" }>;

export class ProbeFates {
  received = 0;
  lost = 0;
  reordered = 0;
  readonly rtt = new RttStatistics();
  readonly sequence = new Sequence();
  readonly course = new Course();
  readonly lossRuns: LossRuns;
  /** The latest probe with an answer, by flow. */
  readonly #furthest: number[] = [0];

  readonly #isUntimed: boolean;

  constructor(isUntimed: boolean) {
    this.#isUntimed = isUntimed;
    this.lossRuns = new LossRuns(isUntimed);
  }

  addSent(sent: SentProbe): void {
    this.sequence.addSent(sent.atUs);
    this.lossRuns.addSent(sent);
  }

  addSendFailure(sent: SentProbe): void {
    this.lossRuns.addSent(sent);
    this.addLoss(sent.probe, "elsewhere");
  }

  addLoss(probe: number, place: LossPlace): void {
    this.lost += 1;
    this.lossRuns.addLoss(probe, place);
  }

  forget(probe: number): void {
    this.lossRuns.forget(probe);
  }

  addArrived(probe: number): void {
    this.lost -= 1;
    this.received += 1;
    this.lossRuns.addAnswer(probe);
  }

  forgetLoss(probe: number): void {
    this.lost -= 1;
    this.forget(probe);
  }

  /** `by`: who answers, the target under one address. */
  addReply(reply: Reply, by: string): void {
    this.addRefusal(reply);
    this.sequence.addReply(by, reply.atUs);
    if (!this.#isUntimed) this.course.add(reply.rttUs, reply.atUs - reply.rttUs);
  }

  /** An answer, too, but of nobody who passes probes on or takes them. */
  addRefusal(reply: Reply): void {
    this.received += 1;
    this.rtt.add(reply.rttUs);
    this.lossRuns.addAnswer(reply.probe);
    this.#noteOrder(reply);
  }

  #noteOrder({ probe, flow = 0 }: Reply): void {
    if (probe < (this.#furthest[flow] ?? 0)) this.reordered += 1;
    else this.#furthest[flow] = probe;
  }
}
