/** Flows that are balanced, and take other ways during the run: how many there are at a time, and which flows changed when. */
import assert from "node:assert/strict";
import type { Verdict } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { near, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts, words } from "./verdicts.ts";
import type { Fork, Hop, Path, RouteSince } from "./world.ts";

const PLAN: Partial<TracePlan> = { protocol: "udp", flows: 8, rounds: 40, intervalUs: 250 * MS, timeoutUs: SECOND };
const CHANGE_US = 4.28 * SECOND;

/** Each flow meets one of these at hop 2. */
function legs(numbers: readonly number[], loss: number, third: Partial<Hop> = {}): Path<Hop | Fork> {
  return {
    hops: [near(router(1), loss), { ways: numbers.map((number) => [near(leg(number))]) }, {
      ...near(router(3)),
      ...third,
    }],
    target: { rttUs: 40 * MS },
  };
}

function leg(number: number): string {
  return `10.2.1${number}.1`;
}

function since(...parts: readonly (readonly [atUs: number, path: Path<Hop | Fork>])[]): readonly RouteSince[] {
  return parts.map(([sinceUs, path]) => ({ sinceUs, path }));
}

function byWord(found: readonly Verdict[], word: Verdict["word"]): Verdict {
  const verdict = found.find((one) => one.word === word);
  assert.ok(verdict, words(found).join());
  return verdict;
}

function checkTime({ numbers: { afterUs } }: Verdict, atUs: number): void {
  assert.ok(afterUs! >= atUs && afterUs! <= atUs + 500 * MS, `${afterUs}`);
}

/** Ways that routers answer from one address, and from one of three by chance, beside loss and without. */
const HABITS = [0, 0.1].flatMap((loss) => [
  { loss, third: {}, others: [] },
  { loss, third: { address: ["10.5.0.1", "10.5.0.2", "10.5.0.3"], balance: "chance" } as const, others: [3] },
]);

for (const flows of [4, 8]) {
  Deno.test(`of ${flows} flows over two ways that become two others, two are in use, and all flows changed`, () => {
    for (const { loss, third, others } of HABITS) {
      for (let seed = 1; seed <= 2; seed++) {
        const route = since([0, legs([1, 2], loss, third)], [CHANGE_US, legs([3, 4], loss, third)]);
        const found = verdicts(route, { ...PLAN, flows }, seed);
        assert.deepEqual(words(found).filter((word) => !/LOSS|RATE/.test(word)), [
          "CHANGED 2",
          ...others.map((ttl) => `PER_PACKET ${ttl}`),
          "PER_FLOW 2",
        ]);
        const [changed, balanced] = [byWord(found, "CHANGED"), byWord(found, "PER_FLOW")];
        assert.deepEqual([balanced.numbers["addresses"], balanced.numbers["changes"]], [2, flows]);
        const { changes, flowsChanged, flowsAlike } = changed.numbers;
        assert.deepEqual([changes, flowsChanged, changed.numbers["flows"]], [1, flows, flows]);
        assert.ok(flowsAlike! > 0 && flowsAlike! < flows);
        assert.equal(changed.address, changed.before === leg(1) ? leg(3) : leg(4));
        checkTime(changed, CHANGE_US);
      }
    }
  });
}

Deno.test("flows that change places, and change them back, had two changes, and two ways at a time", () => {
  for (const loss of [0, 0.1]) {
    const [back, atUs] = [6.6 * SECOND, 3.28 * SECOND];
    const found = verdicts(
      since([0, legs([1, 2], loss)], [atUs, legs([2, 1], loss)], [back, legs([1, 2], loss)]),
      PLAN,
    );
    const changed = byWord(found, "CHANGED");
    assert.deepEqual([changed.numbers["changes"], changed.numbers["flowsChanged"]], [2, 8]);
    checkTime(changed, back);
    assert.equal(byWord(found, "PER_FLOW").numbers["addresses"], 2);
  }
});

Deno.test("where one of two ways is left, its flows have changed, and nothing is balanced any more", () => {
  for (const loss of [0, 0.1]) {
    const found = verdicts(since([0, legs([1, 2], loss)], [CHANGE_US, legs([1], loss)]), PLAN);
    assert.deepEqual(words(found).filter((word) => !word.startsWith("LOSS")), ["CHANGED 2"]);
    const changed = byWord(found, "CHANGED");
    const { flowsChanged, flowsAlike, flows } = changed.numbers;
    assert.ok(flowsChanged! > 0 && flowsChanged! < 8 && flows === 8);
    assert.deepEqual([changed.before, changed.address, flowsAlike], [leg(2), leg(1), flowsChanged]);
    checkTime(changed, CHANGE_US);
  }
});

Deno.test("flows that change at different times are told of the latest time alone", () => {
  const found = verdicts(
    since([0, legs([1, 2], 0)], [3 * SECOND, legs([3, 2], 0)], [7 * SECOND, legs([3, 4], 0)]),
    PLAN,
  );
  const changed = byWord(found, "CHANGED");
  assert.deepEqual([changed.before, changed.address, changed.numbers["changes"]], [leg(2), leg(4), 2]);
  assert.ok(changed.numbers["flowsChanged"]! < 8);
  checkTime(changed, 7 * SECOND);
});

Deno.test("a change of all flows is told, however few of their answers are left", () => {
  for (const flows of [2, 8]) {
    const found = verdicts(since([0, legs([1, 2], 0)], [9.6 * SECOND, legs([3, 4], 0)]), { ...PLAN, flows });
    assert.deepEqual(words(found), ["CHANGED 2"], `${flows}`);
    assert.equal(found[0]!.numbers["flowsChanged"], flows);
  }
});
