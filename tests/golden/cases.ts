/** Runs as events, and in which views they are rendered: the golden files in `own/` hold the exact bytes of each. */
import assert from "node:assert/strict";
import { judge, parseLimit } from "../../core/limit/mod.ts";
import type { IpInfo } from "../../core/name/ip_info.ts";
import { type EventScript, script } from "../../core/path/_script.ts";
import { OUTPUTS, type RunRecord, type TargetRecord } from "../../core/output/mod.ts";
import type { InterfaceInfo } from "../../core/packet/interface_info.ts";
import { statusOf } from "../../core/path/status.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { DEFAULT_VIEW, IP_INFO_FIELDS, type View } from "../../core/view.ts";
import { runWith, STARTED_AT_MS } from "./record.ts";
import { streamed } from "./stream.ts";

const LABELS = [
  { label: 16, trafficClass: 0, bottomOfStack: false, ttl: 1 },
  { label: 299_824, trafficClass: 5, bottomOfStack: true, ttl: 254 },
];

/** A router that would move the cursor, and end the line. */
const INTERFACES: readonly InterfaceInfo[] = [
  { role: "incoming", index: 4_294_967_295, address: "10.9.0.1", name: '\x1b[2Jge 0/0\n<&"=', mtu: 9_000 },
  { role: "nextHop", address: "2001:db8::1" },
];

const ALL_COLUMNS = "LSRD NBAWVGJMXImnpq lhifadokcbtrsv";

/** Name servers of others: what they say is not to be trusted. */
const HOSTS: Readonly<Record<string, string>> = {
  "10.0.0.1": "gateway.example",
  "10.0.0.2": "a-very-long-name-for-a-router.pop7.carrier.example",
  "10.0.0.3": "\x1b[2Jevil\n 9.|-- forged",
  "10.0.0.4": "-1+cmd|' /C calc'!A0",
  "10.0.0.5": ".",
};

const IP_INFO: Readonly<Record<string, IpInfo>> = {
  "10.0.0.1": { asn: "64496", prefix: "10.0.0.0/24", country: "ZZ", registry: "arin", allocated: "2010-01-01" },
  "10.0.0.2": { asn: "64497 64498", prefix: "2001:db8:1234:5678::/64", organization: "Carrier\x1b[2J \u202e& Söhne" },
  "10.0.0.3": { asn: "\x1b[2J", prefix: "\n 9.", country: "-1", registry: "=1+1", allocated: "@x" },
  "192.0.2.99": { asn: "4200000123", country: "ZZ" },
};

const NAMES = { host: (address: string) => HOSTS[address], ipInfo: (address: string) => IP_INFO[address] };

export interface GoldenCase {
  readonly run: RunRecord;
  /** What happened to each target; nothing to one that was never probed. */
  readonly scripts: readonly (EventScript | undefined)[];
  readonly views: Readonly<Record<string, Partial<View>>>;
}

const EVERY_FORMAT = {
  "report.txt": {},
  "wide.txt": { wide: true },
  "csv": { output: "csv" },
  "json.txt": { output: "json" },
  "xml.txt": { output: "xml" },
  "raw.txt": { output: "raw" },
  "split.txt": { output: "split" },
  "nagios.txt": { output: "nagios" },
} as const;

/** The view of a file decides its format. */
export function render({ run, scripts, views }: GoldenCase, file: string): string {
  const view: View = { ...DEFAULT_VIEW, ...views[file] };
  return streamed({ ...run, view }, scripts) + OUTPUTS[view.output].render({ ...run, view });
}

/** A router that answers every tenth probe, and a target that is away for six seconds and once more at the end. */
function withOutage(): EventScript {
  const events = script();
  for (let round = 0; round < 20; round++) {
    events.round(round * 1_000_000).reply(1, "10.0.0.1", 500);
    if (round % 10 === 0) events.reply(2, "10.0.0.2", 900);
    else events.lost(2);
    if ((round >= 8 && round < 14) || round >= 17) events.lost(3);
    else events.reply(3, "192.0.2.99", 20_000 + 100 * round);
  }
  return events;
}

interface Played {
  readonly target: Partial<TargetRecord>;
  readonly script?: EventScript;
}

function traced(script: EventScript, complete = true): Played {
  const path = script.path();
  const target = {
    typed: "target.example",
    path,
    status: statusOf(path, complete),
    startedAtMs: STARTED_AT_MS,
    endedAtMs: STARTED_AT_MS + 2345,
    utcOffsetMinutes: 60,
    access: "raw",
  } as const;
  return { target, script };
}

/** The same, measured against limits. */
function limited({ target, ...rest }: Played, ...texts: readonly string[]): Played {
  const { path, typed = "", status } = target;
  assert.ok(path);
  const limits = texts.map(parseLimit).map((parsed) => parsed.ok ? parsed.limit : assert.fail(parsed.mistake.expected));
  const isComplete = status !== "PARTIAL";
  return { target: { ...target, limits: judge(limits, { typed, address: path.address, path, isComplete }) }, ...rest };
}

/** Run and scripts of a case. */
function played(targets: readonly Played[], run: Partial<RunRecord> = {}): Omit<GoldenCase, "views"> {
  return {
    run: runWith(targets.map(({ target }) => target), run),
    scripts: targets.map(({ script }) => script),
  };
}

function typed(host: string, { target, ...rest }: Played): Played {
  return { target: { ...target, typed: host }, ...rest };
}

export const CASES: Readonly<Record<string, GoldenCase>> = {
  answering: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 250).lost(2).reply(3, "192.0.2.99", 20_449.6).lost(4)
        .reply(1, "10.0.0.1", 350).lost(2).reply(3, "192.0.2.99", 20_551.2)
        .lost(1).lost(2).reply(3, "192.0.2.99", 19_949.9),
    )]),
    views: {
      ...EVERY_FORMAT,
      "all_columns.txt": { order: ALL_COLUMNS },
      "all_columns.csv": { output: "csv", order: ALL_COLUMNS },
    },
  },

  names: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 1000).reply(2, "10.0.0.2", 1000).reply(3, "10.0.0.3", 1000).reply(
        4,
        "10.0.0.4",
        1000,
      )
        .reply(5, "10.0.0.5", 1000).reply(6, "192.0.2.99", 1000),
    )], { names: NAMES }),
    views: {
      ...EVERY_FORMAT,
      "addresses.txt": { names: false },
      "both.txt": { showIps: true },
      "both_wide.txt": { showIps: true, wide: true },
      "as.txt": { ipinfo: ["asn"] },
      "as_wide.txt": { ipinfo: ["asn"], wide: true },
      "as.csv": { output: "csv", ipinfo: ["asn"] },
      "as.json.txt": { output: "json", ipinfo: ["asn"] },
      "as.xml.txt": { output: "xml", ipinfo: ["asn"], showIps: true },
      "as.raw.txt": { output: "raw", ipinfo: ["asn"], showIps: true },
      "ipinfo.txt": { ipinfo: ["prefix"] },
      "ipinfo_all.txt": { ipinfo: IP_INFO_FIELDS },
      "ipinfo_wide.txt": { ipinfo: ["country", "asn"], wide: true },
      "ipinfo.csv": { output: "csv", ipinfo: IP_INFO_FIELDS },
      "ipinfo.json.txt": { output: "json", ipinfo: IP_INFO_FIELDS },
      "ipinfo.xml.txt": { output: "xml", ipinfo: ["country", "allocated"] },
      "ipinfo.raw.txt": { output: "raw", ipinfo: IP_INFO_FIELDS },
      "addresses.raw.txt": { output: "raw", names: false },
      "both.split.txt": { output: "split", showIps: true },
    },
  },

  balanced: {
    ...played([traced(
      script().reply(1, "10.0.0.5", 5000, { labels: LABELS, errorUs: 1.7 }).reply(2, "192.0.2.99", 9000)
        .reply(1, "10.0.0.6", 6000, { sentBy: "queue", replyTtl: 254 }).reply(2, "192.0.2.99", 9500)
        .reply(1, "10.0.0.7", 7000, { labels: LABELS, errorUs: 12.25 }).reply(2, "192.0.2.99", 9250, {
          receivedBy: "program",
        }),
    )]),
    views: {
      "report.txt": { mpls: true },
      "addresses.txt": { addressesShown: 1, ipinfo: ["asn", "country"] },
      "wide.txt": { mpls: true, wide: true, ipinfo: ["asn"] },
      "csv": { output: "csv", wide: true, order: ALL_COLUMNS },
      "json.txt": { output: "json", mpls: true },
      "xml.txt": { output: "xml", order: ALL_COLUMNS },
      "raw.txt": { output: "raw", mpls: true },
      "split.txt": { output: "split", mpls: true },
    },
  },

  outage: {
    ...played([limited(traced(withOutage()), "burst > 4", "outage >= 6s", "mos < 3.5", "r > 90", "reordered == 0")], {
      counts: { foreign: 12, forged: 3, malformed: 1, overflowed: 2 },
    }),
    views: {
      ...EVERY_FORMAT,
      "verdict.txt": { order: "LlhSbcto vrs" },
      "verdict.csv": { output: "csv", order: "LlhSbcto vrs" },
    },
  },

  multipath: {
    ...played([traced(
      script().of(1).reply(1, "10.0.0.1", 250).reply(2, "10.0.2.1", 900).reply(3, "10.0.3.1", 950).reply(
        4,
        "192.0.2.99",
        2_000,
        {
          kind: "echoReply",
        },
      ).of(2).reply(2, "10.0.2.2", 910).reply(3, "10.0.3.1", 940)
        .of(3).reply(2, "10.0.2.1", 890).reply(3, "10.0.3.2", 960).reply(4, "192.0.2.99", 2_100)
        .of(4).reply(2, "10.0.2.2", 900).lost(3).lost(3).lost(3).surveyed(14, [3]),
    )], { names: NAMES, plan: { ...DEFAULT_PLAN, multipath: true } }),
    views: EVERY_FORMAT,
  },

  quoted: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 250, { interfaces: [{ role: "incoming", index: 3, name: "eth0", mtu: 1_500 }] })
        .reply(2, "10.0.0.2", 900, { quotedTtl: 0, quotedTrafficClass: 0, sentTrafficClass: 186 }).reply(
          3,
          "10.0.0.2",
          950,
        )
        .reply(4, "10.0.0.4", 1200, {
          quotedTtl: 2,
          quotedTrafficClass: 187,
          sentTrafficClass: 186,
          interfaces: INTERFACES,
        })
        .reply(5, "192.0.2.99", 2000)
        .reply(1, "10.0.0.1", 260, { interfaces: [{ role: "incoming", index: 4 }] })
        .reply(2, "10.0.0.2", 910, { quotedTtl: 0, quotedTrafficClass: 32, sentTrafficClass: 186 }).reply(
          3,
          "10.0.0.2",
          955,
        )
        .reply(4, "10.0.0.4", 1210, { quotedTtl: 3, interfaces: INTERFACES })
        .reply(5, "192.0.2.99", 2010),
    )]),
    views: EVERY_FORMAT,
  },

  refused: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 250)
        .reply(2, "10.0.0.2", 900, { kind: "unreachable", icmpType: 3, icmpCode: 13 }),
    )], { names: NAMES }),
    views: EVERY_FORMAT,
  },

  too_large: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 250, { kind: "unreachable", icmpType: 3, icmpCode: 4, mtu: 1400 }),
    )]),
    views: EVERY_FORMAT,
  },

  limits: {
    ...played([limited(
      traced(script().reply(1, "192.0.2.99", 20_000).reply(1, "192.0.2.99", 93_214).lost(1)),
      "loss > 5%",
      "p95>80ms",
      "avg < 1s",
      "hops == 1",
      "stdev >= 10ms @192.0.2.99",
      "received != 2",
      "jitter > 1 ms @other.example",
    )]),
    views: EVERY_FORMAT,
  },

  limits_of_several: {
    ...played([
      limited(traced(script().reply(1, "192.0.2.99", 20_000)), "loss > 5%", "p99 > 1s"),
      limited(typed("b|c='d", traced(script().reply(1, "10.0.0.1", 250).lost(2))), "loss > 5%", "avg > 1"),
      limited(typed("early.example", traced(script().reply(1, "10.0.0.1", 250).inFlight(2), false)), "avg > 1"),
      { target: { typed: "no.example", status: "FAILED", failure: "Cannot resolve no.example: no | such name" } },
    ]),
    views: EVERY_FORMAT,
  },

  bloated: {
    ...played([traced(bloated())], { plan: { ...DEFAULT_PLAN, loadBps: 10_000_000 } }),
    views: { ...EVERY_FORMAT, "jsonl.txt": { output: "jsonl" } },
  },

  unreached: {
    ...played([traced(script().reply(1, "10.0.0.1", 250).lost(2).lost(3).lost(4))]),
    views: EVERY_FORMAT,
  },

  no_route: {
    ...played([traced(script().sendFailed(1, "noRoute", "ENETUNREACH"))]),
    views: EVERY_FORMAT,
  },

  interrupted: {
    ...played([traced(
      script().reply(1, "10.0.0.1", 250).duplicate(1, "10.0.0.1", 300).late(2, "10.0.0.2", 11_000_000).inFlight(3),
      false,
    )], { plan: { ...DEFAULT_PLAN, rounds: undefined, randomPacketBytes: true, randomBitPattern: true } }),
    views: EVERY_FORMAT,
  },

  shared_hops: {
    ...played([traced(withSharedHops())], { plan: { ...DEFAULT_PLAN, rounds: 4, share: true } }),
    views: { ...EVERY_FORMAT, "columns.csv": { output: "csv", order: "LSRk" }, "jsonl.txt": { output: "jsonl" } },
  },

  looping: {
    ...played([traced(withLoop())], { plan: { ...DEFAULT_PLAN, rounds: 12 } }),
    views: { ...EVERY_FORMAT, "jsonl.txt": { output: "jsonl" } },
  },

  several_targets: {
    ...played([
      traced(script().reply(1, "192.0.2.99", 1_234_567.8)),
      {
        target: {
          typed: 'no such, "host"',
          status: "FAILED",
          failure: 'Cannot resolve no such, "host": Name or service not known',
          utcOffsetMinutes: -150,
          startedAtMs: STARTED_AT_MS + 999,
        },
      },
      typed("-host", traced(script().reply(1, "192.0.2.99", 0))),
    ]),
    views: EVERY_FORMAT,
  },
};

/** Two near hops, of which probes of another target tell after the first round; one of those is lost. */
function withSharedHops(): EventScript {
  const events = script();
  for (let round = 0; round < 4; round++) {
    if (round > 0) events.round(round * 1_000_000).sharing(100 + round);
    events.reply(1, "10.0.0.1", 500 + round);
    if (round === 2) events.lost(2);
    else events.reply(2, "10.0.0.2", 900 + round);
    events.sharing().reply(3, "192.0.2.99", 20_000 + 100 * round);
  }
  return events;
}

/** Every third packet goes round in a loop, which shows in the third round. */
function withLoop(): EventScript {
  const events = script();
  for (let round = 0; round < 12; round++) {
    const isLost = round % 3 === 2;
    if (round > 0) events.round(round * 1_000_000);
    if (round > 2) events.arriving().reply(30, round % 3 === 0 ? "10.0.9.1" : "192.0.2.99", 40_000).arriving(false);
    events.reply(1, "10.0.0.1", 500 + round).reply(2, "10.0.0.2", 900 + round);
    events.reply(3, isLost ? "10.0.9.1" : "192.0.2.99", 20_000 + 100 * round);
  }
  return events;
}

/** A queue before the second hop, which load of this host's own fills. */
function bloated(): EventScript {
  const events = script();
  for (let round = 0; round < 10; round++) {
    const isLoaded = round >= 5;
    const phase = round === 5 ? {} : { load: isLoaded ? "loaded" : "idle" } as const;
    events.reply(1, "10.0.0.1", 250 + round, phase);
    events.reply(2, "192.0.2.99", (isLoaded ? 210_000 : 10_000) + 100 * round, phase);
    if (isLoaded) events.load(893, round === 7 ? 12 : 0);
  }
  return events;
}
