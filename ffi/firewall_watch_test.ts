import assert from "node:assert/strict";
import { inNamespace } from "./_namespace_test.ts";
import {
  FirewallWatch,
  type PacketCounts,
  type Passage,
  passageBetween,
  readSnmp,
  readSnmp6,
} from "./firewall_watch.ts";

const SNMP = [
  "Ip: Forwarding DefaultTTL InReceives OutRequests OutDiscards OutTransmits",
  "Ip: 2 64 235 1200 7 1193",
  "Icmp: InMsgs OutRequests OutTransmits",
  "Icmp: 1 2 3",
].join("\n");
const SNMP6 =
  "Ip6InReceives                  \t5\nIp6OutRequests                  \t100\nIp6OutOctets                    \t7000\n" +
  "Ip6OutTransmits                 \t99\n";

const TEXTS:
  readonly (readonly [name: string, counts: PacketCounts | undefined, expected: PacketCounts | undefined])[] = [
    ["IPv4", readSnmp(SNMP), { requested: 1_200, transmitted: 1_193 }],
    ["IPv6", readSnmp6(SNMP6), { requested: 100, transmitted: 99, bytes: 7_000 }],
    ["IPv4 of a kernel that counts no transmits", readSnmp(SNMP.replace("OutTransmits", "Other")), undefined],
    ["IPv6 of a kernel that counts no transmits", readSnmp6(SNMP6.replace("OutTransmits", "Other")), undefined],
    ["nothing", readSnmp(""), undefined],
    ["names without numbers", readSnmp("Ip: OutRequests OutTransmits"), undefined],
  ];

for (const [name, counts, expected] of TEXTS) {
  Deno.test(`counters of packets: ${name}`, () => assert.deepEqual(counts, expected));
}

Deno.test("a packet that came out and is shorter than a SYN is the firewall's own reset", () => {
  const passage = (after: PacketCounts): Passage =>
    passageBetween({ requested: 0, transmitted: 0, bytes: 0 }, after, 64);
  assert.equal(passage({ requested: 1, transmitted: 1, bytes: 60 }), "allButOne");
  assert.equal(passage({ requested: 1, transmitted: 1, bytes: 80 }), "all");
  assert.equal(passage({ requested: 1, transmitted: 0, bytes: 0 }), "nothing");
  // Of IPv4 it is asked for.
  assert.equal(passageBetween({ requested: 0, transmitted: 0 }, { requested: 2, transmitted: 1 }, 64), "allButOne");
  assert.equal(passageBetween({ requested: 0, transmitted: 0 }, { requested: 1, transmitted: 1 }, 64), "all");
});

inNamespace(
  import.meta,
  "what leaves is seen to leave, and looked at until many in a row have, and when in doubt",
  async () => {
    const watch = new FirewallWatch();
    const passages: Passage[] = [];
    for (let packet = 1; packet <= 66; packet++) {
      if (packet === 66) watch.doubt();
      watch.begin(4);
      await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: 9 }), Deno.errors.ConnectionRefused);
      passages.push(watch.end(4));
    }
    assert.deepEqual(passages, [...Array<Passage>(64).fill("all"), "unknown", "all"]);
  },
);
