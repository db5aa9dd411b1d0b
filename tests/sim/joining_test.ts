/** Targets whose names take their time join a run that goes on. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { path } from "./paths.ts";
import { traced } from "./program_world.ts";
import { endpointOf, hopsOf, MS, SECOND } from "./run.ts";
import { SimulatedNetwork } from "./simulated_network.ts";

const FIRST = "203.0.113.1";
const LATER = "203.0.113.2";
const LAST = "203.0.113.4";
const WORLD = { paths: { [FIRST]: path(2), [LATER]: path(4), [LAST]: path(3) } };
const ROUNDS = 3;
/** What a name that nobody knows makes of a run. */
const NOT_TRACED = 2;
const UNKNOWN = 3;

/** The events of a run that the second target joins after so long, whatever has become of the first. */
function joinedAfter(delayUs: number): TraceEvent[] {
  const plan = { ...DEFAULT_PLAN, rounds: ROUNDS, intervalUs: SECOND / 2 };
  const network = new SimulatedNetwork(WORLD);
  const tracer = new Tracer(new NetworkProber(network, plan), plan);
  const beginUs = network.nowUs();
  const events: TraceEvent[] = [];
  const until = (untilUs: number): void => {
    while (!tracer.done && network.nowUs() < untilUs) events.push(...tracer.step(untilUs));
  };
  tracer.begin([{ index: 0, endpoint: endpointOf(FIRST) }]);
  until(beginUs + delayUs);
  network.receive(beginUs + delayUs);
  tracer.begin([{ index: 1, endpoint: endpointOf(LATER) }]);
  until(Infinity);
  return events;
}

function sentAtUs(events: readonly TraceEvent[], target: number): number[] {
  return events.flatMap((event) => event.kind === "sent" && event.target === target ? event.atUs : []);
}

for (const delayUs of [0, 3 * MS, 700 * MS, 60 * SECOND]) {
  Deno.test(`a target that joins after ${delayUs / MS} ms has all its rounds, and those before it keep theirs`, () => {
    const events = joinedAfter(delayUs);
    for (const [target, hops] of [[0, 2], [1, 4]] as const) {
      const seen = hopsOf(events, target).slice(0, hops);
      assert.deepEqual(seen.map(({ sent, replies }) => [sent, replies]), Array(hops).fill([ROUNDS, ROUNDS]));
      assert.equal(events.filter((event) => event.kind === "finished" && event.target === target).length, 1);
    }
    // Times count from the first target's beginning, for both.
    assert.ok(sentAtUs(events, 0)[0]! < MS);
    assert.ok(Math.abs(sentAtUs(events, 1)[0]! - delayUs) < MS, `${sentAtUs(events, 1)[0]}`);
    const numbers = events.flatMap((event) => event.kind === "sent" ? event.probe : []);
    assert.equal(new Set(numbers).size, numbers.length);
  });
}

const HAPPENING = {
  world: WORLD,
  plan: { rounds: ROUNDS, intervalUs: SECOND / 2 },
  hosts: ["later.example", FIRST, "nobody.example", LAST],
  names: { "later.example": LATER },
};

for (const format of ["-r", "-C", "-j", "-x", "--nagios", "--raw", "--jsonl"]) {
  Deno.test(`names and addresses are told in the order of input, whoever began first (${format})`, async () => {
    const { text, exit } = await traced([format, "-n"], HAPPENING);
    const places = HAPPENING.hosts.filter((host) => !host.startsWith("nobody")).map((host) => text.indexOf(host));
    if (format !== "--raw") assert.deepEqual(places, places.toSorted((one, other) => one - other), text);
    assert.equal(exit, format === "--nagios" ? UNKNOWN : NOT_TRACED);
  });
}

/** Status, host and hop of each row. */
function rowsOf(csv: string): string[] {
  return csv.split("\n").slice(1, -1).map((row) => row.split(",").slice(2, 5).join(" "));
}

Deno.test("each row is of its own target", async () => {
  const { text, complaints } = await traced(["-C", "-n"], HAPPENING);
  assert.deepEqual(rowsOf(text), [
    ...[1, 2, 3, 4].map((ttl) => `OK later.example ${ttl}`),
    ...[1, 2].map((ttl) => `OK ${FIRST} ${ttl}`),
    "FAILED nobody.example 0",
    ...[1, 2, 3].map((ttl) => `OK ${LAST} ${ttl}`),
  ]);
  assert.deepEqual(complaints, ["Cannot resolve nobody.example: no such name"]);
});

Deno.test("where nobody's name is known the run ends", async () => {
  const { exit, complaints } = await traced(["-C"], { ...HAPPENING, hosts: ["nobody.example", "nowhere.example"] });
  assert.deepEqual([exit, complaints.length], [2, 2]);
});

Deno.test("in the order of finish each target is told once, and nobody before its name is known", async () => {
  const csv = await traced(["-C", "-n", "--target-order", "finish"], HAPPENING);
  const rows = rowsOf(csv.text);
  assert.deepEqual(rows.toSorted(), [
    "FAILED nobody.example 0",
    ...[1, 2].map((ttl) => `OK ${FIRST} ${ttl}`),
    ...[1, 2, 3].map((ttl) => `OK ${LAST} ${ttl}`),
    ...[1, 2, 3, 4].map((ttl) => `OK later.example ${ttl}`),
  ]);
  const report = await traced(["-r", "-n", "--target-order", "finish"], HAPPENING);
  assert.equal(report.text.split("Start:").length - 1, HAPPENING.hosts.length, report.text);
});

Deno.test("in the order of finish JSON has each target once, too", async () => {
  const { text } = await traced(["-j", "-n", "--target-order", "finish"], HAPPENING);
  for (const host of HAPPENING.hosts) assert.equal(text.split(`"dst": "${host}"`).length, 2, text);
});
