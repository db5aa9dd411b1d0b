/** The target's former place on a path that loses packets, too: it limits nothing there, the path has grown. */
import assert from "node:assert/strict";
import { near, path, router, TARGET } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts, words } from "./verdicts.ts";
import type { Path } from "./world.ts";

const LOST = 0.1;

/** Behind the first router, another way with one hop more, which is silent. */
const LONGER: Path = {
  hops: [
    near(router(1)),
    near("10.3.2.1", LOST),
    near("10.3.3.1"),
    near(router(4)),
    { ...near("10.3.5.1"), silent: true },
  ],
  target: { rttUs: 60 * MS },
};

Deno.test("a target that is a silent hop further has changed its place, whatever is lost before and after, and limits nothing", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const routes = [{ sinceUs: 0, path: path(5, { 2: { forwardLoss: LOST } }) }, { sinceUs: 6 * SECOND, path: LONGER }];
    const found = verdicts(routes, { rounds: 300, intervalUs: 50 * MS }, seed);
    assert.deepEqual(words(found).filter((word) => /CHANGED|LIMIT|SILENT 5/.test(word)), [
      "CHANGED 2",
      "CHANGED 5",
      "SILENT 5",
    ]);
    const [change, silent] = ["CHANGED", "SILENT"].map((word) =>
      found.find((one) => one.word === word && one.ttl === 5)
    );
    assert.deepEqual([change?.before, change?.address], [TARGET, undefined]);
    for (const atUs of [change?.numbers["afterUs"], silent?.numbers["silentSinceUs"]]) {
      assert.ok(Math.abs(atUs! - 6 * SECOND) < SECOND, `${seed}: ${atUs}`);
    }
  }
});
