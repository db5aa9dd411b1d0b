/** Routers that quote no payload, and an ordinary user, whom the kernel shows no header: every probe of UDP is known all the same. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { hopsOf, MS, only, rttsOf, type Run, run, SECOND } from "./run.ts";
import type { Hop, TargetHost, World } from "./world.ts";

type Changes = Readonly<Record<number, Partial<Hop> & Partial<TargetHost>>>;

const LENGTH = 5;
const PLAN: Partial<TracePlan> = { protocol: "udp", rounds: 20, intervalUs: 200 * MS };
const SHORT = { 4: 28, 6: 48 } as const;

/** Five hops, all routers of which quote headers only; the first one answers in 10 ms, and the others later. */
function short(changes: Changes = {}, family: 4 | 6 = 4): Changes {
  return Object.fromEntries(
    Array.from({ length: LENGTH }, (_, at) => {
      const quoteBytes = at + 1 < LENGTH ? { quoteBytes: SHORT[family] } : {};
      return [at + 1, { ...quoteBytes, ...changes[at + 1] }];
    }),
  );
}

function asUser(changes: Changes, plan: Partial<TracePlan> = {}, world: Partial<World> = {}): Run {
  return run({ access: "datagram", hidesChecksums: true, paths: { [TARGET]: path(LENGTH, changes) }, ...world }, {
    ...PLAN,
    ...plan,
  });
}

/** Source ports of all that was sent. */
function portsOf({ truth }: Run): ReadonlySet<number> {
  return new Set(truth.probes.map(({ sent: { bytes } }) => bytes[0]! << 8 | bytes[1]!));
}

/** How many probes left once more. */
function repeated({ truth, events }: Run): number {
  return truth.probes.length - only(events, "sent").length;
}

function figures({ events }: Run): readonly (readonly [sent: number, replies: number, lost: number, from: string])[] {
  return hopsOf(events).slice(0, LENGTH).map(({ sent, replies, lost, from }) => [sent, replies, lost, from.join(" ")]);
}

const address = (ttl: number): string => ttl < LENGTH ? router(ttl) : TARGET;
const ALL = [1, 2, 3, 4, 5] as const;

for (const intervalUs of [50 * MS, 200 * MS, SECOND]) {
  for (const flows of [1, 3]) {
    Deno.test(`all routers quote headers only: nothing is lost (${intervalUs / MS} ms, ${flows} flows)`, () => {
      const result = asUser(short(), { intervalUs, flows });
      assert.deepEqual(figures(result), ALL.map((ttl) => [20 * flows, 20 * flows, 0, address(ttl)]));
      for (const ttl of ALL) {
        for (const rttUs of rttsOf(result.events, ttl)) assert.equal(Math.round(rttUs), ttl * 10 * MS, `ttl ${ttl}`);
      }
      assert.equal(only(result.events, "portsVary").length, 1);
      assert.equal(only(result.events, "foreign").length, 0);
      assert.ok(repeated(result) <= 8 * flows, `${repeated(result)}`);
    });
  }
}

Deno.test("so over IPv6", () => {
  const { events } = run({
    access: "datagram",
    hidesChecksums: true,
    paths: { [TARGET6]: path6(LENGTH, short({}, 6)) },
  }, PLAN);
  const seen = hopsOf(events).slice(0, LENGTH).map(({ replies, lost, from }) => [replies, lost, from.join(" ")]);
  assert.deepEqual(seen, ALL.map((ttl) => [20, 0, ttl < LENGTH ? router6(ttl) : TARGET6]));
});

Deno.test("one such router is enough, wherever it is", () => {
  for (const ttl of [1, 2, 3, 4]) {
    const result = asUser({ [ttl]: { quoteBytes: 28 } });
    assert.deepEqual(figures(result), ALL.map((ttl) => [20, 20, 0, address(ttl)]), `${ttl}`);
    assert.equal(only(result.events, "portsVary").length, 1);
  }
});

Deno.test("what a silent router leaves open keeps no answer of others from being known", () => {
  const result = asUser(short({ 3: { silent: true } }));
  const expected = ALL.map((ttl) => ttl === 3 ? [20, 0, 20, ""] : [20, 20, 0, address(ttl)]);
  assert.deepEqual(figures(result), expected);
});

Deno.test("what is lost by chance is what the wire lost, but for what left once more", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const result = asUser(short({ 2: { forwardLoss: 0.2 } }), { rounds: 40, timeoutUs: 2 * SECOND }, { seed });
    for (const ttl of ALL) {
      const { sent, answered } = result.truth.hop(TARGET, ttl);
      const { replies, lost } = hopsOf(result.events)[ttl - 1]!;
      assert.equal(replies + lost, 40);
      const more = sent - 40;
      assert.ok(more >= 0 && more <= 4 && lost <= sent - answered && lost >= sent - answered - more, `${seed} ${ttl}`);
    }
  }
});

Deno.test("late answers and copies are known as what they are", () => {
  const { events } = asUser(short({ 1: { delaysUs: { 9: SECOND } }, 2: { copiesUs: { 7: [MS] } } }), {
    timeoutUs: SECOND / 2,
  });
  const [first, second] = hopsOf(events);
  assert.deepEqual([first?.replies, first?.lost, first?.late, second?.replies, second?.duplicates], [19, 1, 1, 20, 1]);
});

Deno.test("where quotes show payload, or the header is shown, all probes keep one port", () => {
  assert.equal(portsOf(asUser({})).size, 1);
  assert.equal(portsOf(asUser(short(), {}, { access: "raw" })).size, 1);
});

Deno.test("ports are kept that somebody has chosen, or that a search for all paths needs", () => {
  assert.equal(portsOf(asUser(short(), { localPort: 25_000 })).size, 1);
  const { events } = asUser(short(), { multipath: true, timeoutUs: SECOND });
  assert.equal(only(events, "portsVary").length, 0);
});

Deno.test("a target's own datagram is known by the port that it comes to", () => {
  const result = asUser(short({ [LENGTH]: { ports: { 53: "open" } } }), { remotePort: 53 });
  assert.deepEqual(figures(result).at(-1), [20, 20, 0, TARGET]);
});

Deno.test("then balance by flow is not told as balance by packet", () => {
  const at = (address: string): Hop => ({ address, rttUs: 20 * MS, quoteBytes: 28 });
  const hops = [at("10.0.1.1"), { ways: [[at("10.0.2.1")], [at("10.0.2.2")]] }, at("10.0.3.1")];
  const paths = { [TARGET]: { hops, target: { rttUs: 30 * MS } } };
  const { events } = run({ access: "datagram", hidesChecksums: true, paths }, { ...PLAN, rounds: 40 });
  const fold = new Fold({
    address: TARGET,
    family: 4,
    firstTtl: 1,
    maxTtl: 30,
    asksForPort: true,
    hasConstantFlows: true,
  });
  events.forEach((event) => fold.apply(event));
  assert.deepEqual(verdictsOf(fold).map(({ word, ttl }) => `${word} ${ttl}`), ["BALANCED 2"]);
});
