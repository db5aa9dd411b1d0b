/**
 * A target that answers from several of its addresses: it is one, and the ways to it are as long as they are. Strangers who
 * answer for it as well are none of it.
 */
import assert from "node:assert/strict";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { hopsOf, MS, rttsOf, run, SECOND, strangersIn } from "./run.ts";
import { verdictsIn, words } from "./verdicts.ts";

const INTERVAL_US = 250 * MS;
const TARGETS = [
  { address: TARGET, other: "192.0.2.77", third: "192.0.2.78", described: path },
  { address: TARGET6, other: "2001:db8:77::77", third: "2001:db8:77::78", described: path6 },
] as const;

for (const { address, other, third, described } of TARGETS) {
  // Of TCP and SCTP an answer comes from the address that was asked, or is none.
  for (const protocol of ["icmp", "udp"] as const) {
    Deno.test(`${protocol} to ${address}: a target that answers from two addresses in turn is no balance and no change`, () => {
      for (const [flows, everyRounds, forwardLoss] of [[1, 1, 0], [4, 1, 0.1], [1, 8, 0.1]] as const) {
        const routes = Array.from({ length: 24 }, (_, index) => ({
          sinceUs: index * everyRounds * INTERVAL_US,
          path: described(5, { 1: { forwardLoss }, 5: index % 2 === 0 ? {} : { answersFrom: other } }),
        }));
        const plan = { protocol, flows, rounds: 24, intervalUs: INTERVAL_US };
        const found = words(verdictsIn({ paths: { [address]: routes } }, plan, address));
        assert.deepEqual(found.filter((word) => /CHANGED|PER_|VARYING/.test(word)), [], `${flows}, ${everyRounds}`);
        assert.ok(found.includes("ELSEWHERE 5"), found.join());
      }
    });

    const plan = { protocol, rounds: 10, timeoutUs: 2 * SECOND };

    for (
      const { title, forgers } of [
        { title: "quicker", forgers: [{ from: other, rttUs: 1 * MS }] },
        { title: "slower", forgers: [{ from: other, rttUs: 70 * MS }] },
        { title: "two", forgers: [{ from: other, rttUs: 1 * MS }, { from: third, rttUs: 70 * MS }] },
      ]
    ) {
      Deno.test(`${protocol} to ${address}: whoever answers as well as the target is a stranger: ${title}`, () => {
        for (const dropped of [[], [0], [3, 4]]) {
          const world = { paths: { [address]: described(5, { 5: { forgers, dropped } }) } };
          const { events } = run(world, plan);
          const hop = hopsOf(events).find(({ ttl }) => ttl === 5)!;
          const [replies, lost] = [10 - dropped.length, dropped.length];
          assert.deepEqual(hop, {
            ttl: 5,
            sent: 10,
            replies,
            late: 0,
            duplicates: 0,
            lost,
            sendFailed: 0,
            from: [address],
          });
          assert.deepEqual(rttsOf(events, 5), Array<number>(replies).fill(50 * MS));
          assert.ok(strangersIn(events).forged! >= 10 * forgers.length);
          const found = words(verdictsIn(world, plan, address));
          assert.deepEqual(found.filter((word) => !word.startsWith("LOSS")), []);
        }
      });
    }

    Deno.test(`${protocol} to ${address}: a target that always answers from elsewhere is told so, and nobody waits for more`, () => {
      const { events, tookUs } = run({ paths: { [address]: described(5, { 5: { answersFrom: other } }) } }, plan);
      const hop = hopsOf(events).find(({ ttl }) => ttl === 5)!;
      assert.deepEqual([hop.sent, hop.replies, hop.lost, hop.from], [10, 10, 0, [other]]);
      assert.deepEqual(rttsOf(events, 5), Array<number>(10).fill(50 * MS));
      assert.equal(strangersIn(events).forged, 0);
      assert.ok(tookUs < 10 * SECOND, `${tookUs}`);
    });
  }
}
