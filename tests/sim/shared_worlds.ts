/** Worlds of many targets behind the same near routers, and what a run tells of each. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import type { TracePlan } from "../../core/plan.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { router } from "./paths.ts";
import { type HopSeen, hopsOf, MS, rttsOf, type Run, SECOND } from "./run.ts";
import type { Hop, Path, World } from "./world.ts";

export const SHARE: Partial<TracePlan> = { share: true, rounds: 10 };

export function targetOf(index: number): string {
  return `203.0.${113 + (index >> 8)}.${index & 255}`;
}

/** The routers that all targets have in common; a router is one object, however many paths lead over it. */
export function nearHops(changes: Readonly<Record<number, Partial<Hop>>> = {}): readonly Hop[] {
  return [1, 2, 3].map((ttl) => ({ address: router(ttl), rttUs: ttl * 2 * MS, ...changes[ttl] }));
}

/** Behind them a router of its own, and the target. */
export function pathBehind(near: readonly Hop[], index: number): Path {
  return {
    hops: [...near, { address: `10.9.${index >> 8}.${index & 255}`, rttUs: 20 * MS + index }],
    target: { rttUs: 30 * MS + index },
  };
}

export function worldOf(targets: number, near = nearHops()): World {
  const indexes = Array.from({ length: targets }, (_, index) => index);
  return { paths: Object.fromEntries(indexes.map((index) => [targetOf(index), pathBehind(near, index)])) };
}

/** How many packets ended at a ttl, by the round of the grid that they left in. */
export function packetsAt({ truth }: Run, ttl: number): number[] {
  const counts: number[] = [];
  for (const { sent } of truth.probes) {
    if (sent.ttl !== ttl) continue;
    const second = Math.floor(sent.atUs / SECOND);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

/** Of hops on the way that never answer no more than that. */
export function figuresOf({ events }: Run, target: number): unknown[] {
  return hopsOf(events, target).filter(({ ttl }) => ttl <= 6).map(({ ttl, ...hop }) => ({
    ttl,
    ...hop.replies > 0 && { ...hop, rtts: rttsOf(events, ttl, target) },
  }));
}

export function repliesAt(hops: readonly HopSeen[], ttl: number): [sent: number, replies: number, lost: number] {
  const { sent, replies, lost } = hops.find((hop) => hop.ttl === ttl)!;
  return [sent, replies, lost];
}

const STORY = /^(f|s(|rD*|L(lD*)?|u))$/;

const LETTER = { sent: "s", sendFailed: "f", unsent: "u", reply: "r", late: "l", duplicate: "D", lost: "L" } as const;

export function checkShared({ events, truth }: Run, targets: readonly string[]): void {
  const stories = new Map<number, string>();
  const finished = new Set<number>();
  /** By target and ttl, who has answered its own probes. */
  const met = new Map<string, Set<string>>();
  const fates = new Map<number, TraceEvent>();
  const leftItself = new Set<number>();
  const taken = new Set<string>();
  for (const event of events) {
    if ("target" in event) assert.ok(!finished.has(event.target), `${event.kind} after the end`);
    if (event.kind === "finished") finished.add(event.target);
    if (!("probe" in event)) continue;
    stories.set(event.probe, (stories.get(event.probe) ?? "") + LETTER[event.kind]);
    const key = `${event.target} ${event.ttl}`;
    if (event.kind === "sent" && event.shared === undefined) leftItself.add(event.probe);
    if (event.shared !== undefined) {
      assert.ok(event.kind === "sent" || event.kind === "reply" || event.kind === "lost" || event.kind === "unsent");
      const use = `${event.kind} of ${event.shared} for ${event.target}`;
      assert.ok(!taken.has(use), use);
      taken.add(use);
      assert.ok(leftItself.has(event.shared) && !leftItself.has(event.probe), `${event.shared}`);
      if (event.kind !== "sent") {
        const other = fates.get(event.shared);
        const { target: _, probe: __, shared: ___, ...fate } = event;
        assert.ok(other !== undefined);
        assert.deepEqual({ ...other, ...fate }, other);
      }
      if (event.kind === "reply") assert.ok(met.get(key)?.has(event.from), `${event.from} never answered ${key}`);
    } else if (event.kind === "reply") {
      met.set(key, (met.get(key) ?? new Set()).add(event.from));
      const answers = truth.probes.filter(({ sent }) => sent.to === targets[event.target] && sent.ttl === event.ttl)
        .flatMap((probe) => probe.answers);
      assert.ok(answers.some(({ from, rttUs }) => from === event.from && Math.abs(rttUs - event.rttUs) < 0.01));
    }
    if (event.kind === "reply" || event.kind === "lost" || event.kind === "unsent") fates.set(event.probe, event);
  }
  for (const [probe, story] of stories) assert.match(story, STORY, `probe ${probe}`);
  assert.equal(finished.size, targets.length);
}

/** What the probes to this target make of its path. */
export function foldOf({ events }: Run, target: number): Fold {
  const fold = new Fold({ address: targetOf(target), family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
  for (const event of events) if (!("target" in event) || event.target === target) fold.apply(event);
  return fold;
}
