import assert from "node:assert/strict";
import { DOUBTFUL_AFTER_LOST } from "../messages.ts";
import { Random } from "../packet/_random.ts";
import { Reach } from "./reach.ts";

type Note = readonly [ttl: number, is: "end" | "onTheWay" | "refused" | "lost" | "sent" | "unsent"];

const POSITIONS = { end: "target", onTheWay: "onTheWay", refused: "refusal" } as const;

function check(notes: readonly Note[], expected: { endTtl: number; lastKnownTtl: number }): void {
  const reach = new Reach();
  // A round ends with what goes furthest.
  let round = 0;
  for (const [ttl, is] of notes) {
    if (is === "lost") reach.noteLoss(ttl, round);
    else if (is === "sent") reach.noteSent(ttl, ++round);
    else if (is === "unsent") reach.noteUnsent(ttl, round);
    else reach.noteAnswer(ttl, POSITIONS[is], round);
  }
  assert.deepEqual({ endTtl: reach.endTtl, lastKnownTtl: reach.lastKnownTtl }, expected);
}

Deno.test("of an unprobed path nothing is known", () => check([], { endTtl: Infinity, lastKnownTtl: 0 }));

Deno.test("routers that answer move the last known ttl, in whatever order they answer", () => {
  check([[1, "onTheWay"], [3, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 3 });
  check([[3, "onTheWay"], [1, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 3 });
});

Deno.test("the path ends at the least ttl that reached the end", () => {
  check([[6, "end"], [5, "end"], [7, "end"]], { endTtl: 5, lastKnownTtl: 7 });
});

Deno.test("a path that grows is followed to its new end", () => {
  check([[4, "end"], [4, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 4 });
  check([[4, "end"], [5, "end"], [4, "onTheWay"]], { endTtl: 5, lastKnownTtl: 5 });
  check([[4, "end"], [6, "end"], [4, "onTheWay"], [5, "onTheWay"]], { endTtl: 6, lastKnownTtl: 6 });
});

Deno.test("a path that shrinks ends earlier", () => {
  check([[6, "end"], [4, "onTheWay"], [4, "end"]], { endTtl: 4, lastKnownTtl: 6 });
});

Deno.test("a router before the end that answers again changes nothing", () => {
  check([[4, "end"], [3, "onTheWay"], [2, "onTheWay"]], { endTtl: 4, lastKnownTtl: 4 });
});

Deno.test("an answer from beyond the end changes no end", () => {
  check([[4, "end"], [6, "onTheWay"]], { endTtl: 4, lastKnownTtl: 6 });
});

Deno.test("the greatest ttl is a ttl like any other", () => {
  check([[255, "end"]], { endTtl: 255, lastKnownTtl: 255 });
  check([[255, "end"], [255, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 255 });
});

const LOST_AT_4 = new Array<Note>(DOUBTFUL_AFTER_LOST).fill([4, "lost"]);

Deno.test("an end that falls silent for some rounds on end is looked behind, one hop at a time", () => {
  check([[4, "end"], ...LOST_AT_4.slice(1)], { endTtl: 4, lastKnownTtl: 4 });
  check([[4, "end"], ...LOST_AT_4], { endTtl: 5, lastKnownTtl: 4 });
  check([[4, "end"], [6, "end"], ...LOST_AT_4], { endTtl: 5, lastKnownTtl: 6 });
  check([[4, "end"], ...LOST_AT_4, [5, "end"]], { endTtl: 5, lastKnownTtl: 5 });
});

Deno.test("an end that stays silent is looked behind once in as many losses", () => {
  const [lost] = LOST_AT_4;
  check([[4, "end"], ...LOST_AT_4, lost!], { endTtl: 5, lastKnownTtl: 4 });
  check([[4, "end"], ...LOST_AT_4, lost!, [5, "sent"]], { endTtl: 4, lastKnownTtl: 4 });
  check([[4, "end"], ...LOST_AT_4, ...LOST_AT_4], { endTtl: 5, lastKnownTtl: 4 });
  check([[4, "end"], ...LOST_AT_4, lost!, [5, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 5 });
});

Deno.test("a router behind a silent end is the proof that the path goes on", () => {
  check([[4, "end"], ...LOST_AT_4, [5, "onTheWay"]], { endTtl: Infinity, lastKnownTtl: 5 });
  check([[4, "end"], ...LOST_AT_4, [5, "onTheWay"], [7, "end"]], { endTtl: 7, lastKnownTtl: 7 });
});

function lost(times: number): Note[] {
  return new Array<Note>(times).fill([4, "lost"]);
}

const [LOOKED, NOBODY]: Note[][] = [[[5, "sent"], [5, "end"]], [[5, "sent"], [5, "lost"]]];

Deno.test("an end that stays silent is looked behind after twice as many losses each time, further and further", () => {
  check([[4, "end"], ...lost(7)], { endTtl: 5, lastKnownTtl: 4 });
  check([[4, "end"], ...lost(7), [5, "sent"]], { endTtl: 4, lastKnownTtl: 4 });
  check([[4, "end"], ...lost(7), [5, "sent"], ...lost(6)], { endTtl: 6, lastKnownTtl: 4 });
  check([[4, "end"], ...lost(1_000)], { endTtl: 9, lastKnownTtl: 4 });
});

Deno.test("an end that stays silent while the target answers from behind it is none any more", () => {
  check([[4, "end"], ...lost(12), ...LOOKED!], { endTtl: 6, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), ...LOOKED!, ...LOOKED!], { endTtl: 5, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), ...LOOKED!, ...LOOKED!, [4, "end"]], { endTtl: 4, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(10), ...LOOKED!, ...LOOKED!, ...LOOKED!, [5, "sent"]], { endTtl: 4, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), [5, "sent"], [5, "unsent"], ...LOOKED!, ...LOOKED!], { endTtl: 5, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), [5, "sent"], [5, "refused"], ...LOOKED!, ...LOOKED!], { endTtl: 5, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(13), ...LOOKED!, ...NOBODY!, ...LOOKED!, [6, "sent"]], { endTtl: 4, lastKnownTtl: 5 });
});

Deno.test("unless arrival probes are lost as often: then it is in step with something that lets pass others", () => {
  for (const arrives of [true, false]) {
    const reach = new Reach();
    reach.noteAnswer(4, "target", 0);
    for (let round = 1; round <= 40; round++) {
      reach.noteSent(4, round);
      if (reach.needsCheck(round, 30)) {
        reach.noteArrivalSent(round);
        reach.noteArrival(round, arrives);
      }
      reach.noteLoss(4, round);
      const lookTtl = Math.max(5, reach.endTtl);
      reach.noteSent(lookTtl, round);
      reach.noteAnswer(lookTtl, "target", round);
    }
    assert.equal(reach.endTtl, arrives ? 5 : 4);
  }
});

Deno.test("an end that stays silent while somebody refuses what goes further is none any more", () => {
  const refused: Note[] = [[5, "sent"], [5, "refused"]];
  check([[4, "end"], ...lost(12), ...refused], { endTtl: 6, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), ...refused, ...refused], { endTtl: 5, lastKnownTtl: 5 });
  check([[4, "end"], ...lost(12), ...refused, ...refused, [4, "end"]], { endTtl: 4, lastKnownTtl: 5 });
});

Deno.test("answers of the routers before do not make up for losses at the end", () => {
  const rounds = LOST_AT_4.flatMap((lost): Note[] => [[1, "onTheWay"], [2, "onTheWay"], [3, "onTheWay"], lost]);
  check([[4, "end"], ...rounds], { endTtl: 5, lastKnownTtl: 4 });
});

Deno.test("an answer of the end itself makes up for its losses", () => {
  const round: Note[] = [...LOST_AT_4.slice(1), [4, "end"]];
  check([[4, "end"], ...round, ...round, ...round], { endTtl: 4, lastKnownTtl: 4 });
});

Deno.test("losses elsewhere change nothing", () => {
  const losses = LOST_AT_4.flatMap((): Note[] => [[3, "lost"], [5, "lost"]]);
  check([[4, "end"], ...losses, ...losses], { endTtl: 4, lastKnownTtl: 4 });
  check([...losses, ...losses], { endTtl: Infinity, lastKnownTtl: 0 });
});

Deno.test("whatever answers, the end is the least ttl whose latest answer was from the end (seed 5)", () => {
  const random = new Random(5);
  for (let run = 0; run < 200; run++) {
    const reach = new Reach();
    const latest = new Map<number, boolean>();
    for (let note = 0; note < 50; note++) {
      const [ttl, isEnd] = [1 + random.below(12), random.flip()];
      reach.noteAnswer(ttl, isEnd ? "target" : "onTheWay");
      latest.set(ttl, isEnd);
      const ends = [...latest].filter(([, isEnd]) => isEnd).map(([ttl]) => ttl);
      assert.equal(reach.endTtl, Math.min(Infinity, ...ends));
      assert.equal(reach.lastKnownTtl, Math.max(...latest.keys()));
    }
  }
});

Deno.test("a refusal ends the path only where nobody is known behind it", () => {
  const reach = new Reach();
  reach.noteAnswer(3, "refusal");
  assert.equal(reach.endTtl, 3);
  reach.noteAnswer(5, "onTheWay");
  assert.equal(reach.endTtl, Infinity);
  reach.noteAnswer(7, "refusal");
  assert.equal(reach.endTtl, 7);
  reach.noteAnswer(9, "target");
  assert.equal(reach.endTtl, 9);
});

Deno.test("one bad moment of routers takes nothing from what is known behind them", () => {
  const reach = new Reach();
  for (const ttl of [1, 2, 3, 4]) reach.noteAnswer(ttl, "onTheWay");
  reach.noteAnswer(5, "target");
  for (const ttl of [3, 4, 5]) reach.noteAnswer(ttl, "refusal");
  assert.equal(reach.endTtl, 5);
});

Deno.test("a flow that knows no end goes as far as others do, until a router answers it there or behind", () => {
  for (const ttl of [5, 6]) {
    const reach = new Reach();
    for (const near of [1, 2, 3, 4]) reach.noteAnswer(near, "onTheWay");
    reach.expectTarget(5, 0);
    assert.deepEqual([reach.endTtl, reach.targetTtl], [5, 5]);
    reach.noteAnswer(ttl, "onTheWay", 1);
    assert.deepEqual([reach.endTtl, reach.targetTtl], [Infinity, undefined]);
    reach.expectTarget(5, 1);
    assert.equal(reach.endTtl, Infinity);
  }
});

Deno.test("what a flow itself has met is its end, wherever others meet the target", () => {
  const reach = new Reach();
  reach.noteAnswer(6, "target");
  reach.expectTarget(5, 0);
  assert.equal(reach.endTtl, 6);
  const refused = new Reach();
  refused.noteAnswer(3, "refusal");
  refused.expectTarget(5, 0);
  assert.deepEqual([refused.endTtl, refused.targetTtl], [3, undefined]);
});
