/** A hop as the tests of the verdicts read it, and what they make: the ground that they share. */
import type { Portion } from "./chance.ts";
import type { HopFigures } from "./hop_figures.ts";
import type { Refusal } from "./figures.ts";
import type { VerdictWord } from "./verdict.ts";

/** What is as likely as this by chance is no verdict. */
export const BY_CHANCE = 0.01;

export interface Verdict {
  readonly word: VerdictWord;
  /** Where it holds, or begins. */
  readonly ttl: number;
  /** Who answers there; `undefined` of a silent hop. */
  readonly address: string | undefined;
  /** So many other addresses answer there, too, and it may be about any of them; absent without. */
  readonly others?: number;
  /** Who answered there before; of `CHANGED` only. */
  readonly before?: string;
  /** What a refusal says; of `REFUSED` only. */
  readonly refusal?: Refusal;
  /** Who has answered too late; of `UNANSWERED` and `SILENT` only, where somebody has. */
  readonly lateAddress?: string;
  /** Who was the last to answer what is lost; of `LOSS` only, where that is told. */
  readonly lastAddress?: string;
  /** Of names that end in their unit; counts have none. */
  readonly numbers: Readonly<Record<string, number>>;
}

export interface Row {
  readonly hop: HopFigures;
  readonly ttl: number;
  readonly address: string | undefined;
  /** Probes that left and are decided, those of them that are lost, that were answered, and that somebody refused. */
  readonly total: number;
  readonly count: number;
  readonly received: number;
  readonly refused: number;
  /** Those of them that were probes to other targets. */
  readonly shared: Portion;
  /** What is counted is rounds, in which the target answered, or did not. */
  readonly isOfRounds?: true;
  /** Which of several flows it is of, from 1. */
  readonly flow?: number;
  /** The same of each flow, where there are several. */
  readonly flows?: readonly Row[];
  /** Those of flows that nobody answers there, though somebody does behind it: they do not count. */
  readonly silent?: readonly Row[];
}

export function rowOf(hop: HopFigures): Row {
  const { sendFailed = 0, received = 0, lost = 0, refused = 0, shared = 0, sharedLost = 0 } = hop;
  // Whatever did not leave this host is not lost on the path; nor is what got as far as to somebody who says that he refuses it.
  const count = Math.max(0, lost - sendFailed - refused);
  return {
    ...{ hop, ttl: hop.ttl, address: hop.main?.address, count, received, refused },
    total: received + refused + count,
    shared: { count: sharedLost, total: shared },
  };
}

/** The same of the rounds without load of this host's own: what is missing with it is not the path's. */
export function unloadedRowOf(hop: HopFigures): Row {
  const { losses, idle } = hop.load ?? {};
  const row = rowOf(hop);
  if (losses === undefined || idle === undefined) return row;
  const { count, total } = losses.idle;
  return { ...row, count, total, received: idle.count, refused: total - count - idle.count };
}

/** The same without what became of probes to other targets. */
export function ownRowOf(row: Row): Row {
  const { count, total } = row.shared;
  const own = { count: Math.max(0, row.count - count), total: Math.max(0, row.total - total) };
  const received = Math.max(0, own.total - own.count - row.refused);
  return { ...row, ...own, received, shared: { count: 0, total: 0 } };
}

/** Of this address alone, whoever else answers there. */
export function verdict(
  word: VerdictWord,
  { ttl, address }: Pick<Row, "ttl" | "address">,
  numbers: Verdict["numbers"],
): Verdict {
  return { word, ttl, address, numbers };
}

/** Of a hop, whoever answers there. */
export function hopVerdict(word: VerdictWord, row: Row, numbers: Verdict["numbers"]): Verdict {
  const hops = row.flows === undefined ? [row.hop] : row.flows.map(({ hop }) => hop);
  const addresses = new Set(hops.flatMap(({ responders }) => responders.map(({ address }) => address)));
  const others = [...addresses].filter((address) => address !== row.address).length;
  return { ...verdict(word, row, numbers), ...(others > 0 && { others }) };
}

export function shareOf({ count, total }: Portion): number {
  return total === 0 ? 0 : count / total;
}

export function summed(rows: readonly Portion[]): Portion {
  return rows.reduce((sum, { count, total }) => ({ count: sum.count + count, total: sum.total + total }), {
    count: 0,
    total: 0,
  });
}
