/** Address translators on the way: no answer is taken for loss, and what they change is told from the hop where it shows. */
import assert from "node:assert/strict";
import type { RewrittenField, TraceEvent } from "../../core/messages.ts";
import { writeIcmp4Error } from "../../core/packet/icmp4.ts";
import { Path } from "../../core/path/path.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { pseudoRandom } from "../../core/probe/pseudo_random.ts";
import { OWN_ADDRESS } from "./packets.ts";
import { path, path6, router, TARGET, TARGET6 } from "./paths.ts";
import { endpointOf, foreignCount, hopsOf, MS, only, run, strangersIn } from "./run.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import type { Injection, SentMessage, Translation, World } from "./world.ts";

const OUTSIDE = { 4: "192.0.2.200", 6: "2001:db8:aaaa::200" } as const;
/** IP header and the whole of the probe, and no more of it than its first 8 bytes. */
const QUOTES = { whole: undefined, short: 28 } as const;

interface Case {
  readonly plan: Partial<TracePlan>;
  readonly translation: Omit<Translation, "address">;
  /** What shows, in this order. */
  readonly expected: readonly RewrittenField[];
}

const CASES: readonly Case[] = [
  { plan: { protocol: "icmp" }, translation: {}, expected: ["sourceAddress"] },
  { plan: { protocol: "udp" }, translation: {}, expected: ["sourceAddress", "checksum"] },
  { plan: { protocol: "udp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort", "checksum"] },
  { plan: { protocol: "udp" }, translation: { restoresAddresses: true, port: 61_000 }, expected: ["checksum"] },
  { plan: { protocol: "tcp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort"] },
  { plan: { protocol: "sctp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort"] },
];

for (const { plan, translation, expected } of CASES) {
  const words = [
    plan.protocol,
    ...translation.port ? ["with ports"] : [],
    ...translation.restoresAddresses ? ["restored"] : [],
  ];
  for (const family of [4, 6] as const) {
    Deno.test(`behind a translator every answer counts, and what it changes is told: ${words.join(" ")}, IPv${family}`, () => {
      const translates = { ...translation, address: OUTSIDE[family] };
      const target = family === 4 ? TARGET : TARGET6;
      // The second router translates what it forwards: those behind it see the change.
      const described = (family === 4 ? path : path6)(5, { 2: { translates } });
      const { events } = run({ paths: { [target]: described } }, { rounds: 5, ...plan });
      assert.equal(foreignCount(events), 0);
      for (const { ttl, sent, replies, lost } of hopsOf(events).slice(0, 5)) {
        assert.deepEqual({ ttl, sent, replies, lost }, { ttl, sent: 5, replies: 5, lost: 0 });
      }
      const folded = new Path({
        address: target,
        family,
        firstTtl: 1,
        maxTtl: 30,
        asksForPort: plan.protocol !== "icmp",
      });
      events.forEach((event) => folded.apply(event));
      const behind = only(events, "reply").some(({ ttl, answer }) => ttl === 5 && answer.kind === "unreachable");
      assert.deepEqual(folded.hops().map(({ rewritten }) => rewritten), [
        [],
        [],
        expected,
        expected,
        behind ? expected : [],
      ]);
    });
  }
}

Deno.test("behind a translator a short quote of UDP is told by the difference that a long one has taught, where no identification tells it", () => {
  for (const port of [undefined, 61_000]) {
    const translates = { address: OUTSIDE[4], port };
    const described = path(5, { 1: { translates }, 4: { quoteBytes: QUOTES.short } });
    const world = { paths: { [TARGET]: described }, choosesIdentification: true } as const;
    const { events } = run(world, { protocol: "udp", rounds: 5 });
    assert.deepEqual(hopsOf(events).slice(0, 5).map(({ replies }) => replies), [5, 5, 5, 5, 5]);
    assert.equal(foreignCount(events), 0);
  }
});

const SHORT = { quoteBytes: QUOTES.short } as const;
const HOME: Translation = { address: "192.0.2.200", port: 61_000 };
const PROVIDER: Translation = { address: "192.0.2.201", port: 61_001 };
/** The target's address and port come back, with the checksum of the other ones. */
const FORGETFUL: Translation = { ...HOME, restoresAddresses: true };

/** Paths of five hops whose routers quote 28 bytes. */
const SHORT_QUOTES = {
  "one translator, and only the target quotes all": { 1: { translates: HOME } },
  "two translators, and only the target quotes all": { 1: { translates: HOME }, 3: { translates: PROVIDER } },
  "one translator, and nobody quotes all": { 1: { translates: HOME }, 5: SHORT },
  "two translators, and nobody quotes all": { 1: { translates: HOME }, 3: { translates: PROVIDER }, 5: SHORT },
  "a translator that puts back all but the checksum": { 1: { translates: FORGETFUL }, 5: SHORT },
  "two of which one puts back": { 1: { translates: HOME }, 3: { translates: FORGETFUL }, 5: SHORT },
  "no translator, and nobody quotes all": { 5: SHORT },
} as const satisfies Record<string, Parameters<typeof path>[1]>;

/** The answers of each hop to each flow. */
function repliesOf(events: readonly TraceEvent[], hops: number): readonly number[] {
  const replies = only(events, "reply");
  return Array.from({ length: hops }, (_, index) => replies.filter(({ ttl }) => ttl === index + 1).length);
}

function shortPath(changes: Parameters<typeof path>[1]): World["paths"][string] {
  const routers = [1, 2, 3, 4].map((ttl) => [ttl, { ...SHORT, ...changes?.[ttl] }]);
  return path(5, { ...changes, ...Object.fromEntries(routers) });
}

for (const protocol of ["udp", "sctp"] as const) {
  for (const [name, changes] of Object.entries(SHORT_QUOTES)) {
    for (const flows of [1, 3]) {
      Deno.test(`routers quote 28 bytes, and no answer is taken for loss: ${name}, ${protocol}, ${flows} flows`, () => {
        const world = { paths: { [TARGET]: shortPath(changes) } };
        const { events } = run(world, { protocol, flows, rounds: 5 });
        assert.deepEqual(repliesOf(events, 5), new Array(5).fill(5 * flows));
        assert.equal(foreignCount(events), 0);
        const told = only(events, "reply").filter(({ answer }) => answer.rewritten !== undefined);
        assert.equal(told.some(({ ttl }) => ttl === 1), false);
        const isToldAtTwo = "1" in changes && (protocol === "udp" || changes[1].translates === HOME);
        assert.equal(told.some(({ ttl }) => ttl === 2), isToldAtTwo);
      });
    }
  }

  Deno.test(`the identification is the number, whatever flow and ttl, and no part of what balances: ${protocol}`, () => {
    const network = new SimulatedNetwork({ paths: { [TARGET]: path(4), [TARGET6]: path6(4) } });
    const plan = { ...DEFAULT_PLAN, protocol };
    const prober = new NetworkProber<number>(network, plan);
    for (const [index, address] of [TARGET, TARGET, TARGET6].entries()) {
      const to = endpointOf(address);
      prober.prepare(to);
      assert.ok(prober.send({ to, ttl: index + 1, packetBytes: 64, fill: 0, port: undefined }, index).ok);
    }
    const [first, second, third] = network.sent as readonly [SentMessage, SentMessage, SentMessage];
    assert.equal(second.identification, first.identification + 1);
    assert.equal(third.identification, 0);
    assert.deepEqual(first.bytes.subarray(0, 4), second.bytes.subarray(0, 4));
  });

  Deno.test(`when the numbers begin anew, none is 0, and every short quote names its probe: ${protocol}`, () => {
    const seed = Array.from({ length: 10_000 }, (_, index) => index).find((seed) => pseudoRandom(seed)() > 0.9995)!;
    const world = { paths: { [TARGET]: shortPath(SHORT_QUOTES["two translators, and nobody quotes all"]) } };
    const { events, truth } = run(world, { protocol, rounds: 20, seed });
    assert.deepEqual(repliesOf(events, 5), new Array(5).fill(20));
    const numbers = truth.probes.map(({ sent }) => sent.identification);
    assert.ok(numbers.some((number, index) => index > 0 && number < numbers[index - 1]!));
    assert.equal(numbers.includes(0), false);
  });

  Deno.test(`a search for all paths finds them behind a translator with short quotes: ${protocol}`, () => {
    const ways = ["10.0.3.1", "10.0.3.2", "10.0.3.3"];
    const described = shortPath({ 1: { translates: HOME }, 3: { address: ways, balance: "flow" }, 5: SHORT });
    const { events } = run({ paths: { [TARGET]: described } }, { protocol, multipath: true, rounds: 1 });
    assert.equal(only(events, "lost").filter(({ ttl }) => ttl <= 5).length, 0);
    assert.deepEqual(hopsOf(events)[2]!.from.toSorted(), ways);
  });
}

Deno.test("second answers to flows that a translator gives one port are of their own probes", () => {
  const routers = Object.fromEntries(
    [2, 3].map((ttl) => [ttl, { rttUs: 150 * MS, copiesUs: new Array(64).fill([20 * MS]) }]),
  );
  const described = path(4, { ...routers, 1: { rttUs: 150 * MS, translates: HOME }, 4: { rttUs: 150 * MS } });
  const plan = { protocol: "udp", flows: 8, rounds: 8, intervalUs: 300 * MS } as const;
  const { events } = run({ paths: { [TARGET]: described } }, plan);
  for (const { ttl, replies, sent, duplicates, from } of hopsOf(events).slice(0, 4)) {
    assert.deepEqual([replies, from], [sent, [ttl === 4 ? TARGET : router(ttl)]], `hop ${ttl}`);
    assert.equal(duplicates, ttl === 2 || ttl === 3 ? sent : 0);
  }
});

Deno.test("flows that a translator gives one port keep their answers apart by the identification, whatever is quoted", () => {
  // Many probes are under way at once: those of several flows have the same payload.
  for (const [name, quoteBytes] of Object.entries(QUOTES)) {
    const far = { rttUs: 150 * MS, ...(quoteBytes !== undefined && { quoteBytes }) };
    const routers = Object.fromEntries([2, 3, 4, 5].map((ttl) => [ttl, far]));
    const described = path(5, { ...routers, 1: { ...far, translates: HOME } });
    const { events } = run({ paths: { [TARGET]: described } }, {
      protocol: "udp",
      flows: 8,
      rounds: 8,
      intervalUs: 300 * MS,
    });
    assert.equal(only(events, "duplicate").length + only(events, "late").length + foreignCount(events), 0, name);
    for (const { ttl, replies, sent, from } of hopsOf(events).slice(0, 5)) {
      assert.deepEqual([replies, from], [sent, [ttl === 5 ? TARGET : router(ttl)]], `${name}, hop ${ttl}`);
    }
  }
});

const IDENTIFIER = 0x1234;

Deno.test("a translator that gives echo requests another identifier takes no answer, however much is quoted", () => {
  for (const quoteBytes of [QUOTES.whole, QUOTES.short]) {
    for (const packetBytes of [28, 64]) {
      const routers = [2, 3].map((ttl) => [ttl, { quoteBytes }]);
      const translates = { address: OUTSIDE[4], identifier: IDENTIFIER };
      const described = path(4, { 1: { translates }, ...Object.fromEntries(routers) });
      const { events } = run({ paths: { [TARGET]: described } }, { rounds: 5, packetBytes });
      assert.deepEqual(repliesOf(events, 4), [5, 5, 5, 5]);
      assert.equal(foreignCount(events), 0);
      const told = only(events, "reply").filter(({ ttl }) => ttl === 2 || ttl === 3);
      assert.ok(told.every(({ answer }) => `${answer.rewritten}` === "sourceAddress,identifier,checksum"));
    }
  }
});

Deno.test("with the own address put back, an identifier of somebody else takes the probe's payload to be ours", () => {
  const translates = { address: OUTSIDE[4], identifier: IDENTIFIER, restoresAddresses: true as const };
  const described = path(4, { 1: { translates }, 3: { quoteBytes: QUOTES.short } });
  const { events } = run({ paths: { [TARGET]: described } }, { rounds: 5 });
  assert.deepEqual(repliesOf(events, 4), [5, 5, 0, 5]);
  assert.deepEqual([foreignCount(events), strangersIn(events).forged], [5, 0]);
});

/** What of a quoted echo request with another identifier keeps it from being ours. */
const OTHERS: Readonly<Record<string, (view: DataView) => void>> = {
  "a checksum that has not followed": (view) => view.setUint16(24, IDENTIFIER),
  "another sequence number, as of any program that asks the same target": (view) =>
    view.setUint16(26, view.getUint16(26) ^ 0x4000),
  "another destination": (view) => view.setUint32(16, 0xc0000202),
  "another payload": (view) => view.setUint8(30, 1),
};

for (const [name, change] of Object.entries(OTHERS)) {
  Deno.test(`an echo request with another identifier is foreign: ${name}`, () => {
    const make = (sent: readonly SentMessage[]): Uint8Array => {
      const packet = sent.at(-1)!.packet.slice();
      const view = new DataView(packet.buffer);
      view.setUint32(12, 0xc0000201);
      const before = view.getUint16(24);
      view.setUint16(24, IDENTIFIER);
      const sum = view.getUint16(22) + before - IDENTIFIER;
      view.setUint16(22, (sum + 0xffff) % 0xffff);
      change(view);
      if (name.startsWith("a checksum")) view.setUint16(22, view.getUint16(22) ^ 1);
      return writeIcmp4Error({ type: 11, code: 0, mtu: 0, quoted: packet, extension: undefined, tellsLength: false });
    };
    const injections: readonly Injection[] = [{ atUs: 5_000, from: "192.0.2.66", family: 4, make }];
    const { events } = run({ paths: { [TARGET]: path(4) }, injections }, { rounds: 2 });
    assert.equal(foreignCount(events), 1);
    assert.ok(hopsOf(events).every(({ from }) => !from.includes("192.0.2.66")));
    assert.deepEqual(repliesOf(events, 4), [2, 2, 2, 2]);
  });
}

const INSIDE = { address: OWN_ADDRESS[4], destination: "10.99.0.7" };

for (
  const [name, { translates, expected }] of Object.entries({
    "the address": { translates: INSIDE, expected: "destinationAddress,checksum" },
    "the port": {
      translates: { address: OWN_ADDRESS[4], destinationPort: 8_080 },
      expected: "destinationPort,checksum",
    },
    "both ends": {
      translates: { ...HOME, destination: "10.99.0.7", destinationPort: 8_080 },
      expected: "sourceAddress,sourcePort,destinationAddress,destinationPort,checksum",
    },
  })
) {
  Deno.test(`a translator of destinations takes no answer of UDP over IPv4, however much is quoted: ${name}`, () => {
    for (const quote of [{}, SHORT]) {
      for (const flows of [1, 3]) {
        const described = path(5, { 2: { translates }, 3: quote, 4: quote });
        const { events } = run({ paths: { [TARGET]: described } }, { protocol: "udp", flows, rounds: 5 });
        assert.deepEqual(repliesOf(events, 5), new Array(5).fill(5 * flows));
        assert.equal(foreignCount(events), 0);
        const told = only(events, "reply").filter(({ ttl }) => ttl <= 5);
        for (const { ttl, answer } of told) assert.equal(`${answer.rewritten ?? ""}`, ttl > 2 ? expected : "");
      }
    }
  });
}

Deno.test("another destination is foreign where nothing proves a translator: ICMP, whose checksum knows no address, and TCP", () => {
  for (const protocol of ["icmp", "tcp"] as const) {
    const { events } = run({ paths: { [TARGET]: path(5, { 2: { translates: INSIDE } }) } }, { protocol, rounds: 5 });
    assert.deepEqual(repliesOf(events, 5), [5, 5, 0, 0, 5]);
    assert.equal(strangersIn(events).forged, 10);
  }
});

/** What a router could be made to say of the last probe: a quote of 28 bytes with one thing changed in it. */
const LIES: Readonly<Record<string, (packet: Uint8Array, view: DataView) => void>> = {
  "another source, and the checksum as it was": (_, view) => view.setUint32(12, 0xc0000201),
  "another source port with the own address": (_, view) => view.setUint16(20, 50_000),
  "an identification that is in flight nowhere": (_, view) => {
    view.setUint16(4, view.getUint16(4) ^ 0x4000);
    view.setUint32(12, 0xc0000201);
  },
  "another destination": (_, view) => view.setUint32(16, 0xc0000202),
  "another port": (_, view) => view.setUint16(22, 4_711),
  "another destination, and a checksum that has changed otherwise": (_, view) => {
    view.setUint32(16, view.getUint32(16) + 1);
    view.setUint16(26, view.getUint16(26) + 1);
  },
  "another destination that fits the checksum, of an identification that is in flight nowhere": (_, view) => {
    view.setUint16(4, view.getUint16(4) ^ 0x4000);
    view.setUint32(16, view.getUint32(16) + 1);
    view.setUint16(26, view.getUint16(26) - 1);
  },
  "another length": (_, view) => view.setUint16(24, 4_711),
};

for (const [name, change] of Object.entries(LIES)) {
  Deno.test(`a short quote with an identification of ours that does not fit is foreign: ${name}`, () => {
    const make = (sent: readonly SentMessage[]): Uint8Array => {
      const packet = sent.at(-1)!.packet.slice(0, QUOTES.short);
      change(packet, new DataView(packet.buffer));
      const quoted = { type: 11, code: 0, mtu: 0, quoted: packet, extension: undefined, tellsLength: false };
      return writeIcmp4Error(quoted);
    };
    const injections: readonly Injection[] = [{ atUs: 5_000, from: "192.0.2.66", family: 4, make }];
    const { events } = run({ paths: { [TARGET]: path(4) }, injections }, { protocol: "udp", rounds: 2 });
    assert.equal(foreignCount(events), 1);
    assert.ok(hopsOf(events).every(({ from }) => !from.includes("192.0.2.66")));
    assert.deepEqual(repliesOf(events, 4), [2, 2, 2, 2]);
  });
}

Deno.test("an identification names a probe that nobody has answered yet: a second answer is foreign", () => {
  const world = { paths: { [TARGET]: shortPath({ 1: { translates: HOME }, 3: { copiesUs: [[1_000]] }, 5: SHORT }) } };
  const { events } = run(world, { protocol: "sctp", rounds: 2 });
  assert.deepEqual(repliesOf(events, 5), [2, 2, 2, 2, 2]);
  assert.equal(foreignCount(events), 1);
});

Deno.test("where nothing is translated, nothing is told", () => {
  for (const protocol of ["icmp", "udp", "tcp", "sctp"] as const) {
    const { events } = run({ paths: { [TARGET]: path(4), [TARGET6]: path6(4) } }, { protocol, rounds: 2 });
    assert.ok(only(events, "reply").every(({ answer }) => answer.rewritten === undefined));
  }
});
