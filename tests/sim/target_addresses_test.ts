/** A target that answers from several of its addresses: it is one, and the ways to it are as long as they are. */
import assert from "node:assert/strict";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { MS } from "./run.ts";
import { verdictsIn, words } from "./verdicts.ts";

const INTERVAL_US = 250 * MS;
const TARGETS = [
  { address: TARGET, other: "192.0.2.77", described: path },
  { address: TARGET6, other: "2001:db8:77::77", described: path6 },
] as const;

for (const { address, other, described } of TARGETS) {
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
  }
}
