/**
 * What there may be to tell of a hop beside its figures: when it was silent for long, how probes arrive there, through which
 * interfaces, who stamped its times, and what load does to them.
 */
import type { HopFigures, ResponderFigures, StampCount } from "../../path/hop_figures.ts";
import type { PhaseFigures } from "../../path/load.ts";
import type { Outage } from "../../path/loss_runs.ts";
import { printable } from "../../name/text.ts";
import { nameOf } from "../naming.ts";
import { fixed, milliseconds } from "../number.ts";
import { timeOfDay } from "../time.ts";
import type { Line } from "./frame.ts";
import { span, wrapped } from "./line.ts";
import type { Scene } from "./scene.ts";
import type { State } from "./state.ts";
import { type Subject, unixMsOf } from "./subject.ts";

export interface ChosenHop {
  readonly hop: HopFigures;
  readonly subject: Subject;
  readonly scene: Scene;
  readonly state: State;
}

export const LABEL_COLUMNS = 10;
const SECOND_US = 1_000_000;
/** The latest ones. */
const OUTAGES_SHOWN = 5;
/** DSCP stands above the two bits of ECN (RFC 2474 section 3, RFC 3168 section 5). */
const ECN_BITS = 2;
const ECN_MASK = 3;

const FACTS: Readonly<Record<string, (hop: ChosenHop) => readonly string[]>> = {
  Losses: losses,
  Outages: outages,
  Arrives: arrivals,
  Interface: interfaces,
  Stamps: stamps,
  Load: load,
};

export function evidence(hop: ChosenHop): readonly Line[] {
  return Object.entries(FACTS).flatMap(([label, fact]) =>
    fact(hop).flatMap((text, at) => labelled(at === 0 ? label : "", printable(text), hop.scene))
  );
}

/** `Address   10.0.0.1`, in as many lines as it takes. */
export function labelled(label: string, text: string, { columns }: Pick<Scene, "columns">): readonly Line[] {
  const lines = wrapped(text, Math.max(1, columns - LABEL_COLUMNS));
  return lines.map((
    line,
    at,
  ) => [span((at === 0 ? label : "").padEnd(LABEL_COLUMNS), { bold: true }), span(line)]);
}

function losses({ hop: { lossRuns } }: ChosenHop): readonly string[] {
  if (lossRuns === undefined || lossRuns.bursts === 0) return [];
  const { bursts, longestBurst } = lossRuns;
  return [`${counted(bursts, "burst")}, the longest of ${counted(longestBurst, "probe")}`];
}

function outages({ hop: { lossRuns }, subject, scene }: ChosenHop): readonly string[] {
  const { outageCount = 0, outageUs, outages = [] } = lossRuns ?? {};
  if (outageCount === 0) return [];
  const clock = (atUs: number): string => timeOfDay(unixMsOf(atUs, subject.target, scene), scene.utcOffsetMinutes);
  const latest = outages.slice(-OUTAGES_SHOWN).toReversed();
  const all = outageUs === undefined ? "" : `, ${seconds(outageUs)} in all`;
  return [`${outageCount}${all}`, ...latest.map((outage) => outageText(outage, clock))];
}

function outageText({ beginUs, endUs, lost }: Outage, clock: (atUs: number) => string): string {
  const probes = counted(lost, "probe");
  if (endUs === undefined) return `since ${clock(beginUs)}, ${probes} by now`;
  return `${clock(beginUs)} to ${clock(endUs)}, ${seconds(endUs - beginUs)}, ${probes}`;
}

/** Where there are several addresses, whose word it is. */
function byResponder(
  { hop: { responders }, subject }: ChosenHop,
  textsOf: (responder: ResponderFigures) => readonly string[],
): readonly string[] {
  return responders.flatMap((responder) => {
    const who = responders.length < 2 ? "" : `${nameOf(responder, subject.naming)}: `;
    return textsOf(responder).map((text) => `${who}${text}`);
  });
}

function arrivals(hop: ChosenHop): readonly string[] {
  return byResponder(hop, ({ quotedTtls, quotedTrafficClasses = [] }) => [
    ...[...quotedTtls ?? []].map(([ttl, count]) => `with TTL ${ttl} instead of 1, say ${counted(count, "answer")}`),
    ...quotedTrafficClasses.map(({ sent, arrived, count }) =>
      `with ${classText(arrived)} instead of ${classText(sent)}, say ${counted(count, "answer")}`
    ),
  ]);
}

function classText(trafficClass: number): string {
  return `DSCP ${trafficClass >> ECN_BITS} ECN ${trafficClass & ECN_MASK}`;
}

const ROLE_WORDS = {
  incoming: "in through",
  subIp: "below IP in through",
  outgoing: "out through",
  nextHop: "next hop",
} as const;

function interfaces(hop: ChosenHop): readonly string[] {
  return byResponder(hop, ({ interfaces = [] }) =>
    interfaces.map(({ role, name, index, address, mtu }) => {
      const parts = [
        ...(name === undefined ? [] : [name]),
        ...(address === undefined ? [] : [address]),
        ...(index === undefined ? [] : [`index ${index}`]),
        ...(mtu === undefined ? [] : [`MTU ${mtu}`]),
      ];
      return `${ROLE_WORDS[role]} ${parts.join(", ")}`;
    }));
}

const STAMP_WORDS: Readonly<Record<StampCount["sentBy"], string>> = {
  driver: "the network driver",
  queue: "the kernel, before its queue",
  program: "this program",
  helper: "the program that sends the probes",
};

function stamps({ hop }: ChosenHop): readonly string[] {
  return hop.stamps.map(({ sentBy, receivedBy, count, meanErrorUs, worstErrorUs }: StampCount) => {
    const who = sentBy === receivedBy
      ? `by ${STAMP_WORDS[sentBy]}`
      : `sent: by ${STAMP_WORDS[sentBy]}, received: by ${STAMP_WORDS[receivedBy]}`;
    const bound = meanErrorUs === undefined || worstErrorUs === undefined
      ? "nobody knows how exact"
      : `off by ${fixed(meanErrorUs, 1)} us at most on average, by ${fixed(worstErrorUs, 1)} us at worst`;
    return `${counted(count, "answer")} timed ${who}; ${bound}`;
  });
}

function load({ hop }: ChosenHop): readonly string[] {
  if (hop.load === undefined) return [];
  const { idle, loaded, losses } = hop.load;
  const text = (words: string, { count, p50Us, p95Us }: PhaseFigures, lost: number | undefined): string =>
    `${words}: ${counted(count, "answer")}` +
    (p50Us === undefined || p95Us === undefined
      ? ""
      : `, median ${milliseconds(p50Us, 3)} ms, 95 % within ${milliseconds(p95Us, 3)} ms`) +
    (lost === undefined ? "" : `, ${lost} lost`);
  return [text("without", idle, losses?.idle.count), text("with", loaded, losses?.loaded.count)];
}

function seconds(us: number): string {
  return `${fixed(us / SECOND_US, 1)} s`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
