import assert from "node:assert/strict";
import { type Asked, Checks } from "./checks.ts";
import { MEMORY_ROUNDS } from "./evenness.ts";

/** What became of the probe to the target's place in each round, and of any probe with TTL enough: `+` answered, `-` lost. */
function after(places: string, checks: string, between = ""): { checks: Checks; asked: number; latest: number } {
  const found = new Checks();
  let [asked, latest] = [0, 0];
  for (const [round, place] of [...places].entries()) {
    latest = round;
    found.add(round, "place");
    const isAsked = found.isChecking(round);
    if (isAsked) found.add(round, "arrival");
    if (between.includes(place)) continue;
    found.note(round, "place", place === "+");
    if (isAsked) found.note(round, "arrival", checks[asked++ % checks.length] === "+");
  }
  return { checks: found, asked, latest };
}

Deno.test("while nothing is lost there is no check", () => {
  assert.equal(after("+".repeat(500), "+").asked, 0);
});

Deno.test("where checks arrive in rounds that are lost, and in the others, that is the proof, and soon every round has one", () => {
  const { checks, asked, latest } = after("-+".repeat(30), "+");
  assert.ok(checks.isProved(latest) && checks.isChecking(latest + 1));
  assert.ok(asked > 30, `${asked}`);
  assert.ok(checks.isProved(latest + MEMORY_ROUNDS - 1) && !checks.isProved(latest + MEMORY_ROUNDS + 1));
});

Deno.test("five of them are none yet", () => {
  const { checks, latest } = after("-+-+-+-+", "+");
  assert.ok(!checks.isProved(latest));
});

Deno.test("where all is lost, checks too, they are soon over, and come again after twice as many losses", () => {
  const { checks, asked } = after("+".repeat(5) + "-".repeat(1_000), "-");
  // Two after 1, 2, 4 and so on up to 512 losses, of which the last are still undecided.
  assert.equal(asked, 18);
  assert.ok(!checks.isProved(1_005));
});

Deno.test("who counts his answers out is asked by few checks, and they prove nothing", () => {
  for (const perRound of [0.1, 0.2, 0.5, 0.7]) {
    for (const saved of [1, 6]) {
      const checks = new Checks();
      let [answers, asked] = [saved, 0];
      const ask = (round: number, of: Asked, sinceLast: number): void => {
        answers = Math.min(saved, answers + perRound * sinceLast);
        checks.note(round, of, answers >= 1);
        if (answers >= 1) answers -= 1;
      };
      for (let round = 0; round < 300; round++) {
        const isAsked = checks.isChecking(round);
        checks.add(round, "place");
        if (isAsked) checks.add(round, "arrival");
        ask(round, "place", 0.8);
        if (isAsked) ask(round, "arrival", 0.2);
        else answers = Math.min(saved, answers + perRound * 0.2);
        if (isAsked) asked += 1;
        assert.ok(!checks.isProved(round), `${perRound} a round, ${saved} saved`);
      }
      assert.ok(asked < 60, `${asked} of 300 rounds have a check: ${perRound} a round, ${saved} saved`);
    }
  }
});

Deno.test("what is proved holds while losses speak for it, however much is lost besides", () => {
  // Half of the packets go a silent way, and one of five is lost on either, in this order again and again.
  const { checks, latest } = after("+-+--+-+--".repeat(60), "++++-");
  assert.ok(checks.isProved(latest));
});

Deno.test("what is overtaken by a later answer is lost at once, and what becomes of it then is no news", () => {
  const checks = new Checks();
  for (let round = 0; round < 200 && !checks.isProved(round); round++) {
    checks.add(round, "place");
    if (checks.isChecking(round)) {
      checks.add(round, "arrival");
      checks.note(round, "arrival", true);
    }
    if (round % 2 === 0) checks.note(round, "place", true);
    if (round > 4) checks.note(round - 4, "place", round % 2 === 0);
  }
  assert.ok(checks.isProved(60));
});

Deno.test("when nothing more is lost for a hundred checks there are none", () => {
  const { checks, latest } = after("-+-+-+-+-+-+-+-+-+" + "+".repeat(700), "+");
  assert.ok(!checks.isChecking(latest + 1) && !checks.isProved(latest));
});

Deno.test("whose fate tells nothing is in no pair", () => {
  const checks = new Checks();
  checks.add(0, "place");
  checks.note(0, "place", false);
  for (let round = 1; round < 400; round++) {
    checks.add(round, "place");
    if (checks.isChecking(round)) checks.add(round, "arrival");
    checks.forget(round, "arrival");
    checks.note(round, "place", false);
  }
  assert.ok(!checks.isProved(400));
});
