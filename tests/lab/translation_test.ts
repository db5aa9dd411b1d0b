/**
 * Address translators of the kernel's own at r1: the identification of IPv4 arrives behind them as it left, and no answer is
 * taken for loss.
 */
import assert from "node:assert/strict";
import type { PortPacket } from "./capture.ts";
import { mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";
import type { Rule } from "./rules.ts";
import { ADDRESSES, pathOf } from "./topology.ts";

const { client, target } = ADDRESSES[4];
const OUTSIDE = "10.201.2.1";
const ROUNDS = 3;
/** From the ICMP header on: the identification and the source of the quoted packet. */
const QUOTED_AT = { identification: 8 + 4, source: 8 + 12 } as const;
/** Where the number of a probe is. */
const NUMBER_AT = { udp: 6, sctp: 18 } as const;

const TRANSLATORS: Readonly<Record<string, { readonly rules: readonly Rule[]; readonly source: string }>> = {
  "one that translates back what errors quote": {
    rules: [{ at: "r1", hook: "postrouting", rule: "oifname up0 masquerade" }],
    source: client,
  },
  "one that leaves changed what errors quote": {
    rules: [
      { at: "r1", hook: "forward", rule: `oifname up0 ip saddr ${client} ip saddr set ${OUTSIDE}` },
      { at: "r1", hook: "prerouting", rule: `iifname up0 ip daddr ${OUTSIDE} ip daddr set ${client}` },
    ],
    source: OUTSIDE,
  },
};

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

for (const [name, { rules, source }] of Object.entries(TRANSLATORS)) {
  Deno.test(`a translator keeps the identification, which is the number: ${name}`, async (t) => {
    await using world = await openWorld({ rules });
    for (const protocol of ["udp", "sctp"] as const) {
      await t.step(protocol, async () => {
        await using capture = await world.capture({ filter: "udp or sctp or icmp" });
        const args = ["-C", "-n", "-c", `${ROUNDS}`, "-i", "0.1", "-Z", "1", `--${protocol}`, "-o", "LSv", target];
        const result = await mtr(world, args);
        const packets = await capture.stopWithPorts();
        assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(4), ROUNDS), told(result));
        const isTold = readCsv(result.stdout).some((row) => Object.values(row).includes("TRANSLATED"));
        assert.equal(isTold, source !== client, told(result));
        const probes = packets.filter((packet) => packet.protocol === protocol && packet.to === target);
        const numbers = probes.map(({ identification }) => identification);
        assert.deepEqual(numbers, probes.map(({ message }) => word(message, NUMBER_AT[protocol])));
        // What the routers behind it quote is what arrived there.
        const behind = packets.filter(({ protocol, from }) => protocol === "icmp" && from === ADDRESSES[4].r3);
        const quoted = (at: number) => ({ message }: PortPacket): number => word(message, at);
        assert.equal(behind.length, ROUNDS);
        assert.ok(behind.map(quoted(QUOTED_AT.identification)).every((number) => numbers.includes(number)));
        for (const { message } of behind) {
          assert.equal(message.subarray(QUOTED_AT.source, QUOTED_AT.source + 4).join("."), source);
        }
      });
    }
  });
}

Deno.test("what is longer than the interface takes leaves in fragments, with whatever identification", async () => {
  await using world = await openWorld();
  for (const protocol of ["--udp", "--sctp"]) {
    const result = await mtr(world, ["-C", "-n", "-c", "2", "-i", "0.1", protocol, "-s", "3000", target]);
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(4), 2), told(result));
  }
});
