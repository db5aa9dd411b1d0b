/**
 * The path to one host as mtr keeps it: fed with the events of a trace, it has the rows and figures that mtr would show.
 *
 * Hops are counted from 0 here, as in mtr's raw output. What mtr does not take for an answer changes nothing: one that
 * came too late, a further one, a message about no probe.
 */
import type { TraceEvent } from "../messages.ts";
import type { MplsLabel } from "../packet/extension.ts";
import type { DialectName } from "./dialect.ts";
import { meaningOf, type MtrError } from "./mtr_answer.ts";
import { type MtrFigures, MtrStatistics } from "./mtr_statistics.ts";
import type { CompatSettings } from "./settings.ts";

export interface MtrPathSetup extends Pick<CompatSettings, "dialect" | "firstTtl" | "maxTtl" | "dueTtl"> {
  /** The target's address. */
  readonly target: string;
}

/** An address at a hop. */
export interface MtrResponder {
  readonly address: string;
  /** Top of the stack first, eight at most. */
  readonly labels: readonly MplsLabel[];
}

export interface MtrHop {
  /** The ttl less 1. */
  readonly index: number;
  /** Who answered last, with the labels of the answer that made it the latest; `undefined` if unknown. */
  readonly latest: MtrResponder | undefined;
  /** All who answered, in the order of their first answers, with the labels of these; as many as mtr keeps. */
  readonly responders: readonly MtrResponder[];
  /** What the latest answer refused. */
  readonly error: MtrError | undefined;
  /** The probe before the latest one was answered, or the latest. */
  readonly isUp: boolean;
  readonly figures: MtrFigures;
}

export interface MtrAnswer {
  readonly from: string;
  readonly rttUs: number;
  readonly error: MtrError | undefined;
  readonly labels: readonly MplsLabel[];
}

/** What an event changed at a hop; `token` is mtr's number of the probe. */
export type MtrChange =
  | { readonly kind: "sent"; readonly hop: MtrHop; readonly token: number }
  | {
    readonly kind: "answered";
    readonly hop: MtrHop;
    readonly token: number;
    readonly rttUs: number;
    /** New in the hop's list. */
    readonly listed: MtrResponder | undefined;
    /** Took another one's place as the latest. */
    readonly latest: MtrResponder | undefined;
  };

/** mtr numbers its probes by these, and begins again after the last one. */
const TOKENS = { first: 33_000, count: 32_536 } as const;
/** Addresses that a hop's list holds. */
const LIST_LIMITS = { "0.95": 8, "0.96": 128 } as const satisfies Record<DialectName, number>;
const LABEL_LIMIT = 8;

export class MtrPath {
  readonly #setup: MtrPathSetup;
  readonly #hops = new Map<number, Hop>();
  /** Tokens whose answer is awaited. */
  readonly #inTransit = new Set<number>();

  constructor(setup: MtrPathSetup) {
    this.#setup = setup;
  }

  /** Takes an event in; `undefined` if it is nothing to mtr. */
  apply(event: TraceEvent): MtrChange | undefined {
    switch (event.kind) {
      case "sent":
      case "sendFailed":
        return this.sent(event.ttl - 1, tokenOf(event.probe));
      case "reply": {
        const { from, rttUs, answer } = event;
        const meaning = meaningOf(answer, this.#setup.dialect);
        if (meaning === undefined) return undefined;
        const error = meaning === "reply" ? undefined : meaning;
        return this.answered(event.ttl - 1, tokenOf(event.probe), { from, rttUs, error, labels: answer.labels });
      }
      case "unsent":
      case "late":
      case "duplicate":
      case "lost":
      case "surveyed":
      case "portsVary":
      case "round":
      case "load":
      case "foreign":
      case "overflow":
      case "finished":
        return undefined;
      default:
        return event satisfies never;
    }
  }

  sent(index: number, token: number): MtrChange {
    const hop = this.#at(index);
    this.#inTransit.add(token);
    if (hop.figures.isInTransit) hop.isUp = false;
    hop.figures.onSent();
    return { kind: "sent", hop, token };
  }

  /** `undefined` if no answer to this token is awaited. */
  answered(index: number, token: number, answer: MtrAnswer): MtrChange | undefined {
    if (!this.#inTransit.delete(token)) return undefined;
    const hop = this.#at(index);
    hop.error = answer.error;
    const responder: MtrResponder = { address: answer.from, labels: answer.labels.slice(0, LABEL_LIMIT) };
    // To mtr the unspecified address is nobody's.
    const isNew = !UNSPECIFIED.includes(responder.address) && hop.latest?.address !== responder.address;
    const isListed = isNew && this.#list(hop, responder);
    const isLatest = isNew && !this.#isTooEarly(index, responder);
    if (isLatest) hop.latest = responder;
    hop.figures.onAnswer(answer.rttUs);
    hop.isUp = true;
    return {
      kind: "answered",
      hop,
      token,
      rttUs: hop.figures.lastUs,
      listed: isListed ? responder : undefined,
      latest: isLatest ? responder : undefined,
    };
  }

  /** The regular end of a run: what is unanswered is lost. A run that an error ends leaves it open. */
  closeTransit(): void {
    for (const hop of this.#hops.values()) hop.figures.closeTransit();
  }

  /** Forgets all hops; answers to the probes so far are nothing any more. */
  reset(): void {
    this.#hops.clear();
    this.#inTransit.clear();
  }

  /** The hops that are shown, from the first ttl on. */
  rows(): readonly MtrHop[] {
    return this.hopsFrom(this.#setup.firstTtl - 1);
  }

  /** The hops that are shown, from this index on. */
  hopsFrom(first: number): readonly MtrHop[] {
    const hops: MtrHop[] = [];
    for (let index = first; index < this.#end(); index++) hops.push(this.#hops.get(index) ?? new Hop(index));
    return hops;
  }

  /** Up to the target or a refusal, else to one hop behind the last known one; exclusive. */
  #end(): number {
    const { target, maxTtl } = this.#setup;
    let end = 0;
    for (let index = 0; index < maxTtl; index++) {
      const hop = this.#hops.get(index);
      if (isAddressOf(target, hop?.latest?.address) || hop?.error !== undefined) return index + 1;
      if (hop?.latest !== undefined) end = index + 2;
    }
    return Math.min(end, maxTtl);
  }

  /** Whether `responder` was new in the list and had room there. */
  #list(hop: Hop, responder: MtrResponder): boolean {
    if (hop.responders.some(({ address }) => address === responder.address)) return false;
    if (hop.responders.length >= LIST_LIMITS[this.#setup.dialect]) return false;
    hop.responders.push(responder);
    return true;
  }

  /** The target where it is not due yet: then it is listed, but is not the hop. */
  #isTooEarly(index: number, { address }: MtrResponder): boolean {
    const { target, dueTtl = 0 } = this.#setup;
    return address === target && index + 1 < dueTtl;
  }

  #at(index: number): Hop {
    const known = this.#hops.get(index);
    if (known !== undefined) return known;
    const hop = new Hop(index);
    this.#hops.set(index, hop);
    return hop;
  }
}

/** mtr knows of a hop that it does not know the unspecified address, be that the target or not. */
const UNSPECIFIED = ["0.0.0.0", "::"];

/** Whether a hop is the target; `address` is the hop's, if known. */
export function isAddressOf(target: string, address: string | undefined): boolean {
  return address === undefined ? UNSPECIFIED.includes(target) : address === target;
}

class Hop implements MtrHop {
  readonly index: number;
  readonly figures = new MtrStatistics();
  readonly responders: MtrResponder[] = [];
  latest: MtrResponder | undefined = undefined;
  error: MtrError | undefined = undefined;
  isUp = false;

  constructor(index: number) {
    this.index = index;
  }
}

function tokenOf(probe: number): number {
  return TOKENS.first + probe % TOKENS.count;
}
