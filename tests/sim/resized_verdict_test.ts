/** Ways over silent routers that begin and end: told as changes where the target was meanwhile, each with its time, and no loss. */
import assert from "node:assert/strict";
import { TARGET } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts } from "./verdicts.ts";
import { type Part, routesOf } from "./ways.ts";

const PLAN = { rounds: 100, intervalUs: 200 * MS } as const;
const END = 999;

interface Case {
  readonly parts: readonly Part[];
  /** When the path grew and when it shrank, in seconds, the latest of so many; `undefined`: it did not. */
  readonly grew: number | undefined;
  readonly shrank: number | undefined;
  readonly times?: number;
  /** Too short to be told from loss by chance. */
  readonly isShort?: true;
}

const CASES: Readonly<Record<string, Case>> = {
  "a detour": { parts: [[4, "1234T"], [12, "1234_T"], [END, "1234T"]], grew: 4, shrank: 12 },
  "a detour over two": { parts: [[4, "1234T"], [12, "1234__T"], [END, "1234T"]], grew: 4, shrank: 12 },
  "a short detour": { parts: [[4, "1234T"], [6, "1234_T"], [END, "1234T"]], grew: 4, shrank: 6, isShort: true },
  "two detours": {
    ...{ parts: [[4, "1234T"], [8, "1234_T"], [12, "1234T"], [16, "1234_T"], [END, "1234T"]] },
    ...{ grew: 12, shrank: 16, times: 2 },
  },
  "a detour behind an outage": {
    parts: [[4, "1234T"], [6, "12X"], [12, "1234_T"], [END, "1234T"]],
    grew: 6,
    shrank: 12,
  },
  "a detour before an outage": {
    parts: [[4, "1234T"], [12, "1234_T"], [14, "12X"], [END, "1234T"]],
    grew: 4,
    shrank: 14,
  },
  "a longer way for good": { parts: [[4, "1234T"], [END, "1234_T"]], grew: 4, shrank: undefined },
  "a shorter way for good": { parts: [[8, "1234_T"], [END, "1234T"]], grew: undefined, shrank: 8 },
  "an outage": { parts: [[4, "1234T"], [8, "12X"], [END, "1234T"]], grew: undefined, shrank: undefined },
};

for (const [name, { parts, grew, shrank, times = 1, isShort }] of Object.entries(CASES)) {
  Deno.test(
    `${name}: what the target's place was meanwhile is told with its times, ${
      isShort ? "where nothing is" : "whatever is"
    } lost beside`,
    () => {
      for (const [loss, seeds] of [[0, 1], [0.1, isShort ? 0 : 4]] as const) {
        for (let seed = 1; seed <= seeds; seed++) {
          const found = verdicts(routesOf(parts, loss), PLAN, seed).filter(({ word }) => word === "CHANGED");
          const expected = [grew, shrank].flatMap((atS, index) =>
            atS === undefined ? [] : [{ atS, isGrowth: index === 0 }]
          );
          const told = found.map(({ ttl, before, address, numbers: { changes } }) => [ttl, before, address, changes]);
          assert.deepEqual(
            told,
            expected.map(({ isGrowth }) => isGrowth ? [5, TARGET, undefined, times] : [5, undefined, TARGET, times]),
            `${loss} ${seed}`,
          );
          for (const [index, { atS }] of expected.entries()) {
            const afterUs = found[index]!.numbers["afterUs"]!;
            assert.ok(Math.abs(afterUs - atS * SECOND) <= 1.5 * SECOND, `${loss} ${seed}: ${afterUs}`);
          }
        }
      }
    },
  );
}
