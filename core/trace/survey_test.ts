/** Surveys of paths that are known: what is found of them, how often not all, and with how many probes. */
import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { DEFAULT_PLAN, MULTIPATH, type TracePlan } from "../plan.ts";
import { Survey, type SurveyLimits } from "./survey.ts";

/**
 * By node, who comes next: each with the same chance, drawn once a flow and node, or for each packet. Flows begin at the
 * first one; who has no next ones is the target.
 */
interface Network {
  readonly next: Readonly<Record<string, readonly string[]>>;
  readonly isPerPacket?: (node: string) => boolean;
  readonly isSilent?: (node: string) => boolean;
  /** Probability that a probe has no answer. */
  readonly loss?: number;
}

interface Found {
  /** `node next`: somebody met both with one flow. */
  readonly links: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
  readonly survey: Survey;
  readonly tookUs: number;
}

const START = "start";
const RTT_US = 20_000;
const SPACING_US = 33_333;

/** Answers come one after the other, as the survey asks. */
function explore(
  network: Network,
  seed: number,
  { plan = {}, limits = MULTIPATH }: { readonly plan?: Partial<TracePlan>; readonly limits?: SurveyLimits } = {},
): Found {
  const random = new Random(seed);
  const survey = new Survey({ ...DEFAULT_PLAN, ...plan }, limits);
  const choices = new Map<string, number>();
  const met = new Map<string, string>();
  const isMixed = (node: string): boolean => network.isPerPacket?.(node) ?? false;
  const choose = (flow: number, node: string): string => {
    const nodes = network.next[node]!;
    const key = `${flow} ${node}`;
    const choice = isMixed(node) ? random.below(nodes.length) : choices.get(key) ?? random.below(nodes.length);
    choices.set(key, choice);
    return nodes[choice]!;
  };
  const due: { readonly atUs: number; readonly tell: () => void }[] = [];
  let nowUs = 0;
  for (let steps = 0;; steps++) {
    assert.ok(steps < 1_000_000, "The survey does not come to an end");
    while (due.length > 0 && due[0]!.atUs <= nowUs) due.shift()!.tell();
    const step = survey.next(nowUs);
    if (step.kind === "over") break;
    if (step.kind === "wait") {
      assert.ok(Number.isFinite(step.untilUs));
      nowUs = Math.max(nowUs, Math.min(step.untilUs, due[0]?.atUs ?? Infinity));
      continue;
    }
    const { flow, ttl } = step;
    assert.ok(flow <= survey.result.flows && flow < limits.mostFlows);
    survey.noteSent(flow, ttl, nowUs);
    let node = START;
    for (let hop = 1; hop <= ttl && network.next[node] !== undefined; hop++) node = choose(flow, node);
    const isAnswered = !network.isSilent?.(node) && !(random.below(1_000) < 1_000 * (network.loss ?? 0));
    const isEnd = network.next[node] === undefined;
    if (isAnswered) {
      met.set(`${flow} ${ttl}`, node);
      due.push({
        atUs: nowUs + RTT_US,
        tell: () => survey.noteAnswer(flow, ttl, { from: node, isEnd, rttUs: RTT_US }),
      });
    }
    nowUs += SPACING_US;
  }
  const nodes = new Set(met.values());
  const hops: Set<string>[] = [];
  for (const [place, node] of met) (hops[Number(place.split(" ")[1])] ??= new Set()).add(node);
  const links = new Set([...met].flatMap(([place, node]) => {
    const [flow, ttl] = place.split(" ").map(Number);
    // The only one there is, is met by all.
    const [only] = hops[ttl! - 1]?.size === 1 ? hops[ttl! - 1]! : [];
    const before = met.get(`${flow} ${ttl! - 1}`) ?? only;
    return before === undefined || before === node ? [] : `${before} ${node}`;
  }));
  return { nodes, links, survey, tookUs: nowUs };
}

/** Names of nodes side by side. */
function row(name: string, width: number): readonly string[] {
  return Array.from({ length: width }, (_, index) => `${name}${index + 1}`);
}

/** Between rows, each node leads to each of the next row. */
function layers(...rows: readonly (readonly string[])[]): Network["next"] {
  const next: Record<string, readonly string[]> = { [START]: rows[0]! };
  rows.slice(0, -1).forEach((nodes, index) => nodes.forEach((node) => next[node] = rows[index + 1]!));
  return next;
}

const ROUTERS = layers(["a"], ["b"], ["c"], ["target"]);

Deno.test("a path without balancing takes six flows a hop", () => {
  const { nodes, survey } = explore({ next: ROUTERS }, 1);
  assert.deepEqual([...nodes], ["a", "b", "c", "target"]);
  assert.deepEqual(survey.result, { flows: 6, probes: 24, unfinishedTtls: [] });
  assert.deepEqual(survey.coveringFlows(), [0]);
});

const TOPOLOGIES: Readonly<Record<string, Network["next"]>> = {
  "2 wide": layers(["a"], row("b", 2), ["c"], ["target"]),
  "3 wide": layers(["a"], row("b", 3), ["c"], ["target"]),
  "8 wide": layers(["a"], row("b", 8), ["c"], ["target"]),
  "16 wide": layers(["a"], row("b", 16), ["c"], ["target"]),
  "diamonds in a row": layers(["a"], row("b", 2), ["c"], row("d", 3), ["e"], ["target"]),
  "diamonds side by side, each node with two next hops": {
    [START]: ["a"],
    a: ["b1", "b2"],
    b1: ["c1", "c2"],
    b2: ["c3", "c4"],
    ...Object.fromEntries(row("c", 4).map((node) => [node, ["d"]])),
    d: ["target"],
  },
  "a diamond in one arm of another": {
    [START]: ["a"],
    a: ["b1", "b2"],
    b1: ["c1", "c2", "c3"],
    b2: ["c4"],
    ...Object.fromEntries(row("c", 4).map((node) => [node, ["d"]])),
    d: ["target"],
  },
  "arms of unequal length": {
    [START]: ["a"],
    a: ["b1", "b2"],
    b1: ["target"],
    b2: ["c1", "c2"],
    c1: ["target"],
    c2: ["target"],
  },
  "meshed": layers(["a"], row("b", 2), row("c", 3), ["target"]),
};

/** How many seeds; fewer where a survey takes hundreds of flows. */
const SEEDS: Readonly<Record<string, number>> = { "8 wide": 300, "16 wide": 100 };
const USUAL_SEEDS = 1_000;

for (const [name, next] of Object.entries(TOPOLOGIES)) {
  Deno.test(`all next hops of each node are found, or are missed in no more than 5 of 100 cases: ${name}`, () => {
    const missed = new Map<string, number>();
    const seeds = SEEDS[name] ?? USUAL_SEEDS;
    const balancing = Object.keys(next).filter((node) => next[node]!.length > 1);
    for (let seed = 1; seed <= seeds; seed++) {
      const { links, nodes, survey } = explore({ next }, seed);
      assert.deepEqual(survey.result.unfinishedTtls, []);
      for (const node of balancing) {
        const isFound = !nodes.has(node) || next[node]!.every((other) => links.has(`${node} ${other}`));
        if (!isFound) missed.set(node, (missed.get(node) ?? 0) + 1);
      }
    }
    for (const [node, count] of missed) assert.ok(count <= 0.05 * seeds, `${node}: ${count} of ${seeds}`);
  });
}

Deno.test("flows that take every link are chosen, and no more than links ask for", () => {
  const { survey, links } = explore({ next: layers(["a"], row("b", 8), ["c"], ["target"]) }, 3);
  assert.equal(links.size, 8 + 8 + 1);
  assert.equal(survey.coveringFlows().length, 8);
});

Deno.test("packets that are balanced one by one are found out, and all who answer are found", () => {
  const missed = { all: 0, mixed: 0 };
  for (let seed = 1; seed <= 300; seed++) {
    const isPerPacket = (node: string): boolean => node === "a";
    const { nodes, survey } = explore({ next: layers(["a"], row("b", 3), ["c"], ["target"]), isPerPacket }, seed);
    if (!row("b", 3).every((node) => nodes.has(node))) missed.all++;
    // All flows are one there: as many as one node takes, and some more for three addresses.
    if (survey.result.flows > 20) missed.mixed++;
    assert.deepEqual(survey.result.unfinishedTtls, []);
  }
  assert.ok(missed.all <= 15 && missed.mixed <= 15, JSON.stringify(missed));
});

Deno.test("with loss all next hops are found as often, since who is silent is asked again", () => {
  let missed = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const { nodes } = explore({ next: layers(["a"], row("b", 4), ["c"], ["target"]), loss: 0.1 }, seed);
    if (!row("b", 4).every((node) => nodes.has(node)) || !nodes.has("target")) missed++;
  }
  assert.ok(missed <= 15, `${missed} of 300`);
});

Deno.test("a silent hop is passed, and a silent one among several counts as one of them", () => {
  const wide = layers(["a"], row("b", 3), ["c"], ["target"]);
  const silences: readonly ((node: string) => boolean)[] = [(node) => node.startsWith("b"), (node) => node === "b2"];
  for (const isSilent of silences) {
    for (let seed = 1; seed <= 50; seed++) {
      const { nodes, survey } = explore({ next: wide, isSilent }, seed);
      assert.deepEqual([nodes.has("c"), nodes.has("target")], [true, true]);
      assert.deepEqual(survey.result.unfinishedTtls, []);
      assert.ok(survey.result.probes < 150, `${survey.result.probes}`);
    }
  }
});

Deno.test("a target that does not answer is looked for as far as a round would go", () => {
  const { survey, tookUs } = explore({ next: ROUTERS, isSilent: (node) => node === "target" }, 1, {
    plan: { maxUnknown: 5 },
  });
  // The last three hops answer 18 probes; then six of each of six hops stay unanswered.
  assert.deepEqual(survey.result, { flows: 6, probes: 18 + 36, unfinishedTtls: [] });
  assert.ok(tookUs < 10_000_000, `${tookUs}`);
});

Deno.test("where limits are met, what is found until then stays, and the hop is told", () => {
  const next = layers(["a"], row("b", 20), row("c", 20), ["target"]);
  const ofFlows = explore({ next }, 1, { limits: { mostFlows: 150, mostProbes: 10_000, mostFlowsOfRounds: 8 } });
  assert.deepEqual([ofFlows.survey.result.flows, ofFlows.survey.result.unfinishedTtls], [150, [3, 4]]);
  assert.deepEqual([...row("b", 20), "target"].filter((node) => !ofFlows.nodes.has(node)), []);
  assert.equal(ofFlows.survey.coveringFlows().length, 8);
  const ofProbes = explore({ next }, 1, { limits: { mostFlows: 1_000, mostProbes: 50, mostFlowsOfRounds: 64 } });
  assert.deepEqual([ofProbes.survey.result.probes, ofProbes.survey.result.unfinishedTtls], [50, [2, 3]]);
});

Deno.test("whatever the path is, a survey ends within its bounds (100 seeds)", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed);
    const rows = [["a"], ...Array.from({ length: 4 }, (_, index) => row(`n${index}x`, 1 + random.below(4))), [
      "target",
    ]];
    const next = Object.fromEntries(
      Object.entries(layers(...rows)).map(([node, nodes]) => [node, nodes.slice(random.below(nodes.length))]),
    );
    const [perPacket, silent] = [random.below(4), random.below(4)];
    const { survey } = explore({
      next,
      isPerPacket: (node) => perPacket === 0 && node.endsWith("1"),
      isSilent: (node) => silent === 0 && node.endsWith("2"),
      loss: random.below(3) / 10,
    }, seed);
    assert.ok(survey.result.probes <= MULTIPATH.mostProbes && survey.result.flows <= MULTIPATH.mostFlows);
    assert.ok(survey.coveringFlows().every((flow) => flow < survey.result.flows));
  }
});
