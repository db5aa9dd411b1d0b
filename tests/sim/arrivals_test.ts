/** How probes arrive at simulated routers, and what those tell of themselves: told exactly, at the hop where it begins. */
import assert from "node:assert/strict";
import type { Answer, TraceEvent } from "../../core/messages.ts";
import type { InterfaceInfo } from "../../core/packet/interface_info.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import type { PathFigures } from "../../core/path/figures.ts";
import { PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, hopsOf, only, run } from "./run.ts";
import type { Hop, World } from "./world.ts";

const FAMILIES = [4, 6] as const;
const PATHS = { 4: path, 6: path6 } as const;
const TARGETS = { 4: TARGET, 6: TARGET6 } as const;
const ROUTERS = { 4: router, 6: router6 } as const;
const ROUNDS = 5;
/** DSCP 46 (EF) and ECT(0). */
const SENT = 46 << 2 | 2;

interface Seen {
  readonly events: readonly TraceEvent[];
  readonly path: PathFigures;
  readonly verdicts: readonly string[];
}

/** A path of six hops with these changes. */
function seen(
  family: 4 | 6,
  changes: Readonly<Record<number, Partial<Hop>>>,
  plan: Partial<TracePlan> = {},
  world: Partial<World> = {},
): Seen {
  const whole = { trafficClass: SENT, rounds: ROUNDS, ...plan };
  const { events } = run({ ...world, paths: { [TARGETS[family]]: PATHS[family](6, changes) } }, whole);
  const options = { address: TARGETS[family], family, firstTtl: 1, maxTtl: 30 };
  const folded = new Fold({ ...options, asksForPort: plan.protocol !== undefined && plan.protocol !== "icmp" });
  events.forEach((event) => folded.apply(event));
  const verdicts = verdictsOf(folded).map(({ word, ttl, numbers }) =>
    [word, ttl, ...Object.entries(numbers).map(([name, value]) => `${name}=${value}`)].join(" ")
  );
  // Whatever routers do to it, every probe has its answer.
  for (const { replies, lost } of hopsOf(events).slice(0, 6)) assert.deepEqual([replies, lost], [ROUNDS, 0]);
  assert.equal(foreignCount(events), 0);
  return { events, path: folded, verdicts };
}

/** In how many answers of each hop which traffic class was quoted that is not as it was sent. */
function classes({ path }: Seen): readonly unknown[] {
  return path.hops().map(({ main }) => main?.quotedTrafficClasses);
}

Deno.test("where nothing is changed nothing is told, whatever was sent", () => {
  for (const family of FAMILIES) {
    for (const protocol of PROTOCOL_NAMES) {
      for (const trafficClass of [0, 1, 3, SENT, 255]) {
        const { events, verdicts } = seen(family, {}, { protocol, trafficClass });
        for (const { answer } of only(events, "reply")) {
          assert.deepEqual(Object.keys(answer), ["kind", "icmpType", "icmpCode", "mtu", "labels"]);
        }
        assert.deepEqual(verdicts, []);
      }
    }
  }
});

Deno.test("a DSCP that is rewritten is told from the hop on where it shows, for every protocol", () => {
  for (const family of FAMILIES) {
    for (const protocol of PROTOCOL_NAMES) {
      const found = seen(family, { 2: { remarks: { dscp: 8 } } }, { protocol });
      const told = [{ sent: SENT, arrived: 8 << 2 | 2, count: ROUNDS }];
      assert.deepEqual(classes(found).slice(0, 5), [undefined, undefined, told, told, told]);
      assert.deepEqual(found.verdicts, [`REMARKED 3 sentDscp=46 dscp=8 marked=${ROUNDS} quotes=${ROUNDS}`]);
    }
  }
});

Deno.test("ECN bits that are cleared are told apart from a rewritten DSCP", () => {
  for (const family of FAMILIES) {
    const numbers = `marked=${ROUNDS} quotes=${ROUNDS}`;
    assert.deepEqual(seen(family, { 1: { remarks: { ecn: 0 } } }).verdicts, [`BLEACHED 2 sentEcn=2 ${numbers}`]);
    // A router of old that knows a type of service only.
    assert.deepEqual(seen(family, { 4: { remarks: { dscp: 0, ecn: 0 } } }).verdicts, [
      `REMARKED 5 sentDscp=46 dscp=0 ${numbers}`,
      `BLEACHED 5 sentEcn=2 ${numbers}`,
    ]);
    assert.deepEqual(seen(family, { 2: { remarks: { ecn: 1 } } }).verdicts, [`REMARKED 3 sentEcn=2 ecn=1 ${numbers}`]);
    assert.deepEqual(seen(family, { 2: { remarks: { ecn: 3 } } }, { trafficClass: 0 }).verdicts, [
      `REMARKED 3 sentEcn=0 ecn=3 ${numbers}`,
    ]);
  }
});

Deno.test("a second rewriting is told at its own hop, and so is a return to what was sent", () => {
  const twice = seen(4, { 1: { remarks: { dscp: 8 } }, 3: { remarks: { dscp: 10 } } });
  assert.deepEqual(twice.verdicts, [
    `REMARKED 2 sentDscp=46 dscp=8 marked=${ROUNDS} quotes=${ROUNDS}`,
    `REMARKED 4 sentDscp=46 dscp=10 marked=${ROUNDS} quotes=${ROUNDS}`,
  ]);
  const back = seen(4, { 1: { remarks: { dscp: 8 } }, 3: { remarks: { dscp: 46 } } });
  assert.deepEqual(back.verdicts, [
    `REMARKED 2 sentDscp=46 dscp=8 marked=${ROUNDS} quotes=${ROUNDS}`,
    `REMARKED 4 sentDscp=46 dscp=46 beforeDscp=8 marked=${ROUNDS} quotes=${ROUNDS}`,
  ]);
  assert.equal(classes(back)[4], undefined);
});

Deno.test("a mark of congestion is no rewriting, and is counted", () => {
  const { path, verdicts } = seen(6, { 2: { remarks: { ecn: 3, ordinals: [0, 4, 8] } } });
  const [told, ...others] = path.hops()[2]?.main?.quotedTrafficClasses ?? [];
  assert.ok(told !== undefined && told.arrived === SENT + 1 && told.count < ROUNDS);
  assert.deepEqual(others, []);
  assert.deepEqual(verdicts, [`CONGESTED 3 marked=${told.count} quotes=${ROUNDS}`]);
});

Deno.test("a router that passes probes on without TTL shows the next one twice", () => {
  for (const family of FAMILIES) {
    const { path, verdicts } = seen(family, { 3: { passesZeroTtl: true } });
    assert.deepEqual(path.hops().map(({ main }) => main?.address), [
      ...[1, 2, 4, 4, 5].map(ROUTERS[family]),
      TARGETS[family],
    ]);
    assert.deepEqual(path.hops().map(({ main }) => main?.quotedTtls && [...main.quotedTtls]), [
      undefined,
      undefined,
      [[0, ROUNDS]],
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(verdicts, ["TTL_ZERO 3"]);
  }
});

Deno.test("a TTL of 0 that no router explains is a figure, and no verdict", () => {
  const { path, verdicts } = seen(4, { 3: { quotesTtl: 0 } });
  assert.deepEqual([...path.hops()[2]?.main?.quotedTtls ?? []], [[0, ROUNDS]]);
  assert.deepEqual(verdicts, []);
});

Deno.test("routers where probes arrive with TTL to spare are a tunnel, from the first to the last", () => {
  for (const family of FAMILIES) {
    const inside = { 2: { quotesTtl: 2 }, 3: { quotesTtl: 3 }, 4: { quotesTtl: 4 } };
    assert.deepEqual(seen(family, inside).verdicts, ["TUNNEL 2 lastHop=4 quotedTtl=4"]);
    const two = { 2: { quotesTtl: 2 }, 4: { quotesTtl: 255 } };
    assert.deepEqual(seen(family, two).verdicts, [
      "TUNNEL 2 lastHop=2 quotedTtl=2",
      "TUNNEL 4 lastHop=4 quotedTtl=255",
    ]);
  }
});

Deno.test("a port that is closed quotes the TTL that is left, which is no news", () => {
  for (const protocol of ["udp", "tcp"] as const) {
    for (const { answer } of only(seen(4, {}, { protocol }).events, "reply")) assert.equal(answer.quotedTtl, undefined);
  }
});

const INTERFACES: readonly InterfaceInfo[] = [
  { role: "incoming", index: 4_294_967_295, address: "10.9.9.1", name: "ge-0/0/1.100", mtu: 9_000 },
  { role: "outgoing", name: "\x1b[2J\n" },
  { role: "nextHop", address: "2001:db8::7" },
];

Deno.test("a router names its interfaces, with labels beside them or without, and its own figures are as ever", () => {
  const labels = [{ label: 16, trafficClass: 0, bottomOfStack: true, ttl: 1 }];
  for (const family of FAMILIES) {
    for (const access of ["raw", "datagram"] as const) {
      for (const hop of [{ interfaces: INTERFACES }, { interfaces: INTERFACES, labels }]) {
        const { path, events } = seen(family, { 2: hop }, {}, { access });
        assert.deepEqual(path.hops().map(({ main }) => main?.interfaces), [
          undefined,
          INTERFACES,
          undefined,
          undefined,
          undefined,
          undefined,
        ]);
        const answers: readonly Answer[] = only(events, "reply").filter(({ ttl }) => ttl === 2).map(({ answer }) =>
          answer
        );
        assert.deepEqual(answers.map(({ interfaces }) => interfaces), Array(ROUNDS).fill(INTERFACES));
        assert.deepEqual(path.hops()[1]?.main?.labels, "labels" in hop ? labels : []);
      }
    }
  }
});

Deno.test("an old router, which does not tell where its extension begins, names its interfaces all the same", () => {
  const { path } = seen(4, { 2: { interfaces: INTERFACES, tellsQuoteLength: false } }, { packetBytes: 200 });
  assert.deepEqual(path.hops()[1]?.main?.interfaces, INTERFACES);
});

Deno.test("a kernel that takes errors apart shows no header of the quote, so nothing is told of it", () => {
  const odd = { 2: { remarks: { dscp: 0, ecn: 0 } }, 3: { quotesTtl: 5 } };
  for (const protocol of ["icmp", "udp"] as const) {
    const { events, verdicts } = seen(4, odd, { protocol }, { access: "datagram" });
    for (const { answer } of only(events, "reply")) {
      assert.deepEqual([answer.quotedTtl, answer.quotedTrafficClass], [undefined, undefined]);
    }
    assert.deepEqual(verdicts, []);
  }
});

Deno.test("28 bytes of quote tell the traffic class, too", () => {
  const { verdicts } = seen(4, { 2: { remarks: { ecn: 0 } }, 3: { quoteBytes: 28 } });
  assert.deepEqual(verdicts, [`BLEACHED 3 sentEcn=2 marked=${ROUNDS} quotes=${ROUNDS}`]);
});
