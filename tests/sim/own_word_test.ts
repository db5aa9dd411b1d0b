/** What this host says itself of its probes: a firewall that rejects them, and a next hop without an address, are no routers. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { writeIcmp4Error } from "../../core/packet/icmp4.ts";
import { OWN_ADDRESS } from "./packets.ts";
import { path, TARGET } from "./paths.ts";
import { MS, run } from "./run.ts";

const REJECTION = { type: 3, code: 13 };
const NO_ADDRESS = { type: 3, code: 1 };
const EXPIRED = { type: 11, code: 0 };

/** What becomes of the one probe of a run, to a silent path, of which this host says so. */
function check(
  { type, code }: typeof REJECTION,
  { isStamped, to = TARGET }: { readonly isStamped: boolean; readonly to?: string },
): string | undefined {
  const word = { type, code, mtu: 0, extension: undefined, tellsLength: true };
  const { events } = run({
    paths: { [to]: path(2, { 1: { silent: true }, 2: { silent: true } }) },
    ...(!isStamped && { unnumbered: [0] }),
    injections: [{
      atUs: 50 * MS,
      from: OWN_ADDRESS[4],
      family: 4,
      make: ([probe]) => writeIcmp4Error({ ...word, quoted: probe!.packet }),
    }],
  }, { maxTtl: 1, rounds: 1 });
  const isFate = ({ kind }: TraceEvent): boolean => kind === "unsent" || kind === "reply" || kind === "lost";
  const [fate, ...others] = events.filter(isFate);
  assert.deepEqual(others, []);
  return fate?.kind === "unsent" ? fate.reason : fate?.kind;
}

Deno.test("what this host rejects, and nobody has seen leave, is not sent", () => {
  assert.equal(check(REJECTION, { isStamped: false }), "permissionDenied");
});

Deno.test("what has left and comes back to this host is refused by a router, though this host be that", () => {
  assert.equal(check(REJECTION, { isStamped: true }), "reply");
  assert.equal(check(EXPIRED, { isStamped: false }), "reply");
});

Deno.test("nobody at the next hop's address is this host's word, too", () => {
  assert.equal(check(NO_ADDRESS, { isStamped: false }), "hostUnreachable");
  assert.equal(check(NO_ADDRESS, { isStamped: true }), "hostUnreachable");
});

Deno.test("what a target says that is this host is its answer", () => {
  assert.equal(check(REJECTION, { isStamped: false, to: OWN_ADDRESS[4] }), "reply");
});
