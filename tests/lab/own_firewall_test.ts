/** A firewall of this host in the way of an ordinary user's connections: the kernel says of none that it could not send it. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import type { Rule } from "./rules.ts";
import { ADDRESSES } from "./topology.ts";

const FAMILIES = [4, 6] as const;
/** By port, what the firewall does. */
const REFUSALS: Readonly<Record<number, string>> = {
  82: "drop",
  83: "reject",
  84: "reject with icmpx type admin-prohibited",
  85: "reject with tcp reset",
};
const RULES: readonly Rule[] = Object.entries(REFUSALS).map(([port, rule]) => ({
  at: "client",
  hook: "output",
  rule: `tcp dport ${port} ${rule}`,
}));

interface Report {
  readonly run: { readonly status: string };
  readonly hubs: readonly { readonly host: string; readonly sendFailed: number; readonly lost: number }[];
}

Deno.test("what this host's firewall drops or rejects has not left, also where the kernel keeps that to itself", async (t) => {
  await using world = await openWorld({ rules: RULES });
  await using capture = await world.capture({ filter: "tcp" });
  for (const [port, rule] of Object.entries(REFUSALS)) {
    await t.step(rule, async () => {
      await Promise.all(FAMILIES.map(async (family) => {
        const args = ["-j", "-n", "-T", "-P", port, "-c", "1", "-m", "3", ADDRESSES[family].target];
        const result = await mtr(world, args, { asOrdinaryUser: true });
        assert.equal(result.code, 2, told(result));
        const { report: { run, hubs } } = JSON.parse(result.stdout) as { readonly report: Report };
        assert.equal(run.status, "SEND_FAILED", told(result));
        assert.ok(hubs.every(({ host, lost, sendFailed }) => host === "???" && lost === 1 && sendFailed === 1));
      }));
    });
  }
  assert.deepEqual(await capture.stop(), []);
});

Deno.test("a firewall of this host that drops one connection in five loses nothing on the path", async () => {
  const rules = FAMILIES.map((family) =>
    ({ at: "client", hook: "output", rule: `tcp dport ${80 + family} numgen inc mod 5 < 1 drop` }) as const
  );
  await using world = await openWorld({ rules });
  await Promise.all(FAMILIES.map(async (family) => {
    const args = ["-j", "-n", "-T", "-P", `${80 + family}`, "-c", "10", "-i", "0.4", ADDRESSES[family].target];
    const result = await mtr(world, args, { asOrdinaryUser: true });
    const { report: { hubs } } = JSON.parse(result.stdout) as { readonly report: Report };
    assert.ok(hubs.every(({ lost, sendFailed }) => lost === sendFailed), told(result));
    assert.ok(hubs.reduce((all, { sendFailed }) => all + sendFailed, 0) >= 8, told(result));
    assert.doesNotMatch(result.stdout, /"LOSS"/);
  }));
});

Deno.test("echo requests that this host's firewall drops have not left, over both families and whoever sends them", async () => {
  const rules = ["icmp type echo-request drop", "icmpv6 type echo-request drop"].map((rule) =>
    ({ at: "client", hook: "output", rule }) as const
  );
  await using world = await openWorld({ rules });
  await Promise.all(FAMILIES.flatMap((family) =>
    [false, true].map(async (asOrdinaryUser) => {
      const args = ["-j", "-n", "-c", "2", "-i", "0.1", "-Z", "1", "-m", "3", ADDRESSES[family].target];
      const result = await mtr(world, args, { asOrdinaryUser });
      assert.equal(result.code, 2, told(result));
      const { report: { run, hubs } } = JSON.parse(result.stdout) as { readonly report: Report };
      assert.equal(run.status, "SEND_FAILED", told(result));
      assert.ok(hubs.every(({ host, lost, sendFailed }) => host === "???" && lost === sendFailed));
    })
  ));
});

Deno.test("a target that is this host rejects as any other does", async () => {
  await using world = await openWorld({ rules: [{ at: "client", hook: "input", rule: "tcp dport 83 reject" }] });
  for (const target of ["127.0.0.1", "::1"]) {
    const result = await mtr(world, ["-C", "-n", "-T", "-P", "83", "-c", "2", "-i", "0.1", target], {
      asOrdinaryUser: true,
    });
    assert.equal(result.code, 0, told(result));
    assert.match(result.stdout, new RegExp(`,1,${target},0.00,2,`), told(result));
  }
});
