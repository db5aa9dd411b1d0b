/**
 * All paths to a target as a graph: who answered at each hop, and who leads to whom.
 *
 * A pure reading of the flows' paths, made once at the end. Two nodes are linked if one flow has met both at hops on end, or
 * if one of them is the only one of its hop, since then every flow has met it. Where a flow has met several addresses at a
 * hop (packets are balanced one by one, or the path has changed) nobody knows which of them it has met on the way to the
 * next hop: then links to a hop with several nodes are not told.
 */
import type { HopFigures, ResponderFigures } from "./hop_figures.ts";
import type { PathFigures } from "./figures.ts";

export interface GraphNode {
  readonly ttl: number;
  /** `undefined` stands for those who did not answer. */
  readonly responder: ResponderFigures | undefined;
  /** How many flows met it. */
  readonly flows: number;
  /** Nothing lies behind it: the target, or who refuses. */
  readonly isEnd: boolean;
}

export interface GraphLink {
  readonly from: GraphNode;
  readonly to: GraphNode;
  /** How many flows took it, as far as is known. */
  readonly flows: number;
}

/** Hops with several nodes, between one with one node, or the start, and one with one node, or the end. */
export interface Diamond {
  readonly firstTtl: number;
  readonly lastTtl: number;
  /** Nodes of its widest hop. */
  readonly width: number;
  /** Where it opens and closes; `undefined` at this host, and at the last hop. */
  readonly opens: GraphNode | undefined;
  readonly closes: GraphNode | undefined;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly links: readonly GraphLink[];
  readonly diamonds: readonly Diamond[];
  /** Where a flow has met several addresses. */
  readonly mixedTtls: readonly number[];
}

/** A flow is silent at a hop where others are answered only if it was asked as often. */
const LEAST_SILENT = 3;

/** What one flow met at a hop. */
interface Row {
  readonly flow: number;
  /** `undefined` if it was silent. */
  readonly addresses: readonly (string | undefined)[];
}

interface Layer {
  readonly ttl: number;
  readonly rows: readonly Row[];
  readonly isMixed: boolean;
  readonly nodes: readonly GraphNode[];
}

export function graphOf(path: PathFigures): Graph {
  const flows = (path.flows ?? []).map((flow) => new Map(flow.hops().map((hop) => [hop.ttl, hop])));
  const layers = path.hops().map((hop) => layerOf(hop, flows));
  return {
    nodes: layers.flatMap(({ nodes }) => nodes),
    links: layers.flatMap((layer, index) => linksBetween(layers[index - 1], layer)),
    diamonds: diamondsOf(layers),
    mixedTtls: layers.filter(({ isMixed }) => isMixed).map(({ ttl }) => ttl),
  };
}

function layerOf({ ttl, responders, received }: HopFigures, flows: readonly ReadonlyMap<number, HopFigures>[]): Layer {
  const leastSilent = (received ?? 0) > 0 ? LEAST_SILENT : 1;
  const rows = flows.flatMap((hops, flow): Row[] => {
    const hop = hops.get(ttl);
    if (hop === undefined) return [];
    if (hop.responders.length > 0) return [{ flow, addresses: hop.responders.map(({ address }) => address) }];
    return (hop.lost ?? 0) >= leastSilent ? [{ flow, addresses: [undefined] }] : [];
  });
  const count = (address: string | undefined): number => rows.filter((row) => row.addresses.includes(address)).length;
  const silent = count(undefined);
  const nodes = responders.map((responder): GraphNode => ({
    ttl,
    responder,
    flows: count(responder.address),
    isEnd: (responder.kinds.timeExceeded ?? 0) === 0,
  }));
  const isMixed = rows.some(({ addresses }) => addresses.length > 1);
  return {
    ttl,
    rows,
    isMixed,
    nodes: silent === 0 ? nodes : [...nodes, { ttl, responder: undefined, flows: silent, isEnd: false }],
  };
}

function linksBetween(before: Layer | undefined, layer: Layer): readonly GraphLink[] {
  if (before === undefined) return [];
  const met = new Map(before.rows.map((row) => [row.flow, row.addresses]));
  const alone = { from: before.nodes.length === 1, to: layer.nodes.length === 1 };
  const isKnown = alone.from || alone.to || !(before.isMixed || layer.isMixed);
  return before.nodes.flatMap((from) =>
    layer.nodes.flatMap((to): GraphLink[] => {
      if (from.isEnd || !isKnown) return [];
      const flows = layer.rows.filter(({ flow, addresses }) =>
        addresses.includes(to.responder?.address) && (alone.from || met.get(flow)?.includes(from.responder?.address))
      ).length;
      return flows > 0 || alone.to ? [{ from, to, flows }] : [];
    })
  );
}

function diamondsOf(layers: readonly Layer[]): readonly Diamond[] {
  const isWide = (index: number): boolean => (layers[index]?.nodes.length ?? 0) > 1;
  return layers.flatMap((first, index): Diamond[] => {
    if (!isWide(index) || isWide(index - 1)) return [];
    let last = index;
    while (isWide(last + 1)) last++;
    const inside = layers.slice(index, last + 1);
    return [{
      firstTtl: first.ttl,
      lastTtl: first.ttl + last - index,
      width: Math.max(...inside.map(({ nodes }) => nodes.length)),
      opens: layers[index - 1]?.nodes[0],
      closes: layers[last + 1]?.nodes[0],
    }];
  });
}
