import assert from "node:assert/strict";
import { TARGET } from "../path/_script.ts";
import { Play } from "./_play.ts";
import { split } from "./split.ts";

Deno.test("before the first answer there is nothing to write", () => {
  const play = new Play(split);
  play.when((script) => script.lost(1).lost(2).inFlight(3));
  assert.deepEqual(play.tick(), []);
  assert.equal(play.stream.end(), "");
});

Deno.test("rows are written with the tick, and only those that have changed", () => {
  const play = new Play(split);
  assert.deepEqual(play.when((script) => script.lost(1).reply(2, "10.0.0.2", 1260).inFlight(3)), []);
  assert.deepEqual(play.tick(), ["1 ???", "2 10.0.0.2 0 1 1 1.3 1.3 1.3", "3 ???"]);
  assert.deepEqual(play.tick(), []);
  play.when((script) => script.reply(3, TARGET, 20_000).lost(2));
  assert.deepEqual(play.tick(), ["2 10.0.0.2 50000 1 2 1.3 1.3 1.3", `3 ${TARGET} 0 1 2 20.0 20.0 20.0`]);
});

Deno.test("a probe in flight is sent and not lost", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, TARGET, 1000).inFlight(1));
  assert.deepEqual(play.tick(), [`1 ${TARGET} 0 1 2 1.0 1.0 1.0`]);
});

Deno.test("loss is in thousandths of a percent, rounded once", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, TARGET, 1000).lost(1).lost(1));
  assert.deepEqual(play.tick(), [`1 ${TARGET} 66667 1 3 1.0 1.0 1.0`]);
});

Deno.test("rows vanish from the last one on when the path becomes shorter", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, "10.0.0.1", 1).reply(2, "10.0.0.2", 1).reply(3, "10.0.0.3", 1));
  play.when((script) => script.reply(4, TARGET, 1));
  play.tick();
  play.when((script) => script.reply(2, TARGET, 1000));
  assert.deepEqual(play.tick(), ["-4", "-3", `2 ${TARGET} 0 2 2 0.0 0.5 1.0`]);
  play.when((script) => script.reply(2, "10.0.0.2", 1000));
  assert.deepEqual(play.tick().map((row) => row.split(" ")[0]), ["2", "3", "4"]);
});

Deno.test("a name that becomes known changes its rows", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, TARGET, 1000));
  play.tick();
  assert.deepEqual(play.named(TARGET, "tar get"), []);
  assert.deepEqual(play.tick(), ["1 tar\\032get 0 1 1 1.0 1.0 1.0"]);
});

Deno.test("names that are turned off and on change the rows that have them", () => {
  const play = new Play(split);
  play.names.set("10.0.0.1", "router.example");
  play.when((script) => script.reply(1, "10.0.0.1", 1000).reply(2, TARGET, 1000));
  play.tick();
  play.view.names = false;
  assert.deepEqual(play.tick(), ["1 10.0.0.1 0 1 1 1.0 1.0 1.0"]);
  play.view.names = true;
  assert.deepEqual(play.tick(), ["1 router.example 0 1 1 1.0 1.0 1.0"]);
});

Deno.test("with addresses, each row has one behind its name", () => {
  const play = new Play(split, { showIps: true });
  play.names.set("10.0.0.1", "r1.example");
  play.when((script) => script.reply(1, "10.0.0.1", 1000).reply(2, TARGET, 1000));
  assert.deepEqual(play.tick(), [
    "1 r1.example 10.0.0.1 0 1 1 1.0 1.0 1.0",
    `2 ${TARGET} ${TARGET} 0 1 1 1.0 1.0 1.0`,
  ]);
});

Deno.test("a refusal is marked behind the figures", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, "10.0.0.1", 1000, { kind: "unreachable", icmpCode: 1 }));
  assert.deepEqual(play.tick(), ["1 10.0.0.1 0 1 1 1.0 1.0 1.0 !H"]);
});

Deno.test("the end writes what no tick has written", () => {
  const play = new Play(split);
  play.when((script) => script.reply(1, TARGET, 1000));
  assert.equal(play.stream.end(), `1 ${TARGET} 0 1 1 1.0 1.0 1.0\n`);
});

Deno.test("of several targets each is announced where its rows begin", () => {
  const play = new Play(split, {}, ["a.example", "b.example"]);
  play.when((script) => script.reply(1, TARGET, 1000), 1);
  play.when((script) => script.reply(1, TARGET, 2000), 0);
  assert.deepEqual(play.tick(), [
    `T 1 ${TARGET} b.example`,
    `1 ${TARGET} 0 1 1 1.0 1.0 1.0`,
    `T 0 ${TARGET} a.example`,
    `1 ${TARGET} 0 1 1 2.0 2.0 2.0`,
  ]);
  play.when((script) => script.lost(1), 0);
  assert.deepEqual(play.tick(), [`1 ${TARGET} 50000 1 2 2.0 2.0 2.0`]);
});
