/** Messages that are not ours: counted, and without any influence. */
import assert from "node:assert/strict";
import type { Family } from "../../core/network.ts";
import { parseIcmp4EchoRequest, writeIcmp4EchoReply, writeIcmp4Error } from "../../core/packet/icmp4.ts";
import { parseIcmp6EchoRequest, writeIcmp6EchoReply, writeIcmp6Error } from "../../core/packet/icmp6.ts";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, MS, run, strangersIn } from "./run.ts";
import { Random } from "./random.ts";
import type { Injection, SentMessage, World } from "./world.ts";

const STRANGER: Readonly<Record<Family, string>> = { 4: "192.0.2.66", 6: "2001:db8:bad::66" };

/** 100 messages, one each 5 ms, while the first probes are in flight. */
function flood(
  family: Family,
  make: (last: SentMessage, index: number) => Uint8Array,
  from = STRANGER[family],
): Injection[] {
  return Array.from({ length: 100 }, (_, index) => ({
    atUs: 100 * MS + index * 5 * MS,
    from,
    family,
    make: (sent) => make(sent.at(-1)!, index),
  }));
}

/** Why a stranger is none of ours, where that is told. */
type Reason = "forged" | "malformed" | "either";

/** Expects the same events as without the strangers, and that each of these is counted if it is heard at all. */
function check(
  family: Family,
  make: (last: SentMessage, index: number) => Uint8Array,
  from = STRANGER[family],
  { accesses = ["raw", "datagram"], reason }: {
    readonly accesses?: readonly ("raw" | "datagram")[];
    readonly reason?: Reason;
  } = {},
): void {
  for (const access of accesses) {
    const paths: World["paths"] = family === 4
      ? { [TARGET]: path(5, { 2: { silent: true } }) }
      : { [TARGET6]: path6(5, { 2: { silent: true } }) };
    const plan = { rounds: 3, packetBytes: 100, bitPattern: 0x5a };
    const alone = run({ access, paths }, plan);
    const amongStrangers = run({ access, paths, injections: flood(family, make, from) }, plan);
    const ours = amongStrangers.events.filter(({ kind }) => kind !== "foreign");
    assert.deepEqual(ours, alone.events, access);
    if (access !== "raw") continue;
    const { foreign, forged, malformed } = strangersIn(amongStrangers.events);
    assert.equal(foreign, 100);
    if (reason === "either") continue;
    assert.deepEqual({ forged, malformed }, { forged: 0, malformed: 0, ...(reason && { [reason]: 100 }) });
  }
}

function request(sent: SentMessage): { identifier: number; sequence: number; payload: Uint8Array } {
  return (sent.family === 4 ? parseIcmp4EchoRequest : parseIcmp6EchoRequest)(sent.bytes)!;
}

/** Where no packet comes from. */
const NOBODY: Readonly<Record<Family, readonly string[]>> = {
  4: ["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.0.1", "255.255.255.255"],
  6: ["::", "ff02::1"],
};

/** A time exceeded that quotes `packet`. */
function exceeded(family: Family, packet: Uint8Array, code = 0): Uint8Array {
  const error = { code, mtu: 0, quoted: packet, extension: undefined, tellsLength: true };
  return family === 4 ? writeIcmp4Error({ ...error, type: 11 }) : writeIcmp6Error({ ...error, type: 3 });
}

function reply(family: Family, echo: { identifier: number; sequence: number; payload: Uint8Array }): Uint8Array {
  return family === 4 ? writeIcmp4EchoReply(echo) : writeIcmp6EchoReply(echo);
}

/** For the simulated network to fill in between other addresses. */
function withoutChecksum6(bytes: Uint8Array, family: Family): Uint8Array {
  return family === 6 ? bytes.with(2, 0).with(3, 0) : bytes;
}

/** The packet with one byte set, counted from the start of its ICMP message. */
function withByte(sent: SentMessage, at: number, value: number): Uint8Array {
  const packet = sent.packet.slice();
  packet[(sent.family === 4 ? 20 : 40) + at] = value;
  return packet;
}

const TARGETS: Readonly<Record<Family, string>> = { 4: TARGET, 6: TARGET6 };

for (const family of [4, 6] as const) {
  const name = `IPv${family}`;

  Deno.test(`${name}: an echo reply with another identifier is not ours`, () => {
    check(family, (last) => reply(family, { ...request(last), identifier: 1 }), TARGETS[family]);
  });

  Deno.test(`${name}: an echo reply with a sequence number that was never sent is not ours`, () => {
    check(family, (last) => reply(family, { ...request(last), sequence: 5 }), TARGETS[family]);
  });

  Deno.test(`${name}: an echo reply with another payload is not ours`, () => {
    check(
      family,
      (last) => {
        const echo = request(last);
        return reply(family, { ...echo, payload: echo.payload.with(3, 0) });
      },
      TARGETS[family],
      { reason: "forged" },
    );
  });

  Deno.test(`${name}: an echo reply longer than the request is not ours`, () => {
    check(
      family,
      (last) => {
        const echo = request(last);
        return reply(family, { ...echo, payload: new Uint8Array(echo.payload.length + 1).fill(0x5a) });
      },
      TARGETS[family],
      { reason: "forged" },
    );
  });

  Deno.test(`${name}: an error that quotes another destination is not ours`, () => {
    check(
      family,
      (last) => {
        const packet = last.packet.slice();
        packet[family === 4 ? 19 : 39]! ^= 1;
        return exceeded(family, packet);
      },
      STRANGER[family],
      { reason: "forged" },
    );
  });

  Deno.test(`${name}: an error that quotes another identifier is not ours`, () => {
    check(family, (last) => exceeded(family, withByte(last, 5, 0xee)));
  });

  Deno.test(`${name}: an error that quotes an echo reply is not ours`, () => {
    check(family, (last) => exceeded(family, withByte(last, 0, family === 4 ? 0 : 129)));
  });

  Deno.test(`${name}: an error that quotes another protocol is not ours`, () => {
    check(family, (last) => {
      const packet = last.packet.slice();
      packet[family === 4 ? 9 : 6] = 17;
      return exceeded(family, packet);
    });
  });

  Deno.test(`${name}: an error that quotes a later fragment is not ours`, () => {
    check(
      family,
      (last) => {
        if (family === 6) {
          const header = Uint8Array.of(58, 0, 0, 8, 0, 0, 0, 1);
          const packet = Uint8Array.of(...last.packet.subarray(0, 40), ...header, ...last.packet.subarray(40));
          packet[5]! += 8;
          packet[6] = 44;
          return exceeded(family, packet);
        }
        const packet = last.packet.slice();
        packet[7] = 1;
        return exceeded(family, packet);
      },
      STRANGER[family],
      // Of a datagram socket's error the kernel does not tell whether it quotes a fragment.
      { accesses: ["raw"] },
    );
  });

  Deno.test(`${name}: an error with another payload quoted is not ours`, () => {
    check(family, (last) => exceeded(family, withByte(last, 20, 0x07)), STRANGER[family], { reason: "forged" });
  });

  const headerBytes = family === 4 ? 20 : 40;

  Deno.test(`${name}: an error whose quote is cut short in its IP header is not ours, and malformed`, () => {
    const make = (last: SentMessage, index: number) => exceeded(family, last.packet.subarray(0, index % headerBytes));
    check(family, make, STRANGER[family], { reason: "malformed" });
  });

  Deno.test(`${name}: an error cut short before the sequence number is not ours`, () => {
    check(family, (last, index) => exceeded(family, last.packet.subarray(0, headerBytes + index % 8)));
  });

  Deno.test(`${name}: our own echo requests, heard on the loopback, are no answers`, () => {
    check(family, (last) => withoutChecksum6(last.bytes.slice(), family), TARGETS[family]);
  });

  Deno.test(`${name}: whoever waits in vain for the rest of a probe in pieces is no hop`, () => {
    check(family, (last) => exceeded(family, last.packet, 1));
  });

  Deno.test(`${name}: an answer from where no packet comes from is malformed`, () => {
    for (const from of NOBODY[family]) {
      check(family, (last) => exceeded(family, last.packet), from, { reason: "malformed" });
    }
  });

  Deno.test(`${name}: other ICMP messages are no answers`, () => {
    check(family, (last, index) => {
      const type = family === 4 ? [4, 5, 9, 13, 17][index % 5]! : [130, 131, 134, 135, 137][index % 5]!;
      const error = { type, code: 0, mtu: 0, quoted: last.packet, extension: undefined, tellsLength: true };
      return family === 4 ? writeIcmp4Error(error) : writeIcmp6Error(error);
    });
  });
}

Deno.test("IPv4: a message with a wrong checksum is none", () => {
  check(
    4,
    (last) => {
      const bytes = reply(4, request(last));
      bytes[2]! ^= 1;
      return bytes;
    },
    TARGET,
    { reason: "malformed" },
  );
});

Deno.test("IPv4: a message cut short before the quoted sequence number is none", () => {
  check(
    4,
    (last, index) => exceeded(4, last.packet).subarray(0, index % (8 + 28)),
    STRANGER[4],
    // A checksum may be right by chance.
    { reason: "either" },
  );
});

Deno.test("IPv4: noise is none", () => {
  const random = new Random(13);
  check(
    4,
    () => Uint8Array.from({ length: random.below(200) }, () => random.below(256)),
    STRANGER[4],
    { reason: "malformed" },
  );
});

Deno.test("answers to our probes beyond the end of the path are ours, even after their target is finished", () => {
  // One round: the target answers at ttl 6 while ttl 7 is in flight. The other target keeps the engine running.
  const paths = { [TARGET]: path(6), "203.0.113.10": path(8, { 8: { rttUs: 3_000 * MS } }) };
  const { events } = run({ paths }, { rounds: 1 });
  assert.equal(foreignCount(events), 0);
});
