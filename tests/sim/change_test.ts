/** A run that is probed otherwise from some moment on: from the next round, at another pace at once, and without a loss. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { DEFAULT_PLAN, type PlanChange, type TracePlan } from "../../core/plan.ts";
import { ChangingProber } from "../../core/probe/changing_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { endpointOf, MS, only, SECOND } from "./run.ts";
import { SimulatedNetwork } from "./simulated_network.ts";

class ChangedRun {
  readonly network: SimulatedNetwork;
  readonly tracer: Tracer;
  readonly events: TraceEvent[] = [];

  constructor(settings: Partial<TracePlan>, { rttUs = 20 * MS, hops = 4 } = {}) {
    const changes = Object.fromEntries(Array.from({ length: hops }, (_, at) => [at + 1, { rttUs }]));
    this.network = new SimulatedNetwork({
      paths: { [TARGET]: path(hops, changes), [TARGET6]: path6(hops, changes) },
    });
    const plan = { ...DEFAULT_PLAN, ...settings };
    const prober = new ChangingProber<never>(this.network, plan.protocol, (protocol) => ({ ...plan, protocol }));
    this.tracer = new Tracer(prober, plan);
    this.tracer.begin([TARGET, TARGET6].map((address, index) => ({ index, endpoint: endpointOf(address) })));
  }

  /** Until so long from now. */
  go(us: number): void {
    const untilUs = this.network.nowUs() + us;
    while (!this.tracer.done && this.network.nowUs() < untilUs) this.events.push(...this.tracer.step(untilUs));
  }

  /** To the end of the run. */
  finish(): void {
    while (!this.tracer.done) this.events.push(...this.tracer.step(this.network.nowUs() + SECOND));
  }

  /** What was sent to the first target, by round. */
  get rounds(): readonly (readonly Extract<TraceEvent, { kind: "sent" }>[])[] {
    return [
      ...Map.groupBy(only(this.events, "sent").filter(({ target }) => target === 0), ({ round }) => round).values(),
    ];
  }

  assertNothingLost(): void {
    assert.equal(only(this.events, "lost").length + only(this.events, "sendFailed").length, 0);
    assert.equal(only(this.events, "foreign").length, 0);
    assert.equal(only(this.events, "sent").length, only(this.events, "reply").length);
  }
}

/** Rounds of a second; the change comes in the middle of the third. */
function changed(change: PlanChange, settings: Partial<TracePlan> = {}): ChangedRun {
  const run = new ChangedRun({ rounds: 6, ...settings });
  run.go(2.5 * SECOND);
  run.tracer.change(change);
  run.finish();
  return run;
}

const ttls = (run: ChangedRun): readonly string[] =>
  run.rounds.slice(1).map((round) => round.map(({ ttl }) => ttl).join(""));

Deno.test("first and last ttl are others from the next round on", () => {
  assert.deepEqual(ttls(changed({ firstTtl: 3 })), ["1234", "1234", "34", "34", "34"]);
  assert.deepEqual(ttls(changed({ maxTtl: 2 })), ["1234", "1234", "12", "12", "12"]);
  assert.deepEqual(ttls(changed({ firstTtl: 1, maxTtl: 30 }, { firstTtl: 2, maxTtl: 3 })), [
    "23",
    "23",
    "1234",
    "1234",
    "1234",
  ]);
});

Deno.test("packets have another size from the next round on, and each round another one at random", () => {
  const run = changed({ packetBytes: 1_000 });
  run.assertNothingLost();
  assert.deepEqual(run.rounds.map(([first]) => first?.packetBytes), [64, 64, 64, 1_000, 1_000, 1_000]);
  const random = changed({ packetBytes: 1_000, randomPacketBytes: true });
  assert.equal(new Set(random.rounds.slice(3).map(([first]) => first?.packetBytes)).size, 3);
});

Deno.test("with another protocol what is in flight is still heard, and nothing is a stranger's", () => {
  for (
    const [before, after, kinds] of [
      ["icmp", "udp", ["echoReply", "unreachable"]],
      ["icmp", "tcp", ["echoReply", "reset"]],
      ["tcp", "icmp", ["reset", "echoReply"]],
      ["udp", "tcp", ["unreachable", "reset"]],
    ] as const
  ) {
    // Answers take longer than a round.
    const run = new ChangedRun({ rounds: 6, protocol: before }, { rttUs: 1_300 * MS });
    run.go(2.5 * SECOND);
    run.tracer.change({ protocol: after });
    run.finish();
    run.assertNothingLost();
    const told = only(run.events, "reply").filter(({ from }) => from === TARGET).map(({ answer }) => answer.kind);
    assert.deepEqual([...new Set(told)], kinds, `${before} to ${after}`);
    assert.equal(run.rounds.length, 6);
  }
});

Deno.test("a protocol may come back", () => {
  const run = new ChangedRun({ rounds: 6 });
  for (const protocol of ["udp", "icmp", "udp", "icmp"] as const) {
    run.go(SECOND);
    run.tracer.change({ protocol });
  }
  run.finish();
  run.assertNothingLost();
});

/** When the rounds of the first target began, from the moment of the change. */
function startsAfter(fromUs: number, toUs: number, { pausedUs = 0 } = {}): readonly number[] {
  const run = new ChangedRun({ rounds: 5, intervalUs: fromUs });
  run.go(1.5 * fromUs);
  if (pausedUs > 0) run.tracer.pause();
  run.go(pausedUs);
  run.tracer.change({ intervalUs: toUs });
  if (pausedUs > 0) run.tracer.resume();
  run.finish();
  run.assertNothingLost();
  return run.rounds.slice(2).map(([first]) => (first!.atUs - 1.5 * fromUs - pausedUs) / toUs);
}

Deno.test("another pace is there at once: nobody waits for the end of a long round", () => {
  for (const [fromUs, toUs] of [[100 * SECOND, SECOND], [SECOND, 100 * SECOND], [SECOND, SECOND]] as const) {
    for (const pausedUs of [0, 40 * SECOND]) {
      const starts = startsAfter(fromUs, toUs, { pausedUs });
      for (const [index, start] of starts.entries()) {
        assert.ok(Math.abs(start - (index + 0.5)) < 0.05, `${fromUs} to ${toUs}, paused ${pausedUs}: ${starts}`);
      }
    }
  }
});

Deno.test("a traffic class that is changed while probes are under way is none that somebody else has changed", () => {
  const changed = new ChangedRun({ rounds: 4 }, { rttUs: 300 * MS });
  for (const trafficClass of [184, 2]) {
    changed.go(SECOND);
    changed.network.trafficClass = trafficClass;
  }
  changed.finish();
  const classes = new Set(changed.network.sent.map(({ trafficClass }) => trafficClass));
  assert.deepEqual([...classes], [0, 184, 2]);
  for (const { answer } of only(changed.events, "reply")) assert.equal(answer.quotedTrafficClass, undefined);
});
