/** Messages that are not ours, or not quite: none of them changes a figure. */
import assert from "node:assert/strict";
import { ODD } from "./rules.ts";
import { ADDRESSES, pathOf } from "./topology.ts";
import { STRANGER } from "./forger.ts";
import { mtr, openWorld, perfect, readHops, summary, told } from "./program.ts";

for (const family of [4, 6] as const) {
  const { target } = ADDRESSES[family];
  for (const asOrdinaryUser of [false, true]) {
    const who = `IPv${family} as ${asOrdinaryUser ? "an ordinary user" : "root"}`;

    Deno.test(`other programs that ask the same target do not disturb: ${who}`, async () => {
      await using world = await openWorld();
      const common = ["-C", "-n", "-i", "0.1"];
      const ttls = [1, 2, 3, 64];
      const others = ttls.map((ttl) =>
        world.start(["ping", "-n", "-q", "-i", "0.01", "-w", "20", "-t", String(ttl), target])
      );
      const runs = await Promise.all([
        mtr(world, [...common, "-c", "10", target], { asOrdinaryUser }),
        mtr(world, [...common, "-c", "10", target], { asOrdinaryUser: !asOrdinaryUser }),
        mtr(world, [...common, "-c", "10", target], { asOrdinaryUser }),
      ]);
      for (const other of others) await other[Symbol.asyncDispose]();
      for (const run of runs) {
        assert.deepEqual(summary(readHops("-C", run.stdout)), perfect(pathOf(family), 10), told(run));
        assert.equal(run.code, 0);
      }
    });

    Deno.test(`forged answers to unanswered probes are not believed: ${who}`, async () => {
      // r2 never answers, and every forged message comes while its probe is still waited for.
      await using world = await openWorld({ rules: ODD.silent("r2") });
      await using _forger = await world.forge();
      await using capture = await world.capture({ filter: "icmp or icmp6" });
      const args = ["-j", "-n", "-c", "5", "-i", "0.1", "-Z", "1", target];
      const result = await mtr(world, args, { asOrdinaryUser });
      const forged = (await capture.stop()).filter(({ from }) => from === STRANGER[family]);
      assert.ok(forged.length >= 20, `${forged.length} forged messages arrived`);
      const [r1, , r3] = pathOf(family);
      assert.deepEqual(summary(readHops("-j", result.stdout)), [
        `1 ${r1} sent 5 loss 0`,
        "2 ??? sent 5 loss 100",
        `3 ${r3} sent 5 loss 0`,
        `4 ${target} sent 5 loss 0`,
      ], told(result));
      assert.equal(result.code, 0);
      // The kernel keeps most of them from ordinary users.
      const counts = JSON.parse(result.stdout).report.run.messages;
      assert.ok(asOrdinaryUser || counts.forged >= 5, told(result));
    });
  }
}
