/**
 * Which flow to send how far next, so that all next hops of every node of a path are found: the Multipath Detection
 * Algorithm with node control (see `stopping_point.ts` for the sources and the rule).
 *
 * A site is where flows are known to be: a node, which is an address at a ttl. What lies behind it is looked for by flows
 * that pass it; where there are too few, flows are sent through the sites before it, and new ones from the last site that
 * all flows pass. Silence counts as one more next hop, so that a silent router is a site, too; but where others answer it
 * may be loss, so that no flows are led there. Where one flow meets several addresses, packets are balanced by something
 * else than flows and nobody can lead them: there all addresses of a hop are one site, and each answer counts like a flow.
 *
 * Pure: what it asks for, and what came of it, are the caller's to send and to tell. It ends, since probes are bounded.
 */
import { MULTIPATH, type TracePlan } from "../plan.ts";
import { stoppingPoint } from "./stopping_point.ts";

export type SurveyStep =
  | { readonly kind: "probe"; readonly flow: number; readonly ttl: number }
  /** Nothing before this time, unless an answer comes. */
  | { readonly kind: "wait"; readonly untilUs: number }
  | { readonly kind: "over" };

/** What was looked for, and not to the end. */
export interface SurveyResult {
  readonly flows: number;
  readonly probes: number;
  /** Where more next hops may be than were found, since a limit was met. */
  readonly unfinishedTtls: readonly number[];
}

export type SurveyLimits = Readonly<Record<keyof typeof MULTIPATH, number>>;

/** One flow at one ttl. */
interface Cell {
  tries: number;
  answers: number;
  /** When the latest was sent, while neither an answer nor its loss is known. */
  sentAtUs: number | undefined;
  readonly addresses: Set<string>;
  /** The path of the flow ends here. */
  isEnd: boolean;
}

/** All flows at one ttl. */
interface Hop {
  readonly cells: Cell[];
  /** Somebody has answered. */
  isAnswered: boolean;
  /** A flow has met several. */
  isMixed: boolean;
}

type Knowledge = "open" | "waiting" | "known";

interface Site {
  readonly key: string;
  readonly ttl: number;
  /** Flows known to pass it. */
  readonly flows: readonly number[];
  /** Every flow passes it, whether anybody has looked or not. */
  readonly takesAll: boolean;
  readonly isEnd: boolean;
}

/** What is known behind a site. */
type Search = { readonly kind: "complete" | "exhausted" | "wait" } | Extract<SurveyStep, { kind: "probe" }>;

const SILENT = "silent";
const MIXED = "mixed";
/** Behind the address of a node at which flows end. */
const END = " end";
/** A flow that is silent where others end is followed so many hops further: it may end there, too, at a target that limits its answers. */
const MOST_BEHIND = 1;
/** A flow is asked so often before its silence counts, where others are answered. */
const MOST_TRIES = 3;
/** Two routers that take packets in turns, or by chance, look like one to so many probes of one flow in 3 of 100 cases. */
const STEADY_ANSWERS = 6;
const MOST_STEADY_TRIES = 12;
/** Whoever has not answered by then is taken for silent until he answers: by the slowest answer so far, within limits. */
const PATIENCE = { leastUs: 500_000, mostUs: 2_000_000, unknownUs: 1_000_000, timesSlowest: 4 } as const;

export class Survey {
  readonly #plan: TracePlan;
  readonly #limits: SurveyLimits;
  /** By ttl. */
  readonly #hops: Hop[] = [];
  #flows = 0;
  #probes = 0;
  #slowestUs: number | undefined;
  /** By ttl, as they were when last asked for a step. */
  readonly #sites: Site[][] = [];
  /** Up to this ttl everything is found, and nothing has happened since. */
  #completeTtl: number;
  readonly #unfinished = new Set<number>();

  constructor(plan: TracePlan, limits: SurveyLimits = MULTIPATH) {
    this.#plan = plan;
    this.#limits = limits;
    this.#completeTtl = plan.firstTtl - 1;
    this.#sites[this.#completeTtl] = [{ key: "", ttl: this.#completeTtl, flows: [], takesAll: true, isEnd: false }];
  }

  get result(): SurveyResult {
    return {
      flows: this.#flows,
      probes: this.#probes,
      unfinishedTtls: [...this.#unfinished].sort((one, other) => one - other),
    };
  }

  /** What is to be sent now, or waited for. Whoever sends it says so (`noteSent`) before asking again. */
  next(nowUs: number): SurveyStep {
    const isSpent = this.#probes >= this.#limits.mostProbes;
    this.#unfinished.clear();
    this.#sites.length = this.#completeTtl + 1;
    let isWaiting = false;
    for (let ttl = this.#completeTtl + 1; ttl <= this.#plan.maxTtl; ttl++) {
      let isComplete = true;
      for (const site of this.#sites[ttl - 1]!) {
        if (this.#isLast(site)) continue;
        const search = this.#search(site, { nowUs, isAhead: isWaiting });
        if (search.kind === "probe" && !isSpent) return search;
        if (search.kind === "wait" && !isSpent) isComplete = false;
        else if (search.kind !== "complete") this.#unfinished.add(ttl);
      }
      const sites = this.#sitesAt(ttl, nowUs, isComplete);
      this.#sites[ttl] = sites;
      isWaiting ||= !isComplete;
      if (sites.length === 0) break;
      if (!isWaiting && this.#unfinished.size === 0) this.#completeTtl = ttl;
    }
    return isWaiting ? { kind: "wait", untilUs: this.#patienceEndsUs(nowUs) } : { kind: "over" };
  }

  noteSent(flow: number, ttl: number, nowUs: number): void {
    this.#flows = Math.max(this.#flows, flow + 1);
    this.#probes++;
    this.#happened(ttl);
    const { cells } = this.#hops[ttl] ??= { cells: [], isAnswered: false, isMixed: false };
    const cell = cells[flow] ??= { tries: 0, answers: 0, sentAtUs: undefined, addresses: new Set(), isEnd: false };
    cell.tries++;
    cell.sentAtUs = nowUs;
  }

  /** `isEnd`: the path of the flow ends there. */
  noteAnswer(flow: number, ttl: number, { from, isEnd, rttUs }: {
    readonly from: string;
    readonly isEnd: boolean;
    readonly rttUs: number;
  }): void {
    const hop = this.#hops[ttl];
    const cell = hop?.cells[flow];
    if (hop === undefined || cell === undefined) return;
    this.#happened(ttl);
    cell.sentAtUs = undefined;
    cell.isEnd = isEnd && (cell.isEnd || cell.answers === 0);
    cell.answers++;
    cell.addresses.add(from);
    hop.isAnswered = true;
    hop.isMixed ||= cell.addresses.size > 1;
    this.#slowestUs = Math.max(this.#slowestUs ?? 0, rttUs);
  }

  /** It was given up, or did not leave. */
  noteLoss(flow: number, ttl: number): void {
    const cell = this.#hops[ttl]?.cells[flow];
    if (cell !== undefined) cell.sentAtUs = undefined;
    this.#happened(ttl);
  }

  #happened(ttl: number): void {
    this.#completeTtl = Math.min(this.#completeTtl, ttl - 1);
  }

  /**
   * Flows that together take every link that was found, as few as a greedy choice gives: the one with most links that no
   * other has comes first. At least one, and `MULTIPATH.mostFlowsOfRounds` at most.
   */
  coveringFlows(): readonly number[] {
    const links = this.#allFlows().map((flow) => this.#linksOf(flow));
    const open = new Set(links.flat());
    const chosen: number[] = [];
    while (chosen.length < this.#limits.mostFlowsOfRounds) {
      const news = links.map((of) => of.filter((link) => open.has(link)).length);
      const most = Math.max(...news);
      if (most <= 0) break;
      const flow = news.indexOf(most);
      chosen.push(flow);
      for (const link of links[flow]!) open.delete(link);
    }
    return chosen.length === 0 ? [0] : chosen.sort((one, other) => one - other);
  }

  #linksOf(flow: number): readonly string[] {
    const keyAt = (ttl: number): string | undefined => {
      const cell = this.#hops[ttl]?.cells[flow];
      const sites = this.#sites[ttl] ?? [];
      return cell !== undefined ? keyOf(cell, this.#hops[ttl]) : sites.length === 1 ? sites[0]?.key : undefined;
    };
    return this.#hops.flatMap(({ cells }, ttl) => {
      if (cells[flow] === undefined) return [];
      const [before, key] = [keyAt(ttl - 1), keyAt(ttl)];
      return [`${ttl} ${key}`, ...before === undefined ? [] : [`${ttl} ${before} ${key}`]];
    });
  }

  #allFlows(): readonly number[] {
    return Array.from({ length: this.#flows }, (_, flow) => flow);
  }

  /** Nothing is looked for behind it. */
  #isLast({ key, ttl, flows: [flow], isEnd }: Site): boolean {
    if (isEnd || key !== SILENT || flow === undefined) return isEnd;
    const endTtl = this.#firstEnd;
    const [firstTtl, most] = ttl < endTtl ? [this.#plan.firstTtl, this.#plan.maxUnknown] : [endTtl, MOST_BEHIND];
    let silent = 0;
    for (let at = ttl; at >= firstTtl; at--) {
      const hop = this.#hops[at];
      const cell = hop?.cells[flow];
      if (cell === undefined ? hop?.isAnswered : cell.answers > 0) break;
      silent++;
    }
    return silent > most;
  }

  /** What to do for the next hops of a site; `isAhead`: with the flows that are there, since a hop before is not decided. */
  #search(site: Site, { nowUs, isAhead }: { readonly nowUs: number; readonly isAhead: boolean }): Search {
    const ttl = site.ttl + 1;
    const hop = this.#hops[ttl];
    const isMixed = hop?.isMixed ?? false;
    const nextHops = new Set<string>();
    let decided = 0;
    let waiting = 0;
    let open: number | undefined;
    let steadiest: number | undefined;
    for (const flow of this.#flowsOf(site)) {
      const cell = hop?.cells[flow];
      const knowledge = this.#knowledgeOf(cell, hop, nowUs);
      if (knowledge === "waiting") waiting++;
      if (knowledge === "open") open ??= flow;
      if (cell === undefined || knowledge !== "known") continue;
      if (isMixed) cell.addresses.forEach((address) => nextHops.add(address));
      else nextHops.add(keyOf(cell, hop));
      decided += isMixed ? Math.max(1, cell.answers) : 1;
      if (cell.answers > (hop?.cells[steadiest ?? -1]?.answers ?? 0)) steadiest = flow;
    }
    const check = isMixed || nextHops.size < 2 ? "complete" : this.#steadiness(steadiest, ttl, nowUs);
    if (check === "open") return { kind: "probe", flow: steadiest!, ttl };
    const missing = stoppingPoint(Math.max(1, nextHops.size)) - decided - waiting;
    if (missing > 0) {
      if (open !== undefined) return { kind: "probe", flow: open, ttl };
      if (isAhead) return { kind: "wait" };
      const isDoubtful = site.key === SILENT && (this.#hops[site.ttl]!.isAnswered || site.ttl >= this.#firstEnd);
      if (!isDoubtful) return this.#lead(site, { nowUs, wanted: missing });
    }
    return waiting > 0 || check === "waiting" ? { kind: "wait" } : { kind: "complete" };
  }

  /** Whether one flow has been asked often enough to know that it always meets the same node. */
  #steadiness(flow: number | undefined, ttl: number, nowUs: number): "open" | "waiting" | "complete" {
    const cell = flow === undefined ? undefined : this.#hops[ttl]?.cells[flow];
    if (cell === undefined) return "complete";
    if (this.#isWaiting(cell, nowUs)) return "waiting";
    return cell.answers >= STEADY_ANSWERS || cell.tries >= MOST_STEADY_TRIES ? "complete" : "open";
  }

  /** What to send so that `wanted` more flows are known to pass the site. */
  #lead(site: Site, { nowUs, wanted }: { readonly nowUs: number; readonly wanted: number }): Search {
    let at = site;
    for (let needed = wanted;;) {
      const { ttl } = at;
      if (at.takesAll) {
        const isSpent = this.#flows >= this.#limits.mostFlows;
        return isSpent ? { kind: "exhausted" } : { kind: "probe", flow: this.#flows, ttl: ttl + 1 };
      }
      const decided = this.#sites[ttl]!.reduce((sum, { flows }) => sum + flows.length, 0);
      const hop = this.#hops[ttl];
      const waiting = hop?.cells.filter((cell) => this.#isWaiting(cell, nowUs)).length ?? 0;
      // So many flows bring about one to the site.
      const flowsEach = decided / at.flows.length;
      needed = needed * flowsEach - waiting;
      if (needed <= 0) return { kind: "wait" };
      const before = this.#sitesBefore(at);
      for (const from of before) {
        const flow = this.#flowsOf(from).find((flow) => this.#knowledgeOf(hop?.cells[flow], hop, nowUs) === "open");
        if (flow !== undefined) return { kind: "probe", flow, ttl };
      }
      const [most] = before;
      if (most === undefined) return { kind: "exhausted" };
      at = most;
    }
  }

  /** The sites whose flows pass this one, that of most flows first; all before it where nobody knows. */
  #sitesBefore({ ttl, flows }: Site): readonly Site[] {
    const sites = (this.#sites[ttl - 1] ?? []).filter(({ isEnd }) => !isEnd);
    const passing = new Set(flows);
    const shared = new Map(sites.map((site) => [site, site.flows.filter((flow) => passing.has(flow)).length]));
    const leading = sites.filter((site) => site.takesAll || shared.get(site)! > 0);
    const known = leading.length > 0 ? leading : sites;
    return known.toSorted((one, other) => shared.get(other)! - shared.get(one)!);
  }

  #flowsOf({ takesAll, flows }: Site): readonly number[] {
    return takesAll ? this.#allFlows() : flows;
  }

  /** Grouped by what the flows have met there; the only site of a decided hop takes all. */
  #sitesAt(ttl: number, nowUs: number, isComplete: boolean): Site[] {
    const groups = new Map<string, number[]>();
    const hop = this.#hops[ttl];
    for (const [flow, cell] of hop?.cells.entries() ?? []) {
      if (cell === undefined || this.#knowledgeOf(cell, hop, nowUs) !== "known") continue;
      const key = keyOf(cell, hop);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [flow]);
      else group.push(flow);
    }
    const takesAll = isComplete && groups.size === 1 && this.#firstEnd >= ttl;
    return [...groups].map(([key, flows]) => ({ key, ttl, flows, takesAll, isEnd: key.endsWith(END) }));
  }

  /** The least ttl at which a flow ends; `Infinity` if none is known to. */
  get #firstEnd(): number {
    const ttl = this.#sites.findIndex((sites) => sites?.some(({ isEnd }) => isEnd));
    return ttl < 0 ? Infinity : ttl;
  }

  #knowledgeOf(cell: Cell | undefined, hop: Hop | undefined, nowUs: number): Knowledge {
    if (cell === undefined) return "open";
    if (cell.answers > 0) return "known";
    if (this.#isWaiting(cell, nowUs)) return "waiting";
    return cell.tries < (hop?.isAnswered ? MOST_TRIES : 1) ? "open" : "known";
  }

  #isWaiting({ sentAtUs }: Cell, nowUs: number): boolean {
    return sentAtUs !== undefined && nowUs < sentAtUs + this.#patienceUs;
  }

  get #patienceUs(): number {
    const { leastUs, mostUs, unknownUs, timesSlowest } = PATIENCE;
    const ownUs = this.#slowestUs === undefined ? unknownUs : timesSlowest * this.#slowestUs;
    return Math.min(this.#plan.timeoutUs, Math.max(leastUs, Math.min(mostUs, ownUs)));
  }

  /** The next time at which somebody who is waited for is taken for silent. */
  #patienceEndsUs(nowUs: number): number {
    const times = this.#hops.flatMap(({ cells }) =>
      cells.flatMap((cell) => this.#isWaiting(cell, nowUs) ? cell.sentAtUs! + this.#patienceUs : [])
    );
    return Math.min(...times);
  }
}

/** What stands for where the flow was; of a cell that is known. */
function keyOf({ addresses, isEnd }: Cell, hop: Hop | undefined): string {
  if (addresses.size === 0) return SILENT;
  if (hop?.isMixed && !isEnd) return MIXED;
  const [address] = addresses;
  return `${address}${isEnd ? END : ""}`;
}
