/** All paths to a target, in words and as a drawing, or as plain values: the graph of `core/path/graph.ts`. */
import { type Diamond, type Graph, type GraphNode, graphOf } from "../path/graph.ts";
import type { PathFigures } from "../path/figures.ts";
import { MULTIPATH } from "../plan.ts";
import { hostNameOf, nameOf, type Naming, UNKNOWN } from "./naming.ts";
import type { RunRecord } from "./record.ts";

/** What outputs tell of a search for all paths. */
export interface Multipath extends Graph {
  /** The search has come to its end, and met no limit. */
  readonly isComplete: boolean;
  /** `undefined` while the search is not over. */
  readonly flows: number | undefined;
  readonly probes: number | undefined;
  readonly unfinishedTtls: readonly number[];
}

/** A mesh of many nodes is told better by its links (JSON, XML). */
const MOST_LINES = 100;
const BRANCH = { node: "|-- ", lastNode: "`-- ", below: "|   ", lastBelow: "    " } as const;

/** `undefined` in runs without such a search, and of what was never probed. */
export function multipathOf(path: PathFigures | undefined, { plan }: Pick<RunRecord, "plan">): Multipath | undefined {
  if (plan.multipath !== true || path === undefined) return undefined;
  const { survey } = path;
  const unfinishedTtls = survey?.unfinishedTtls ?? [];
  return {
    ...graphOf(path),
    isComplete: survey !== undefined && unfinishedTtls.length === 0,
    flows: survey?.flows,
    probes: survey?.probes,
    unfinishedTtls,
  };
}

/** Lines of the report. */
export function multipathLines(multipath: Multipath | undefined, naming: Naming): readonly string[] {
  if (multipath === undefined) return [];
  const { nodes, diamonds, mixedTtls } = multipath;
  const found = `${counted(nodes.filter(({ responder }) => responder !== undefined).length, "node")}, ` +
    `${counted(diamonds.length, "diamond")}`;
  return [
    `Multipath: ${found}; ${endSentence(multipath)}`,
    ...(mixedTtls.length === 0
      ? []
      : [`Multipath: at ${hopsText(mixedTtls)} one flow meets several addresses: nobody knows which leads to which`]),
    ...diamonds.flatMap((diamond) => diamondLines(diamond, multipath, naming)),
  ];
}

function endSentence({ flows, probes, isComplete, unfinishedTtls }: Multipath): string {
  if (flows === undefined || probes === undefined) return "the search was ended early, so there may be more";
  const search = `${counted(flows, "flow")} and ${counted(probes, "probe")}`;
  return isComplete
    ? `${search} leave a chance of at most 5 % for one more next hop of each`
    : `there may be more at ${hopsText(unfinishedTtls)}: the search ended with ${search}, ` +
      `and its limits are ${MULTIPATH.mostFlows} and ${MULTIPATH.mostProbes}`;
}

function diamondLines(diamond: Diamond, graph: Graph, naming: Naming): readonly string[] {
  const { firstTtl, lastTtl, width, opens, closes } = diamond;
  const place = firstTtl === lastTtl ? `hop ${firstTtl}` : `hops ${firstTtl} to ${lastTtl}`;
  const ends = `from ${opens === undefined ? "here" : nodeName(opens, naming)} ` +
    (closes === undefined ? "on" : `to ${nodeName(closes, naming)}`);
  const lines = [...drawing(diamond, graph, naming)];
  const more = lines.length - MOST_LINES;
  return [
    `Diamond: ${place}, ${counted(width, "node")} wide, ${ends}`,
    ...lines.slice(0, MOST_LINES),
    ...(more > 0 ? [`      (${counted(more, "more line")})`] : []),
  ];
}

/**
 * A tree in which each node stands with all that it leads to once; where it stands again it ends in dots. The last nodes
 * lead to where the diamond closes.
 */
function* drawing({ firstTtl, lastTtl, opens }: Diamond, { nodes, links }: Graph, naming: Naming): Generator<string> {
  const drawn = new Set<GraphNode>();
  const first = nodes.filter(({ ttl }) => ttl === firstTtl);
  const isLinked = (node: GraphNode): boolean => links.some(({ to }) => to === node);
  // Where nobody knows who leads there, a node stands on its own.
  const loose = nodes.filter((node) => node.ttl > firstTtl && node.ttl <= lastTtl && !isLinked(node));
  if (opens === undefined) yield* branches(first, "");
  else yield* branch(opens, "", "");
  yield* branches(loose, "");

  function* branches(some: readonly GraphNode[], lead: string): Generator<string> {
    for (const [index, node] of some.entries()) {
      const isLast = index === some.length - 1;
      const [at, below] = isLast ? [BRANCH.lastNode, BRANCH.lastBelow] : [BRANCH.node, BRANCH.below];
      yield* branch(node, lead + at, lead + below);
    }
  }

  function* branch(node: GraphNode, lead: string, below: string): Generator<string> {
    const next = node.ttl >= lastTtl ? [] : links.filter(({ from }) => from === node).map(({ to }) => to);
    const isRepeated = drawn.has(node) && next.length > 0;
    drawn.add(node);
    yield ` ${String(node.ttl).padStart(2)}. ${lead}${nodeName(node, naming)}${isRepeated ? " ..." : ""}`;
    if (!isRepeated) yield* branches(next, below);
  }
}

function nodeName({ responder }: GraphNode, naming: Naming): string {
  return responder === undefined ? UNKNOWN : nameOf(responder, naming);
}

function hopsText(ttls: readonly number[]): string {
  return `hop${ttls.length === 1 ? "" : "s"} ${ttls.join(", ")}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export type PlainValue = string | number | boolean | null | readonly PlainValue[] | {
  readonly [key: string]: PlainValue;
};

/** The same for programs; addresses are null where nobody answered. */
export function multipathValues(
  { isComplete, flows, probes, unfinishedTtls, mixedTtls, nodes, links, diamonds }: Multipath,
  naming: Naming,
): { readonly [key: string]: PlainValue } {
  return {
    complete: isComplete,
    flows: flows ?? null,
    probes: probes ?? null,
    unfinishedHops: unfinishedTtls,
    mixedHops: mixedTtls,
    nodes: nodes.map(({ ttl, responder, flows, isEnd }) => ({
      hop: ttl,
      address: responder?.address ?? null,
      host: responder === undefined ? null : hostNameOf(responder.address, naming) ?? null,
      flows,
      end: isEnd,
    })),
    links: links.map(({ from, to, flows }) => ({
      hop: to.ttl,
      from: from.responder?.address ?? null,
      to: to.responder?.address ?? null,
      flows,
    })),
    diamonds: diamonds.map(({ firstTtl, lastTtl, width, opens, closes }) => ({
      firstHop: firstTtl,
      lastHop: lastTtl,
      width,
      opens: opens?.responder?.address ?? null,
      closes: closes?.responder?.address ?? null,
    })),
  };
}
