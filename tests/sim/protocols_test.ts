/** The main scenarios over every protocol, scheme of ports and family: exact loss and counts, and nobody else's answers. */
import assert from "node:assert/strict";
import type { AnswerKind, TraceEvent } from "../../core/messages.ts";
import type { Family, Transport } from "../../core/network.ts";
import { writeIcmp4Error } from "../../core/packet/icmp4.ts";
import { writeIcmp6Error } from "../../core/packet/icmp6.ts";
import type { TracePlan } from "../../core/plan.ts";
import { hostAnswer } from "./hosts.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, type HopSeen, hopsOf, MS, only, rttsOf, run, SECOND, type TargetPort } from "./run.ts";
import { OWN_ADDRESS } from "./packets.ts";
import type { Injection, Path, PortState, SentMessage, World } from "./world.ts";

const FAMILIES = [4, 6] as const;
const [OPEN, ECHO, CLOSED, SILENT] = [5_353, 7, 33_000, 54];
const PORTS: Readonly<Record<number, PortState>> = { [OPEN]: "open", [ECHO]: "echo", [SILENT]: "silent" };
const ACCESSES = { udp: ["raw", "datagram"], tcp: ["raw"], sctp: ["raw"] } as const;

interface Case {
  readonly plan: Partial<TracePlan> & { readonly protocol: Exclude<Transport, "icmp"> };
  /** What the target says. */
  readonly answer: AnswerKind;
}

const CASES: readonly Case[] = [
  { plan: { protocol: "udp" }, answer: "unreachable" },
  { plan: { protocol: "udp", localPort: 4_711 }, answer: "unreachable" },
  { plan: { protocol: "udp", remotePort: CLOSED }, answer: "unreachable" },
  { plan: { protocol: "udp", remotePort: ECHO }, answer: "datagram" },
  { plan: { protocol: "udp", remotePort: CLOSED, localPort: 4_711 }, answer: "unreachable" },
  { plan: { protocol: "tcp" }, answer: "reset" },
  { plan: { protocol: "tcp", remotePort: OPEN }, answer: "synAck" },
  { plan: { protocol: "sctp" }, answer: "abort" },
  { plan: { protocol: "sctp", remotePort: OPEN }, answer: "initAck" },
  { plan: { protocol: "udp", flow: "varying" }, answer: "unreachable" },
  { plan: { protocol: "udp", localPort: 4_711, flow: "varying" }, answer: "unreachable" },
  { plan: { protocol: "udp", remotePort: CLOSED, flow: "varying" }, answer: "unreachable" },
  // What it says shows no probe: only a port of its own does.
  { plan: { protocol: "udp", remotePort: OPEN, flow: "varying" }, answer: "datagram" },
  { plan: { protocol: "udp", remotePort: CLOSED, localPort: 4_711, flow: "varying" }, answer: "unreachable" },
  { plan: { protocol: "tcp", flow: "varying" }, answer: "reset" },
  { plan: { protocol: "sctp", flow: "varying" }, answer: "abort" },
];

/** One way of asking: a case, a family and an access. */
interface Way extends Case {
  readonly name: string;
  readonly family: Family;
  readonly access: "raw" | "datagram";
  readonly target: string;
  readonly router: (ttl: number) => string;
  /** A path of this length, with changes by ttl; the target has `PORTS`. */
  readonly path: (length: number, changes?: Parameters<typeof path>[1]) => Path;
}

function waysOf(cases: readonly Case[]): readonly Way[] {
  return cases.flatMap((one) =>
    FAMILIES.flatMap((family) =>
      ACCESSES[one.plan.protocol].map((access): Way => {
        const { protocol, localPort, remotePort, flow } = one.plan;
        const ports = [localPort && `-L ${localPort}`, remotePort && `-P ${remotePort}`].filter(Boolean);
        const make = family === 4 ? path : path6;
        return {
          ...one,
          name: [protocol, ...ports, ...flow ? [flow] : [], `IPv${family}`, access].join(" "),
          family,
          access,
          target: family === 4 ? TARGET : TARGET6,
          router: family === 4 ? router : router6,
          path: (length, changes = {}) => make(length, { ...changes, [length]: { ports: PORTS, ...changes[length] } }),
        };
      })
    )
  );
}

/** Where the family and the access make no difference. */
const RAW4 = waysOf(CASES).filter(({ family, access }) => family === 4 && access === "raw");

/** A test for each way of asking. */
function each(name: string, test: (way: Way) => void, ways = waysOf(CASES)): void {
  Deno.test(name, async (t) => {
    for (const way of ways) await t.step(way.name, () => test(way));
  });
}

/** A hop that answered `sent` probes at once, but for what `differs` says. */
function hop(ttl: number, from: string[], sent: number, differs: Partial<HopSeen> = {}): HopSeen {
  return { ttl, sent, replies: sent, late: 0, duplicates: 0, lost: 0, sendFailed: 0, from, ...differs };
}

/** Expects exactly these hops; probes beyond them concern nobody. */
function check(
  { access, target, plan }: Way,
  described: Path,
  expected: readonly HopSeen[],
  more: Partial<TracePlan> = {},
): readonly TraceEvent[] {
  const { events } = run({ access, paths: { [target]: described } }, { rounds: 10, ...plan, ...more });
  assert.deepEqual(hopsOf(events).slice(0, expected.length), expected);
  assert.equal(foreignCount(events), 0);
  return events;
}

each("every hop of a good path is there, and the target's answer says what its port is", (way) => {
  const { router, target, answer } = way;
  const events = check(way, way.path(4), [
    hop(1, [router(1)], 10),
    hop(2, [router(2)], 10),
    hop(3, [router(3)], 10),
    hop(4, [target], 10),
  ]);
  for (const reply of only(events, "reply")) {
    assert.equal(reply.answer.kind, reply.ttl < 4 ? "timeExceeded" : answer);
    assert.equal(reply.from, reply.ttl < 4 ? router(reply.ttl) : target);
  }
  assert.deepEqual(rttsOf(events, 4), new Array(10).fill(40 * MS));
});

each("exactly the dropped probes are lost, each at its hop", (way) => {
  const { router, target } = way;
  check(way, way.path(3, { 1: { dropped: [0, 1, 9] }, 3: { dropped: [4] } }), [
    hop(1, [router(1)], 10, { replies: 7, lost: 3 }),
    hop(2, [router(2)], 10),
    hop(3, [target], 10, { replies: 9, lost: 1 }),
  ]);
});

each("a silent router loses all, and those behind it nothing", (way) => {
  const { router, target } = way;
  check(way, way.path(4, { 2: { silent: true } }), [
    hop(1, [router(1)], 10),
    hop(2, [], 10, { replies: 0, lost: 10 }),
    hop(3, [router(3)], 10),
    hop(4, [target], 10),
  ]);
});

each("a silent port is no answer, and the routers before it are exact", (way) => {
  const { router } = way;
  const events = check(way, way.path(3), [
    hop(1, [router(1)], 10),
    hop(2, [router(2)], 10),
    hop(3, [], 10, { replies: 0, lost: 10 }),
  ], { remotePort: SILENT });
  assert.ok(!only(events, "reply").some(({ ttl }) => ttl > 2));
});

each("duplicates and late answers are counted apart", (way) => {
  const { router, target } = way;
  const described = way.path(3, {
    1: { delaysUs: { 2: 3 * SECOND } },
    2: { copiesUs: { 0: [1], 5: [1 * MS, 2 * MS] } },
    3: { copiesUs: { 1: [300] } },
  });
  check(way, described, [
    hop(1, [router(1)], 10, { replies: 9, lost: 1, late: 1 }),
    hop(2, [router(2)], 10, { duplicates: 3 }),
    hop(3, [target], 10, { duplicates: 1 }),
  ], { timeoutUs: 2 * SECOND });
});

// The ports of constant flows tell no probe apart, and eight bytes of SCTP hold nothing else.
const TOLD_BY_EIGHT_BYTES = waysOf(CASES.filter(({ plan }) => plan.protocol !== "sctp" || plan.flow === "varying"));

each("routers that quote eight bytes only are heard as well", (way) => {
  const { family, router, target } = way;
  const quoteBytes = (family === 4 ? 20 : 40) + 8;
  const described = way.path(3, { 1: { quoteBytes }, 2: { quoteBytes } });
  check(way, described, [hop(1, [router(1)], 10), hop(2, [router(2)], 10), hop(3, [target], 10)]);
}, TOLD_BY_EIGHT_BYTES);

each("routers that quote a part of a long probe are heard as well", (way) => {
  const { family, router, target } = way;
  const headerBytes = family === 4 ? 20 : 40;
  const described = way.path(4, {
    1: { quoteBytes: headerBytes + 20 },
    2: { quoteBytes: headerBytes + 43 },
    3: { quoteBytes: 548 },
  });
  check(way, described, [
    hop(1, [router(1)], 10),
    hop(2, [router(2)], 10),
    hop(3, [router(3)], 10),
    hop(4, [target], 10),
  ], { packetBytes: 1_400 });
});

each("labels of a router are told, whether it says where they begin or not", (way) => {
  const { router, target } = way;
  const labels = [{ label: 24_015, trafficClass: 1, bottomOfStack: true, ttl: 1 }];
  const described = way.path(3, { 1: { labels }, 2: { labels, tellsQuoteLength: false } });
  const events = check(way, described, [hop(1, [router(1)], 10), hop(2, [router(2)], 10), hop(3, [target], 10)]);
  for (const { ttl, answer } of only(events, "reply")) assert.deepEqual(answer.labels, ttl < 3 ? labels : []);
});

each("a router's refusal ends the path with its code", (way) => {
  const { router } = way;
  const events = check(way, way.path(6, { 2: { refuses: { code: 1 } } }), [
    hop(1, [router(1)], 10),
    hop(2, [router(2)], 10),
    hop(3, [router(2)], 10),
  ]);
  const beyond = only(events, "reply").filter(({ ttl }) => ttl === 3);
  assert.ok(beyond.every(({ answer }) => answer.kind === "unreachable" && answer.icmpCode === 1));
});

each("a host that lacks the protocol is the end of the path", (way) => {
  const { family, router, target } = way;
  const described = way.path(3, { 3: { lacksProtocol: true } });
  const events = check(way, described, [hop(1, [router(1)], 10), hop(2, [router(2)], 10), hop(3, [target], 10)]);
  const { icmpType, icmpCode } = only(events, "reply").findLast(({ ttl }) => ttl === 3)!.answer;
  assert.deepEqual([icmpType, icmpCode], family === 4 ? [3, 2] : [4, 1]);
});

each("the numbers of the probes run through all that there are and over, and every answer finds its probe", (way) => {
  const { router, target } = way;
  check(way, way.path(3, { 2: { dropped: [7] } }), [
    hop(1, [router(1)], 11_000),
    hop(2, [router(2)], 11_000, { replies: 10_999, lost: 1 }),
    hop(3, [target], 11_000),
  ], { rounds: 11_000, intervalUs: 100 * MS });
}, RAW4.filter(({ plan }) => plan.protocol === "udp" ? plan.remotePort !== OPEN : plan.flow === "varying"));

// Several targets.

/** Every target has the way of its address, its port and no other's answers. */
function checkMany(
  access: "raw" | "datagram",
  plan: Partial<TracePlan>,
  answers: readonly [port: number | undefined, answer: AnswerKind][],
): void {
  const hosts = ["203.0.113.20", "203.0.113.21", "2001:db8:9::20", "2001:db8:9::21"];
  const pathTo = (address: string, index: number): Path =>
    (address.includes(":") ? path6 : path)(2 + index, {
      [2 + index]: { ports: PORTS, dropped: index === 1 ? [0, 1] : [] },
      1: { silent: index === 2 },
    });
  const paths = Object.fromEntries(hosts.map((address, index) => [address, pathTo(address, index)]));
  const targets = answers.flatMap(([port]) =>
    hosts.map((address): string | TargetPort => port === undefined ? address : { address, port })
  );
  const { events } = run({ access, paths }, { rounds: 5, ...plan }, { targets });
  assert.equal(foreignCount(events), 0);
  assert.equal(only(events, "finished").length, targets.length);
  for (const [index, target] of targets.entries()) {
    const address = typeof target === "string" ? target : target.address;
    const { hops } = paths[address]!;
    const seen = hopsOf(events, index).slice(0, hops.length + 1);
    const last = seen.at(-1)!;
    assert.deepEqual([last.ttl, last.sent, last.from], [hops.length + 1, 5, [address]]);
    for (const { ttl, sent, replies, lost, from } of seen.slice(0, -1)) {
      const { silent, address: ofRouter } = hops[ttl - 1]!;
      assert.deepEqual({ sent, replies, lost, from }, {
        sent: 5,
        replies: silent ? 0 : 5,
        lost: silent ? 5 : 0,
        from: silent ? [] : [ofRouter],
      });
    }
    const [, answer] = answers[Math.floor(index / hosts.length)]!;
    const kinds = only(events, "reply").filter((event) => event.target === index && event.from === address);
    assert.deepEqual([...new Set(kinds.map((event) => event.answer.kind))], [answer]);
  }
  // The same two probes of each host are dropped, whichever target they were for.
  const lost = targets.map((_, index) => hopsOf(events, index).reduce((sum, hop) => sum + hop.lost, 0));
  const dropped = targets.filter((target) => (typeof target === "string" ? target : target.address) === hosts[1]);
  assert.ok(dropped.length > 0);
  assert.ok(lost.reduce((sum, count) => sum + count, 0) >= 2 + 5 * answers.length);
}

Deno.test("targets with ports of their own, and without, at once", () => {
  for (const access of ACCESSES.udp) {
    for (const [flow, open] of [["constant", ECHO], ["varying", OPEN]] as const) {
      const plan = { protocol: "udp", flow } as const;
      checkMany(access, plan, [[undefined, "unreachable"], [open, "datagram"], [CLOSED, "unreachable"]]);
      checkMany(access, { ...plan, localPort: 4_711 }, [[undefined, "unreachable"], [CLOSED, "unreachable"]]);
      checkMany(access, { ...plan, remotePort: open }, [[undefined, "datagram"], [CLOSED, "unreachable"]]);
    }
  }
  checkMany("raw", { protocol: "tcp" }, [[undefined, "reset"], [OPEN, "synAck"], [CLOSED, "reset"]]);
  checkMany("raw", { protocol: "sctp" }, [[undefined, "abort"], [OPEN, "initAck"], [CLOSED, "abort"]]);
});

// Other programs.

/** What another program's packets, and the answers to them, differ in. */
interface Stranger {
  readonly what: string;
  /** Changes the other program's message; made out of one of ours. */
  readonly change: (bytes: Uint8Array, family: Family) => void;
  /** Cases in which that is no difference at all. */
  readonly except?: (way: Way) => boolean;
}

const put16 = (at: number, difference: number) => (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(at, view.getUint16(at) ^ difference);
};

const STRANGERS: readonly Stranger[] = [
  { what: "another source port", change: put16(0, 0x4000) },
  { what: "another destination port", change: put16(2, 0x4000) },
  {
    what: "another sequence number, tag or checksum",
    change: (bytes) => [put16(4, 0x1111), put16(6, 0x0100)].forEach((change) => change(bytes)),
    // Where flows vary, only with both ports given the checksum tells whose a datagram is. Where they do not, the kernel
    // keeps length and checksum of a quote to itself.
    except: ({ access, plan: { protocol, remotePort, localPort, flow } }) =>
      flow === "varying" ? protocol === "udp" && !(remotePort && localPort) : access === "datagram",
  },
];

/** 100 messages, one each 5 ms, while the first probes are in flight. */
function flood(family: Family, of: Pick<Injection, "from" | "transport">, make: Injection["make"]): Injection[] {
  return Array.from({ length: 100 }, (_, index) => ({ ...of, atUs: 100 * MS + index * 5 * MS, family, make }));
}

/** Expects the same events as without the strangers, each of which is counted if it is heard at all. */
function checkFlood({ access, target, plan, ...way }: Way, injections: readonly Injection[], what: string): void {
  const world: World = { access, paths: { [target]: way.path(5, { 2: { silent: true } }) } };
  const alone = run(world, { rounds: 3, ...plan });
  const amongStrangers = run({ ...world, injections }, { rounds: 3, ...plan });
  const ours = amongStrangers.events.filter(({ kind }) => kind !== "foreign");
  assert.deepEqual(ours, alone.events, what);
  if (access === "raw") assert.equal(foreignCount(amongStrangers.events), 100, what);
}

function exceeded(family: Family, packet: Uint8Array): Uint8Array {
  const error = { code: 0, mtu: 0, quoted: packet, extension: undefined, tellsLength: true };
  return family === 4 ? writeIcmp4Error({ ...error, type: 11 }) : writeIcmp6Error({ ...error, type: 3 });
}

each("errors about other programs' packets change nothing", (way) => {
  const { family } = way;
  const headerBytes = family === 4 ? 20 : 40;
  for (const { what, change, except } of STRANGERS) {
    if (except?.(way)) continue;
    for (const quoteBytes of [headerBytes + 8, headerBytes + 20]) {
      const make = (sent: readonly SentMessage[]): Uint8Array => {
        const packet = sent.at(-1)!.packet.slice();
        change(packet.subarray(headerBytes), family);
        return exceeded(family, packet.subarray(0, quoteBytes));
      };
      checkFlood(way, flood(family, { from: way.router(2) }, make), `${what}, ${quoteBytes} bytes`);
    }
  }
  const elsewhere = (sent: readonly SentMessage[]): Uint8Array => {
    const packet = sent.at(-1)!.packet.slice();
    packet[headerBytes - 1]! ^= 1;
    return exceeded(family, packet);
  };
  checkFlood(way, flood(family, { from: way.router(2) }, elsewhere), "another destination");
  const otherProtocol = (sent: readonly SentMessage[]): Uint8Array => {
    const packet = sent.at(-1)!.packet.slice();
    packet[family === 4 ? 9 : 6] = 136;
    return exceeded(family, packet);
  };
  checkFlood(way, flood(family, { from: way.router(2) }, otherProtocol), "another protocol");
});

/** Cases in which the target's port answers for itself. */
const ANSWERED_BY_PORT = waysOf(CASES.filter(({ answer }) => answer !== "unreachable"));

each("the target's answers to other programs, and other hosts' answers, change nothing", (way) => {
  const { family, plan: { protocol: transport } } = way;
  const answer = (sent: readonly SentMessage[], at: number, difference: number): Uint8Array => {
    const own = sent.at(-1)!;
    const said = hostAnswer(own, { rttUs: 0, ports: PORTS }, OWN_ADDRESS[family]);
    assert.ok(said.kind === "message");
    const bytes = said.bytes.slice();
    put16(at, difference)(bytes);
    return bytes;
  };
  const fromTarget = { from: way.target, transport };
  checkFlood(way, flood(family, fromTarget, (sent) => answer(sent, 0, 0x4000)), "from another port");
  checkFlood(way, flood(family, fromTarget, (sent) => answer(sent, 2, 0x4000)), "to another port");
  if (transport !== "udp") {
    const numberAt = transport === "tcp" ? 10 : 6;
    checkFlood(way, flood(family, fromTarget, (sent) => answer(sent, numberAt, 0x0101)), "of another conversation");
  }
  const elsewhere = { from: family === 4 ? "192.0.2.66" : "2001:db8:bad::66", transport };
  checkFlood(way, flood(family, elsewhere, (sent) => answer(sent, 0, 0)), "from another host");
}, ANSWERED_BY_PORT);
