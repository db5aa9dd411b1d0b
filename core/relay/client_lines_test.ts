import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { MOST_LINE_CHARACTERS, probeLine, readReplyLine, type ReplyLine, supportLine } from "./client_lines.ts";
import { answerLine, readCommandLine, replyLine, supportReply } from "./server_lines.ts";

const WORDS = [
  "reply",
  "ttl-expired",
  "no-route",
  "feature-support",
  "support",
  "ok",
  "ip-4",
  "ip-6",
  "10.0.0.1",
  "fd00::1",
  "::ffff:1.2.3.4",
  "round-trip-time",
  "mpls",
  "1,2,1,4",
  "0",
  "1",
  "33000",
  "4294967296",
  "-1",
  "1e3",
  "__proto__",
  "\t",
  "\0",
  "é",
];

Deno.test("no line throws, and what is read has only values that can be", () => {
  const random = new Random(1);
  for (let count = 0; count < 20_000; count++) {
    const words = Array.from(
      { length: random.below(12) },
      () => random.flip() ? random.pick(WORDS) : random.text("19,.: \tx-", 8),
    );
    const reply = readReplyLine(words.join(" "));
    if (reply?.kind !== "probe" || reply.answer === undefined) continue;
    const { family, from, rttUs, labels } = reply.answer;
    assert.equal(from.includes(":"), family === 6);
    assert.ok(rttUs === (rttUs | 0) && labels.length <= 8);
  }
});

Deno.test("what a server writes is read as it was meant", () => {
  const random = new Random(2);
  for (let count = 0; count < 2_000; count++) {
    const [token, family] = [random.below(2 ** 31), random.pick([4, 6] as const)];
    const labels = Array.from({ length: random.below(9) }, () => ({
      label: random.below(1 << 20),
      trafficClass: random.below(8),
      bottomOfStack: random.flip(),
      ttl: random.below(256),
    }));
    const from = family === 4 ? `10.0.0.${random.below(256)}` : `fd00::${(1 + random.below(9_999)).toString(16)}`;
    const name = random.pick(["reply", "ttl-expired", "no-route"]);
    const rttUs = random.below(2 ** 31 - 1);
    const reply = readReplyLine(answerLine(token, { name, family, from, rttUs, labels }));
    assert.ok(reply?.kind === "probe");
    assert.deepEqual([reply.token, reply.name, reply.answer], [token, name, { family, from, rttUs, labels }]);
  }
  const bare: ReplyLine = { kind: "probe", token: 7, name: "unexpected-error", answer: undefined, detail: "errno 90" };
  assert.deepEqual(readReplyLine(replyLine(7, "unexpected-error errno 90")), bare);
  for (const [word, isSupported] of [["ok", true], ["no", false], ["0.95", false]] as const) {
    assert.deepEqual(readReplyLine(supportReply(1, word)), { kind: "support", token: 1, isSupported });
  }
});

Deno.test("a command is read by a server word for word", () => {
  const probe = {
    family: 6,
    to: "fd00::9",
    source: "fd00::1",
    protocol: "udp",
    packetBytes: 100,
    fill: -300,
    trafficClass: 16,
    ttl: 5,
    timeoutSeconds: 10,
    port: 53,
    localPort: 5000,
    mark: 9,
    device: "eth0",
  } as const;
  const words =
    "ip-6 fd00::9 local-ip-6 fd00::1 protocol udp size 100 bit-pattern -300 tos 16 ttl 5 timeout 10 port 53 " +
    "local-port 5000 mark 9 local-device eth0";
  const args = words.split(" ").flatMap((word, at, all) => at % 2 === 0 ? [[word, all[at + 1]]] : []);
  assert.deepEqual(readCommandLine(probeLine(33_000, probe)), { token: 33_000, name: "send-probe", args });
  const least = { ...probe, source: undefined, port: undefined, localPort: undefined, mark: 0, device: undefined };
  assert.equal(
    probeLine(1, least),
    "1 send-probe ip-6 fd00::9 protocol udp size 100 bit-pattern -300 tos 16 ttl 5 timeout 10",
  );
  assert.deepEqual(readCommandLine(supportLine(1, "tcp")), {
    token: 1,
    name: "check-support",
    args: [["feature", "tcp"]],
  });
});

for (
  const [what, line] of [
    ["empty", ""],
    ["blank", "  \t "],
    ["without a name", "12"],
    ["with half an argument", "12 reply ip-4"],
    ["with more arguments than mtr takes", `1 reply${" a b".repeat(17)}`],
    ["too long", `1 reply ${"x".repeat(MOST_LINE_CHARACTERS)} y`],
  ] as const
) {
  Deno.test(`a line that is ${what} is no reply`, () => assert.equal(readReplyLine(line), undefined));
}

for (
  const [what, words] of [
    ["no time", "ip-4 10.0.0.1"],
    ["no address", "round-trip-time 5"],
    ["an address of the other family", "ip-4 fd00::1 round-trip-time 5"],
    ["no address but a word", "ip-6 here round-trip-time 5"],
  ] as const
) {
  Deno.test(`a reply with ${what} names nobody`, () => {
    const reply = readReplyLine(`33000 reply ${words}`);
    assert.ok(reply?.kind === "probe" && reply.answer === undefined);
  });
}

Deno.test("numbers are read by the digits that they begin with, and kept in 32 bits, as mtr does", () => {
  for (
    const [token, rtt, expected] of [
      ["33000.5", "12.5", [33_000, 12]],
      ["33000x", "+7", [33_000, 7]],
      ["x33000", "0x10", [0, 0]],
      ["-5", "-5", [-5, -5]],
      ["99999999999", "3000000000", [1_215_752_191, -1_294_967_296]],
      ["é", "4294967300", [0, 4]],
    ] as const
  ) {
    const reply = readReplyLine(`${token} reply ip-4 10.0.0.1 round-trip-time ${rtt}`);
    assert.deepEqual(reply?.kind === "probe" && [reply.token, reply.answer?.rttUs], expected);
  }
});

Deno.test("a broken list of labels is none, and a long one ends after eight", () => {
  const labelsOf = (mpls: string): number | undefined => {
    const reply = readReplyLine(`1 reply ip-4 10.0.0.1 round-trip-time 5 mpls ${mpls}`);
    return reply?.kind === "probe" ? reply.answer?.labels.length : undefined;
  };
  for (const broken of ["1", "1,2,1", "1,2,x,4", "1,2x,1,4", "1,2,1,4,5,x", ",,,"]) {
    assert.equal(labelsOf(broken), 0, broken);
  }
  for (const whole of ["1,2,1,4", "1,2,1,4,", "1,2,1,4,5", "-1,2,1,4"]) assert.equal(labelsOf(whole), 1, whole);
  assert.equal(labelsOf(Array.from({ length: 9 }, () => "1,2,1,4").join(",")), 8);
});
