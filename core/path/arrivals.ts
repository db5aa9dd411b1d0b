/**
 * How probes arrive at the routers that quote them: with another traffic class than they left with, or with another TTL than
 * the last. Told where it begins to show.
 */
import type { HopFigures, ResponderFigures } from "./hop_figures.ts";
import type { PathFigures } from "./figures.ts";

export type ArrivalWord = "CONGESTED" | "REMARKED" | "BLEACHED" | "TUNNEL" | "TTL_ZERO";

export interface Arrival {
  readonly word: ArrivalWord;
  readonly ttl: number;
  /** Whose answers tell. */
  readonly address: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The two bits of ECN (RFC 3168 section 5) stand behind the six of DSCP (RFC 2474 section 3). */
const ECN_BITS = 2;
const ECN = { mask: 3, notCapable: 0, congested: 3 } as const;
/** With which a probe arrives where it ends. */
const LAST_TTL = 1;

export function arrivalsOf(path: PathFigures): readonly Arrival[] {
  const hops = path.hops().filter(({ responders }) => responders.length > 0);
  return [...markings(hops), ...restored(hops), ...zeroTtls(hops), ...tunnels(hops)];
}

type Change = Pick<Arrival, "word" | "numbers">;

/** What of a traffic class is not as it was sent. */
function changesOf(sent: number, arrived: number): readonly Change[] {
  const [sentDscp, dscp] = [sent >> ECN_BITS, arrived >> ECN_BITS];
  const [sentEcn, ecn] = [sent & ECN.mask, arrived & ECN.mask];
  const changes: Change[] = [];
  const isBleached = ecn === ECN.notCapable && sentEcn !== ecn;
  const isCongested = ecn === ECN.congested && sentEcn !== ecn && sentEcn !== ECN.notCapable;
  if (isBleached) changes.push({ word: "BLEACHED", numbers: { sentEcn } });
  if (isCongested) changes.push({ word: "CONGESTED", numbers: {} });
  const remarked = {
    ...(dscp !== sentDscp && { sentDscp, dscp }),
    ...(ecn !== sentEcn && !isBleached && !isCongested && { sentEcn, ecn }),
  };
  if (Object.keys(remarked).length > 0) changes.push({ word: "REMARKED", numbers: remarked });
  return changes;
}

/** Each change at the first hop where it shows, and in how many of its answers that quote a probe. */
function markings(hops: readonly HopFigures[]): readonly Arrival[] {
  const known = new Set<string>();
  return hops.flatMap(({ ttl, responders }) => {
    const quotes = responders.reduce((sum, responder) => sum + quotesOf(responder), 0);
    const found = new Map<string, Change & { readonly address: string; readonly marked: number }>();
    for (const { address, quotedTrafficClasses = [] } of responders) {
      for (const { sent, arrived, count } of quotedTrafficClasses) {
        for (const change of changesOf(sent, arrived)) {
          const key = JSON.stringify(change);
          if (known.has(key)) continue;
          const same = found.get(key);
          found.set(key, { ...change, address: same?.address ?? address, marked: (same?.marked ?? 0) + count });
        }
      }
    }
    for (const key of found.keys()) known.add(key);
    // One of each word: who writes anything into a quote gets no list of it.
    const news = [...found.values()].sort((one, other) => other.marked - one.marked);
    return news.filter(({ word }, index) => news.findIndex((other) => other.word === word) === index)
      .map(({ word, address, numbers, marked }) => ({ word, ttl, address, numbers: { ...numbers, marked, quotes } }));
  });
}

/** Where a DSCP is again the one that was sent, behind a hop where all probes arrived with one other. */
function restored(hops: readonly HopFigures[]): readonly Arrival[] {
  const seen = hops.map(({ ttl, responders }) => {
    const quotes = responders.reduce((sum, responder) => sum + quotesOf(responder), 0);
    const remarks = responders.flatMap(({ quotedTrafficClasses = [] }) => quotedTrafficClasses)
      .map(({ sent, arrived, count }) => ({ sentDscp: sent >> ECN_BITS, dscp: arrived >> ECN_BITS, count }))
      .filter(({ sentDscp, dscp }) => sentDscp !== dscp);
    return { ttl, address: responders[0]?.address, quotes, remarks };
  }).filter(({ quotes }) => quotes > 0);
  const last = seen.findLastIndex(({ remarks }) => remarks.length > 0);
  const [before, hop] = [seen[last], seen[last + 1]];
  const [remark] = before?.remarks ?? [];
  if (before === undefined || hop?.address === undefined || remark === undefined) return [];
  const { sentDscp, dscp: beforeDscp } = remark;
  const isAll = before.remarks.reduce((sum, { count }) => sum + count, 0) === before.quotes &&
    before.remarks.every((other) => other.sentDscp === sentDscp && other.dscp === beforeDscp);
  const numbers = { sentDscp, dscp: sentDscp, beforeDscp, marked: hop.quotes, quotes: hop.quotes };
  return isAll ? [{ word: "REMARKED", ttl: hop.ttl, address: hop.address, numbers }] : [];
}

function quotesOf({ kinds: { timeExceeded = 0, unreachable = 0 } }: ResponderFigures): number {
  return timeExceeded + unreachable;
}

/** A router that has got probes without any TTL left, and answers at the hop behind, its own, just as well. */
function zeroTtls(hops: readonly HopFigures[]): readonly Arrival[] {
  return hops.flatMap(({ ttl, responders }) => {
    const own = hops.find((hop) => hop.ttl === ttl + 1)?.responders ?? [];
    const twice = responders.find(({ address, quotedTtls }) =>
      quotedTtls?.has(0) && own.some((other) => other.address === address)
    );
    return twice === undefined ? [] : [{ word: "TTL_ZERO", ttl, address: twice.address, numbers: {} }];
  });
}

/** Where probes arrive with TTL to spare, from hop to hop. Silent hops in between belong to it. */
function tunnels(hops: readonly HopFigures[]): readonly Arrival[] {
  const inside = hops.map(({ ttl, responders }) => {
    const quoted = responders.map(({ address, quotedTtls }) => ({
      address,
      most: Math.max(...quotedTtls?.keys() ?? []),
    }));
    const quoting = quoted.find(({ most }) => most > LAST_TTL);
    return quoting && { ttl, ...quoting };
  });
  return inside.flatMap((entry, index) => {
    if (entry === undefined || inside[index - 1] !== undefined) return [];
    const end = inside.findIndex((other, at) => at > index && other === undefined);
    const row = inside.slice(index, end < 0 ? undefined : end).flatMap((other) => other ?? []);
    const numbers = { lastHop: row.at(-1)?.ttl ?? entry.ttl, quotedTtl: Math.max(...row.map(({ most }) => most)) };
    return [{ word: "TUNNEL", ttl: entry.ttl, address: entry.address, numbers }];
  });
}
