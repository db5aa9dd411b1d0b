/** Sockets of UDP, TCP and SCTP: what they are set to, what they hear, and what a UDP socket's message is put together to. */
import assert from "node:assert/strict";
import { Random } from "../core/packet/_random.ts";
import { writeUdp } from "../core/packet/udp.ts";
import { parseTcp, type TcpSegment, writeTcpSegment } from "../core/packet/tcp.ts";
import { DEFAULT_PLAN, PORT_SEQUENCES, type TracePlan } from "../core/plan.ts";
import { inNamespace } from "./_namespace_test.ts";
import { SystemCallError } from "./errno.ts";
import { NotPermittedError } from "./icmp_socket.ts";
import { libc } from "./libc.ts";
import type { PortRange } from "./port_filter.ts";
import { giveUpCapabilities } from "./privilege.ts";
import type { Socket } from "./socket.ts";
import { int, ReceiveMessage, writeSockaddr } from "./struct.ts";
import { openRawSocket, openUdpSocket, udpMessage } from "./transport_socket.ts";

const SELF = { 4: "127.0.0.1", 6: "::1" } as const;
const TRANSPORTS = ["udp", "tcp", "sctp"] as const;
const ALL: PortRange = { ...PORT_SEQUENCES, opensOrResetsOnly: false };

function planOf(plan: Partial<TracePlan> = {}): TracePlan {
  return { ...DEFAULT_PLAN, ...plan };
}

function optionOf({ fd }: Socket, level: number, name: number): number {
  const value = new Uint8Array(16);
  assert.equal(libc().call.getsockopt(fd, level, name, value, int(value.length)), 0, `option ${level}, ${name}`);
  return new DataView(value.buffer).getInt32(0, true);
}

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function send(family: 4 | 6, { fd }: Socket, bytes: Uint8Array, port = 0): void {
  const to = writeSockaddr({ family, address: SELF[family], scopeId: 0 }, port, libc().constants);
  assert.equal(libc().call.sendto(fd, new Uint8Array(bytes), bytes.length, 0, to, to.length), bytes.length);
}

/** All messages that wait at a raw socket, from their transport headers on. */
function heard(family: 4 | 6, { fd }: Socket): Uint8Array[] {
  const message = new ReceiveMessage(libc().constants);
  const all: Uint8Array[] = [];
  for (;;) {
    message.reset();
    const length = libc().call.recvmsg(fd, message.header, libc().constants.MSG_DONTWAIT);
    if (length < 0) return all;
    all.push(message.data.slice(family === 4 ? 20 : 0, length));
  }
}

for (const family of [4, 6] as const) {
  const between = { source: SELF[family], destination: SELF[family] };

  inNamespace(import.meta, `IPv${family}: every raw socket is set as the plan wants it`, () => {
    const c = libc().constants;
    const [level, traffic] = family === 4 ? [c.IPPROTO_IP, c.IP_TOS] : [c.IPPROTO_IPV6, c.IPV6_TCLASS];
    for (const transport of TRANSPORTS) {
      using socket = openRawSocket(family, transport, planOf({ trafficClass: 0xb8, mark: 77, device: "lo" }), ALL);
      assert.equal(optionOf(socket, level, traffic), 0xb8);
      assert.equal(optionOf(socket, c.SOL_SOCKET, c.SO_MARK), 77);
      assert.equal(optionOf(socket, c.SOL_SOCKET, c.SO_BINDTODEVICE) & 0xff_ffff, 0x6f6c);
    }
  });

  inNamespace(import.meta, `IPv${family}: a raw socket sends from the address of the plan`, () => {
    const sourceAddress = family === 4 ? "127.0.0.7" : "::1";
    using socket = openRawSocket(family, "udp", planOf({ sourceAddress }), ALL);
    assert.equal(socket.localAddress().address, sourceAddress);
  });

  inNamespace(
    import.meta,
    `IPv${family}: without the right to it, a raw socket is refused, and none stays open`,
    () => {
      giveUpCapabilities();
      const before = openFiles();
      for (const transport of TRANSPORTS) {
        assert.throws(() => openRawSocket(family, transport, planOf(), ALL), NotPermittedError);
      }
      assert.equal(openFiles(), before);
    },
  );

  inNamespace(
    import.meta,
    `IPv${family}: an address or interface that this host lacks is named, and no socket stays`,
    () => {
      openRawSocket(family, "udp", planOf(), ALL)[Symbol.dispose]();
      const before = openFiles();
      const sourceAddress = family === 4 ? "192.0.2.1" : "2001:db8::1";
      for (const plan of [planOf({ sourceAddress }), planOf({ device: "nowhere0" })]) {
        const named = { name: "SystemCallError", message: /192\.0\.2\.1|2001:db8::1|nowhere0/ };
        assert.throws(() => openRawSocket(family, "udp", plan, ALL), named);
        assert.throws(() => openUdpSocket(family, plan, 0), named);
      }
      assert.equal(openFiles(), before);
    },
  );

  inNamespace(import.meta, `IPv${family}: a raw socket hears the datagrams for its ports, and no others`, () => {
    const range = { first: 30_000, last: 40_000, opensOrResetsOnly: false };
    using socket = openRawSocket(family, "udp", planOf(), range);
    const ports = [1, 29_999, 30_000, 35_000, 40_000, 40_001, 65_535];
    for (const destinationPort of ports) {
      const bytes = new Uint8Array(20);
      writeUdp(bytes, { sourcePort: 35_001, destinationPort, fill: 7 }, between);
      send(family, socket, bytes);
    }
    const told = heard(family, socket).map((bytes) => bytes[2]! * 256 + bytes[3]!);
    assert.deepEqual(told, [30_000, 35_000, 40_000]);
  });

  inNamespace(import.meta, `IPv${family}: a raw socket of TCP hears what opens or resets, as it was sent`, () => {
    using socket = openRawSocket(family, "tcp", planOf(), { ...ALL, opensOrResetsOnly: true });
    const segment = (of: Partial<TcpSegment>): TcpSegment => ({
      sourcePort: 80,
      destinationPort: 40_000,
      sequence: 1,
      acknowledgment: 2,
      syn: false,
      ack: true,
      rst: false,
      fin: false,
      ...of,
    });
    const passing = [segment({ syn: true }), segment({ rst: true }), segment({ rst: true, ack: false })];
    const stopped = [segment({}), segment({ fin: true }), segment({ syn: true, destinationPort: 33_433 })];
    for (const one of [...passing, ...stopped]) send(family, socket, writeTcpSegment(one, between));
    const told = heard(family, socket).map((bytes) => parseTcp(bytes, between));
    // The kernel has no such connection, and resets what is not a reset: that goes to port 80, which is not heard.
    assert.deepEqual(told, passing);
  });

  inNamespace(import.meta, `IPv${family}: anybody has a UDP socket of the port, which is told of errors`, () => {
    giveUpCapabilities();
    const c = libc().constants;
    using socket = openUdpSocket(family, planOf({ trafficClass: 0xb8 }), 4_711);
    assert.equal(socket.localAddress().port, 4_711);
    const [level, errors, traffic] = family === 4
      ? [c.IPPROTO_IP, c.IP_RECVERR, c.IP_TOS]
      : [c.IPPROTO_IPV6, c.IPV6_RECVERR, c.IPV6_TCLASS];
    assert.equal(optionOf(socket, level, errors), 1);
    assert.equal(optionOf(socket, level, traffic), 0xb8);
    using other = openUdpSocket(family, planOf(), 0);
    assert.ok(other.localAddress().port > 0);
    // The port answers "unreachable", which the error queue has by then.
    send(family, socket, new Uint8Array(12), 9);
    const message = new ReceiveMessage(c);
    message.reset();
    assert.equal(libc().call.recvmsg(socket.fd, message.header, c.MSG_ERRQUEUE | c.MSG_DONTWAIT), 12);
    assert.deepEqual([message.sender()?.address, message.sender()?.port], [SELF[family], 9]);
  });
}

inNamespace(import.meta, "both families may have the same port, a second socket of one may not", () => {
  using _four = openUdpSocket(4, planOf(), 4_711);
  using _six = openUdpSocket(6, planOf(), 4_711);
  for (const family of [4, 6] as const) {
    assert.throws(() => openUdpSocket(family, planOf(), 4_711), (error) => {
      assert.ok(error instanceof SystemCallError);
      assert.equal(error.errno, libc().constants.errno.EADDRINUSE);
      assert.match(error.message, /4711/);
      return true;
    });
  }
});

Deno.test("the message of a UDP socket is the one that was on the wire", () => {
  const random = new Random(1);
  const between = { source: "192.0.2.1", destination: "192.0.2.2" };
  for (let round = 0; round < 200; round++) {
    const written = new Uint8Array(8 + random.below(100));
    const [sourcePort, destinationPort] = [random.below(65_536), random.below(65_536)];
    writeUdp(written, { sourcePort, destinationPort, fill: random.below(256) }, between);
    const checksum = written[6]! * 256 + written[7]!;
    assert.deepEqual(udpMessage(sourcePort, destinationPort, written.subarray(8), checksum), written);
    assert.deepEqual(udpMessage(sourcePort, destinationPort, written.subarray(8)), written.with(6, 0).with(7, 0));
  }
});
