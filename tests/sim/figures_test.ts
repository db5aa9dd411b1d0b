/** What the figures of a hop are where it is known what each probe met: every column that is a number, exactly. */
import assert from "node:assert/strict";
import { type FieldLetter, FIELDS } from "../../core/path/fields.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { path, TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import type { TargetHost } from "./world.ts";

const ROUNDS = 20;
/** Every tenth is 50 ms slower than the 10 ms of the others, but for one that is 90 ms slower. */
const TARGET_HOST: Partial<TargetHost> = { rttUs: 10 * MS, delaysUs: { 0: 50 * MS, 10: 90 * MS } };

/** In the unit of the column; times in ms. */
function check(
  target: Partial<TargetHost>,
  expected: Readonly<Partial<Record<FieldLetter, number | undefined>>>,
): void {
  const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  const plan = { rounds: ROUNDS, timeoutUs: SECOND / 2 };
  for (const event of run({ paths: { [TARGET]: path(1, { 1: target }) } }, plan).events) fold.apply(event);
  const [hop] = fold.hops();
  const letters = Object.keys(expected) as FieldLetter[];
  const seen = letters.map((letter) => {
    const { unit, value } = FIELDS[letter];
    const number = value(hop!);
    const shown = number === undefined || unit !== "microseconds" ? number : number / MS;
    return [letter, shown === undefined ? undefined : Math.round(shown * 1_000) / 1_000];
  });
  assert.deepEqual(Object.fromEntries(seen), expected);
}

Deno.test("percentiles, jitter and mean are those of the answers", () =>
  check(TARGET_HOST, {
    S: 20,
    R: 20,
    D: 0,
    L: 0,
    N: 10,
    B: 10,
    W: 100,
    A: 17,
    m: 10,
    n: 10,
    p: 60,
    q: 100,
    // 50 ms from the first to the second, 90 ms up and down again, in 19 steps.
    J: 0,
    M: 12.105,
    X: 90,
    c: 0,
    b: 0,
    t: 0,
  }));

Deno.test("what is lost, late or further is counted apart, with bursts and outages", () =>
  check({ rttUs: 10 * MS, dropped: [3, 7, 8, 9, 12], delaysUs: { 15: 700 * MS }, copiesUs: { 0: [5 * MS] } }, {
    S: 20,
    R: 14,
    D: 6,
    L: 30,
    // Wilson's interval of 6 of 20.
    l: 14.548,
    h: 51.897,
    i: 0,
    f: 0,
    a: 1,
    d: 1,
    o: 0,
    c: 4,
    b: 3,
    // Some of those that the target drops have asked whether packets with more TTL arrive.
    t: 3_200,
  }));

Deno.test("a call sounds as its delay and its loss make it", () => {
  check({ rttUs: 20 * MS }, { r: 92.96, s: 4.405 });
  check({ rttUs: 20 * MS, dropped: [3, 7] }, { r: 65.894, s: 3.399 });
});

Deno.test("of who never answers there are counts and no times", () =>
  check({ silent: true }, {
    S: 20,
    R: 0,
    L: 100,
    N: undefined,
    A: undefined,
    q: undefined,
    M: undefined,
    s: undefined,
  }));
