/** Where flows are constant: what routers hash is the same for all probes of a flow, and every answer names its probe. */
import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { parseQuotedSctp } from "../packet/sctp.ts";
import { isChecksumRight } from "../packet/checksum.ts";
import { sumBetween } from "../packet/pseudo_header.ts";
import { DEFAULT_PLAN, PROTOCOL_NAMES, type ProtocolName, type TracePlan } from "../plan.ts";
import { FAMILIES, numberOf, OWN_PORT, quotedBy, type Quoting, SELF, TARGET, text, written } from "./_arrivals.ts";
import { PROTOCOLS } from "./mod.ts";
import type { ProbeProtocol, ProbeText } from "./protocol.ts";

const IDENTIFIER = 0xbeef;
const NUMBERS = {
  icmp: { 4: 1, 6: 58 },
  udp: { 4: 17, 6: 17 },
  tcp: { 4: 6, 6: 6 },
  sctp: { 4: 132, 6: 132 },
} as const;

function protocolOf(protocol: ProtocolName, plan: Partial<TracePlan> = {}): ProbeProtocol {
  const unused = (): never => assert.fail("Reading and writing messages moves none");
  const moving = { isOwn: unused, nowUs: unused, send: unused, receive: unused };
  const network = { ownPort: OWN_PORT, overflowed: 0, trafficClass: 0, ...moving };
  return PROTOCOLS[protocol](
    { ...network, echoIdentifier: () => IDENTIFIER, sourceAddress: ({ family }) => SELF[family] },
    { ...DEFAULT_PLAN, protocol, ...plan },
  );
}

/** The first four bytes, at which routers look, with the checksum that a kernel completes for ICMPv6. */
function hashed(protocol: ProtocolName, probe: ProbeText, bytes: Uint8Array): string {
  if (protocol !== "icmp" || probe.family === 4) return bytes.subarray(0, 4).join(".");
  let sum = sumBetween(probe, NUMBERS.icmp[6], bytes.length);
  for (let at = 0; at < bytes.length; at++) sum += at % 2 === 0 ? bytes[at]! << 8 : bytes[at]!;
  return String(sum % 0xffff);
}

/** A test for each protocol and family. */
function each(name: string, test: (protocol: ProtocolName, family: 4 | 6) => void): void {
  Deno.test(name, async (t) => {
    for (const protocol of PROTOCOL_NAMES) {
      for (const family of FAMILIES) await t.step(`${protocol} IPv${family}`, () => test(protocol, family));
    }
  });
}

each("all probes of a flow look the same to routers, whatever their number, length and fill", (name, family) => {
  const protocol = protocolOf(name);
  const { first, last } = protocol.sequences;
  const seen = new Set<string>();
  for (let sequence = first; sequence <= last; sequence += 97) {
    const probe = text(family, sequence, { fill: sequence & 0xff, payloadBytes: 4 + sequence % 50 });
    seen.add(hashed(name, probe, written(protocol, probe)));
  }
  assert.equal(seen.size, 1);
});

each("a probe that is written over another one is as if it stood alone (seed 1)", (name, family) => {
  const random = new Random(1);
  const protocol = protocolOf(name);
  const { first, last } = protocol.sequences;
  const buffer = new Uint8Array(200);
  for (let round = 0; round < 500; round++) {
    const of = { flow: random.below(2), payloadBytes: random.pick([0, 1, 2, 36, 37]), fill: random.below(2) };
    // Most differ from the one before in their number only.
    for (let count = random.below(4); count >= 0; count--) {
      const probe = text(family, first + random.below(last - first + 1), of);
      assert.deepEqual(protocol.write(probe, buffer), written(protocolOf(name), probe));
    }
  }
});

each("each of 64 flows looks different", (name, family) => {
  const protocol = protocolOf(name);
  const probes = Array.from({ length: 64 }, (_, flow) => text(family, protocol.sequences.first, { flow }));
  assert.equal(new Set(probes.map((probe) => hashed(name, probe, written(protocol, probe)))).size, 64);
});

each("a quote of 28 bytes, or of 20 for SCTP, names the probe", (name, family) => {
  const protocol = protocolOf(name);
  const { first, last } = protocol.sequences;
  for (const sequence of [first, first + 1, last - 1, last]) {
    const probe = text(family, sequence, { flow: 7 });
    const bytes = written(protocol, probe);
    const arrival = quotedBy(family, bytes, {
      protocol: NUMBERS[name][family],
      quoteBytes: name === "sctp" ? 20 : 8,
    });
    const heard = protocol.read(arrival).find(({ name }) => name.by === "number");
    assert.ok(heard !== undefined);
    assert.equal(numberOf(heard), sequence);
    assert.equal(heard.port, protocol.portOf(undefined));
  }
});

for (const name of ["udp", "sctp"] as const) {
  Deno.test(`where a quote shows no number that translators leave alone, its identification names the probe, if it has one: ${name}`, () => {
    const protocol = protocolOf(name);
    const bytes = written(protocol, text(4, 40_000));
    const named = (of: Partial<Quoting>): readonly number[] =>
      protocol.read(quotedBy(4, bytes, { protocol: NUMBERS[name][4], identification: 41_000, quoteBytes: 8, ...of }))
        .flatMap(({ name }) => name.by === "identification" ? name.sequence : []);
    assert.deepEqual(named({}), [41_000]);
    assert.deepEqual(named({ options: new Uint8Array(8) }), [41_000]);
    // The whole tag of SCTP tells more.
    assert.deepEqual(named({ quoteBytes: bytes.length }), name === "udp" ? [41_000] : []);
    assert.deepEqual(named({ protocol: NUMBERS.tcp[4] }), []);
    assert.equal(protocol.sequences.first > 0, true);
  });
}

Deno.test("UDP without a named port asks for 33434, from this run's own port on", () => {
  for (const family of FAMILIES) {
    const bytes = written(protocolOf("udp"), text(family, 40_000, { flow: 3 }));
    const view = new DataView(bytes.buffer);
    assert.deepEqual([view.getUint16(0), view.getUint16(2), view.getUint16(6)], [OWN_PORT + 3, 33_434, 40_000]);
    assert.ok(
      isChecksumRight(bytes, sumBetween({ source: SELF[family], destination: TARGET[family] }, 17, bytes.length)),
    );
  }
});

Deno.test("an ICMP probe too short for a balance is sent without", () => {
  const protocol = protocolOf("icmp");
  for (const payloadBytes of [0, 1]) {
    const probes = [1, 2].map((sequence) => text(4, sequence, { payloadBytes, fill: 0 }));
    const checksums = probes.map((probe) => hashed("icmp", probe, written(protocol, probe)));
    assert.notEqual(checksums[0], checksums[1]);
    assert.ok(probes.every((probe) => isChecksumRight(written(protocol, probe))));
  }
  assert.equal(protocolOf("icmp", { randomPacketBytes: true }).leastPayloadBytes, 2);
});

Deno.test("the tag of an INIT tells number and run", () => {
  const bytes = written(protocolOf("sctp"), text(4, 0x1234));
  assert.equal(parseQuotedSctp(bytes)!.initiateTag, OWN_PORT << 16 | 0x1234);
});
