import assert from "node:assert/strict";
import { EarlyEnd } from "./early_end.ts";
import type { World } from "./world.ts";

/** A clock that moves when it is told to, and a signal that comes when it is told to. */
class TestWorld implements Pick<World, "after" | "sinceStartMs" | "onSignals"> {
  #nowMs = 0;
  #waits: { atMs: number; resolve: () => void }[] = [];
  #signal = Promise.withResolvers<void>();
  #status: number | undefined;
  #stop = (): void => {};

  sinceStartMs(): number {
    return this.#nowMs;
  }

  after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#waits.push({ atMs: this.#nowMs + ms, resolve }));
  }

  onSignals(stop: () => void): ReturnType<World["onSignals"]> {
    this.#stop = stop;
    const status = (): number | undefined => this.#status;
    return {
      get status() {
        return status();
      },
      happened: this.#signal.promise,
    };
  }

  signal(status: number): void {
    this.#status = status;
    this.#stop();
    this.#signal.resolve();
  }

  /** Whoever waited until then goes on. */
  async until(ms: number): Promise<void> {
    this.#nowMs = ms;
    for (const { atMs, resolve } of this.#waits) if (atMs <= ms) resolve();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

function start(deadlineUs: number | undefined): { world: TestWorld; early: EarlyEnd; stops: () => number } {
  const world = new TestWorld();
  let stops = 0;
  const early = new EarlyEnd(world, deadlineUs, () => stops++);
  return { world, early, stops: () => stops };
}

Deno.test("the run is stopped so long before the deadline that it can print", async () => {
  const { world, early, stops } = start(2_000_000);
  await world.until(1_699);
  assert.deepEqual([stops(), early.hasHappened], [0, false]);
  await world.until(1_700);
  assert.deepEqual([stops(), early.isPastDeadline, early.signalStatus], [1, true, undefined]);
  await early.happened;
});

Deno.test("of a short deadline half is left to measure", async () => {
  const { world, stops } = start(500_000);
  await world.until(249);
  assert.equal(stops(), 0);
  await world.until(250);
  assert.equal(stops(), 1);
});

Deno.test("a signal ends the run, too, and tells its status", async () => {
  const { world, early, stops } = start(undefined);
  await world.until(1e9);
  assert.equal(early.hasHappened, false);
  world.signal(143);
  await early.happened;
  assert.deepEqual([stops(), early.signalStatus, early.isPastDeadline], [1, 143, false]);
});

Deno.test("what is stuck is waited for until a second after the deadline, and what is not gives its result", async () => {
  const { world, early } = start(1_000_000);
  assert.equal(await early.bounded(Promise.resolve("written")), "written");
  const stuck = early.bounded(new Promise(() => {}));
  let isOver = false;
  void stuck.then(() => isOver = true);
  await world.until(1_600);
  assert.equal(isOver, false);
  await world.until(1_700);
  await world.until(2_700);
  assert.equal(await stuck, undefined);
});

Deno.test("many targets take their time to print: the end comes the earlier, and no earlier than at half of the deadline", async () => {
  for (const [targets, untilMs] of [[1, 9_699], [2_000, 7_700], [100_000, 5_000]] as const) {
    const { world, early, stops } = start(10_000_000);
    early.expect(targets);
    await world.until(untilMs - 1);
    assert.deepEqual([stops(), early.hasHappened], [0, false]);
    await world.until(untilMs);
    assert.deepEqual([stops(), early.isPastDeadline], [1, true]);
    await world.until(10_000);
    assert.equal(stops(), 1);
  }
});
