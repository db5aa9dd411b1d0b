/** Routers that delay, repeat, take turns and label: counts stay exact. */
import assert from "node:assert/strict";
import { type Capture, type Packet, roundTrips } from "./capture.ts";
import { ODD_NET } from "./topology.ts";
import type { OddHop } from "./odd_router.ts";
import { type HopRow, type Hub, mtr, openWorld, perfect, readHops, readJson, summary, told } from "./program.ts";
import type { World } from "./world.ts";

type ByFamily = (family: 4 | 6) => readonly OddHop[];

interface Expected {
  readonly rounds: number;
  readonly options?: readonly string[];
  readonly check: (
    hops: readonly HopRow[],
    family: 4 | 6,
    run: { readonly hubs: readonly Hub[]; readonly wire: Wire },
  ) => void;
}

/** What became of a probe on the wire: its place in the order of sending, and when its first answer came. */
interface WireProbe {
  readonly sequence: number;
  readonly rttMs: number;
  readonly answeredUs: number;
}

/** The answered probes of a TTL, in the order of their answers: what a busy machine made of the routers' delays. */
type Wire = (ttl: number) => readonly WireProbe[];

/** Of times and bounds in the output, which are whole microseconds, and of the capture's stamps. */
const ROUNDING_MS = 0.004;

async function recordOf(world: World): Promise<Capture> {
  return await world.capture({ link: ODD_NET.link, filter: "icmp or icmp6", immediate: false });
}

function wireOf(packets: readonly Packet[], family: 4 | 6): Wire {
  const trips = roundTrips(packets).filter(({ request }) => request.to === ODD_NET[family].target);
  return (ttl) =>
    trips.filter(({ request }) => request.ttl === ttl)
      .flatMap(({ request, answer }, sequence) =>
        answer ? [{ sequence, rttMs: (answer.atUs - request.atUs) / 1e3, answeredUs: answer.atUs }] : []
      )
      .toSorted((a, b) => a.answeredUs - b.answeredUs);
}

/** @param times how many times what is told differ by: two for differences of times. */
function checkNear({ count, stamps }: Hub, told: number | null | undefined, wireMs: number, times = 1): void {
  const boundMs = times * Math.max(...stamps.map(({ worstErrorMs }) => worstErrorMs)) + ROUNDING_MS;
  const offMs = Math.abs((told ?? NaN) - wireMs);
  assert.ok(offMs <= boundMs, `hop ${count}: ${told}, not ${wireMs}, and the bound is ${boundMs} ms`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Runs one kind of path in both families, as root and as an ordinary user. */
function each(name: string, path: ByFamily, { rounds, options = [], check }: Expected): void {
  for (const family of [4, 6] as const) {
    for (const asOrdinaryUser of [false, true]) {
      Deno.test(`${name}: IPv${family} as ${asOrdinaryUser ? "an ordinary user" : "root"}`, async () => {
        await using world = await openWorld();
        await using _path = await world.attachOddPaths({ 4: path(4), 6: path(6) });
        await using record = await recordOf(world);
        const args = ["-j", "-n", "-c", String(rounds), "-i", "0.1", ...options, ODD_NET[family].target];
        const result = await mtr(world, args, { asOrdinaryUser });
        const wire = wireOf(await record.stop(), family);
        try {
          check(readHops("-j", result.stdout), family, { hubs: readJson(result.stdout).report.hubs, wire });
          assert.equal(result.code, 0);
        } catch (error) {
          throw new Error(told(result), { cause: error });
        }
      });
    }
  }
}

const hop = (family: 4 | 6, index: number): string => ODD_NET[family].hop(index);
const addresses = (family: 4 | 6): readonly string[] => [hop(family, 1), hop(family, 2), ODD_NET[family].target];

/** A path of two routers and the target, which all do the same. */
const alike = (oddity: Omit<OddHop, "from">): ByFamily => (family) =>
  addresses(family).map((from) => ({ ...oddity, from: [from] }));

const exact = (rounds: number): Expected["check"] => (hops, family) =>
  assert.deepEqual(summary(hops), perfect(addresses(family), rounds));

/** A quote of 28 bytes ends with the header of the probe: in the place of the payload stand zeros. */
const SHORT = { quoteBytes: 28 } as const;

each("quotes of 28 bytes and zeros name an echo request", alike(SHORT), { rounds: 5, check: exact(5) });

// Of several under way nobody could tell which one is meant without raw sockets.
each(
  "quotes of 28 bytes, zeros and a label name a UDP datagram",
  (family) => [{ ...SHORT, mpls: [[24_015, 1, 1]], from: [ODD_NET[family].target] }],
  {
    rounds: 4,
    options: ["-u", "-m", "1", "-i", "0.3"],
    check: (hops, family) => assert.deepEqual(summary(hops), perfect([ODD_NET[family].target], 4)),
  },
);

each("quotes of 28 bytes name UDP datagrams, which have ports of their own for that", alike(SHORT), {
  rounds: 5,
  options: ["-u"],
  check: exact(5),
});

each("answers that come three times count once", alike({ copies: 3 }), { rounds: 5, check: exact(5) });

each("answers that take longer than an interval are not lost", alike({ delaysMs: [350] }), {
  rounds: 5,
  check: (hops, family, { hubs, wire }) => {
    assert.deepEqual(summary(hops), perfect(addresses(family), 5));
    for (const hub of hubs) {
      assert.ok((hub.Last ?? 0) >= 350, `${hub.Last} ms`);
      checkNear(hub, hub.Last, wire(hub.count).at(-1)!.rttMs);
    }
  },
});

each("answers that overtake each other belong to their own probes", alike({ delaysMs: [250, 20] }), {
  rounds: 6,
  check: (hops, family, { hubs, wire }) => {
    assert.deepEqual(summary(hops), perfect(addresses(family), 6));
    for (const hub of hubs) {
      const timesMs = wire(hub.count).map(({ rttMs }) => rttMs);
      checkNear(hub, hub.Best, Math.min(...timesMs));
      checkNear(hub, hub.Wrst, Math.max(...timesMs));
    }
  },
});

const LIMIT_MS = 1_000;
const isInTime = ({ rttMs }: WireProbe): boolean => rttMs <= LIMIT_MS;

each("answers after the time limit stay lost", alike({ delaysMs: [1_300, 20, 20, 20, 20] }), {
  rounds: 5,
  options: ["-Z", `${LIMIT_MS / 1e3}`],
  check: (hops, _family, { wire }) => {
    const inTime = hops.map(({ hop }) => wire(hop).filter(isInTime).length);
    assert.ok(inTime.every((count) => count > 0 && count < 5), `${inTime}`);
    assert.deepEqual(
      hops.map(({ sent, lossPercent }) => [sent, lossPercent]),
      inTime.map((count) => [5, 100 - 20 * count]),
    );
  },
});

each("a hop with two routers in turn loses nothing", (family) => [
  { from: [hop(family, 1)] },
  { from: [hop(family, 2), hop(family, 3)] },
  { from: [ODD_NET[family].target] },
], {
  rounds: 6,
  check: (hops, family) => {
    assert.deepEqual(hops.map(({ sent, lossPercent }) => [sent, lossPercent]), [[6, 0], [6, 0], [6, 0]]);
    assert.ok([hop(family, 2), hop(family, 3)].includes(hops[1]?.host ?? ""), hops[1]?.host);
  },
});

each("answers with MPLS labels are answers", alike({ mpls: [[16_001, 5, 1], [24_005, 0, 2]] }), {
  rounds: 3,
  check: exact(3),
});

for (const family of [4, 6] as const) {
  for (const asOrdinaryUser of [false, true]) {
    for (const option of ["", "-u"]) {
      const who = asOrdinaryUser ? "an ordinary user" : "root";
      Deno.test(`what a router quotes and names is told of it: IPv${family} ${option} as ${who}`, async () => {
        await using world = await openWorld();
        const path: ByFamily = (family) => [
          { from: [hop(family, 1)], interface: { index: 3, name: "ge-0/0/1", mtu: 9_000 }, isOld: true },
          {
            from: [hop(family, 2)],
            quotes: { ttl: 2, trafficClass: 0 },
            interface: { index: 4, name: "\x1b[2J", mtu: 1 },
          },
          { from: [ODD_NET[family].target] },
        ];
        await using _path = await world.attachOddPaths({ 4: path(4), 6: path(6) });
        const args = ["-j", "-n", "-c", "3", "-i", "0.1", "-Q", "186", ODD_NET[family].target];
        const result = await mtr(world, option === "" ? args : [option, ...args], { asOrdinaryUser });
        const { report } = readJson(result.stdout);
        const shown = report.hubs.map(({ responders: [responder = {}], verdicts }) => ({
          quotedTtls: responder.quotedTtls,
          quotedTrafficClasses: responder.quotedTrafficClasses,
          interfaces: responder.interfaces,
          verdicts: verdicts.map(({ word }) => word),
        }));
        const nothing = { quotedTtls: undefined, quotedTrafficClasses: undefined, interfaces: undefined, verdicts: [] };
        const interfaces = [{ role: "incoming", index: 4, mtu: 1, name: "\\027\\0912J" }];
        assert.deepEqual(shown, [
          { ...nothing, interfaces: [{ role: "incoming", index: 3, mtu: 9_000, name: "ge-0/0/1" }] },
          // The kernel shows ordinary users nothing of the quoted header.
          asOrdinaryUser ? { ...nothing, interfaces } : {
            quotedTtls: [{ ttl: 2, count: 3 }],
            quotedTrafficClasses: [{ sent: 186, arrived: 0, count: 3 }],
            interfaces,
            verdicts: ["REMARKED", "BLEACHED", "TUNNEL"],
          },
          // A target quotes UDP, too, and as it was sent.
          { ...nothing, verdicts: option === "-u" && !asOrdinaryUser ? ["REMARKED"] : [] },
        ]);
      });
    }
  }
}

each("jitter is what the delays make of it", alike({ delaysMs: [20, 40] }), {
  rounds: 6,
  // Jttr: the last difference; Javg: the mean difference; Jmax: the greatest.
  options: ["-o", "LSNBAWVJMX"],
  check: (_hops, _family, { hubs, wire }) => {
    for (const hub of hubs) {
      const timesMs = wire(hub.count).map(({ rttMs }) => rttMs);
      const jittersMs = timesMs.slice(1).map((rttMs, at) => Math.abs(rttMs - timesMs[at]!));
      checkNear(hub, hub.Avg, mean(timesMs));
      checkNear(hub, hub.Jttr, jittersMs.at(-1)!, 2);
      checkNear(hub, hub.Javg, mean(jittersMs), 2);
      checkNear(hub, hub.Jmax, Math.max(...jittersMs), 2);
      const squares = timesMs.map((rttMs) => (rttMs - mean(timesMs)) ** 2);
      checkNear(hub, hub.StDev, Math.sqrt(mean(squares) * timesMs.length / (timesMs.length - 1)), 2);
    }
  },
});

Deno.test("further, overtaken and late answers are counted where they are, and nowhere else", async () => {
  const rounds = 8;
  const path: ByFamily = (family) => [
    { from: [hop(family, 1)], copies: 3 },
    { from: [hop(family, 2)], delaysMs: [650, 20] },
    { from: [ODD_NET[family].target], delaysMs: [1_300, ...new Array<number>(rounds - 1).fill(20)] },
  ];
  await using world = await openWorld();
  await using _path = await world.attachOddPaths({ 4: path(4), 6: path(6) });
  await using record = await recordOf(world);
  const families = [4, 6] as const;
  const results = await Promise.all(families.map((family) => {
    const args = ["-j", "-n", "-c", `${rounds}`, "-i", "0.3", "-Z", `${LIMIT_MS / 1e3}`, ODD_NET[family].target];
    return mtr(world, args, { asOrdinaryUser: family === 6 });
  }));
  const packets = await record.stop();
  for (const [index, family] of families.entries()) {
    const result = results[index]!;
    const { hubs } = JSON.parse(result.stdout).report as { readonly hubs: readonly Readonly<Record<string, number>>[] };
    const wire = wireOf(packets, family);
    const expected = [1, 2, 3].map((ttl) => {
      const inTime = wire(ttl).filter(isInTime);
      const isOvertaken = ({ sequence }: WireProbe, at: number): boolean =>
        inTime.slice(0, at).some((earlier) => earlier.sequence > sequence);
      const fates = Array.from(
        { length: rounds },
        (_, at) => inTime.some(({ sequence }) => sequence === at) ? " " : "x",
      );
      return {
        received: inTime.length,
        lost: rounds - inTime.length,
        reordered: inTime.filter(isOvertaken).length,
        longestBurst: Math.max(...fates.join("").split(" ").map(({ length }) => length)),
      };
    });
    const seen = hubs.map(({ received, lost, reordered, longestBurst }) => ({
      received,
      lost,
      reordered,
      longestBurst,
    }));
    assert.deepEqual(seen, expected, told(result));
    assert.ok(seen[1]!.reordered! > 0 && seen[2]!.lost! > 0, told(result));
    // What would come when the run is over is not counted.
    for (const [index, { duplicates = NaN, late = NaN, lost = NaN }] of hubs.entries()) {
      const copies = index === 0 ? 2 * rounds : 0;
      assert.ok(duplicates <= copies && duplicates >= copies - 2, told(result));
      assert.ok(late <= lost && late >= (index === 2 ? 1 : 0), told(result));
    }
  }
});

Deno.test("echo requests to which a translator gave another identifier are known by their checksum", async () => {
  await using world = await openWorld();
  const translated = { source: "192.0.2.77", identifier: 4_711 };
  const routers = [{ from: [hop(4, 1)] }, { from: [hop(4, 2)], translated }, { from: [ODD_NET[4].target] }];
  await using _path = await world.attachOddPaths({ 4: routers, 6: routers });
  const result = await mtr(world, ["-j", "-n", "-c", "3", "-i", "0.1", "-Z", "1", ODD_NET[4].target]);
  const { hubs, run } = JSON.parse(result.stdout).report;
  const seen = hubs.map(({ host, "Loss%": loss, rewritten }: Record<string, unknown>) => [host, loss, rewritten]);
  assert.deepEqual(seen, [
    [hop(4, 1), 0, []],
    [hop(4, 2), 0, ["sourceAddress", "identifier", "checksum"]],
    [ODD_NET[4].target, 0, []],
  ], told(result));
  assert.deepEqual([run.verdict.word, run.messages.forged], ["TRANSLATED", 0]);
});
