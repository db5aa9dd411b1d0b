/** `--multipath`: the engine looks for all paths of simulated internets, and what is told of them is true. */
import assert from "node:assert/strict";
import { type Graph, graphOf } from "../../core/path/graph.ts";
import { Path } from "../../core/path/path.ts";
import { turnsOf } from "../../core/path/turns.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import { MULTIPATH, PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, MS, only, type Run, run, SECOND } from "./run.ts";
import type { Fork, Hop } from "./world.ts";

/** A router that answers in 10 ms; `changes` are what it does else. */
function hop(address: string, changes: Partial<Hop> = {}): Hop {
  return { address, rttUs: 10 * MS, ...changes };
}

/** Ways of one router each. */
function wide(ttl: number, width: number, address = (index: number) => `10.0.${ttl}.${index}`): Fork {
  return { ways: Array.from({ length: width }, (_, index) => [hop(address(index + 1))]) };
}

const TARGET_HOST = { rttUs: 20 * MS, ports: { 80: "open" } } as const;

interface Found extends Run {
  readonly path: Path;
  readonly graph: Graph;
  /** Nodes and links as a reader would draw them: the last two numbers of addresses. */
  readonly widths: readonly number[];
}

function search(hops: readonly (Hop | Fork)[], plan: Partial<TracePlan> = {}, target = TARGET): Found {
  const all = { multipath: true, rounds: 3, ...plan };
  const result = run({ paths: { [target]: { hops, target: TARGET_HOST } } }, all);
  assert.equal(foreignCount(result.events), 0);
  const family = target === TARGET ? 4 : 6;
  const path = new Path({
    address: target,
    family,
    firstTtl: 1,
    maxTtl: 30,
    asksForPort: plan.protocol !== undefined && plan.protocol !== "icmp",
    hasConstantFlows: true,
  });
  result.events.forEach((event) => path.apply(event));
  const graph = graphOf(path);
  const widths = path.hops().map(({ ttl }) => graph.nodes.filter((node) => node.ttl === ttl).length);
  return { ...result, path, graph, widths };
}

function linksOf({ links }: Graph): readonly string[] {
  const name = (address = "?"): string => address === TARGET ? "target" : address.split(".").slice(1, 4).join(".");
  return links.map(({ from, to }) => `${name(from.responder?.address)} ${name(to.responder?.address)}`).toSorted();
}

for (const protocol of PROTOCOL_NAMES) {
  for (const target of [TARGET, TARGET6]) {
    Deno.test(`${protocol}: all of 2, 3 and 8 routers side by side are found, to ${target}`, () => {
      for (const width of [2, 3, 8]) {
        const address = (ttl: number) => (index: number) =>
          target === TARGET ? `10.0.${ttl}.${index}` : `2001:db8:${ttl}::${index}`;
        const hops = [hop(address(1)(1)), wide(2, width, address(2)), hop(address(3)(1))];
        const { widths, graph, path, events } = search(hops, { protocol }, target);
        assert.deepEqual(widths, [1, width, 1, 1]);
        assert.equal(graph.links.length, 2 * width + 1);
        const [first, , third] = graph.nodes.filter(({ ttl }) => ttl !== 2);
        const diamond = {
          firstTtl: 2,
          lastTtl: 2,
          width,
          opens: first,
          closes: graph.nodes.find(({ ttl }) => ttl === 3),
        };
        assert.deepEqual(graph.diamonds, [diamond]);
        assert.ok(third?.isEnd);
        assert.deepEqual(graph.mixedTtls, []);
        assert.deepEqual(path.survey?.unfinishedTtls, []);
        assert.deepEqual(turnsOf(path).map(({ word, ttl }) => [word, ttl]), [["PER_FLOW", 2]]);
        assert.equal(only(events, "lost").length, 0);
      }
    });
  }
}

Deno.test("the search is the first round, at its pace, and the others go over the flows that take every link", () => {
  const { events, path, graph } = search([hop("10.0.1.1"), wide(2, 8), hop("10.0.3.1")], { rounds: 4 });
  const sent = only(events, "sent");
  const times = sent.map(({ atUs }) => atUs);
  const searched = sent.filter(({ round }) => round === 0);
  assert.equal(path.survey?.probes, searched.length);
  for (const [index, { atUs }] of searched.slice(1).entries()) {
    assert.ok(atUs - searched[index]!.atUs >= SECOND / 30 - 1);
  }
  for (const [index, atUs] of times.slice(1).entries()) assert.ok(atUs - times[index]! >= SECOND / 100, `${index}`);
  for (const round of [1, 2, 3]) {
    const flows = new Set(sent.filter((event) => event.round === round).map(({ flow }) => flow));
    assert.equal(flows.size, 8);
    assert.equal(sent.filter((event) => event.round === round).length, 8 * 4);
  }
  assert.ok(graph.nodes.every(({ responder, flows }) => responder !== undefined && flows > 0));
  assert.equal(only(events, "surveyed").length, 1);
});

Deno.test("diamonds in a row are told apart, and each has its own ends", () => {
  const hops = [hop("10.0.1.1"), wide(2, 2), hop("10.0.3.1"), wide(4, 3), hop("10.0.5.1")];
  const { widths, graph: { diamonds } } = search(hops);
  assert.deepEqual(widths, [1, 2, 1, 3, 1, 1]);
  assert.deepEqual(
    diamonds.map(({ firstTtl, lastTtl, width, opens, closes }) => [
      firstTtl,
      lastTtl,
      width,
      opens?.responder?.address,
      closes?.responder?.address,
    ]),
    [[2, 2, 2, "10.0.1.1", "10.0.3.1"], [4, 4, 3, "10.0.3.1", "10.0.5.1"]],
  );
});

Deno.test("a diamond in one arm of another: who leads to whom is told", () => {
  const left = [hop("10.0.2.1"), { ways: [[hop("10.0.3.1")], [hop("10.0.3.2")], [hop("10.0.3.3")]] }];
  const right = [hop("10.0.2.2"), hop("10.0.3.4")];
  const { graph } = search([hop("10.0.1.1"), { ways: [left, right] }, hop("10.0.4.1")]);
  assert.deepEqual(linksOf(graph), [
    "0.1.1 0.2.1",
    "0.1.1 0.2.2",
    "0.2.1 0.3.1",
    "0.2.1 0.3.2",
    "0.2.1 0.3.3",
    "0.2.2 0.3.4",
    "0.3.1 0.4.1",
    "0.3.2 0.4.1",
    "0.3.3 0.4.1",
    "0.3.4 0.4.1",
    "0.4.1 target",
  ]);
});

Deno.test("ways of unequal length: the target stands behind each of them", () => {
  const { graph, path } = search([hop("10.0.1.1"), { ways: [[hop("10.0.2.1")], [hop("10.0.2.2"), hop("10.0.3.1")]] }]);
  assert.deepEqual(linksOf(graph), [
    "0.1.1 0.2.1",
    "0.1.1 0.2.2",
    "0.2.1 target",
    "0.2.2 0.3.1",
    "0.3.1 target",
  ]);
  assert.equal(path.reachedTtl, 3);
  assert.equal(path.hops().length, 4);
});

Deno.test("packets that are balanced one by one are told as such, and no links are made up", () => {
  const mixed = (ttl: number): Hop =>
    hop("", { address: [1, 2, 3].map((index) => `10.0.${ttl}.${index}`), balance: "chance" });
  const { graph, path } = search([hop("10.0.1.1"), mixed(2), mixed(3), hop("10.0.4.1")], { rounds: 20 });
  assert.deepEqual(graph.mixedTtls, [2, 3]);
  assert.deepEqual(graph.links.map(({ to }) => to.ttl), [2, 2, 2, 4, 4, 4, 5]);
  assert.deepEqual(turnsOf(path).map(({ word, ttl }) => [word, ttl]), [["PER_PACKET", 2], ["PER_PACKET", 3]]);
});

Deno.test("silent routers: a silent hop is passed, and one of several is a node without an address", () => {
  const silentHop = search([hop("10.0.1.1"), hop("10.0.2.1", { silent: true }), wide(3, 2)]);
  assert.deepEqual(silentHop.widths, [1, 1, 2, 1]);
  assert.deepEqual(silentHop.graph.nodes.map(({ responder }) => responder === undefined), [
    false,
    true,
    false,
    false,
    false,
  ]);
  const oneOfThree = { ways: [[hop("10.0.2.1")], [hop("10.0.2.2", { silent: true })], [hop("10.0.2.3")]] };
  const { graph, widths } = search([hop("10.0.1.1"), oneOfThree, hop("10.0.3.1")], { timeoutUs: SECOND });
  assert.deepEqual(widths, [1, 3, 1, 1]);
  assert.equal(graph.links.length, 7);
});

Deno.test("loss makes no node of a hop where one router answers", () => {
  for (const loss of [0.05, 0.2]) {
    const { widths } = search([hop("10.0.1.1", { loss }), wide(2, 2), hop("10.0.3.1", { loss })], {
      timeoutUs: SECOND,
    });
    assert.deepEqual(widths, [1, 2, 1, 1]);
  }
});

Deno.test("a target that does not answer ends the search, and the run", () => {
  const { path, events } = search([hop("10.0.1.1"), hop("10.0.2.1", { forwardLoss: 1 })], {
    maxUnknown: 3,
    timeoutUs: SECOND,
  });
  assert.equal(path.reachedTtl, undefined);
  assert.deepEqual(path.hops().map(({ ttl }) => ttl), [1, 2, 3]);
  assert.equal(only(events, "finished").length, 1);
});

Deno.test("a network that nobody can send to ends the search at once", () => {
  const paths = { [TARGET]: { hops: [hop("10.0.1.1")], target: TARGET_HOST } };
  const sendFailures = [{ fromUs: 0, untilUs: 3_600 * SECOND, reason: "noRoute" }] as const;
  const { events } = run({ paths, sendFailures }, { multipath: true, rounds: 2 });
  const [{ probes } = { probes: 0 }] = only(events, "surveyed");
  assert.ok(probes > 0 && probes <= 6 * 14, `${probes}`);
  assert.equal(only(events, "finished").length, 1);
});

Deno.test("-c 1 is the search alone, and two targets are searched side by side", () => {
  const other = "203.0.113.10";
  const hops = [hop("10.0.1.1"), wide(2, 3)];
  const world = { paths: { [TARGET]: { hops, target: TARGET_HOST }, [other]: { hops, target: TARGET_HOST } } };
  const { events } = run(world, { multipath: true, rounds: 1, protocol: "udp" });
  assert.ok(only(events, "sent").every(({ round }) => round === 0));
  assert.deepEqual(only(events, "surveyed").map(({ target }) => target).toSorted(), [0, 1]);
  assert.ok(only(events, "sent").every(({ flow = 0 }) => flow >= 1 && flow <= MULTIPATH.mostFlows));
  assert.equal(foreignCount(events), 0);
});

Deno.test("where a flow's way is longer by a silent router, the target's figures are those of its rounds", () => {
  const forks = { ways: [[hop("10.0.3.1")], [hop("10.0.3.1"), hop("10.0.4.1", { silent: true })]] };
  const { path } = search([hop("10.0.1.1"), hop("10.0.2.1"), forks], { protocol: "udp", rounds: 20 });
  assert.equal(new Set(path.flows.map(({ reachedTtl }) => reachedTtl)).size, 2);
  assert.deepEqual([path.target?.lost, path.target!.received! >= 19], [0, true]);
  assert.ok(verdictsOf(path).every(({ word }) => word !== "LOSS"));
});

Deno.test("a target that limits its answers keeps no search waiting, and stands once behind each way", () => {
  const limited = { rttUs: 20 * MS, limit: { perSecond: 1, burst: 6 } };
  const longer = [[], [hop("10.1.3.1")], [hop("10.1.3.1"), hop("10.1.4.1"), hop("10.1.5.1")]];
  for (const more of longer) {
    const ways = [[hop("10.0.2.1")], [hop("10.1.2.1"), ...more]];
    const paths = { [TARGET]: { hops: [hop("10.0.1.1"), { ways }, hop("10.0.9.1")], target: limited } };
    const { events } = run({ paths }, { multipath: true, protocol: "udp", rounds: 10 });
    const [searched] = only(events, "surveyed");
    assert.ok(searched!.flows <= 20 && searched!.probes <= 120, `${searched!.flows} flows, ${searched!.probes} probes`);
    assert.deepEqual(searched!.unfinishedTtls, []);
    const lastSearched = only(events, "sent").findLast(({ round }) => round === 0);
    assert.ok(lastSearched!.atUs <= 10 * SECOND, `${lastSearched!.atUs} us`);
    const path = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
    events.forEach((event) => path.apply(event));
    const { nodes } = graphOf(path);
    const places = nodes.filter(({ responder }) => responder?.address === TARGET).map(({ ttl }) => ttl);
    assert.deepEqual(places, more.length === 0 ? [4] : [4, 4 + more.length]);
    assert.ok(nodes.every(({ responder }) => responder !== undefined));
  }
});
