import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "./_script.ts";
import { type Status, STATUSES, statusOf, worstExit } from "./status.ts";

function check(events: EventScript, expected: Status, complete = true): void {
  assert.equal(statusOf(events.path(), complete), expected);
}

Deno.test("a target that answered is OK", () => check(script().lost(1).reply(1, TARGET, 1), "OK"));

Deno.test("a silent target is UNREACHED", () => check(script().reply(1, "10.0.0.1", 1).lost(2), "UNREACHED"));

Deno.test("a run without any round is UNREACHED", () => check(script(), "UNREACHED"));

Deno.test("a router's refusal is UNREACHABLE", () =>
  check(script().reply(1, "10.0.0.1", 1, { kind: "unreachable" }), "UNREACHABLE"));

Deno.test("a router's prohibition is PROHIBITED", () =>
  check(script().reply(1, "10.0.0.1", 1, { kind: "unreachable", icmpType: 3, icmpCode: 13 }), "PROHIBITED"));

Deno.test("no route and no host are NO_ROUTE", () => {
  check(script().sendFailed(1, "noRoute", "ENETUNREACH"), "NO_ROUTE");
  check(script().sendFailed(1, "hostUnreachable", "EHOSTUNREACH"), "NO_ROUTE");
});

Deno.test("nothing sent for another reason is SEND_FAILED", () =>
  check(script().sendFailed(1, "permissionDenied", "EPERM"), "SEND_FAILED"));

Deno.test("a failure beside probes that left is no SEND_FAILED", () =>
  check(script().lost(1).sendFailed(1, "noBuffer", "ENOBUFS"), "UNREACHED"));

Deno.test("a run that was cut short is PARTIAL, whatever it had found", () =>
  check(script().reply(1, TARGET, 1), "PARTIAL", false));

Deno.test("the exit status of a run is the worst of its targets", () => {
  assert.equal(worstExit(["OK", "OK"]), STATUSES.OK.exit);
  assert.equal(worstExit(["OK", "FAILED", "UNREACHED"]), STATUSES.FAILED.exit);
  assert.equal(worstExit([]), 0);
});

Deno.test("what could not be measured goes before what was cut short, then silence, then a crossed limit", () => {
  const end = { hasCrossedLimit: true, isCutShort: true };
  assert.equal(worstExit(["FAILED", "PARTIAL", "UNREACHED"], end), 2);
  assert.equal(worstExit(["PARTIAL", "UNREACHED", "OK"], end), 5);
  assert.equal(worstExit(["OK", "UNREACHED"], { hasCrossedLimit: true }), 1);
  assert.equal(worstExit(["OK", "OK"], { hasCrossedLimit: true }), 3);
});
