import assert from "node:assert/strict";
import { readReplyLine } from "./client_lines.ts";
import { answerLine, readCommandLine, replyLine, supportReply } from "./server_lines.ts";

function tokenOf(text: string): number | undefined {
  return readCommandLine(`${text} word`)?.token;
}

Deno.test("a token is the number that its word begins with, in 32 bits", () => {
  const tokens: Readonly<Record<string, number>> = {
    "13": 13,
    "+9": 9,
    "-5": -5,
    "12abc": 12,
    abc: 0,
    "1.5": 1,
    "0x10": 0,
    "+-5": 0,
    "-": 0,
    "2147483648": -2_147_483_648,
    "99999999999": 1_215_752_191,
    "9223372036854775807": -1,
    "-9223372036854775808": 0,
  };
  for (const [text, token] of Object.entries(tokens)) assert.equal(tokenOf(text), token, text);
});

Deno.test("a token of more than 64 bits makes no command", () => {
  for (const text of ["9223372036854775808", "-9223372036854775809", "99999999999999999999x"]) {
    assert.equal(tokenOf(text), undefined, text);
  }
});

Deno.test("fields are parted by any white space", () => {
  assert.deepEqual(readCommandLine("\t7\rcheck-support\v \ffeature   ip-4 "), {
    token: 7,
    name: "check-support",
    args: [["feature", "ip-4"]],
  });
});

Deno.test("fewer than two fields, half a pair, or more than 16 pairs are no command", () => {
  for (const line of ["", "   ", "malformed", "8 check-support feature", "22 argle x"]) {
    assert.equal(readCommandLine(line), undefined, line);
  }
  const pairs = (count: number): string => " a b".repeat(count);
  assert.equal(readCommandLine(`1 word${pairs(16)}`)?.args.length, 16);
  assert.equal(readCommandLine(`1 word${pairs(17)}`), undefined);
});

Deno.test("replies are lines that a client reads back", () => {
  const labels = [{ label: 16, trafficClass: 5, bottomOfStack: true, ttl: 1 }];
  const heard = { name: "ttl-expired", family: 4, from: "192.0.2.1", rttUs: 1_234.5, labels } as const;
  assert.equal(answerLine(7, heard), "7 ttl-expired ip-4 192.0.2.1 round-trip-time 1235 mpls 16,5,1,1\n");
  const line = readReplyLine(answerLine(7, heard));
  assert.ok(line?.kind === "probe");
  assert.deepEqual(line.answer, { family: 4, from: "192.0.2.1", rttUs: 1_235, isTime: true, labels });
  assert.equal(replyLine(-3, "no-reply"), "-3 no-reply\n");
  assert.equal(supportReply(1, "ok"), "1 feature-support support ok\n");
});

Deno.test("at most eight labels are told", () => {
  const labels = Array.from({ length: 9 }, (_, label) => ({ label, trafficClass: 0, bottomOfStack: false, ttl: 9 }));
  const line = answerLine(1, { name: "reply", family: 6, from: "2001:db8::1", rttUs: 1, labels });
  assert.equal(line.split(",").length, 4 * 8);
  assert.ok(line.endsWith("7,0,0,9\n"));
});
