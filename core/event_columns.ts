/**
 * A batch of events on its way between the threads: plain probes and plain answers as numbers in one array, all others
 * as they are. A structured clone of a probe and its answer takes 6 µs, as long as all that the main thread makes of
 * them, and so a tenth of that.
 */
import type { Answer, AnswerKind, TraceEvent } from "./messages.ts";
import type { StampSource } from "./network.ts";

export interface EventColumns {
  /** Of each event its form, and behind that its numbers. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Those of whom answers came from. */
  readonly addresses: readonly string[];
  /** In their order. */
  readonly others: readonly TraceEvent[];
}

type Sent = Extract<TraceEvent, { kind: "sent" }>;
type Reply = Extract<TraceEvent, { kind: "reply" }>;

const FORM = { other: 0, sent: 1, reply: 2 } as const;
const MOST_NUMBERS = 15;
/** In place of what is `undefined`. */
const UNKNOWN = NaN;

const SOURCES: readonly StampSource[] = ["driver", "queue", "program", "helper"];
const KINDS: readonly AnswerKind[] = [
  ...["echoReply", "timeExceeded", "unreachable", "datagram", "synAck", "reset"] as const,
  ...["initAck", "abort", "reached"] as const,
];

export function toColumns(events: readonly TraceEvent[]): EventColumns {
  const numbers = new Float64Array(MOST_NUMBERS * events.length);
  const addresses: string[] = [];
  const places = new Map<string, number>();
  const others: TraceEvent[] = [];
  let at = 0;
  for (const event of events) {
    if (event.kind === "sent" && isPlain(event)) {
      numbers[at++] = FORM.sent;
      numbers[at++] = event.target;
      numbers[at++] = event.probe;
      numbers[at++] = event.ttl;
      numbers[at++] = event.round;
      numbers[at++] = event.atUs;
      numbers[at++] = event.packetBytes ?? UNKNOWN;
    } else if (event.kind === "reply" && event.errorUs !== undefined && isPlain(event) && isPlainAnswer(event.answer)) {
      const { from, answer } = event;
      let place = places.get(from);
      if (place === undefined) {
        place = addresses.push(from) - 1;
        places.set(from, place);
      }
      numbers[at++] = FORM.reply;
      numbers[at++] = event.target;
      numbers[at++] = event.probe;
      numbers[at++] = event.ttl;
      numbers[at++] = place;
      numbers[at++] = event.atUs;
      numbers[at++] = event.rttUs;
      numbers[at++] = SOURCES.indexOf(event.sentBy);
      numbers[at++] = SOURCES.indexOf(event.receivedBy);
      numbers[at++] = event.errorUs;
      numbers[at++] = event.replyTtl ?? UNKNOWN;
      numbers[at++] = KINDS.indexOf(answer.kind);
      numbers[at++] = answer.icmpType;
      numbers[at++] = answer.icmpCode;
      numbers[at++] = answer.mtu;
    } else {
      numbers[at++] = FORM.other;
      others.push(event);
    }
  }
  return { numbers: numbers.slice(0, at), addresses, others };
}

/** Of a run with one flow, no load and no shared hops. */
function isPlain({ flow, load, arrival, shared }: Sent | Reply): boolean {
  return flow === undefined && load === undefined && arrival === undefined && shared === undefined;
}

/** It shows a path that changes nothing of a probe. */
function isPlainAnswer(answer: Answer): boolean {
  const { labels, rewritten, quotedTtl, quotedTrafficClass, sentTrafficClass, interfaces, word } = answer;
  return labels.length === 0 && rewritten === undefined && quotedTtl === undefined &&
    quotedTrafficClass === undefined && sentTrafficClass === undefined && interfaces === undefined &&
    word === undefined;
}

export function fromColumns({ numbers, addresses, others }: EventColumns): TraceEvent[] {
  const events: TraceEvent[] = [];
  let [at, other] = [0, 0];
  const next = (): number => numbers[at++]!;
  while (at < numbers.length) {
    const form = next();
    if (form === FORM.sent) {
      events.push({
        kind: "sent",
        target: next(),
        probe: next(),
        ttl: next(),
        round: next(),
        atUs: next(),
        packetBytes: known(next()),
      });
    } else if (form === FORM.reply) {
      events.push({
        kind: "reply",
        target: next(),
        probe: next(),
        ttl: next(),
        from: addresses[next()]!,
        atUs: next(),
        rttUs: next(),
        sentBy: SOURCES[next()]!,
        receivedBy: SOURCES[next()]!,
        errorUs: next(),
        replyTtl: known(next()),
        answer: { kind: KINDS[next()]!, icmpType: next(), icmpCode: next(), mtu: next(), labels: [] },
      });
    } else {
      events.push(others[other++]!);
    }
  }
  return events;
}

function known(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : number;
}
