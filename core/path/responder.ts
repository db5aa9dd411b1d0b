/** Who answers at a hop: how often it gave which answer, and what its answers say. */
import type { Answer, AnswerKind, TraceEvent } from "../messages.ts";
import type { QuotedTrafficClass, RefusalCount, ResponderFigures } from "./hop_figures.ts";
import { RttStatistics } from "./statistics.ts";

type Interfaces = NonNullable<Answer["interfaces"]>;
type Reply = Extract<TraceEvent, { kind: "reply" }>;

/** As many as packets may come in through, and go out through, at one router; a liar must not fill the memory with more. */
const INTERFACE_LIMIT = 16;

export class Responder implements ResponderFigures {
  readonly address: string;
  readonly sent = undefined;
  readonly lost = undefined;
  readonly lossPercent = undefined;
  readonly rtt = new RttStatistics();
  readonly kinds: Partial<Record<AnswerKind, number>> = {};
  refused = 0;
  replyTtl: number | undefined;
  firstLabels: Answer["labels"] = [];
  labels: Answer["labels"] = [];
  quotedTtls: Map<number, number> | undefined;
  firstAtUs = 0;

  #flows: Set<number> | undefined;
  /** By type and code: each has a byte. */
  #refusals: Map<number, RefusalCount> | undefined;
  /** By the class that was sent and the one that arrived. */
  #remarked: Map<number, number> | undefined;
  /** By everything that was told of each. */
  #interfaces: Map<string, Interfaces[number]> | undefined;

  constructor(address: string) {
    this.address = address;
  }

  get flows(): readonly number[] {
    return [...this.#flows ?? []].sort((one, other) => one - other);
  }

  get refusals(): readonly RefusalCount[] | undefined {
    return this.#refusals && [...this.#refusals.values()];
  }

  get quotedTrafficClasses(): readonly QuotedTrafficClass[] | undefined {
    if (this.#remarked === undefined) return undefined;
    return Array.from(this.#remarked, ([key, count]) => ({ sent: key >> 8, arrived: key & 0xff, count }));
  }

  get interfaces(): Interfaces | undefined {
    return this.#interfaces && [...this.#interfaces.values()];
  }

  add(reply: Reply, isRefused: boolean): void {
    if (isRefused) this.refused += 1;
    if (this.rtt.count === 0) {
      this.firstLabels = reply.answer.labels;
      this.firstAtUs = reply.atUs;
    }
    this.rtt.add(reply.rttUs);
    this.kinds[reply.answer.kind] = (this.kinds[reply.answer.kind] ?? 0) + 1;
    if (reply.answer.kind === "unreachable") this.#addRefusal(reply);
    this.replyTtl = reply.replyTtl;
    this.labels = reply.answer.labels;
    if (reply.flow !== undefined) (this.#flows ??= new Set()).add(reply.flow);
    const { quotedTtl, quotedTrafficClass: arrived, sentTrafficClass: sent, interfaces } = reply.answer;
    if (quotedTtl !== undefined) count(this.quotedTtls ??= new Map(), quotedTtl);
    if (arrived !== undefined && sent !== undefined) count(this.#remarked ??= new Map(), sent << 8 | arrived);
    interfaces?.forEach((info) => this.#name(info));
  }

  #addRefusal({ answer }: Reply): void {
    const key = answer.icmpType << 8 | answer.icmpCode;
    const known = this.#refusals ??= new Map();
    known.set(key, { answer, count: 1 + (known.get(key)?.count ?? 0) });
  }

  #name(info: Interfaces[number]): void {
    const known = this.#interfaces ??= new Map();
    if (known.size < INTERFACE_LIMIT) known.set(JSON.stringify(info), info);
  }

  get received(): number {
    return this.rtt.count;
  }
}

function count(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
