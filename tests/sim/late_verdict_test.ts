/** Answers that come later than --timeout: whose they are and how late, so that nobody takes them for silence. */
import assert from "node:assert/strict";
import { path, router, TARGET } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts } from "./verdicts.ts";
import type { Path } from "./world.ts";

const SLOW = { rttUs: 1_500 * MS };
const SLOWER = { rttUs: 1_600 * MS };

const CASES: readonly { name: string; route: Path; word: string; ttl: number; by: string; afterUs: number }[] = [
  { name: "the target's", route: path(5, { 5: SLOW }), word: "UNANSWERED", ttl: 4, by: TARGET, afterUs: SLOW.rttUs },
  {
    name: "those of all",
    route: path(3, { 1: SLOW, 2: SLOW, 3: SLOWER }),
    word: "UNANSWERED",
    ttl: 1,
    by: router(1),
    afterUs: SLOW.rttUs,
  },
  { name: "a router's", route: path(5, { 4: SLOWER }), word: "SILENT", ttl: 4, by: router(4), afterUs: SLOWER.rttUs },
];

for (const { name, route, word, ttl, by, afterUs } of CASES) {
  Deno.test(`answers that come too late are told with who gives them, and after how long: ${name}`, () => {
    const [found, ...others] = verdicts(route, { rounds: 20, intervalUs: 200 * MS, timeoutUs: SECOND });
    assert.deepEqual([found?.word, found?.ttl, found?.lateAddress, others], [word, ttl, by, []]);
    const { decided, late = 0, lateLeastUs = 0, lateMostUs = 0 } = found!.numbers;
    // Those to the last probes come when the run is over.
    assert.ok(decided === 20 && late > 10 && late <= 20, `${late} of ${decided}`);
    assert.ok(Math.abs(lateLeastUs - afterUs) < 1 && Math.abs(lateMostUs - afterUs) < 1);
  });
}

Deno.test("where nobody answers, nothing is late", () => {
  const [found] = verdicts(path(5, { 5: { silent: true } }), { rounds: 20, timeoutUs: SECOND });
  assert.deepEqual([found?.word, found?.ttl, found?.lateAddress], ["UNANSWERED", 4, undefined]);
  assert.ok(!("late" in found!.numbers));
});
