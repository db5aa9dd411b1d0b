import assert from "node:assert/strict";
import { areMixed, type Doubted, fatesOf, longRuns, runsOf } from "./doubt.ts";

const PLACE = 5;

/**
 * A round each, with the target at ttl 5 and routers before it: `.` is answered there, `x` lost, `>` answered from behind it;
 * `d` is lost, and routers from ttl 3 on are silent; `r` is refused there, `R` behind it. An arrival probe of it is answered (`A`, of
 * a lost one), lost (`L`) or refused (`P`), or of an answered one lost (`l`).
 */
function rounds(fates: string): readonly Doubted[] {
  return [...fates].map((fate, number) => ({
    number,
    outcome: ".>l".includes(fate) ? "answered" : "rR".includes(fate) ? "refused" : "lost",
    furthestTtl: ">R".includes(fate) ? PLACE + 1 : PLACE,
    passedTtl: fate === "d" ? 2 : PLACE - 1,
    refusedTtl: { r: PLACE, R: PLACE + 1 }[fate] ?? Infinity,
    checkOutcome: ({ A: "answered", L: "lost", P: "refused", l: "lost" } as const)[fate],
  }));
}

/** What is known of the only run that is long: `+` arrived, `-` is lost, `!` refused, `?` is not lost, or of no such run. */
function judged(fates: string): string {
  const all = rounds(fates);
  const known = longRuns(all).flatMap((run) => {
    const fates = fatesOf(run, all, PLACE);
    return fates === undefined ? [] : run.lost.map((round) => [round, fates.get(round)?.outcome ?? "lost"] as const);
  });
  const told = new Map(known);
  return all.map((round) => ({ answered: "+", lost: "-", refused: "!", none: "?" })[told.get(round) ?? "none"]).join(
    "",
  );
}

const BEFORE = "........";

function check(name: string, fates: string, expected: string): void {
  Deno.test(name, () => assert.equal(judged(BEFORE + fates), "?".repeat(BEFORE.length) + expected));
}

check("a run of which nothing is known is not judged", "xxxxxxx...", "??????????");
check("what arrives beside lost rounds is what became of them", "xxx>xxx>xx...", "+++?+++?++???");
check("arrival probes tell as much", "xAxAxAxx...", "++++++++???");
check("who loses these, too, is lost", "xLxxxLxx...", "--------???");
check("rounds are what the nearest probe with more TTL is", "xLxxxxxxxxAAAx...", "------++++++++???");
check("one answer may be that of a packet which left when an outage had ended", "xxxAxxx...", "-------???");
check("an answer behind the last lost round does not count for the same reason", "xAxxxxxx>...", "--------????");
check(
  "lost rounds on end in which routers are silent as well are lost with any TTL",
  "ddddxx>xAAAxx...",
  "----++?++++++???",
);
check("routers that stay silent are on another way", "dddd>ddAddddAddddA", "++++?+++++++++++++");
check("so are routers that are silent while packets arrive", "dd>dAdAdA...", "++?++++++???");
check("what is refused behind the place is what became of them", "xxxRxxxRxx...", "!!!?!!!?!!???");
check("arrival probes tell as much of that", "xPxxxPxx...", "!!!!!!!!???");
check("one refusal is no proof, and those of the place itself are none", "xxxrxxxRxxxr", "????---?---?");
check("an outage is none of who refuses then", "xLxxxxLxPxRxx...", "--------!!?!!???");
Deno.test("where the target has never answered nobody has to prove that a round is too short", () => {
  const all = rounds("xxxAxxAx");
  assert.deepEqual([PLACE, PLACE + 1].map((ttl) => fatesOf(runsOf(all)[0]!, all, ttl)?.size), [0, 8]);
});

check("two arrival probes that arrive are no proof", "xxxAxxAx...", "--------???");
check("nor are more where as many are lost beside them", "xAxLxAAxLLxAxA...", "--------------???");
check("nor where the place answers instead of them", "xAAxxllxxAx...", "??????????????");
check("single losses are no run", "x..x...x.x..", "????????????");
check("nor are losses on end where many are", "xx.xxxx.xx.xxx.x.xxx.xxxxAx", "???????????????????????????");

Deno.test("a run ends where the target answers at its place, or has answered from behind it three times on end", () => {
  const parts = (fates: string): readonly number[][] =>
    runsOf(rounds(fates)).map(({ lost }) => lost.map(({ number }) => number));
  assert.deepEqual(parts("xx.x"), [[0, 1], [3]]);
  assert.deepEqual(parts("x>>x"), [[0, 3]]);
  assert.deepEqual(parts("x>>>x"), [[0], [4]]);
});

Deno.test("ways differ from packet to packet where arrival probes are answered beside lost rounds, not the other way round", () => {
  const are = (fates: string): boolean => areMixed(rounds(fates), rounds(fates));
  assert.equal(are("x.A.xA..A.xA"), true);
  assert.equal(are("x.A.xAl.A.xA"), false);
  assert.equal(are("x.A.xL..x.xA"), false);
});
