import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import type { DialectName } from "./dialect.ts";
import { meaningOf } from "./mtr_answer.ts";

function check(dialect: DialectName, answer: Partial<Answer>, expected: ReturnType<typeof meaningOf>): void {
  const plain: Answer = { kind: "unreachable", icmpType: 3, icmpCode: 1, mtu: 0, labels: [] };
  assert.equal(meaningOf({ ...plain, ...answer }, dialect), expected, JSON.stringify(answer));
}

Deno.test("whatever is no refusal is a plain reply", () => {
  for (const kind of ["echoReply", "timeExceeded", "datagram", "synAck", "reset", "initAck", "abort"] as const) {
    check("0.95", { kind }, "reply");
  }
});

Deno.test("a port unreachable is a plain reply", () => {
  check("0.95", { icmpType: 3, icmpCode: 3 }, "reply");
  check("0.96", { icmpType: 1, icmpCode: 4 }, "reply");
});

Deno.test("any other unreachable is the one error that mtr-packet knows", () => {
  for (const [icmpType, icmpCode] of [[3, 0], [3, 1], [3, 13], [1, 0], [1, 3]] as const) {
    check("0.95", { icmpType, icmpCode }, "ENETUNREACH");
    check("0.96", { icmpType, icmpCode }, "EHOSTUNREACH");
  }
});

Deno.test("packet too big is no answer", () => check("0.96", { icmpType: 2, icmpCode: 0 }, undefined));

Deno.test("a prober's own word counts, if the release knows it", () => {
  check("0.95", { word: "no-route" }, "ENETUNREACH");
  check("0.95", { word: "no-route-host" }, undefined);
  check("0.95", { word: "network-down" }, "ENETDOWN");
  check("0.95", { word: "host-down" }, undefined);
  check("0.96", { word: "no-route" }, undefined);
  check("0.96", { word: "no-route-network" }, "ENETUNREACH");
  check("0.96", { word: "no-route-host" }, "EHOSTUNREACH");
  check("0.96", { word: "host-down" }, "EHOSTDOWN");
  check("0.96", { word: "wait-tcp-respone-timeout" }, undefined);
});
