/** Writes event streams for tests: a line per probe, in the order in which things happened. */
import type { AnswerKind, LoadPhase, TraceEvent } from "../messages.ts";
import type { SendFailure, StampSource } from "../network.ts";
import type { MplsLabel } from "../packet/extension.ts";
import type { InterfaceInfo } from "../packet/interface_info.ts";
import { Path, type PathOptions } from "./path.ts";

export interface ScriptedAnswer {
  readonly kind?: AnswerKind;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly mtu?: number;
  readonly labels?: readonly MplsLabel[];
  readonly quotedTtl?: number;
  readonly quotedTrafficClass?: number;
  readonly sentTrafficClass?: number;
  readonly interfaces?: readonly InterfaceInfo[];
  readonly sentBy?: StampSource;
  readonly receivedBy?: StampSource;
  readonly errorUs?: number;
  readonly replyTtl?: number;
  readonly load?: LoadPhase;
}

/** ICMPv4 types; the streams of IPv6 name theirs. */
const TYPES: Readonly<Record<AnswerKind, number>> = {
  echoReply: 0,
  timeExceeded: 11,
  unreachable: 3,
  datagram: 0,
  synAck: 0,
  reset: 0,
  initAck: 0,
  abort: 0,
  reached: 0,
};

export class EventScript {
  readonly events: TraceEvent[] = [];
  #probe = -1;
  #round = 0;
  #atUs = 0;
  #of: { readonly flow?: number; readonly shared?: number; readonly arrival?: true } = {};

  /** What follows happens in the next round, that many µs after the beginning. */
  round(atUs = this.#atUs): this {
    this.events.push({ kind: "round", target: 0, round: this.#round });
    this.#round += 1;
    this.#atUs = atUs;
    return this;
  }

  /** What follows is of this flow. */
  of(flow: number): this {
    this.#of = { flow };
    return this;
  }

  /** What follows is what became of this probe, to another target; without one, of probes that have left. */
  sharing(shared?: number): this {
    this.#of = shared === undefined ? {} : { shared };
    return this;
  }

  /** What follows is of arrival probes, or again of others. */
  arriving(isArrival = true): this {
    this.#of = isArrival ? { arrival: true } : {};
    return this;
  }

  surveyed(probes: number, unfinishedTtls: readonly number[] = []): this {
    const { flow: flows = 1 } = this.#of;
    this.events.push({ kind: "surveyed", target: 0, flows, probes, unfinishedTtls });
    return this;
  }

  portsVary(): this {
    this.events.push({ kind: "portsVary", target: 0 });
    return this;
  }

  inFlight(ttl: number): this {
    this.#probe += 1;
    this.events.push({
      kind: "sent",
      target: 0,
      probe: this.#probe,
      ttl,
      ...this.#of,
      round: this.#round,
      atUs: this.#atUs,
      packetBytes: 64,
    });
    return this;
  }

  reply(ttl: number, from: string, rttUs: number, answer: ScriptedAnswer = {}): this {
    return this.inFlight(ttl).#heard("reply", ttl, from, rttUs, answer);
  }

  /** The first answer to the last probe. */
  answered(ttl: number, from: string, rttUs: number): this {
    return this.#heard("reply", ttl, from, rttUs, {});
  }

  lost(ttl: number, load?: LoadPhase): this {
    return this.inFlight(ttl).#lost(ttl, 0, load);
  }

  /** The probe before so many others is lost now. */
  givenUp(ttl: number, ago = 0): this {
    return this.#lost(ttl, ago, undefined);
  }

  #lost(ttl: number, ago: number, load: LoadPhase | undefined): this {
    const told = { ...this.#of, ...(load && { load }) };
    this.events.push({ kind: "lost", target: 0, probe: this.#probe - ago, ttl, ...told });
    return this;
  }

  /** Lost, and answered after that. */
  late(ttl: number, from: string, rttUs: number): this {
    return this.lost(ttl).#heard("late", ttl, from, rttUs, {});
  }

  /** An answer that changes no figure, now, to the probe before so many others. */
  heard(kind: "late" | "duplicate", ttl: number, ago: number): this {
    const sent = this.events.find((event) => event.kind === "sent" && event.probe === this.#probe - ago);
    const rttUs = sent?.kind === "sent" ? this.#atUs - sent.atUs : 0;
    const probe = this.#probe;
    this.#probe -= ago;
    this.#atUs -= rttUs;
    this.#heard(kind, ttl, TARGET, rttUs, {});
    this.#probe = probe;
    this.#atUs += rttUs;
    return this;
  }

  /** One more answer to the last probe. */
  duplicate(ttl: number, from: string, rttUs: number): this {
    return this.#heard("duplicate", ttl, from, rttUs, {});
  }

  /** Load, as much as is told at once. */
  load(packets: number, failed = 0): this {
    const detail = failed > 0 ? "ENOBUFS" : undefined;
    const sent = { packets, bytes: packets * 1_400, durationUs: packets * 1_120, failed, ...(detail && { detail }) };
    this.events.push({ kind: "load", target: 0, ...sent });
    return this;
  }

  sendFailed(ttl: number, reason: SendFailure, detail: string): this {
    this.#probe += 1;
    this.events.push({ kind: "sendFailed", target: 0, probe: this.#probe, ttl, round: this.#round, reason, detail });
    return this;
  }

  /** Told as sent, and then that it was not. */
  unsent(ttl: number, reason: SendFailure, detail: string): this {
    this.inFlight(ttl).events.push({ kind: "unsent", target: 0, probe: this.#probe, ttl, ...this.#of, reason, detail });
    return this;
  }

  path(options: Partial<PathOptions> = {}): Path {
    const path = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, ...options });
    this.events.forEach((event) => path.apply(event));
    return path;
  }

  #heard(
    kind: "reply" | "late" | "duplicate",
    ttl: number,
    from: string,
    rttUs: number,
    { sentBy = "driver", receivedBy = "driver", errorUs, replyTtl, load, ...rest }: ScriptedAnswer,
  ): this {
    const answerKind = rest.kind ?? (from === TARGET ? "echoReply" : "timeExceeded");
    this.events.push({
      kind,
      target: 0,
      probe: this.#probe,
      ttl,
      ...this.#of,
      from,
      atUs: this.#atUs + rttUs,
      rttUs,
      sentBy,
      receivedBy,
      ...(load && { load }),
      ...(errorUs !== undefined && { errorUs }),
      replyTtl,
      answer: { icmpType: TYPES[answerKind], icmpCode: 0, mtu: 0, labels: [], ...rest, kind: answerKind },
    });
    return this;
  }
}

/** Whom the scripts trace unless they say otherwise. */
export const TARGET = "192.0.2.99";

export function script(): EventScript {
  return new EventScript();
}
