import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { isRotationDue, parseRotationLimit, renamings, rotationRequirement } from "./rotation.ts";

Deno.test("a limit is a size or an age", () => {
  deepEqual(parseRotationLimit("500K"), { kind: "bytes", most: 512_000 });
  deepEqual(parseRotationLimit("10M"), { kind: "bytes", most: 10_485_760 });
  deepEqual(parseRotationLimit("99999G"), { kind: "bytes", most: 99_999 * 1_073_741_824 });
  deepEqual(parseRotationLimit("24h"), { kind: "age", mostMs: 86_400_000 });
  deepEqual(parseRotationLimit("7d"), { kind: "age", mostMs: 604_800_000 });
  deepEqual(parseRotationLimit("1w"), parseRotationLimit("7d"));
});

Deno.test("anything else is refused", () => {
  for (const text of ["", "10", "M", "0M", "-1M", "1.5M", "10m", "10MB", " 1M", "1M ", "100000M", "1e3K", "٣M"]) {
    match(rotationRequirement(text) ?? "", /^it must be a size in K, M or G, or an age in h, d or w/, text);
  }
});

const LOG = { bytes: 900, bornAtMs: 1_000 };

Deno.test("a log never grows beyond the limit by a run that fits behind another", () => {
  const limit = { kind: "bytes", most: 1_000 } as const;
  equal(isRotationDue(limit, LOG, { bytes: 100, nowMs: 0 }), false);
  equal(isRotationDue(limit, LOG, { bytes: 101, nowMs: 0 }), true);
});

Deno.test("a log is as old as its file", () => {
  const limit = { kind: "age", mostMs: 5_000 } as const;
  equal(isRotationDue(limit, LOG, { bytes: 1, nowMs: 5_999 }), false);
  equal(isRotationDue(limit, LOG, { bytes: 1, nowMs: 6_000 }), true);
});

Deno.test("an empty log stays, however long the run and however old the file", () => {
  for (const limit of [{ kind: "bytes", most: 1 }, { kind: "age", mostMs: 1 }] as const) {
    equal(isRotationDue(limit, { bytes: 0, bornAtMs: 0 }, { bytes: 1_000, nowMs: 1e12 }), false);
  }
});

function check(existing: readonly string[], keep: number, expected: readonly string[]): void {
  const renamed = renamings("log", keep, (path) => existing.includes(path));
  deepEqual(renamed.map(([from, to]) => `${from}>${to}`), expected);
}

Deno.test("each file gets the next number, the oldest first", () => {
  check([], 7, ["log>log.1"]);
  check(["log.1", "log.2"], 7, ["log.2>log.3", "log.1>log.2", "log>log.1"]);
});

Deno.test("the oldest one is replaced", () => {
  check(["log.1"], 1, ["log>log.1"]);
  check(["log.1", "log.2"], 2, ["log.1>log.2", "log>log.1"]);
});

Deno.test("a gap is filled", () => check(["log.1", "log.3"], 7, ["log.1>log.2", "log>log.1"]));

Deno.test("whatever is there, and wherever a run is killed, only the oldest of more than keep files is lost", () => {
  const random = new Random(9);
  for (let run = 0; run < 2_000; run++) {
    const keep = 1 + random.below(5);
    const files = new Map<string, number>();
    for (let written = 1; written <= 30; written++) {
      const before = new Map(files.set("log", written));
      const steps = renamings("log", keep, (path) => files.has(path));
      // Killed between two steps now and then; the next run writes on.
      const done = random.below(4) === 0 ? steps.slice(0, random.below(steps.length)) : steps;
      for (const [from, to] of done) {
        files.set(to, files.get(from) ?? 0);
        files.delete(from);
      }
      const lost = [...before.values()].filter((value) => ![...files.values()].includes(value));
      ok(lost.length <= 1 && files.size <= keep + 1);
      for (const value of lost) ok(value === Math.min(...before.values()), `seed 9, run ${run}`);
    }
  }
});
