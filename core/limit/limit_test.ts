import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type Limit, parseLimit } from "./limit.ts";
import { METRICS } from "./metrics.ts";
import { OPERATORS } from "./operators.ts";

const READ: readonly (readonly [text: string, limit: Omit<Limit, "text">])[] = [
  ["loss > 5%", { metric: "loss", operator: ">", threshold: 5, target: undefined }],
  ["loss>5", { metric: "loss", operator: ">", threshold: 5, target: undefined }],
  ["  LOSS  >=  .5  %  ", { metric: "loss", operator: ">=", threshold: 0.5, target: undefined }],
  ["p95 > 80ms", { metric: "p95", operator: ">", threshold: 80_000, target: undefined }],
  ["p95>80", { metric: "p95", operator: ">", threshold: 80_000, target: undefined }],
  ["best < 250us", { metric: "best", operator: "<", threshold: 250, target: undefined }],
  ['avg >= 1.5s @ "two words"', { metric: "avg", operator: ">=", threshold: 1_500_000, target: "two words" }],
  ["avg >= 1.5S@'two words' ", { metric: "avg", operator: ">=", threshold: 1_500_000, target: "two words" }],
  ["jitter > 10 ms @target.example", { metric: "jitter", operator: ">", threshold: 10_000, target: "target.example" }],
  ["jitter>10@2001:db8::1", { metric: "jitter", operator: ">", threshold: 10_000, target: "2001:db8::1" }],
  ["hops > 20", { metric: "hops", operator: ">", threshold: 20, target: undefined }],
  ["received != 10", { metric: "received", operator: "!=", threshold: 10, target: undefined }],
  ["lost == 0", { metric: "lost", operator: "==", threshold: 0, target: undefined }],
  ["sent <= 3", { metric: "sent", operator: "<=", threshold: 3, target: undefined }],
  ["last > 5.ms", { metric: "last", operator: ">", threshold: 5_000, target: undefined }],
  ["worst > 1s @a@b", { metric: "worst", operator: ">", threshold: 1_000_000, target: "a@b" }],
];

Deno.test("a limit is a metric, an operator, a value with its unit, and perhaps a target", () => {
  for (const [text, limit] of READ) {
    assert.deepEqual(parseLimit(text), { ok: true, limit: { text: text.trim(), ...limit } }, text);
  }
});

const METRIC = `one of ${Object.keys(METRICS).join(" ")}`;
const OPERATOR = "one of > >= < <= == !=";
const TIME = "a time up to a day";

const REFUSED: readonly (readonly [text: string, expected: string, column: number, found: string | undefined])[] = [
  ["", METRIC, 1, undefined],
  ["  ", METRIC, 3, undefined],
  ["> 5", METRIC, 1, ">"],
  ["median > 5", METRIC, 1, "median"],
  ["constructor > 5", METRIC, 1, "constructor"],
  [" loss% > 5", OPERATOR, 6, "%"],
  ["loss", OPERATOR, 5, undefined],
  ["loss = 5", OPERATOR, 6, "="],
  ["loss ! 5%", OPERATOR, 6, "!"],
  ["loss => 5%", OPERATOR, 6, "=>"],
  ["loss > five", "a number from 0 to 100", 8, "five"],
  ["loss > -1%", "a number from 0 to 100", 8, "-1%"],
  ["loss > 101%", "a number from 0 to 100", 8, "101%"],
  ["loss > 5ms", "% or no unit", 9, "ms"],
  ["loss > 1e2", "% or no unit", 9, "e2"],
  ["p95 >", TIME, 6, undefined],
  ["p95 > 80 %", "ms, us, s or no unit", 10, "%"],
  ["p95 > 80 constructor", "ms, us, s or no unit", 10, "constructor"],
  ["p95 > 80min", "ms, us, s or no unit", 9, "min"],
  ["p95 > 86401s", TIME, 7, "86401s"],
  [`p95 > ${"9".repeat(400)}`, TIME, 7, "9".repeat(400)],
  ["hops > 20.5", "a whole number", 8, "20.5"],
  ["hops > 20ms", "no unit", 10, "ms"],
  ["hops > 20 21", "no unit", 11, "21"],
  ["p95 > 80ms target", "@ and a target, or nothing", 12, "target"],
  ["p95 > 80ms @", "a target", 13, undefined],
  ["p95 > 80ms @ 'a", "a target", 14, "'a"],
  ["p95 > 80ms @ ''", "a target", 14, "''"],
  ["p95 > 80ms @a b", "nothing behind the target", 15, "b"],
  ["\u{1f600} > 1", METRIC, 1, "\u{1f600}"],
];

Deno.test("a mistake is told with what must stand there, where, and what does", () => {
  for (const [text, expected, column, found] of REFUSED) {
    assert.deepEqual(parseLimit(text), { ok: false, mistake: { expected, column, found } }, text);
  }
});

Deno.test("any text is a limit or a mistake within it, and what was read is read from any spelling of it", () => {
  const random = new Random(3);
  for (let run = 0; run < 20_000; run++) {
    const text = random.flip()
      ? random.text("los>=<! 5%.@'\"pavg9ms\u{1f600}", 16)
      : `${random.pick(Object.keys(METRICS))} ${random.pick(Object.keys(OPERATORS))}${
        random.text(" 0123456789.%msu@a", 8)
      }`;
    const parsed = parseLimit(text);
    if (!parsed.ok) {
      assert.ok(parsed.mistake.column >= 1 && parsed.mistake.column <= [...text].length + 1, text);
      continue;
    }
    const { metric, operator, threshold, target } = parsed.limit;
    assert.ok(threshold >= 0 && Number.isFinite(threshold), text);
    const unit = { percent: "%", count: "", score: "", microseconds: "us" }[METRICS[metric].unit];
    const value = threshold.toFixed(METRICS[metric].unit === "count" ? 0 : 9);
    const again = parseLimit(`${metric}${operator}${value}${unit}${target === undefined ? "" : `@"${target}"`}`);
    assert.ok(again.ok, text);
    assert.ok(Math.abs(again.limit.threshold - threshold) < 1e-6, text);
    assert.equal(again.limit.target, target);
  }
});
