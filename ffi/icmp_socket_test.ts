/** What the socket is set to, asked back from the kernel, with and without the right to raw sockets. */
import assert from "node:assert/strict";
import { DEFAULT_PLAN, type TracePlan } from "../core/plan.ts";
import { parseIcmp4, writeIcmp4EchoReply, writeIcmp4EchoRequest } from "../core/packet/icmp4.ts";
import { inNamespace } from "./_namespace_test.ts";
import { SystemCallError } from "./errno.ts";
import { IcmpSocket, NotPermittedError } from "./icmp_socket.ts";
import { zoneIndex } from "./interface.ts";
import { libc } from "./libc.ts";
import { giveUpCapabilities } from "./privilege.ts";
import type { Socket } from "./socket.ts";
import { int, ReceiveMessage, writeSockaddr } from "./struct.ts";

function open(family: 4 | 6, plan: Partial<TracePlan> = {}): IcmpSocket {
  const opened = IcmpSocket.open(family, { ...DEFAULT_PLAN, ...plan });
  assert.ok(opened !== undefined);
  return opened;
}

function optionOf({ fd }: Socket, level: number, name: number): number {
  // As long as the name of an interface, which is the longest of them.
  const value = new Uint8Array(16);
  assert.equal(libc().call.getsockopt(fd, level, name, value, int(value.length)), 0, `option ${level}, ${name}`);
  return new DataView(value.buffer).getInt32(0, true);
}

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

for (const family of [4, 6] as const) {
  inNamespace(import.meta, `with the right to it, the IPv${family} socket is raw and its identifier chosen`, () => {
    using icmp = open(family);
    assert.deepEqual([icmp.family, icmp.access], [family, "raw"]);
    assert.ok(icmp.identifier >= 0 && icmp.identifier <= 0xffff);
    const identifiers = new Set(Array.from({ length: 8 }, () => {
      using other = open(family);
      return other.identifier;
    }));
    assert.ok(identifiers.size > 1, "runs side by side have identifiers of their own");
  });

  inNamespace(
    import.meta,
    `without the right to it, the IPv${family} socket is a datagram one, and its identifier is its port`,
    () => {
      giveUpCapabilities();
      using icmp = open(family);
      assert.deepEqual([icmp.family, icmp.access], [family, "datagram"]);
      assert.equal(icmp.socket.localAddress().port, icmp.identifier);
      assert.ok(icmp.identifier > 0);
      const c = libc().constants;
      const [level, name] = family === 4 ? [c.IPPROTO_IP, c.IP_RECVERR] : [c.IPPROTO_IPV6, c.IPV6_RECVERR];
      assert.equal(optionOf(icmp.socket, level, name), 1, "routers are heard by the error queue");
    },
    { pingSockets: true },
  );

  inNamespace(import.meta, `with the right to neither, the IPv${family} socket is refused, and none stays open`, () => {
    giveUpCapabilities();
    libc().call.getuid();
    const before = openFiles();
    assert.throws(() => open(family), NotPermittedError);
    assert.equal(openFiles(), before);
  });

  inNamespace(import.meta, `the IPv${family} socket is set as the plan wants it`, () => {
    const c = libc().constants;
    using icmp = open(family, { trafficClass: 0xb9, mark: 0xffff_fff0, device: "lo" });
    const [level, traffic, ttl, discover] = family === 4
      ? [c.IPPROTO_IP, c.IP_TOS, c.IP_RECVTTL, c.IP_MTU_DISCOVER]
      : [c.IPPROTO_IPV6, c.IPV6_TCLASS, c.IPV6_RECVHOPLIMIT, c.IPV6_MTU_DISCOVER];
    assert.equal(optionOf(icmp.socket, level, traffic), 0xb9);
    assert.equal(optionOf(icmp.socket, level, ttl), 1);
    assert.equal(optionOf(icmp.socket, level, discover), c.IP_PMTUDISC_OMIT);
    assert.equal(optionOf(icmp.socket, c.SOL_SOCKET, c.SO_MARK) >>> 0, 0xffff_fff0);
    // SO_BINDTODEVICE gives the name back: "lo" and a zero byte.
    assert.equal(optionOf(icmp.socket, c.SOL_SOCKET, c.SO_BINDTODEVICE) & 0xff_ffff, 0x6f6c);
    // The kernel tells twice of what was asked for, of which half is its own.
    assert.equal(optionOf(icmp.socket, c.SOL_SOCKET, c.SO_RCVBUF), 16 << 20);
  });

  inNamespace(
    import.meta,
    `an interface or address that this host lacks is named, and no IPv${family} socket stays`,
    () => {
      const refusals = [
        [{ device: "nowhere0" }, "ENODEV", /^Cannot send through the interface "nowhere0": .*ENODEV/],
        [
          { sourceAddress: family === 4 ? "192.0.2.1" : "2001:db8::1" },
          "EADDRNOTAVAIL",
          /^Cannot send from (192|2001)\S+: /,
        ],
      ] as const;
      for (const [plan, errno, message] of refusals) {
        open(family)[Symbol.dispose]();
        const before = openFiles();
        assert.throws(() => open(family, plan), (error) => {
          assert.ok(error instanceof SystemCallError);
          assert.equal(error.errno, libc().constants.errno[errno]);
          assert.match(error.message, message);
          return true;
        });
        assert.equal(openFiles(), before);
      }
    },
  );

  inNamespace(import.meta, `the IPv${family} socket sends from the address of the plan, with its zone`, () => {
    const address = family === 4 ? "127.0.0.7" : "::1";
    using icmp = open(family, { sourceAddress: address });
    assert.equal(icmp.socket.localAddress().address, address);
    if (family === 4) return;
    using zoned = open(6, { sourceAddress: "::1%lo" });
    assert.equal(zoned.socket.localAddress().address, "::1");
  });
}

inNamespace(import.meta, "a mark without the right to it is refused by name", () => {
  giveUpCapabilities();
  assert.throws(() => open(4, { mark: 7 }), { message: /^Cannot set the mark 7: .*EPERM/ });
}, { pingSockets: true });

/** Sends messages to this host itself, and gives the types of those that the raw socket lets through. */
function heardTypes(family: 4 | 6, messages: readonly Uint8Array<ArrayBuffer>[]): number[] {
  const { call, constants } = libc();
  using listener = open(family);
  using sender = open(family);
  const to = writeSockaddr({ family, address: family === 4 ? "127.0.0.1" : "::1", scopeId: 0 }, 0, constants);
  for (const bytes of messages) {
    assert.equal(call.sendto(sender.socket.fd, bytes, bytes.length, 0, to, to.length), bytes.length);
  }
  const message = new ReceiveMessage(constants);
  const types: number[] = [];
  for (;;) {
    message.reset();
    const length = call.recvmsg(listener.socket.fd, message.header, constants.MSG_DONTWAIT);
    if (length < 0) return types;
    // Of IPv4 the kernel delivers the IP header, too.
    const heard = message.data.subarray(family === 4 ? 20 : 0, length);
    assert.ok(family === 6 || parseIcmp4(heard) !== undefined);
    types.push(heard[0]!);
  }
}

inNamespace(import.meta, "a raw socket hears what may quote or answer a probe, and nothing else", () => {
  // An ICMP message of this type with a right checksum.
  const ofType = (type: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(writeIcmp4EchoReply({ identifier: 1, sequence: 2, payload: new Uint8Array(28) }));
    bytes[0] = type;
    const sum = 0xffff - (type << 8) - 3;
    new DataView(bytes.buffer).setUint16(2, sum);
    return bytes;
  };
  const types = Array.from({ length: 19 }, (_, type) => type).filter((type) => type !== 8 && type !== 13);
  // Source quench and redirect answer no probe; they are heard to be counted, as where the kernel hands them over.
  assert.deepEqual(heardTypes(4, types.map(ofType)), [0, 3, 4, 5, 11, 12]);
});

inNamespace(import.meta, "a raw socket hears the reply to an echo request, not the request", () => {
  const request = new Uint8Array(64);
  writeIcmp4EchoRequest(request, { identifier: 1, sequence: 2, fill: 0 });
  assert.deepEqual(heardTypes(4, [request]), [0]);
});

inNamespace(import.meta, "so does a raw socket of ICMPv6", () => {
  // The kernel fills in the checksum.
  const ofType = (type: number): Uint8Array<ArrayBuffer> => new Uint8Array(64).fill(type, 0, 1);
  const types = [0, 1, 2, 3, 4, 5, 31, 32, 33, 34, 35, 97, 100, 127, 129, 130, 133, 134, 135, 136, 137, 161, 255];
  assert.deepEqual(heardTypes(6, types.map(ofType)), [1, 2, 3, 4, 129]);
  assert.deepEqual(heardTypes(6, [ofType(128)]), [129]);
});

inNamespace(import.meta, "a zone is an interface by name or number", () => {
  assert.deepEqual(["lo", "1", "7", "nowhere0", "", "0", "-1", "1e3", "4294967296"].map(zoneIndex), [
    1,
    1,
    7,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
});
