import assert from "node:assert/strict";
import { eventsOf, label, settingsOf, type Step, TARGET } from "./_fixture.ts";
import type { DialectName } from "./dialect.ts";
import { MtrPath } from "./mtr_path.ts";
import type { CompatSettings } from "./settings.ts";

function pathOf(steps: readonly Step[], dialect: DialectName = "0.96", changes: Partial<CompatSettings> = {}): MtrPath {
  const path = new MtrPath({ ...settingsOf(dialect, changes), target: TARGET });
  for (const event of eventsOf(steps)) path.apply(event);
  return path;
}

function rowsOf(path: MtrPath): readonly string[] {
  return path.rows().map(({ index, latest }) => `${index + 1} ${latest?.address ?? "???"}`);
}

const REFUSED = { kind: "unreachable", icmpType: 3, icmpCode: 1 } as const;

Deno.test("without an answer there are no rows", () => assert.deepEqual(rowsOf(pathOf([{ ttl: 1 }, { ttl: 2 }])), []));

Deno.test("one row stands behind the last known hop, within the greatest ttl", () => {
  const steps = [{ ttl: 1 }, { ttl: 2, from: "10.0.0.2" }, { ttl: 3 }];
  assert.deepEqual(rowsOf(pathOf(steps)), ["1 ???", "2 10.0.0.2", "3 ???"]);
  assert.deepEqual(rowsOf(pathOf(steps, "0.96", { maxTtl: 2 })), ["1 ???", "2 10.0.0.2"]);
});

Deno.test("the target ends the rows, and so does a refusal", () => {
  const behind = { ttl: 3, from: "10.0.0.3" };
  assert.deepEqual(rowsOf(pathOf([{ ttl: 2, from: TARGET }, behind])), ["1 ???", `2 ${TARGET}`]);
  assert.deepEqual(rowsOf(pathOf([{ ttl: 2, from: "10.0.0.2", answer: REFUSED }, behind])), ["1 ???", "2 10.0.0.2"]);
});

Deno.test("a later answer takes a refusal back", () => {
  const steps = [{ ttl: 1, from: "10.0.0.1", answer: REFUSED }, { ttl: 1, from: "10.0.0.1" }];
  assert.deepEqual(rowsOf(pathOf(steps)), ["1 10.0.0.1", "2 ???"]);
});

Deno.test("rows begin with the first ttl, but the target below it ends them all the same", () => {
  assert.deepEqual(rowsOf(pathOf([{ ttl: 3, from: TARGET }], "0.96", { firstTtl: 3 })), [`3 ${TARGET}`]);
});

Deno.test("the target before its due ttl is listed, but is not the hop", () => {
  const path = pathOf([{ ttl: 1, from: TARGET }, { ttl: 2, from: TARGET }], "0.96", { dueTtl: 2 });
  assert.deepEqual(rowsOf(path), ["1 ???", `2 ${TARGET}`]);
  assert.deepEqual(path.rows()[0]?.responders.map(({ address }) => address), [TARGET]);
  assert.equal(path.rows()[0]?.figures.received, 1);
});

Deno.test("a list keeps 8 addresses in 0.95 and 128 in 0.96; the latest address may be none of them", () => {
  const steps = Array.from({ length: 130 }, (_, place) => ({ ttl: 1, from: `10.0.1.${place}` }));
  for (const [dialect, limit] of [["0.95", 8], ["0.96", 128]] as const) {
    const hop = pathOf(steps, dialect).rows()[0];
    assert.equal(hop?.responders.length, limit);
    assert.equal(hop?.latest?.address, "10.0.1.129");
  }
});

// Measured: real mtr 0.95.
Deno.test("the list keeps an address's first labels, the hop has those of the answer that made it the latest", () => {
  const step = (from: string, value: number): Step => ({ ttl: 1, from, answer: { labels: [label(value)] } });
  const hop = pathOf([step("a", 1), step("a", 2), step("b", 3), step("a", 4), step("a", 5)]).rows()[0];
  assert.deepEqual(hop?.responders.map(({ labels }) => labels[0]?.label), [1, 3]);
  assert.equal(hop?.latest?.labels[0]?.label, 4);
});

Deno.test("eight labels are kept", () => {
  const labels = Array.from({ length: 9 }, (_, value) => label(value));
  assert.equal(pathOf([{ ttl: 1, from: "a", answer: { labels } }]).rows()[0]?.latest?.labels.length, 8);
});

Deno.test("a hop is down from the probe on that follows an unanswered one, until the next answer", () => {
  const isUp = (steps: readonly Step[]): boolean | undefined => pathOf(steps).rows()[0]?.isUp;
  const answered = { ttl: 1, from: "10.0.0.1" };
  assert.equal(isUp([answered, { ttl: 1 }]), true);
  assert.equal(isUp([answered, { ttl: 1 }, { ttl: 1 }]), false);
  assert.equal(isUp([answered, { ttl: 1 }, { ttl: 1 }, answered]), true);
});

Deno.test("a probe that could not be sent counts as sent and stays unanswered", () => {
  const path = pathOf([{ ttl: 1, from: "10.0.0.1" }]);
  const change = path.apply({
    kind: "sendFailed",
    target: 0,
    probe: 7,
    ttl: 1,
    round: 1,
    reason: "noRoute",
    detail: "",
  });
  assert.deepEqual([change?.kind, change?.token], ["sent", 33_007]);
  path.closeTransit();
  assert.equal(path.rows()[0]?.figures.lossThousandths, 50_000);
});

Deno.test("tokens begin again behind 65535", () => {
  const path = pathOf([]);
  const tokenOf = (probe: number): number | undefined =>
    path.apply({ kind: "sent", target: 0, probe, ttl: 1, round: 0, atUs: 0, packetBytes: 64 })?.token;
  assert.deepEqual([0, 32_535, 32_536].map(tokenOf), [33_000, 65_535, 33_000]);
});

Deno.test("a token is answered once, and not after a reset", () => {
  const answer = { from: "10.0.0.1", rttUs: 1, error: undefined, labels: [] };
  const path = pathOf([]);
  path.sent(0, 33_000);
  assert.equal(path.answered(0, 33_000, answer)?.kind, "answered");
  assert.equal(path.answered(0, 33_000, answer), undefined);
  path.sent(0, 33_001);
  path.reset();
  assert.equal(path.answered(0, 33_001, answer), undefined);
  assert.deepEqual(path.rows(), []);
});

Deno.test("an answer tells what is new in the list and what is the latest", () => {
  const path = pathOf([]);
  const told = eventsOf(["a", "a", "b", "a"].map((from) => ({ ttl: 1, from })))
    .map((event) => path.apply(event))
    .map((change) => change?.kind === "answered" ? `${change.listed?.address} ${change.latest?.address}` : "");
  assert.deepEqual(told.filter(Boolean), ["a a", "undefined undefined", "b b", "undefined a"]);
});

Deno.test("what is nothing to mtr changes nothing", () => {
  const path = pathOf([{ ttl: 1, from: "10.0.0.1", answer: { kind: "unreachable", icmpType: 2 } }]);
  assert.deepEqual(rowsOf(path), []);
  assert.equal(path.apply({ kind: "lost", target: 0, probe: 0, ttl: 1 }), undefined);
  assert.equal(path.apply({ kind: "round", target: 0, round: 0 }), undefined);
});
