/**
 * Probes that another program sends: any that speaks mtr-packet's language, on this machine or on another one.
 *
 * The helper measures the round trips and says which probe an answer belongs to; all that is known here of the times
 * is what lies between. It is a stranger: a line that it should not have written changes nothing.
 */
import type { Answer, AnswerKind } from "../messages.ts";
import type { Endpoint, Family, SendFailure } from "../network.ts";
import type { ProtocolName, TracePlan } from "../plan.ts";
import { type AnswerWords, type Feature, probeLine, readReplyLine, supportLine } from "../relay/client_lines.ts";
import { InFlight, KEPT_BEHIND_TIMEOUT_US, type Numbered } from "./in_flight.ts";
import type { Flight, Order, Prober, Sending, Told } from "./prober.ts";

/** The way to a helper. */
export interface HelperDoor {
  /** Monotonic time in µs; the origin means nothing. */
  nowUs(): number;
  /** Hands a line over, without its end; never waits. */
  write(line: string): void;
  /** The lines that came until `deadlineUs`, in order; it may give those that are there at once. */
  read(deadlineUs: number): readonly string[];
  /** Address that this host would send from. */
  sourceAddress(to: Endpoint): string | undefined;
}

/** mtr's first number, and its last one. */
const TOKENS = { first: 33_000, last: 65_535 } as const;
/** Under which every question of whether a helper can do something is asked. */
const QUESTION_TOKEN = 1;
const SECOND_US = 1_000_000;

interface Meaning {
  readonly kind: AnswerKind;
  /** ICMP type and code that come nearest. */
  readonly icmp: Readonly<Record<Family, readonly [number, number]>>;
  /** The name says more than type and code do. */
  readonly isWord?: true;
}

const UNREACHABLE = { kind: "unreachable", isWord: true } as const;

/** What the names of replies mean that come with an address. */
const ANSWERS: ReadonlyMap<string, Meaning> = new Map(Object.entries(
  {
    "ttl-expired": { kind: "timeExceeded", icmp: { 4: [11, 0], 6: [3, 0] } },
    "no-route": { ...UNREACHABLE, icmp: { 4: [3, 0], 6: [1, 0] } },
    "no-route-network": { ...UNREACHABLE, icmp: { 4: [3, 0], 6: [1, 0] } },
    "no-route-host": { ...UNREACHABLE, icmp: { 4: [3, 1], 6: [1, 3] } },
    "network-down": { ...UNREACHABLE, icmp: { 4: [3, 0], 6: [1, 0] } },
    "host-down": { ...UNREACHABLE, icmp: { 4: [3, 1], 6: [1, 3] } },
  } as const satisfies Record<string, Meaning>,
));

/** What the reply `reply` means, by protocol: an echo reply, a closed port, or whatever TCP and SCTP hosts say. */
const REACHED: Readonly<Record<ProtocolName, Meaning>> = {
  icmp: { kind: "echoReply", icmp: { 4: [0, 0], 6: [129, 0] } },
  udp: { kind: "unreachable", icmp: { 4: [3, 3], 6: [1, 4] } },
  tcp: { kind: "reached", icmp: { 4: [0, 0], 6: [0, 0] } },
  sctp: { kind: "reached", icmp: { 4: [0, 0], 6: [0, 0] } },
};

/** What the names mean that come alone: the probe did not leave. Any other name says nothing, such as `no-reply`. */
const FAILURES: ReadonlyMap<string, SendFailure> = new Map(Object.entries(
  {
    "no-route": "noRoute",
    "no-route-network": "noRoute",
    "no-route-host": "hostUnreachable",
    "host-down": "hostUnreachable",
    "network-down": "networkDown",
    "permission-denied": "permissionDenied",
    "address-in-use": "addressInUse",
    "address-not-available": "addressNotAvailable",
    "invalid-argument": "invalid",
    "probes-exhausted": "noBuffer",
    "unexpected-error": "other",
  } as const satisfies Record<string, SendFailure>,
));

/** Names that a release of mtr does not know. */
const UNKNOWN_NAMES = {
  "0.95": ["no-route-host", "no-route-network", "host-down"],
  "0.96": ["no-route"],
} as const satisfies Readonly<Record<NonNullable<TracePlan["mtr"]>, readonly string[]>>;

/** Tokens are one row for both families; the table that keeps them wants to know one. */
const TOKEN_FAMILY: Family = 4;

interface HelperFlight<Tag> extends Flight<Tag> {
  /** Family of the address that it was sent to. */
  readonly to: Family;
}

export class HelperProber<Tag> implements Prober<Tag> {
  readonly #door: HelperDoor;
  #plan: TracePlan;
  readonly #inFlight: InFlight<HelperFlight<Tag>>;
  readonly #unknownNames: readonly string[];
  #brokenLine: string | undefined;
  readonly overflowed = 0;
  readonly #sources = new Map<Endpoint, string | undefined>();

  constructor(door: HelperDoor, plan: TracePlan) {
    this.#door = door;
    this.#plan = plan;
    this.#inFlight = new InFlight(TOKENS, plan.timeoutUs + KEPT_BEHIND_TIMEOUT_US);
    this.#unknownNames = plan.mtr === undefined ? [] : UNKNOWN_NAMES[plan.mtr];
  }

  /** From the next probe on. The protocol stays: whether the helper has another one, it was not asked. */
  setTrafficClass(trafficClass: number): void {
    this.#plan = { ...this.#plan, trafficClass };
  }

  /** The first line that was no reply; mtr ends there. */
  get brokenLine(): string | undefined {
    return this.#brokenLine;
  }

  nowUs(): number {
    return this.#door.nowUs();
  }

  prepare(to: Endpoint): void {
    const { sourceAddress, mtr } = this.#plan;
    // mtr always says which address of this host to send from, which a helper on another host cannot do.
    this.#sources.set(to, sourceAddress ?? (mtr === undefined ? undefined : this.#door.sourceAddress(to)));
  }

  send({ to, port, ttl, packetBytes, fill }: Order, tag: Tag): Sending<Tag> {
    if (!this.#sources.has(to)) this.prepare(to);
    const { protocol, trafficClass, timeoutUs, remotePort, localPort, mark, device, mtr } = this.#plan;
    const token = this.#inFlight.takeSequence(TOKEN_FAMILY);
    if (token === undefined) return { ok: false, reason: "noBuffer", detail: "all numbers are in flight" };
    this.#door.write(probeLine(token, {
      family: to.family,
      to: to.address,
      source: this.#sources.get(to),
      protocol,
      packetBytes,
      fill,
      trafficClass,
      ttl,
      timeoutSeconds: Math.ceil(timeoutUs / SECOND_US),
      port: port ?? remotePort,
      localPort,
      mark,
      // A word of the later release.
      device: mtr === "0.95" ? undefined : device,
    }));
    const flight: HelperFlight<Tag> = {
      family: TOKEN_FAMILY,
      sequence: token,
      tag,
      sent: { atUs: this.#door.nowUs(), source: "helper", errorUs: undefined },
      packetBytes,
      to: to.family,
    };
    this.#inFlight.add(flight);
    return { ok: true, flight };
  }

  close(flight: Numbered): void {
    this.#inFlight.close(flight);
  }

  receive(deadlineUs: number): readonly Told<Tag>[] {
    return this.#door.read(deadlineUs).flatMap((line) => this.#told(line) ?? []);
  }

  #told(line: string): Told<Tag> | undefined {
    const reply = readReplyLine(line);
    if (reply === undefined) this.#brokenLine ??= line;
    if (reply?.kind !== "probe") return undefined;
    const { token, name, answer, detail } = reply;
    const atUs = this.#door.nowUs();
    const flight = this.#inFlight.find(TOKEN_FAMILY, token);
    if (flight === undefined) return { kind: "foreign", atUs, reason: undefined };
    if (this.#unknownNames.includes(name)) return undefined;
    const meaning = name === "reply" ? REACHED[this.#plan.protocol] : ANSWERS.get(name);
    if (answer !== undefined && meaning !== undefined) return this.#answer(flight, name, meaning, answer);
    const reason = FAILURES.get(name);
    if (reason === undefined) return undefined;
    return { kind: "unsent", flight, atUs, reason, detail: detail === "" ? name : `${name} ${detail}` };
  }

  #answer(
    flight: HelperFlight<Tag>,
    name: string,
    { kind, icmp, isWord }: Meaning,
    { family, from, rttUs, isTime, labels }: AnswerWords,
  ): Told<Tag> | undefined {
    const nowUs = this.#door.nowUs();
    // mtr believes even those that say it was there before it was sent.
    const isCredible = isTime || this.#plan.mtr !== undefined;
    if (family !== flight.to || !isCredible) return { kind: "foreign", atUs: nowUs, reason: "forged" };
    const [icmpType, icmpCode] = icmp[family];
    const answer: Answer = { kind, icmpType, icmpCode, mtu: 0, labels, ...(isWord && { word: name }) };
    // A helper far away tells of an answer some time after it came.
    const atUs = Math.min(nowUs, flight.sent.atUs + rttUs);
    return { kind: "answer", flight, atUs, from, rttUs, receivedBy: "helper", replyTtl: undefined, answer };
  }
}

/** What a helper must be able to do for this plan, in the order in which mtr asks. */
export function neededFeatures({ protocol, mark }: TracePlan, families: Iterable<Family>): readonly Feature[] {
  const addresses = [...new Set(families)].map((family) => `ip-${family}` as const);
  return ["send-probe", ...addresses, protocol, ...(mark === 0 ? [] : ["mark" as const])];
}

export function featureQuestion(feature: Feature): string {
  return supportLine(QUESTION_TOKEN, feature);
}

/** Whether a line answers the question; `undefined` if it is no such answer. */
export function featureAnswer(line: string): boolean | undefined {
  const reply = readReplyLine(line);
  if (reply?.token !== QUESTION_TOKEN) return undefined;
  // Whoever answers with anything else does not speak the language.
  return reply.kind === "support" && reply.isSupported;
}
