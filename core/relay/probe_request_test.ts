import assert from "node:assert/strict";
import type { Family } from "../network.ts";
import type { ProtocolName } from "../plan.ts";
import { RELAY_DIALECTS, type RelayDialect } from "./dialects.ts";
import { type Abilities, type ProbeRequest, readRequest, type RequestRead } from "./probe_request.ts";
import { readCommandLine } from "./server_lines.ts";

const [OLD, NEW] = [RELAY_DIALECTS["0.95"], RELAY_DIALECTS["0.96"]];
const ALL: Abilities = { has: () => true };
const INVALID = "invalid-argument";

function read(words: string, dialect: RelayDialect = OLD, abilities = ALL): RequestRead {
  return readRequest(readCommandLine(`1 send-probe ${words}`)!.args, abilities, dialect);
}

function accepted(words: string, dialect?: RelayDialect): ProbeRequest {
  const result = read(words, dialect);
  assert.ok(result.ok, words);
  return result.request;
}

function refused(words: string, reason: string, dialect?: RelayDialect, abilities?: Abilities): void {
  assert.deepEqual(read(words, dialect, abilities), { ok: false, words: reason }, words);
}

function only(family: Family, ...protocols: readonly ProtocolName[]): Abilities {
  return { has: (one, protocol) => one === family && protocols.includes(protocol) };
}

Deno.test("what is not said is as mtr-packet has it", () => {
  assert.deepEqual(accepted("ip-4 192.0.2.1"), {
    family: 4,
    to: "192.0.2.1",
    destination: "192.0.2.1",
    protocol: "icmp",
    port: undefined,
    localPort: undefined,
    ttl: 255,
    packetBytes: 64,
    fill: 0,
    timeoutSeconds: 10,
    settings: { trafficClass: 0, mark: 0, device: undefined, sourceAddress: undefined, ipv4Header: "program" },
  });
});

Deno.test("without an address, or without its family, there is a reason", () => {
  refused("ttl 5", `${INVALID} reason ip-version-not-supported`);
  refused("ip-6 2001:db8::1", `${INVALID} reason ip-version-not-supported`, OLD, only(4, "icmp"));
});

Deno.test("a protocol that is not offered has a reason, before the address is looked at", () => {
  refused("protocol sctp ip-4 nonsense", `${INVALID} reason protocol-not-supported`, OLD, only(4, "icmp"));
});

Deno.test("a wrong word comes before everything else", () => {
  for (const words of ["ttl x", "timeout 1x", "mark 0x5", "protocol TCP", "local-port 1023", "local-port 0"]) {
    refused(words, INVALID);
  }
});

Deno.test("the last of the same arguments counts, but each has to be a number", () => {
  assert.equal(accepted("ip-4 nonsense ip-4 192.0.2.1").to, "192.0.2.1");
  assert.equal(accepted("ip-4 192.0.2.1 ip-6 2001:db8::1").family, 6);
  refused("ip-4 192.0.2.1 ip-6 nonsense", INVALID);
  refused("ip-4 192.0.2.1 ttl 1x ttl 5", INVALID);
});

Deno.test("addresses have to be of the family, in their strict form, and without a zone", () => {
  for (const to of ["ip-4 010.0.0.1", "ip-4 2001:db8::1", "ip-6 192.0.2.1", "ip-6 fe80::1%lo"]) refused(to, INVALID);
  refused("ip-4 192.0.2.1 local-ip-6 2001:db8::1", INVALID);
  assert.equal(accepted("ip-6 2001:db8::1 local-ip-4 2001:db8::2").settings.sourceAddress, "2001:db8::2");
  assert.equal(accepted("ip-4 192.0.2.1 local-ip-4 0.0.0.0").settings.sourceAddress, undefined);
});

Deno.test("no way has an address that only its interface would tell, or that is none of IPv6", () => {
  refused("ip-6 fe80::1", INVALID);
  accepted("ip-6 fe80::1 local-ip-6 fe80::2");
  refused("ip-6 ::ffff:192.0.2.1", "address-not-available");
});

Deno.test("numbers lose their upper bits where the packet has no room for them", () => {
  const request = accepted("ip-4 192.0.2.1 tos 257 bit-pattern -1 port 99999 local-port 65537 ttl 256 mark -1");
  assert.deepEqual(
    [request.settings.trafficClass, request.fill, request.port, request.localPort, request.ttl, request.settings.mark],
    [1, 255, 34_463, 1, 0, -1],
  );
  assert.equal(accepted("ip-4 192.0.2.1 port 65536").port, undefined);
  assert.equal(accepted("ip-4 192.0.2.1 ttl 99999999999999999999999").ttl, 255);
});

Deno.test("where the kernel writes the header, it takes no TTL and no traffic class that cannot be", () => {
  for (const words of ["ttl 256", "ttl -2", "tos 256", "tos -2"]) refused(`ip-6 2001:db8::1 ${words}`, INVALID);
  for (const words of ["ttl 0", "ttl 256"]) {
    refused(`ip-4 192.0.2.1 ${words}`, INVALID, NEW);
    refused(`ip-4 192.0.2.1 protocol tcp ${words}`, INVALID, OLD);
  }
  assert.equal(accepted("ip-6 2001:db8::1 ttl 0").ttl, 0);
  assert.equal(accepted("ip-6 2001:db8::1 ttl -1").ttl, 64);
  assert.equal(accepted("ip-4 192.0.2.1 ttl -1", NEW).ttl, 64);
});

Deno.test("packets have a least and a greatest length, and 0.96 adds the IPv4 header", () => {
  const bytes = (words: string, dialect?: RelayDialect): number => accepted(words, dialect).packetBytes;
  assert.deepEqual([bytes("ip-4 192.0.2.1 size -5"), bytes("ip-4 192.0.2.1 size -5", NEW)], [28, 48]);
  assert.deepEqual([bytes("ip-4 192.0.2.1 size 64 protocol udp"), bytes("ip-4 192.0.2.1", NEW)], [64, 84]);
  assert.equal(bytes("ip-4 192.0.2.1 size 4294967360"), 64);
  refused("ip-4 192.0.2.1 size 9001", INVALID);
  refused("ip-6 2001:db8::1 size 9041", INVALID);
  accepted("ip-6 2001:db8::1 size 9040");
  accepted("ip-4 192.0.2.1 size 9001 protocol tcp");
});

Deno.test("interfaces are 0.96's, marks are 0.95's", () => {
  assert.equal(accepted("ip-4 192.0.2.1 local-device eth0").settings.device, undefined);
  assert.equal(accepted("ip-4 192.0.2.1 local-device eth0", NEW).settings.device, "eth0");
  assert.equal(accepted("ip-4 192.0.2.1 mark 5").settings.mark, 5);
  refused("ip-4 192.0.2.1 mark 5", "permission-denied", NEW);
});

Deno.test("the unspecified address is this host; what its answer quotes is that host's own", () => {
  assert.equal(accepted("ip-4 0.0.0.0 protocol udp").destination, "127.0.0.1");
  assert.equal(accepted("ip-6 :: protocol tcp").destination, "::1");
});

Deno.test("names of arguments that nobody knows are passed over, those of objects, too", () => {
  for (const name of ["bogus", "constructor", "__proto__", "toString"]) accepted(`${name} 1 ip-4 192.0.2.1`);
});
