/** The live program in virtual time: how often it draws, and that no terminal holds up what is measured. */
import assert from "node:assert/strict";
import { path, TARGET } from "./paths.ts";
import { type Outcome, SimulatedTerminal, traced } from "./program_world.ts";
import { MS, SECOND } from "./run.ts";

const WORLD = { paths: { [TARGET]: path(4, { 2: { rttUs: 30 * MS } }) } };
const ROUNDS = 20;

/** A run with a report at its end. */
async function watched(terminal: SimulatedTerminal, args: readonly string[] = []): Promise<Outcome> {
  return await traced(["-n", "-c", `${ROUNDS}`, "--report-on-exit", ...args], {
    world: WORLD,
    plan: { intervalUs: SECOND / 5 },
    hosts: [TARGET],
    terminal,
  });
}

async function reported(): Promise<Outcome> {
  return await traced(["-n", "-c", `${ROUNDS}`, "-r"], {
    world: WORLD,
    plan: { intervalUs: SECOND / 5 },
    hosts: [TARGET],
  });
}

Deno.test("the report after a screen is that of -r, byte for byte, with its exit status", async () => {
  const terminal = new SimulatedTerminal();
  assert.deepEqual(await watched(terminal), await reported());
  assert.equal(terminal.isClosed, true);
});

Deno.test("ten frames a second are drawn at most, however much is typed, and several of them", async () => {
  for (const keys of ["", "d", "\x1b[B\x1b[A"]) {
    const terminal = new SimulatedTerminal({ keys });
    await watched(terminal);
    const times = terminal.written.map(({ atUs }) => atUs);
    assert.ok(times.length > ROUNDS / 2, `${times.length} frames`);
    for (const [index, atUs] of times.slice(10).entries()) {
      assert.ok(atUs - times[index]! >= SECOND - 100 * MS, `eleven frames from ${times[index]} to ${atUs}`);
    }
  }
});

Deno.test("only what has changed is written: after the first frame a fraction of it", async () => {
  const terminal = new SimulatedTerminal();
  await watched(terminal);
  const [first, ...others] = terminal.written.map(({ text }) => text.length);
  const usual = others.toSorted((a, b) => a - b)[Math.floor(others.length / 2)]!;
  assert.ok(usual < first! / 3, `${first} bytes first, then ${usual}`);
});

Deno.test("a terminal that takes nothing gets no second frame, and costs no probe", async () => {
  const terminal = new SimulatedTerminal({ isStuck: true, keys: "d" });
  assert.deepEqual(await watched(terminal), await reported());
  assert.equal(terminal.written.length, 1);
});

Deno.test("whatever is typed, the run goes on to its end or is left, and the terminal is given back", async () => {
  for (
    const keys of ["\x1b[<64;1;1M", "\xff\xfe", "\x1b[[[[", "i99999999999\r", "s\r", "Q-1\r", "o%s\r", "/a\r", "?", "h"]
  ) {
    const terminal = new SimulatedTerminal({ keys });
    const { exit } = await watched(terminal, ["--displaymode", "3"]);
    assert.equal(exit, 0, JSON.stringify(keys));
    assert.equal(terminal.isClosed, true);
  }
});

Deno.test("q leaves it at once, with 0 and without a word", async () => {
  const terminal = new SimulatedTerminal({ keys: "q" });
  const { text, complaints, exit } = await traced(["-n"], { world: WORLD, plan: {}, hosts: [TARGET], terminal });
  assert.deepEqual([text, complaints, exit], ["", [], 0]);
  assert.equal(terminal.isClosed, true);
});
