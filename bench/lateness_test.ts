import assert from "node:assert/strict";
import { LATENESS_PLAN, latenessOf } from "./lateness.ts";

/** When the four probes of each round left, each so late, on a grid that is moved by so much from a round on. */
function check(lateUs: readonly number[], { fromRound, byUs }: { fromRound: number; byUs: number }): void {
  const { intervalUs, rounds } = LATENESS_PLAN;
  const sent = Array.from({ length: 4 * rounds }, (_, at) => {
    const [round, ttl] = [Math.floor(at / 4), at % 4 + 1];
    const movedUs = round >= fromRound ? byUs : 0;
    return { round, ttl, atUs: at * intervalUs / 4 + movedUs + lateUs[at % lateUs.length]! };
  });
  const found = latenessOf(sent).filter((_, at) => Math.abs(Math.floor(at / 4) + 1 - fromRound) > 3);
  assert.deepEqual(found.map(Math.round), found.map((_, at) => lateUs[at % lateUs.length]!));
}

Deno.test("a probe is as late as the earliest of some rounds is not", () => {
  check([0, 10, 20, 300], { fromRound: Infinity, byUs: 0 });
});

Deno.test("a thread that was stopped for longer than a round makes none of the later probes late", () => {
  check([0, 10, 20, 300], { fromRound: 57, byUs: 250_000 });
});
