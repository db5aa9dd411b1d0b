import assert from "node:assert/strict";
import { TARGET } from "../path/_script.ts";
import { Play } from "./_play.ts";
import { raw } from "./raw.ts";

const LABEL = { label: 16, trafficClass: 1, bottomOfStack: true, ttl: 254 };

Deno.test("a new address is told once, before its first answer", () => {
  const play = new Play(raw);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 250)), ["x 0 0", "h 0 10.0.0.1", "p 0 250 0"]);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 251)), ["x 0 1", "p 0 251 1"]);
});

Deno.test("when another address answers it is told, and the first one again when it is back", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, "10.0.0.1", 250));
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.2", 251)), ["x 0 1", "h 0 10.0.0.2", "p 0 251 1"]);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 252)), ["x 0 2", "h 0 10.0.0.1", "p 0 252 2"]);
});

Deno.test("times are rounded to whole microseconds", () =>
  assert.deepEqual(new Play(raw).when((script) => script.reply(1, "10.0.0.1", 249.7)).at(-1), "p 0 250 0"));

Deno.test("the target's answers to probes with ttl to spare are left out", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, "10.0.0.1", 1).reply(2, TARGET, 2));
  assert.deepEqual(play.when((script) => script.reply(3, TARGET, 3)), ["x 2 2"]);
  assert.deepEqual(play.when((script) => script.reply(4, "192.0.2.250", 3, { kind: "echoReply" })), ["x 3 3"]);
});

Deno.test("a router behind where the target was is told: the path has grown", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, TARGET, 1));
  assert.deepEqual(play.when((script) => script.reply(2, "10.0.0.2", 2)), ["x 1 1", "h 1 10.0.0.2", "p 1 2 1"]);
});

Deno.test("late answers, duplicates and losses are no lines", () =>
  assert.deepEqual(
    new Play(raw).when((script) => script.late(1, "10.0.0.1", 1).lost(2).reply(1, TARGET, 2).duplicate(1, TARGET, 3)),
    ["x 0 0", "x 1 1", "x 0 2", `h 0 ${TARGET}`, "p 0 2 2"],
  ));

Deno.test("a refusal has a line of its own behind the answer", () =>
  assert.deepEqual(
    new Play(raw).when((script) =>
      script.reply(1, "10.0.0.1", 9, { kind: "unreachable", icmpType: 3, icmpCode: 4, mtu: 1400 })
    ),
    ["x 0 0", "h 0 10.0.0.1", "p 0 9 0", "E 0 0 3 4 1400"],
  ));

Deno.test("a probe that did not leave is told with the reason", () =>
  assert.deepEqual(new Play(raw).when((script) => script.sendFailed(2, "noBuffer", "ENOBUFS")), ["F 1 0 noBuffer"]));

Deno.test("that each probe has a port of its own from here on is a line", () =>
  assert.deepEqual(new Play(raw).when((script) => script.portsVary().reply(1, "10.0.0.1", 9)), [
    "P",
    "x 0 0",
    "h 0 10.0.0.1",
    "p 0 9 0",
  ]));

Deno.test("a name is told as soon as it is known, wherever the address answers, and once", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, "10.0.0.1", 1).reply(2, "10.0.0.1", 1).reply(3, "10.0.0.3", 1));
  assert.deepEqual(play.named("10.0.0.1", "r1.example"), ["d 0 r1.example", "d 1 r1.example"]);
  assert.deepEqual(play.named("10.0.0.1", "r1.example"), []);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1)), ["x 0 3", "p 0 1 3"]);
});

Deno.test("the name of an address that has answered before stands behind its line", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, "10.0.0.1", 1).reply(1, "10.0.0.2", 1));
  assert.deepEqual(play.named("10.0.0.1", "r1.example"), []);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1)), [
    "x 0 2",
    "h 0 10.0.0.1",
    "d 0 r1.example",
    "p 0 1 2",
  ]);
});

Deno.test("a hostile name is one word of its line", () => {
  const play = new Play(raw);
  play.when((script) => script.reply(1, "10.0.0.1", 1));
  assert.deepEqual(play.named("10.0.0.1", "a\np 9 9 9\x1b[2J"), ["d 0 a\\010p\\0329\\0329\\0329\\027\\0912J"]);
});

Deno.test("without names there are none, even if they are known", () => {
  const play = new Play(raw, { names: false });
  play.when((script) => script.reply(1, "10.0.0.1", 1));
  assert.deepEqual(play.named("10.0.0.1", "r1.example"), []);
});

Deno.test("an AS number is told as soon as it is known, if it was asked for", () => {
  for (const ipinfo of [[], ["asn"]] as const) {
    const play = new Play(raw, { ipinfo });
    play.when((script) => script.reply(1, "10.0.0.1", 1));
    play.infos.set("10.0.0.1", { asn: "64496", country: "ZZ" });
    assert.equal(play.stream.named("10.0.0.1"), ipinfo.length > 0 ? "A 0 64496\n" : "");
    assert.equal(play.stream.named("10.0.0.1"), "");
  }
});

Deno.test("further fields of AS information have a line each, with their number", () => {
  const play = new Play(raw, { ipinfo: ["country", "asn", "prefix", "registry"] });
  play.when((script) => script.reply(1, "10.0.0.1", 1));
  play.infos.set("10.0.0.1", { asn: "64496", country: "Z\nZ", prefix: "10.0.0.0/8" });
  assert.deepEqual(play.stream.named("10.0.0.1").split("\n"), ["I 0 2 Z\\010Z", "A 0 64496", "I 0 1 10.0.0.0/8", ""]);
});

Deno.test("labels follow their address, and it is told again when they change", () => {
  const play = new Play(raw, { mpls: true });
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1, { labels: [LABEL] })), [
    "x 0 0",
    "h 0 10.0.0.1",
    "m 0 16 1 1 254",
    "p 0 1 0",
  ]);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1, { labels: [LABEL] })), ["x 0 1", "p 0 1 1"]);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1)), ["x 0 2", "h 0 10.0.0.1", "p 0 1 2"]);
});

Deno.test("labels are left out unless they were asked for", () =>
  assert.equal(new Play(raw).when((script) => script.reply(1, "10.0.0.1", 1, { labels: [LABEL] })).length, 3));

Deno.test("of several targets each is announced where its lines begin", () => {
  const play = new Play(raw, {}, ["a.example", "b\u202e c"]);
  assert.deepEqual(play.when((script) => script.inFlight(1), 1), [`T 1 ${TARGET} b\\u{202E} c`, "x 0 0"]);
  assert.deepEqual(play.when((script) => script.reply(1, "10.0.0.1", 1), 1), ["x 0 1", "h 0 10.0.0.1", "p 0 1 1"]);
  assert.deepEqual(play.when((script) => script.reply(2, "10.0.0.1", 1), 0).slice(0, 2), [
    `T 0 ${TARGET} a.example`,
    "x 1 0",
  ]);
  assert.deepEqual(play.named("10.0.0.1", "r1"), [
    `T 1 ${TARGET} b\\u{202E} c`,
    "d 0 r1",
    `T 0 ${TARGET} a.example`,
    "d 1 r1",
  ]);
});
