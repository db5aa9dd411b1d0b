/** Load of our own on real links: through a narrow one with a long queue, and through one with room. */
import assert from "node:assert/strict";
import { mtr, openWorld, readJson, told } from "./program.ts";
import { ADDRESSES, CLIENT_LINK, pathOf } from "./topology.ts";
import type { World } from "./world.ts";

const { target } = ADDRESSES[4];
const ROUNDS = 20;
const QUEUE_MS = 150;
/** From the second router to the third; 18,750 bytes leave it in 150 ms. A busy machine sends enough to fill it, too. */
const NARROW = `tc -n r2 qdisc add dev ${CLIENT_LINK} root tbf rate 1mbit burst 3000 limit 18750`;

/** What this test reads of a report. */
interface Report {
  readonly hubs: readonly {
    readonly lost: number;
    readonly load?: Readonly<Record<"idle" | "loaded", { readonly received: number; readonly medianMs: number }>>;
    readonly verdicts: readonly { readonly word: string }[];
  }[];
  readonly run: { readonly load?: { readonly bytes: number; readonly durationMs: number; readonly failed: number } };
}

async function report(world: World, args: readonly string[]): Promise<Report> {
  const result = await mtr(world, ["-j", "-n", "-c", String(ROUNDS), "-i", "0.2", "-Z", "1", ...args, target]);
  assert.equal(result.code, 0, told(result));
  return readJson(result.stdout).report as unknown as Report;
}

function wordsOf({ hubs }: Report): readonly string[] {
  return hubs.flatMap(({ verdicts }, index) => verdicts.map(({ word }) => `${word} ${index + 1}`));
}

Deno.test("load shows a queue from the hop behind it on, with what it holds; without load nobody sees it", async (t) => {
  await using world = await openWorld();
  const shaping = await world.run(NARROW.split(" "));
  // Not every kernel has it.
  const fn = async (): Promise<void> => {
    const idle = await report(world, []);
    assert.deepEqual([wordsOf(idle), idle.run.load, idle.hubs[0]?.load], [[], undefined, undefined]);
    const loaded = await report(world, ["--load", "4M"]);
    assert.ok(wordsOf(loaded).includes("BLOAT 3"), wordsOf(loaded).join());
    const [first, , third] = loaded.hubs;
    assert.equal(first?.load?.idle.received, ROUNDS / 2);
    assert.ok(first.load.loaded.medianMs < 5, `${first.load.loaded.medianMs}`);
    const queuedMs = third?.load?.loaded.medianMs ?? NaN;
    assert.ok(queuedMs > 0.8 * QUEUE_MS && queuedMs < 1.1 * QUEUE_MS, `${queuedMs}`);
    assert.equal(loaded.run.load?.failed, 0);
  };
  await t.step({ name: "behind a token bucket", ignore: shaping.code !== 0, fn });
});

Deno.test("beside any probes load leaves at its rate at most, and a path with room has no verdict", async () => {
  await using world = await openWorld();
  await Promise.all([[], ["-u"], ["-T"]].map(async (protocol) => {
    const found = await report(world, [...protocol, "--load", "2M"]);
    assert.deepEqual(found.hubs.map(({ lost, load }) => [lost, load?.idle.received]), pathOf(4).map(() => [0, 10]));
    assert.deepEqual(wordsOf(found), []);
    const { bytes, durationMs, failed } = found.run.load ?? { bytes: 0, durationMs: 0, failed: 1 };
    assert.equal(failed, 0);
    // A busy machine sends less, but none sends more.
    const perSecond = 8 * bytes / (durationMs / 1_000);
    assert.ok(bytes > 0 && perSecond < 2.1e6, `${perSecond}`);
  }));
});
