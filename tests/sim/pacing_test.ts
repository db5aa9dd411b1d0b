/** When probes leave, when a run ends, and whose times RTTs are made of. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { path, TARGET } from "./paths.ts";
import { MS, only, rttsOf, type Run, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

/** Sending times of the probes with this ttl, in µs. */
function sentAtUs({ events }: Run, ttl: number): number[] {
  return only(events, "sent").filter((event) => event.ttl === ttl).map(({ atUs }) => atUs);
}

function assertNear(actual: number, expected: number, withinUs: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= withinUs, `${what}: ${actual} is not within ${withinUs} of ${expected}`);
}

Deno.test("rounds begin on the grid of the interval, without drift", () => {
  const times = sentAtUs(run({ paths: { [TARGET]: path(7) } }, { rounds: 1_000, intervalUs: 300 * MS }), 1);
  assert.equal(times.length, 1_000);
  for (const [round, atUs] of times.entries()) assertNear(atUs, round * 300 * MS, 0.01, `round ${round}`);
});

Deno.test("a program that wakes late sends late, but does not drift", () => {
  const world = { seed: 2, paths: { [TARGET]: path(7) }, clock: { wakeUs: 5 * MS } };
  const times = sentAtUs(run(world, { rounds: 1_000, intervalUs: 300 * MS }), 1);
  for (const [round, atUs] of times.entries()) {
    assert.ok(atUs >= round * 300 * MS - 0.01 && atUs <= round * 300 * MS + 10 * MS, `round ${round} at ${atUs}`);
  }
});

Deno.test("a program that is woken in time to prepare its probes sends them on time, and nothing before", () => {
  const clock = { wakeUs: 180, headStartUs: 200 };
  const times = sentAtUs(
    run({ seed: 2, paths: { [TARGET]: path(7) }, clock }, { rounds: 1_000, intervalUs: 300 * MS }),
    1,
  );
  for (const [round, atUs] of times.entries()) assertNear(atUs, round * 300 * MS, 0.01, `round ${round}`);
});

Deno.test("whoever is told the time ahead of the clock waits for an answer as long as anybody", () => {
  const clock = { headStartUs: 200 };
  for (const [rttUs, kinds] of [[399_950, ["sent", "reply"]], [400_050, ["sent", "lost"]]] as const) {
    const route = { hops: [], target: { rttUs } };
    const { events } = run({ paths: { [TARGET]: route }, clock }, { rounds: 1, maxTtl: 1, timeoutUs: 400 * MS });
    assert.deepEqual(events.map(({ kind }) => kind).filter((kind) => kind !== "round"), [...kinds, "finished"]);
  }
});

Deno.test("the probes of a round are spread evenly over the interval", () => {
  const result = run({ paths: { [TARGET]: path(5) } }, { rounds: 4 });
  for (const ttl of [1, 2, 3, 4, 5]) {
    for (const [round, atUs] of sentAtUs(result, ttl).entries()) {
      if (round > 1) assertNear(atUs, round * SECOND + (ttl - 1) * 200 * MS, 0.01, `ttl ${ttl}, round ${round}`);
    }
  }
});

Deno.test("the first probe leaves at once", () => {
  assert.equal(sentAtUs(run({ paths: { [TARGET]: path(5) } }, { rounds: 1 }), 1)[0], 0);
});

const ENDS: readonly { name: string; world: World; plan: Partial<TracePlan>; atMostUs: number }[] = [
  {
    name: "a path that answers takes its intervals and a round trip",
    world: { paths: { [TARGET]: path(5) } },
    plan: { rounds: 10 },
    atMostUs: 10 * SECOND + 50 * MS,
  },
  {
    name: "so does a single round",
    world: { paths: { [TARGET]: path(5) } },
    plan: { rounds: 1 },
    atMostUs: 1 * SECOND + 50 * MS,
  },
  {
    name: "an answer that is missing is waited for as long as one probe may take",
    world: { paths: { [TARGET]: path(3, { 2: { silent: true } }) } },
    plan: { rounds: 3, timeoutUs: 2 * SECOND },
    atMostUs: 3 * SECOND + 2 * SECOND,
  },
  {
    name: "but not beyond the grace after the last send",
    world: { paths: { [TARGET]: path(3, { 2: { silent: true } }) } },
    plan: { rounds: 3, timeoutUs: 100 * SECOND, graceUs: 700 * MS },
    atMostUs: 3 * SECOND + 700 * MS,
  },
];

for (const { name, world, plan, atMostUs } of ENDS) {
  Deno.test(name, () => {
    const { tookUs } = run(world, plan);
    assert.ok(tookUs <= atMostUs, `${tookUs} µs`);
  });
}

Deno.test("a run waits no less than the grace for answers that are still in time", () => {
  const paths = { [TARGET]: path(2, { 2: { rttUs: 4.9 * SECOND } }) };
  const { events } = run({ paths }, { rounds: 2 });
  assert.equal(rttsOf(events, 2).length, 2);
});

Deno.test("RTTs are the wire's, however late the program wakes", () => {
  for (const sentStamp of ["atOnce", "later"] as const) {
    const clock = { sendPathUs: 35, sentStamp, tellsAfterUs: 12, wakeUs: 4 * MS };
    const { events } = run({ seed: 8, paths: { [TARGET]: path(4) }, clock }, { rounds: 100 });
    for (const ttl of [1, 2, 3, 4]) assert.deepEqual(rttsOf(events, ttl), new Array(100).fill(ttl * 10 * MS));
    assert.ok(only(events, "reply").every(({ sentBy, receivedBy }) => sentBy === "driver" && receivedBy === "driver"));
  }
});

Deno.test("without the kernel's stamps RTTs are the program's, and say so", () => {
  const clock = { sendPathUs: 35, sentStamp: "never", receivedStamp: "program", wakeUs: 4 * MS } as const;
  const { events } = run({ seed: 8, paths: { [TARGET]: path(4) }, clock }, { rounds: 100 });
  for (const { rttUs, ttl, sentBy, receivedBy, errorUs } of only(events, "reply").filter((event) => event.ttl <= 4)) {
    assert.deepEqual([sentBy, receivedBy], ["program", "program"]);
    assert.ok(rttUs >= ttl * 10 * MS + 35 - 0.01 && rttUs <= ttl * 10 * MS + 35 + 4 * MS);
    assert.ok(errorUs !== undefined && Math.abs(rttUs - ttl * 10 * MS) <= errorUs + 0.01, `${rttUs} ± ${errorUs}`);
  }
});

Deno.test("events do not depend on how long the engine works at a time", () => {
  const changes = {
    2: { loss: 0.3, jitterUs: 30 * MS },
    3: { copiesUs: { 4: [5 * MS] } },
    5: { delaysUs: { 3: 4 * SECOND } },
  };
  const world = { seed: 5, paths: { [TARGET]: path(5, changes), "203.0.113.10": path(9, { 9: { loss: 0.5 } }) } };
  const plan = { rounds: 20, timeoutUs: 3 * SECOND };
  const [first, ...others] = [50 * MS, 1 * MS, 333, 7 * SECOND, 1_000 * SECOND].map((stepUs) =>
    run(world, plan, { stepUs }).events
  );
  for (const events of others) assert.deepEqual(events, first);
});

Deno.test("a round's end is told after its last probe, once", () => {
  const { events } = run({ paths: { [TARGET]: path(4) } }, { rounds: 5 });
  assert.deepEqual(only(events, "round").map(({ round }) => round), [0, 1, 2, 3, 4]);
  let told = 0;
  for (const event of events) {
    if (event.kind === "sent") assert.equal(event.round, told);
    if (event.kind === "round") told++;
  }
  assert.equal(events.at(-1)?.kind, "finished");
});
