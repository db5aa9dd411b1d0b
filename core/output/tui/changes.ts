/**
 * The log of a path: when another address took a hop's place, when somebody refused, when the target fell silent and when
 * it answered again, and when it came nearer or went further away. Bounded: what goes on is one entry that grows.
 */
import { DOUBTFUL_AFTER_LOST, type TraceEvent } from "../../messages.ts";
import type { PathFigures } from "../../path/figures.ts";
import type { PlanChange } from "../../plan.ts";
import type { Silences } from "./alarm.ts";
import type { AwaitedRow } from "./awaited.ts";

interface OfTime {
  /** Of what goes on: when it began, and when it was seen last. In the time of the events. */
  readonly atUs: number;
  readonly latestAtUs: number;
}

export type Change =
  /** Addresses of one hop and flow, in the order in which they were seen; the last one answers now, if there are two. */
  | OfTime & {
    readonly kind: "turn";
    readonly ttl: number;
    readonly flow: number | undefined;
    readonly addresses: readonly string[];
    /** How often another one answered. */
    readonly count: number;
  }
  | OfTime & {
    readonly kind: "refusal";
    readonly ttl: number;
    readonly from: string;
    readonly marker: string;
    readonly words: string;
    readonly count: number;
  }
  /**
   * The target had answered, and does not, from one probe's sending to that of another: `isOver`: that one has an answer.
   * `late`: so many of the probes were answered after they had been given up.
   */
  | OfTime & {
    readonly kind: "silence";
    readonly ttl: number;
    readonly count: number;
    readonly late: number;
    readonly isOver: boolean;
  }
  /** By a key. */
  | OfTime & { readonly kind: "setting"; readonly change: PlanChange }
  /** Where the target answers; `undefined`: nobody knows any more. */
  | OfTime & { readonly kind: "distance"; readonly was: number; readonly ttl: number | undefined };

type Silence = Extract<Change, { kind: "silence" }>;

/** The oldest are forgotten. */
export const CHANGE_LIMIT = 256;
/** Of one entry. */
const ADDRESSES_KEPT = 8;
/** An address that stays for fewer answers takes turns with another one; longer, and it has taken its place. */
const LEAST_STAY = 3;

/** Who answered last at a hop of a flow, and for how many answers in a row. */
interface Holder {
  address: string;
  stay: number;
}

export class ChangeLog {
  /** Oldest first. */
  #entries: Change[] = [];
  readonly #holders = new Map<string, Holder>();
  #nowUs = 0;
  #reachedTtl: number | undefined;
  readonly #silences: Pick<Silences, "at">;
  /** The one that may be corrected yet: not all of its probes are decided. */
  #silence: Silence | undefined;

  /** `silences` has taken each event in before this log. */
  constructor(silences: Pick<Silences, "at">) {
    this.#silences = silences;
  }

  /** The caller hands over the events of one target only, in their order, each after `path` has taken it in. */
  apply(event: TraceEvent, path: PathFigures): void {
    if ("atUs" in event) this.#nowUs = Math.max(this.#nowUs, event.atUs);
    if ((event.kind === "lost" || event.kind === "late") && event.ttl === path.reachedTtl) this.#hush(event);
    if (event.kind !== "reply") return;
    const { answer, ttl } = event;
    if (answer.kind === "unreachable") this.#refuse(event, path);
    else this.#turn(event);
    if (ttl === path.reachedTtl) this.#hush(event);
    this.#measure(path.reachedTtl);
  }

  /** Oldest first, up to a time. */
  entries(untilUs = Infinity): readonly Change[] {
    return this.#entries.filter(({ atUs }) => atUs <= untilUs).sort((one, other) => one.atUs - other.atUs);
  }

  note(change: PlanChange, atUs: number): void {
    this.#add({ kind: "setting", change, atUs, latestAtUs: atUs });
  }

  reset(): void {
    this.#entries = [];
    this.restart();
  }

  /** What comes now is compared with nothing that was before. */
  restart(): void {
    this.#holders.clear();
    this.#reachedTtl = undefined;
    this.#silence = undefined;
  }

  #turn({ from, ttl, flow }: Extract<TraceEvent, { kind: "reply" }>): void {
    const key = `${flow ?? 0} ${ttl}`;
    const holder = this.#holders.get(key);
    if (holder === undefined || holder.address === from) {
      this.#holders.set(key, { address: from, stay: (holder?.stay ?? 0) + 1 });
      return;
    }
    this.#holders.set(key, { address: from, stay: 1 });
    const known = this.#latest((entry) => entry.kind === "turn" && entry.ttl === ttl && entry.flow === flow);
    const entry = known === undefined ? undefined : this.#entries[known];
    const goesOn = entry?.kind === "turn" &&
      (holder.stay < LEAST_STAY || (entry.count > 1 && entry.addresses.includes(from)));
    if (known === undefined || !goesOn) {
      this.#add({
        kind: "turn",
        ttl,
        flow,
        addresses: [holder.address, from],
        count: 1,
        atUs: this.#nowUs,
        latestAtUs: this.#nowUs,
      });
      return;
    }
    const addresses = [...new Set([...entry.addresses, from])].slice(0, ADDRESSES_KEPT);
    this.#entries[known] = { ...entry, addresses, count: entry.count + 1, latestAtUs: this.#nowUs };
  }

  #refuse({ from, ttl }: Extract<TraceEvent, { kind: "reply" }>, path: PathFigures): void {
    const hop = path.hops().find((other) => other.ttl === ttl);
    const refusal = hop && path.refusalAt(hop);
    if (refusal === undefined) return;
    const { marker, words } = refusal;
    const known = this.#latest((entry) => entry.kind === "refusal" && entry.ttl === ttl);
    const entry = known === undefined ? undefined : this.#entries[known];
    if (known !== undefined && entry?.kind === "refusal" && entry.from === from && entry.marker === marker) {
      this.#entries[known] = { ...entry, count: entry.count + 1, latestAtUs: this.#nowUs };
      return;
    }
    this.#add({ kind: "refusal", ttl, from, marker, words, count: 1, atUs: this.#nowUs, latestAtUs: this.#nowUs });
  }

  /** Takes back what was told of a row that is decided otherwise now, and tells it anew. */
  #hush(event: Extract<TraceEvent, { kind: "reply" | "lost" | "late" }>): void {
    const { ttl } = event;
    const awaited = this.#silences.at(ttl);
    const told = this.#silence;
    this.#silence = undefined;
    if (told !== undefined) this.#entries = this.#entries.filter((entry) => entry !== told);
    if (told !== undefined && told.ttl !== ttl) {
      // The target answers from another place: here nobody will answer its probes.
      const sentAtUs = event.kind === "reply" && !told.isOver ? event.atUs - event.rttUs : told.latestAtUs;
      this.#add({ ...told, isOver: true, latestAtUs: sentAtUs });
    }
    for (const row of awaited?.ended ?? []) this.#tellSilence(ttl, row);
    const first = awaited?.first();
    if (first !== undefined) this.#silence = this.#tellSilence(ttl, first);
  }

  /** `undefined` if it is too short. */
  #tellSilence(ttl: number, { sinceUs, count, lost, late, endUs }: AwaitedRow): Silence | undefined {
    if (lost < DOUBTFUL_AFTER_LOST) return undefined;
    const latestAtUs = endUs ?? this.#nowUs;
    const isOver = endUs !== undefined;
    const silence: Silence = { kind: "silence", ttl, count, late, isOver, atUs: sinceUs, latestAtUs };
    this.#add(silence);
    return silence;
  }

  #measure(reachedTtl: number | undefined): void {
    const was = this.#reachedTtl;
    if (reachedTtl === was) return;
    this.#reachedTtl = reachedTtl ?? was;
    if (was === undefined) return;
    this.#add({ kind: "distance", was, ttl: reachedTtl, atUs: this.#nowUs, latestAtUs: this.#nowUs });
  }

  /** Index of the latest entry of a kind; what others do in between does not end what goes on. */
  #latest(fits: (entry: Change) => boolean): number | undefined {
    const index = this.#entries.findLastIndex(fits);
    return index < 0 ? undefined : index;
  }

  #add(entry: Change): void {
    this.#entries.push(entry);
    if (this.#entries.length > CHANGE_LIMIT) this.#entries.shift();
  }
}
