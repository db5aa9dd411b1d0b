/** What the report says of real paths on which something is wrong, and that it says nothing of a good one. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import { ODD, type Rule } from "./rules.ts";
import { ADDRESSES, pathOf } from "./topology.ts";

const FAMILIES = [4, 6] as const;

/** The lines below the table, but those of the status. */
async function verdicts(
  rules: readonly Rule[],
  rounds: number,
  family: 4 | 6,
  options: readonly string[] = [],
): Promise<readonly string[]> {
  await using world = await openWorld({ rules });
  const args = ["-r", "-n", "-c", String(rounds), "-i", "0.1", "-Z", "1", ...options, ADDRESSES[family].target];
  const result = await mtr(world, args);
  assert.match(result.stdout, /^Start: /, told(result));
  return result.stdout.split("\n").filter((line) => line.startsWith("Verdict: "));
}

/** Of both families at once: most of the time is waiting. */
function check(name: string, rules: readonly Rule[], expected: (path: readonly string[]) => readonly string[]): void {
  Deno.test(name, async () => {
    const found = await Promise.all(FAMILIES.map((family) => verdicts(rules, 10, family)));
    assert.deepEqual(found, FAMILIES.map((family) => expected(pathOf(family))));
  });
}

check("of a good path there is nothing to say", [], () => []);

check("a single lost answer is no verdict", ODD.routerLoses("r2", 10, 4), () => []);

check("a silent router is told beside those behind it that answer", ODD.silent("r2"), () => [
  "Verdict: SILENT: hop 2 answers none of 10 probes, but hops behind it answer 20 of 20",
]);

check("a router that answers every second probe loses nothing of the path", ODD.routerLoses("r2", 2, 1), ([, r2]) => [
  `Verdict: RATE_LIMIT: answers of hop 2 (${r2}) are missing: 5 of 10 probes have none, but 0 of 20 behind it; ` +
  "probes that go further have none of this loss",
]);

check("nobody answers from behind a black hole", ODD.blackholed, ([, , r3]) => [
  `Verdict: UNANSWERED: nobody answers from behind hop 3 (${r3})`,
]);

check("a refusal is at the router that refuses", ODD.prohibited, ([, , r3]) => [
  `Verdict: REFUSED: hop 3 (${r3}) says that the target cannot be reached: administratively prohibited (!X)`,
]);

/** The target answers five probes at once, and then two a second. */
const LIMITED: readonly Rule[] = ["icmp", "icmpv6"].map((protocol) => ({
  at: "target",
  hook: "input",
  rule: `${protocol} type echo-request limit rate over 2/second burst 5 packets drop`,
}));

Deno.test("a target that limits its answers is told with the rate, beside the loss that it makes", async () => {
  await Promise.all(FAMILIES.map(async (family) => {
    const [loss = "", limit, ...others] = await verdicts(LIMITED, 50, family);
    assert.match(loss, /^Verdict: LOSS: .*; this may be a limit of (1\.9|2\.0|2\.1) answers a second$/);
    assert.match(limit ?? "", /^Verdict: RATE_LIMIT: hop 4 \(.*\) answers at a steady (1\.9|2\.0|2\.1) a second: /);
    assert.deepEqual(others, []);
  }));
});

/** Of three packets that r2 passes on one is lost, whatever its ttl. */
const LOSING: readonly Rule[] = [
  { at: "r2", hook: "forward", rule: `ip daddr ${ADDRESSES[4].target} numgen inc mod 3 == 0 drop` },
  { at: "r2", hook: "forward", rule: `ip6 daddr ${ADDRESSES[6].target} numgen inc mod 3 == 0 drop` },
];

Deno.test("packets that a router loses are loss from the hop behind it on", async () => {
  await Promise.all(FAMILIES.map(async (family) => {
    const [line = "", ...others] = await verdicts(LOSING, 30, family);
    const place = `hop 3 (${pathOf(family)[2]})`;
    // One of three in turn is a rule, and looks like a limit: then no place is claimed.
    if (others.length > 0) {
      assert.match(line, /^Verdict: LOSS: .*; these may be limits: hops 3 to 4 answer at a steady /);
    } else assert.ok(line.startsWith(`Verdict: LOSS: probes or their answers are lost from ${place} on: `), line);
    for (const other of others) assert.match(other, /^Verdict: RATE_LIMIT: hops 3 to 4 answer at a steady .* may be/);
    assert.ok(others.length <= 1);
  }));
});

/** r1 writes another class into what it passes on to the target, and r2 takes the ECN bits out. */
const REMARKING: readonly Rule[] = [
  { at: "r1", hook: "forward", rule: `ip daddr ${ADDRESSES[4].target} ip dscp set cs1` },
  { at: "r1", hook: "forward", rule: `ip6 daddr ${ADDRESSES[6].target} ip6 dscp set cs1` },
  { at: "r2", hook: "forward", rule: `ip daddr ${ADDRESSES[4].target} ip ecn set not-ect` },
  { at: "r2", hook: "forward", rule: `ip6 daddr ${ADDRESSES[6].target} ip6 ecn set not-ect` },
];

for (const protocol of [[], ["-u"], ["-T"]]) {
  Deno.test(`a rewritten DSCP and cleared ECN bits are told where they show: ${protocol.join("") || "ICMP"}`, async () => {
    await Promise.all(FAMILIES.map(async (family) => {
      const [, r2, r3] = pathOf(family);
      assert.deepEqual(await verdicts(REMARKING, 5, family, ["-Q", "186", ...protocol]), [
        `Verdict: REMARKED: probes arrive at hop 2 (${r2}) with DSCP 8 instead of 46`,
        `Verdict: BLEACHED: probes arrive at hop 3 (${r3}) with ECN cleared, instead of 2`,
      ]);
    }));
  });
}
