import assert from "node:assert/strict";
import { Buckets, LINUX_RATES } from "./buckets.ts";

const SECOND = 1_000_000;

interface Given {
  readonly answers: readonly boolean[];
  /** Times of answers to others. */
  readonly spentAtUs: readonly number[];
}

/** What a bucket of Linux answers of so many probes, and to others who ask at these times; it begins with six. */
function given(perSecond: number, everyUs: number, count: number, othersAtUs: readonly number[] = []): Given {
  let [tokens, latestUs] = [6, 0];
  const take = (atUs: number): boolean => {
    tokens = Math.min(6, tokens + (atUs - latestUs) * perSecond / SECOND);
    latestUs = atUs;
    const isAnswered = tokens >= 1;
    if (isAnswered) tokens -= 1;
    return isAnswered;
  };
  const others = [...othersAtUs];
  const spentAtUs: number[] = [];
  const answers = Array.from({ length: count }, (_, index) => {
    for (; others[0] !== undefined && others[0] < index * everyUs; others.shift()) {
      if (take(others[0])) spentAtUs.push(others[0]);
    }
    return take(index * everyUs);
  });
  return { answers, spentAtUs };
}

function outcomes(perSecond: number, everyUs: number, count: number): readonly boolean[] {
  return given(perSecond, everyUs, count).answers;
}

function told(answers: readonly boolean[], everyUs: number, spentAtUs: readonly number[] = []): Buckets {
  const first = answers.indexOf(false);
  const buckets = new Buckets(first * everyUs, { answered: first, lastedUs: first * everyUs });
  spentAtUs.filter((atUs) => atUs > first * everyUs).forEach((atUs) => buckets.spend(atUs));
  answers.slice(first + 1).forEach((isAnswered, index) => buckets.add(!isAnswered, (first + 1 + index) * everyUs));
  return buckets;
}

Deno.test("whatever a bucket gives out fits its rate, and is foretold before long", () => {
  for (const perSecond of LINUX_RATES) {
    for (const everyUs of [20_000, 50_000, 130_000, 370_000].filter((everyUs) => everyUs * perSecond < SECOND * 0.8)) {
      const { lost, answered } = told(outcomes(perSecond, everyUs, 200), everyUs).foretold(perSecond)!;
      assert.ok(lost + answered > 50, `${perSecond} a second, each ${everyUs} µs: ${lost} and ${answered}`);
    }
  }
});

Deno.test("other rates do not fit it", () => {
  const slow = told(outcomes(1, 200_000, 60), 200_000);
  assert.deepEqual(LINUX_RATES.filter((perSecond) => slow.foretold(perSecond) !== undefined), [1]);
  const quick = told(outcomes(10, 50_000, 200), 50_000);
  assert.deepEqual(LINUX_RATES.filter((perSecond) => quick.foretold(perSecond) !== undefined), [10]);
});

Deno.test("answers to others are taken from it", () => {
  const others = Array.from({ length: 20 }, (_, index) => 5 * SECOND + index * 1_130_000);
  const { answers, spentAtUs } = given(1, 400_000, 70, others);
  assert.ok(spentAtUs.length >= 3, `${spentAtUs.length} are answered`);
  assert.notEqual(told(answers, 400_000, spentAtUs).foretold(1), undefined);
  assert.equal(told(answers, 400_000).foretold(1), undefined, "without a word of them nobody understands");
});

Deno.test("loss by chance fits none for long, and neither do more answers than it can have had", () => {
  const chance = [true, true, false, true, true, true, false, true, true, true, true, true, true, false, true];
  assert.ok(LINUX_RATES.every((perSecond) => told(chance, 40_000).foretold(perSecond) === undefined));
  const outage = Array.from({ length: 40 }, (_, index) => index < 30);
  assert.equal(told(outage, 100_000).foretold(1), undefined);
});
