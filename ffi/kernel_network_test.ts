/** What the kernel's network makes of probes without raw sockets, in a namespace where this host is target and router. */
import assert from "node:assert/strict";
import type { Endpoint, Family, Inbound, SendResult, Stamp } from "../core/network.ts";
import { writeIcmp4EchoRequest, writeIcmp4Error } from "../core/packet/icmp4.ts";
import { writeIpv4 } from "../core/packet/ipv4.ts";
import { parseTcp, writeTcpSyn } from "../core/packet/tcp.ts";
import { UDP_PROTOCOL, writeUdpWithChecksum } from "../core/packet/udp.ts";
import { DEFAULT_PLAN, type TracePlan } from "../core/plan.ts";
import { inNamespace, stampArrivals } from "./_namespace_test.ts";
import { Clock, systemClock } from "./clock.ts";
import { IcmpSocket } from "./icmp_socket.ts";
import { KernelNetwork } from "./kernel_network.ts";
import { libc } from "./libc.ts";
import { giveUpCapabilities } from "./privilege.ts";
import { Socket } from "./socket.ts";
import { writeSockaddr } from "./struct.ts";

const FAMILIES = [4, 6] as const;
const SELF = { 4: "127.0.0.1", 6: "::1" } as const;
const SOURCE_PORT = 40_000;
const CLOSED_PORT = 9;
const SEQUENCE = 0x8000_1234;
const TTL = 7;

function selfOf(family: Family): Endpoint {
  return { family, address: SELF[family], scopeId: 0 };
}

/** How many sockets this process has open; other files come and go with the runtime's threads. */
function openSockets(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => isSocket(`/proc/self/fd/${name}`)).length;
}

function isSocket(path: string): boolean {
  try {
    return Deno.readLinkSync(path).startsWith("socket:");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The network of an ordinary user. */
function networkOf(plan: Partial<TracePlan>): KernelNetwork {
  giveUpCapabilities();
  return KernelNetwork.open({ ...DEFAULT_PLAN, ...plan });
}

function sendSyn(
  network: KernelNetwork,
  family: Family,
  destinationPort: number,
  of = {},
  flowLabel = 0,
): SendResult {
  const syn = {
    sourcePort: SOURCE_PORT,
    destinationPort,
    sequence: SEQUENCE,
    window: 1,
    maxSegmentBytes: 1_460,
    ...of,
  };
  const bytes = new Uint8Array(24);
  writeTcpSyn(bytes, syn, { source: SELF[family], destination: SELF[family] });
  return network.send({ to: selfOf(family), transport: "tcp", ttl: TTL, bytes, flowLabel });
}

/** All that comes until `count` answers are there, or nothing more for `waitUs`. */
function heard(
  network: KernelNetwork,
  count: number,
  waitUs = 2e6,
): readonly Extract<Inbound, { received: Stamp }>[] {
  const answers: Extract<Inbound, { received: Stamp }>[] = [];
  for (const untilUs = network.nowUs() + waitUs; answers.length < count && network.nowUs() < untilUs;) {
    for (const inbound of network.receive(untilUs)) if ("received" in inbound) answers.push(inbound);
  }
  return answers;
}

for (const family of FAMILIES) {
  const between = { source: SELF[family], destination: SELF[family] };

  inNamespace(import.meta, `IPv${family}: an open TCP port says SYN-ACK, and its program hears of nobody`, async () => {
    using network = networkOf({ protocol: "tcp" });
    assert.equal(network.access[family], "connect");
    using listener = Deno.listen({ hostname: SELF[family], port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const before = openSockets();
    const sent = sendSyn(network, family, port);
    assert.ok(sent.ok && sent.sent.source === "program");
    const inbound = network.receive(network.nowUs() + 1e6);
    assert.equal(openSockets(), before, "the connection is closed");
    const [transmitted, answer] = inbound;
    assert.ok(transmitted?.kind === "transmitted" && transmitted.transmission === sent.transmission);
    assert.ok(answer?.kind === "message" && answer.transport === "tcp" && answer.from === SELF[family]);
    const { syn, ack, rst, acknowledgment, sourcePort, destinationPort } = parseTcp(answer.bytes, between)!;
    assert.deepEqual([syn, ack, rst], [true, true, false]);
    assert.equal(acknowledgment, SEQUENCE + 1);
    assert.deepEqual([sourcePort, destinationPort], [port, SOURCE_PORT]);
    // Both times are the kernel's.
    assert.deepEqual([transmitted.sent.source, answer.received.source], ["queue", "queue"]);
    assert.ok(answer.received.atUs > transmitted.sent.atUs);
    assert.equal(inbound.length, 2);
    // The first that the program accepts is the one that comes after.
    const [accepted, later] = await Promise.all([
      listener.accept(),
      Deno.connect({ hostname: SELF[family], port }),
    ]);
    assert.equal((accepted.remoteAddr as Deno.NetAddr).port, (later.localAddr as Deno.NetAddr).port);
    accepted.close();
    later.close();
  });

  inNamespace(import.meta, `IPv${family}: a closed TCP port resets, and the number can be used again at once`, () => {
    using network = networkOf({ protocol: "tcp" });
    const before = openSockets();
    for (let round = 0; round < 3; round++) {
      const sent = sendSyn(network, family, CLOSED_PORT, { sequence: 0xffff_ffff });
      assert.ok(sent.ok, JSON.stringify(sent));
      const [answer, ...more] = network.receive(network.nowUs() + 1e6);
      assert.ok(answer?.kind === "message");
      const { rst, ack, syn, acknowledgment, destinationPort } = parseTcp(answer.bytes, between)!;
      assert.deepEqual([syn, ack, rst], [false, true, true]);
      assert.equal(acknowledgment, 0, "the number after the greatest");
      assert.equal(destinationPort, SOURCE_PORT);
      assert.equal(answer.received.source, "program");
      assert.ok(answer.received.atUs >= sent.sent.atUs);
      assert.equal(more.length, 0);
      assert.equal(openSockets(), before);
    }
  });

  inNamespace(import.meta, `IPv${family}: a port that another program has is said to be in use`, () => {
    using network = networkOf({ protocol: "tcp" });
    using listener = Deno.listen({ hostname: SELF[family], port: 0 });
    const { port: sourcePort } = listener.addr as Deno.NetAddr;
    const before = openSockets();
    const sent = sendSyn(network, family, CLOSED_PORT, { sourcePort });
    assert.ok(!sent.ok && sent.reason === "addressInUse", JSON.stringify(sent));
    assert.equal(openSockets(), before);
  });

  inNamespace(import.meta, `IPv${family}: a probe never meets itself`, () => {
    using network = networkOf({ protocol: "tcp" });
    const sent = sendSyn(network, family, SOURCE_PORT);
    assert.ok(!sent.ok && sent.reason === "addressInUse", JSON.stringify(sent));
    assert.deepEqual(network.receive(network.nowUs()), []);
  });

  inNamespace(import.meta, `IPv${family}: with nowhere to go, a SYN does not leave`, () => {
    using network = networkOf({ protocol: "tcp" });
    const before = openSockets();
    const address = family === 4 ? "192.0.2.1" : "2001:db8::1";
    const bytes = new Uint8Array(24);
    const syn = { sourcePort: SOURCE_PORT, destinationPort: 80, sequence: 1, window: 1, maxSegmentBytes: 1_460 };
    writeTcpSyn(bytes, syn, { source: address, destination: address });
    const sent = network.send({ to: { family, address, scopeId: 0 }, transport: "tcp", ttl: 1, bytes });
    assert.ok(!sent.ok && sent.reason === "noRoute", JSON.stringify(sent));
    assert.equal(openSockets(), before);
  });
}

const SILENT = "192.0.2.9";

/** Makes an address of a network behind a link whose other end takes everything and says nothing. */
function addSilentTarget(): void {
  for (
    const line of [
      "link add up0 type veth peer name far0",
      "addr add 192.0.2.1/24 dev up0",
      "link set up0 up",
      "link set far0 up arp off",
      `neigh add ${SILENT} lladdr 02:00:00:00:00:02 dev up0 nud permanent`,
    ]
  ) assert.ok(new Deno.Command("ip", { args: line.split(" ") }).outputSync().success, line);
}

function sendToSilent(network: KernelNetwork, sourcePort: number): SendResult {
  const bytes = new Uint8Array(24);
  const syn = { sourcePort, destinationPort: 80, sequence: 1, window: 1, maxSegmentBytes: 1_460 };
  writeTcpSyn(bytes, syn, { source: "192.0.2.1", destination: SILENT });
  return network.send({ to: { family: 4, address: SILENT, scopeId: 0 }, transport: "tcp", ttl: TTL, bytes });
}

/** Sent TCP segments of this namespace that were repeats. */
function repeats(): number {
  const lines = Deno.readTextFileSync("/proc/net/snmp").split("\n").filter((line) => line.startsWith("Tcp: "));
  const [names, values] = lines.map((line) => line.split(" "));
  return Number(values![names!.indexOf("RetransSegs")]);
}

inNamespace(
  import.meta,
  "a silent target costs its time: the socket is closed, and the wait goes on to the deadline",
  () => {
    addSilentTarget();
    using network = networkOf({ protocol: "tcp", timeoutUs: 20_000 });
    const before = openSockets();
    assert.ok(sendToSilent(network, SOURCE_PORT).ok);
    assert.equal(openSockets(), before + 1);
    const deadlineUs = network.nowUs() + 60_000;
    assert.deepEqual(network.receive(deadlineUs), []);
    assert.ok(network.nowUs() >= deadlineUs);
    assert.equal(openSockets(), before);
  },
);

inNamespace(import.meta, "however long an answer is waited for, no SYN is repeated", () => {
  addSilentTarget();
  using network = networkOf({ protocol: "tcp", timeoutUs: 10e6 });
  const before = openSockets();
  for (let sourcePort = SOURCE_PORT; sourcePort < SOURCE_PORT + 5; sourcePort++) {
    assert.ok(sendToSilent(network, sourcePort).ok);
    assert.deepEqual(network.receive(network.nowUs() + 50_000), []);
  }
  assert.deepEqual(network.receive(network.nowUs() + 1.3e6), []);
  assert.equal(repeats(), 0);
  assert.equal(openSockets(), before);
});

inNamespace(import.meta, "the number of sockets is bounded: the oldest makes room", () => {
  addSilentTarget();
  using network = networkOf({ protocol: "tcp" });
  const before = openSockets();
  for (let sourcePort = SOURCE_PORT; sourcePort < SOURCE_PORT + 1_100; sourcePort++) {
    const sent = sendToSilent(network, sourcePort);
    // The link itself holds a thousand packets, should the machine be too busy to move them.
    assert.ok(sent.ok || sent.reason === "noBuffer", JSON.stringify(sent));
    assert.ok(openSockets() - before <= 1_024);
  }
  network[Symbol.dispose]();
  assert.ok(openSockets() < before);
});

inNamespace(import.meta, "without raw sockets there is no SCTP", () => {
  assert.throws(() => networkOf({ protocol: "sctp" }), { name: "NotPermittedError" });
});

// UDP whose ports are all the same.

const UDP = { protocol: "udp", localPort: 4_711, remotePort: CLOSED_PORT } as const;

function udpOf(checksum: number): Uint8Array {
  const bytes = new Uint8Array(44);
  const probe = { sourcePort: UDP.localPort, destinationPort: UDP.remotePort, fill: 0x5a, checksum };
  writeUdpWithChecksum(bytes, probe, { source: SELF[4], destination: SILENT });
  return bytes;
}

for (const family of FAMILIES) {
  inNamespace(import.meta, `IPv${family}: a UDP datagram that is longer than the interface takes is fragmented`, () => {
    const link = new Deno.Command("ip", { args: ["link", "set", "lo", "mtu", "1500"] }).outputSync();
    assert.ok(link.success);
    using network = networkOf(UDP);
    for (const payloadBytes of [1_600, 1_000]) {
      const bytes = new Uint8Array(payloadBytes);
      const ports = { sourcePort: UDP.localPort, destinationPort: UDP.remotePort, fill: 0x5a };
      writeUdpWithChecksum(bytes, { ...ports, checksum: payloadBytes }, {
        source: SELF[family],
        destination: SELF[family],
      });
      const sent = network.send({ to: selfOf(family), transport: "udp", ttl: TTL, bytes });
      assert.ok(sent.ok, JSON.stringify(sent));
      const [answer] = heard(network, 1);
      assert.ok(answer?.kind === "error" && answer.from === SELF[family]);
    }
  });
}

inNamespace(import.meta, "this host's own addresses are known, on whatever link, and no others", () => {
  addSilentTarget();
  using network = networkOf(UDP);
  const own = ["127.0.0.1", "::1", "192.0.2.1", SILENT, "192.0.2.200", "2001:db8::1"].filter((address) =>
    network.isOwn({ family: address.includes(":") ? 6 : 4, address })
  );
  assert.deepEqual(own, ["127.0.0.1", "::1", "192.0.2.1"]);
});

// setsockopt(IPPROTO_IPV6, IPV6_FLOWLABEL_MGR) with struct in6_flowlabel_req of <linux/in6.h>: address, label, and how.
const IPV6_FLOWLABEL_MGR = 32;
const LEASE = { label: 16, share: 21, flags: 22, bytes: 32 } as const;
const [EXCLUSIVE, CREATE] = [1, 1];

inNamespace(import.meta, "where somebody has a flow label for himself, a message leaves with the kernel's own", () => {
  const { AF_INET6, SOCK_DGRAM, IPPROTO_IPV6 } = libc().constants;
  const request = new DataView(new ArrayBuffer(LEASE.bytes));
  request.setUint8(LEASE.label - 1, 1);
  request.setUint32(LEASE.label, 0x12345);
  request.setUint8(LEASE.share, EXCLUSIVE);
  request.setUint16(LEASE.flags, CREATE, true);
  using other = new Socket(AF_INET6, SOCK_DGRAM, 0, "lease a flow label");
  other.set(IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, new Uint8Array(request.buffer), "lease a flow label");
  using udp = networkOf({ protocol: "udp" });
  using tcp = networkOf({ protocol: "tcp", flow: "varying" });
  const sent = [
    udp.send({ to: selfOf(6), transport: "udp", ttl: TTL, bytes: udpOf(1), flowLabel: 0x90000 }),
    sendSyn(tcp, 6, CLOSED_PORT, {}, 0x90000),
  ];
  assert.deepEqual(sent.map(({ ok }) => ok), [true, true]);
});

/** "Time exceeded" of this host itself, about a datagram to the silent target, with so many bytes of it. */
function exceeded(datagram: Uint8Array, quotedBytes: number): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(20 + datagram.length);
  writeIpv4(packet, {
    trafficClass: 0,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 1,
    protocol: UDP_PROTOCOL,
    totalBytes: packet.length,
    source: "192.0.2.1",
    destination: SILENT,
    options: new Uint8Array(0),
  });
  packet.set(datagram, 20);
  const quoted = packet.subarray(0, 20 + quotedBytes);
  return new Uint8Array(
    writeIcmp4Error({ type: 11, code: 0, mtu: 0, quoted, extension: undefined, tellsLength: true }),
  );
}

inNamespace(
  import.meta,
  "UDP with both ports given: routers that quote little name the probe, as far as they can",
  () => {
    addSilentTarget();
    const { call, constants } = libc();
    using router = IcmpSocket.open(4, DEFAULT_PLAN, ["raw"])!;
    const self = writeSockaddr(selfOf(4), 0, constants);
    const target: Endpoint = { family: 4, address: SILENT, scopeId: 0 };
    using network = networkOf(UDP);
    assert.equal(network.access[4], "datagram");
    const send = (checksum: number): void => {
      assert.ok(network.send({ to: target, transport: "udp", ttl: TTL, bytes: udpOf(checksum) }).ok);
    };
    /** Which checksum is told of an error that quotes so many bytes of the datagram. */
    const told = (checksum: number, quotedBytes: number): number => {
      const message = exceeded(udpOf(checksum), quotedBytes);
      assert.equal(call.sendto(router.socket.fd, message, message.length, 0, self, self.length), message.length);
      const [answer] = heard(network, 1);
      assert.ok(answer?.kind === "error" && answer.transport === "udp" && answer.to === SILENT);
      const view = new DataView(answer.quoted.buffer, answer.quoted.byteOffset);
      assert.deepEqual([view.getUint16(0), view.getUint16(2)], [UDP.localPort, UDP.remotePort]);
      return view.getUint16(6);
    };
    const numbers = [40_000, 40_001, 40_002];
    numbers.forEach(send);
    assert.equal(told(40_001, 8), 0, "28 bytes: three may be meant");
    for (const quotedBytes of [44, 20, 10]) assert.equal(told(40_001, quotedBytes), 40_001, `${quotedBytes} bytes`);
    assert.equal(told(40_002, 10), 40_002);
    assert.equal(told(40_000, 8), 40_000, "28 bytes: only one is not answered yet");
    assert.equal(told(40_000, 8), 0, "28 bytes: all are answered");
  },
);

// A step by which the stamps of a real socket are wrong is the same as one by which the clock is that they are compared with.
for (const byUs of [-3.6e9, -1_000, 1_000, 3.6e9]) {
  inNamespace(import.meta, `whoever sets the wall clock by ${byUs} µs: no round trip is longer than it took`, () => {
    using _stamping = stampArrivals();
    const { CLOCK_MONOTONIC, CLOCK_REALTIME } = libc().constants;
    let setByUs = 0;
    const wall = systemClock(CLOCK_REALTIME);
    const readUs = (): number => wall.readUs() + setByUs;
    const clock = new Clock(systemClock(CLOCK_MONOTONIC), { ...wall, readUs });
    using network = KernelNetwork.open({ ...DEFAULT_PLAN, protocol: "udp" }, [4], { clock });
    const bytes = new Uint8Array(16);
    const ports = { sourcePort: network.ownPort, destinationPort: CLOSED_PORT, fill: 0, checksum: 1 };
    writeUdpWithChecksum(bytes, ports, { source: SELF[4], destination: SELF[4] });
    const probe = (whileOut: () => void): readonly (string | undefined)[] => {
      const beginUs = network.nowUs();
      const result = network.send({ to: selfOf(4), transport: "udp", ttl: TTL, bytes });
      assert.ok(result.ok);
      whileOut();
      const [answer] = heard(network, 1);
      assert.ok(answer !== undefined);
      const { sent } = result;
      const { received } = answer;
      assert.ok(sent.atUs >= beginUs - 1 && received.atUs >= sent.atUs && received.atUs <= network.nowUs());
      return [sent.source, received.source];
    };
    assert.deepEqual(probe(() => {}), ["driver", "driver"]);
    assert.deepEqual(probe(() => setByUs += byUs), ["driver", "program"]);
    // What the kernel stamps now may lie beside what it has stamped before.
    assert.deepEqual(probe(() => {}), ["program", "program"]);
  });
}

const LEAST_AHEAD_US = 100;

inNamespace(
  import.meta,
  "time runs ahead of the clock by what preparing takes, and no message leaves before its time",
  () => {
    const clock = new Clock();
    using network = KernelNetwork.open(DEFAULT_PLAN, [4], { headStart: true, clock });
    const identifier = network.echoIdentifier(4);
    let aheadUs = 0;
    // On a busy machine it may wake late again and again.
    for (let sequence = 0; sequence < 20 || (aheadUs <= LEAST_AHEAD_US && sequence < 1_000); sequence++) {
      const dueUs = network.nowUs() + 5_000;
      // The answers to the one before wake it, too.
      while (network.nowUs() < dueUs) network.receive(dueUs);
      aheadUs = Math.max(aheadUs, dueUs - clock.nowUs());
      assert.ok(network.heardUs <= clock.nowUs());
      const bytes = new Uint8Array(36);
      writeIcmp4EchoRequest(bytes, { identifier, sequence, fill: 0 });
      const sent = network.send({ to: selfOf(4), transport: "icmp", ttl: TTL, bytes });
      assert.ok(sent.ok && sent.sent.atUs >= dueUs - sent.sent.errorUs!, JSON.stringify({ sent, dueUs }));
    }
    assert.ok(aheadUs > LEAST_AHEAD_US && aheadUs <= 600, `${aheadUs}`);
  },
);
