/**
 * What the engine has to say: the events of probes, and those of the whole run, as they wait to be handed over.
 *
 * Most events are of probes of a plain run, and are made without spreads: these cost as much as a packet.
 */
import type { TraceEvent } from "../messages.ts";
import { mostFlows, type TracePlan } from "../plan.ts";
import type { Told, Unsent } from "../probe/prober.ts";
import type { Answered, Probe } from "./probe.ts";

type SentEvent = Extract<TraceEvent, { kind: "sent" }>;
type Stranger = Extract<Told<Probe>, { kind: "foreign" }>;

export class Telling {
  readonly #hasFlows: boolean;
  /** When the first target was begun: times of events count from there. */
  startUs = 0;
  #events: TraceEvent[] = [];
  #foreign = { count: 0, forged: 0, malformed: 0 };
  #overflowed = 0;

  constructor(plan: TracePlan) {
    this.#hasFlows = mostFlows(plan) > 1;
  }

  add(event: TraceEvent): void {
    this.#events.push(event);
  }

  sent(probe: Probe, sentAtUs: number, packetBytes: number): void {
    const { target, number, ttl, round } = probe;
    const atUs = sentAtUs - this.startUs;
    this.#events.push(
      this.#isPlain(probe)
        ? { kind: "sent", target, probe: number, ttl, round, atUs, packetBytes }
        : { kind: "sent", ...this.#nameOf(probe), round, atUs, packetBytes },
    );
  }

  sendFailed(probe: Probe, { reason, detail }: Unsent): void {
    this.#events.push({ kind: "sendFailed", ...this.#nameOf(probe), round: probe.round, reason, detail });
  }

  /** It is lost; with `unsent` it has not even left. */
  failed(probe: Probe, unsent: Unsent | undefined): void {
    const name = this.#nameOf(probe);
    this.#events.push(unsent === undefined ? { kind: "lost", ...name } : { kind: "unsent", ...name, ...unsent });
  }

  answer(kind: "reply" | "late" | "duplicate", probe: Probe, answered: Answered): void {
    const { from, rttUs, receivedBy, errorUs, replyTtl, answer } = answered;
    const { target, number, ttl } = probe;
    const atUs = answered.atUs - this.startUs;
    const sentBy = answered.flight.sent.source;
    if (errorUs !== undefined && this.#isPlain(probe)) {
      this.#events.push({
        kind,
        target,
        probe: number,
        ttl,
        from,
        atUs,
        rttUs,
        sentBy,
        receivedBy,
        errorUs,
        replyTtl,
        answer,
      });
      return;
    }
    const times = { atUs, rttUs, sentBy, receivedBy, ...(errorUs !== undefined && { errorUs }) };
    this.#events.push({ kind, ...this.#nameOf(probe), from, ...times, replyTtl, answer });
  }

  /** Counted, and told with what is taken next. */
  foreign({ reason }: Stranger): void {
    this.#foreign.count++;
    if (reason !== undefined) this.#foreign[reason]++;
  }

  /** All that has not been taken yet; `overflowed`: what the kernel has dropped unread since the run began. */
  take(overflowed: number): TraceEvent[] {
    const { count, forged, malformed } = this.#foreign;
    if (count > 0) {
      this.add({ kind: "foreign", count, ...(forged > 0 && { forged }), ...(malformed > 0 && { malformed }) });
      this.#foreign = { count: 0, forged: 0, malformed: 0 };
    }
    if (overflowed > this.#overflowed) this.add({ kind: "overflow", count: overflowed - this.#overflowed });
    this.#overflowed = overflowed;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** A probe as events name it. */
  #nameOf(
    { target, number: probe, ttl, flow, load, isArrival, standIn }: Probe,
  ): Pick<SentEvent, "target" | "probe" | "ttl" | "flow" | "load" | "arrival" | "shared"> {
    return {
      target,
      probe,
      ttl,
      ...(this.#hasFlows && { flow: flow + 1 }),
      ...(load && { load }),
      ...(isArrival && { arrival: true }),
      ...(standIn && { shared: standIn.number }),
    };
  }

  /** Whether events name it by target, number and ttl alone. */
  #isPlain({ load, isArrival, standIn }: Probe): boolean {
    return load === undefined && !isArrival && standIn === undefined && !this.#hasFlows;
  }
}
