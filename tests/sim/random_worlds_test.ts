/**
 * Worlds made by chance, and what must hold in all of them: each probe has one fate, and it is the true one. A failure
 * names the seed of its world.
 */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { run } from "./run.ts";
import type { TrueProbe } from "./truth.ts";

const WORLDS = 300;

/** Letters for what happens to one probe, and the only stories there are: D is a duplicate, L lost, l late. */
const LETTER = { sent: "s", sendFailed: "f", unsent: "u", reply: "r", late: "l", duplicate: "D", lost: "L" } as const;
const STORY = /^(f|s(|rD*|L(lD*)?))$/;

for (let seed = 1; seed <= WORLDS; seed++) {
  Deno.test(`world ${seed}: each probe has one fate, and it is the true one`, () => {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = randomPlan(random, world);
    const { events, truth } = run(world, plan);
    checkStories(events);
    checkFates(events, truth.probes, { timeoutUs: plan.timeoutUs!, graceUs: plan.graceUs! });
  });
}

/** Every probe's events are one of the stories, and every target's last event is that it is finished. */
function checkStories(events: readonly TraceEvent[]): void {
  const stories = new Map<number, string>();
  const finished = new Set<number>();
  for (const event of events) {
    if ("target" in event) assert.ok(!finished.has(event.target), `${event.kind} after the end`);
    if (event.kind === "finished") finished.add(event.target);
    if ("probe" in event) stories.set(event.probe, (stories.get(event.probe) ?? "") + LETTER[event.kind]);
  }
  for (const [probe, story] of stories) assert.match(story, STORY, `probe ${probe}`);
  assert.deepEqual([...stories.keys()].sort((one, other) => one - other), [...stories.keys()].map((_, index) => index));
}

/** What the events tell of each probe is what happened to it. */
function checkFates(
  events: readonly TraceEvent[],
  probes: readonly TrueProbe[],
  { timeoutUs, graceUs }: { timeoutUs: number; graceUs: number },
): void {
  let next = 0;
  const truthOf = new Map<number, TrueProbe>();
  const told = new Set<number>();
  for (const event of events) {
    if (event.kind === "sent") {
      const probe = probes[next++]!;
      truthOf.set(event.probe, probe);
      assert.equal(probe.sent.ttl, event.ttl);
      assert.equal(probe.sent.packet.length, event.packetBytes);
    }
    if (event.kind === "reply" || event.kind === "late") {
      const first = truthOf.get(event.probe)?.answers[0];
      assert.equal(first?.from, event.from, `probe ${event.probe}`);
      assert.ok(Math.abs(first.rttUs - event.rttUs) < 0.01, `probe ${event.probe}: ${event.rttUs}, not ${first.rttUs}`);
      // A late answer came after its time: the time of one probe, or the grace after the last send.
      if (event.kind === "late") {
        assert.ok(event.rttUs >= Math.min(timeoutUs, graceUs) - 100, `${event.rttUs} is not late`);
      } else assert.ok(event.rttUs <= timeoutUs + 100, `${event.rttUs} is late`);
      told.add(event.probe);
    }
    if (event.kind === "duplicate") {
      const rtts = truthOf.get(event.probe)!.answers.slice(1).map(({ rttUs }) => rttUs);
      assert.ok(rtts.some((rttUs) => Math.abs(rttUs - event.rttUs) < 0.01), `probe ${event.probe}`);
    }
    if (event.kind === "lost") {
      const first = truthOf.get(event.probe)?.answers[0];
      const leastUs = Math.min(timeoutUs, graceUs);
      assert.ok(
        first === undefined || first.rttUs >= leastUs - 100,
        `probe ${event.probe} was answered in ${first?.rttUs}`,
      );
      told.add(event.probe);
    }
  }
  assert.equal(next, probes.length);
  checkUndecided(events, told);
}

/** Only a probe beyond the end of the path may stay undecided: beyond one that the target answered, or a router refused. */
function checkUndecided(events: readonly TraceEvent[], told: ReadonlySet<number>): void {
  const endOf = new Map<number, number>();
  for (const event of events) {
    if (event.kind !== "reply" && event.kind !== "late") continue;
    if (event.answer.kind === "timeExceeded") continue;
    endOf.set(event.target, Math.min(event.ttl, endOf.get(event.target) ?? Infinity));
  }
  for (const event of events) {
    if (event.kind !== "sent" || told.has(event.probe)) continue;
    const end = endOf.get(event.target) ?? Infinity;
    assert.ok(event.ttl > end, `probe ${event.probe} with ttl ${event.ttl} is undecided, the path ends at ${end}`);
  }
}
