/**
 * XML: the document of mtr's development head, and further attributes and elements of ours behind mtr's.
 *
 * One run is one well-formed document: `<MTR>` of a single target, `<MTR-RUN>` around one `<MTR>` each of several. Values
 * are numbers without blanks and without unit: `Loss` is in percent, times are in ms. "No sample" is an empty element, and
 * an attribute that has nothing to say is left out. Elements of ours in a `<HUB>` are `<ICMP>` (a refusal, in words),
 * `<MPLS>` (a label, top of stack first), `<IDLE>` and `<LOADED>` (times without and with `--load`), `<RESPONDER>` (whoever
 * answered there, with its own figures; in it `<QUOTED>`, how probes arrive there, and `<INTERFACE>`) and `<VERDICT>` (what
 * the figures mean, in words).
 */
import { wordText } from "../name/text.ts";
import { columnsOf, type Field, lossIntervalOf, RESPONDER_TIMES } from "../path/fields.ts";
import type { Figures, HopFigures, ResponderFigures } from "../path/hop_figures.ts";
import type { GraphNode } from "../path/graph.ts";
import type { Outage } from "../path/loss_runs.ts";
import { LOAD_PHASES } from "../messages.ts";
import type { PathFigures } from "../path/figures.ts";
import { targetByRounds, toldHops } from "../path/target.ts";
import { lossReachesTarget } from "../path/verdict.ts";
import { mosOf, rFactorOf } from "../path/voice.ts";
import type { ToldPlan } from "../plan.ts";
import { ipInfoOf, organizationOf } from "./ip_info.ts";
import { limitsText } from "./limit.ts";
import { type Multipath, multipathOf } from "./multipath.ts";
import { hostNameOf, localHostOf, nameOf, UNKNOWN } from "./naming.ts";
import { fixed, milliseconds, real } from "./number.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { sentenceOf } from "./sentence.ts";
import { isTime, patternText, settingsOf, sizeText } from "./setting.ts";
import { rfc3339 } from "./time.ts";
import { type Decimals, valueText } from "./value_text.ts";
import { type ToldVerdict, toldVerdicts } from "./verdict.ts";
import { xmlText } from "./xml_text.ts";

/** Grows with every change that a reader could notice. */
const XML_SCHEMA = 1;

export const xml: OutputFormat = {
  help: "XML, one document per run",
  render: (run) => [DECLARATION, ...linesOf(documentOf(run), "")].map((line) => `${line}\n`).join(""),
};

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const INDENT = " ".repeat(4);
const DECIMALS = { percent: 2, score: 2 } as const satisfies Decimals;

interface Element {
  readonly name: string;
  /** In this order; those without a value are left out. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Text, or elements on lines of their own; absent for an element that has attributes only. */
  readonly content?: string | readonly Element[];
}

function documentOf(run: RunRecord): Element {
  const targets = run.targets.map((target) => targetElement(target, run));
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only : { name: "MTR-RUN", content: targets };
}

function targetElement(target: TargetRecord, run: RunRecord): Element {
  const { path, utcOffsetMinutes } = target;
  const { plan, program } = run;
  const verdicts = toldVerdicts(target, run.counts);
  return {
    name: "MTR",
    attributes: {
      SRC: localHostOf(run),
      DST: target.typed,
      TOS: plan.trafficClass === undefined ? undefined : `0x${plan.trafficClass.toString(16).toUpperCase()}`,
      PSIZE: sizeText(plan),
      BITPATTERN: patternText(plan),
      TESTS: plan.rounds ?? "",
      SCHEMA: XML_SCHEMA,
      PROGRAM: program.name,
      VERSION: program.version,
      ADDR: path?.address,
      FAMILY: path?.family,
      PROTOCOL: plan.protocol,
      PORT: target.port,
      SOURCE: target.source,
      ACCESS: target.access,
      STATUS: target.status,
      MESSAGE: sentenceOf(target),
      REACHED: path?.reached ?? false,
      REACHEDHOP: path?.reachedTtl,
      STARTED: momentText(target.startedAtMs, utcOffsetMinutes),
      ENDED: momentText(target.endedAtMs, utcOffsetMinutes),
      DURATION: timeText(path?.durationUs),
      PORTSVARY: path?.portsVary || undefined,
      FOREIGN: run.counts?.foreign,
      FORGED: run.counts?.forged,
      MALFORMED: run.counts?.malformed,
      OVERFLOWED: run.counts?.overflowed,
      LOADPACKETS: path?.load?.packets,
      LOADBYTES: path?.load?.bytes,
      LOADDURATION: timeText(path?.load?.durationUs),
      LOADFAILED: path?.load?.failed,
      LIMITS: limitsText(target),
      VERDICT: verdicts[0]?.word,
      OPTIONS: optionsText(plan),
    },
    content: path === undefined ? [] : [
      ...hubElements(path, verdicts, run),
      ...targetElements(path),
      ...pathsElements(path, target.access, run),
    ],
  };
}

/** The target's own figures, where they are no hop's. */
function targetElements(path: PathFigures): readonly Element[] {
  const target = targetByRounds(path);
  if (target === undefined) return [];
  const { sent, received, lost, late, refused, sendFailed, lossRuns } = target;
  const interval = lossIntervalOf(target);
  const last = path.lastAnswer;
  return [{
    name: "TARGET",
    attributes: {
      ROUNDS: sent,
      RECEIVED: received,
      LOST: lost,
      LATE: late,
      REFUSED: refused || undefined,
      SENDFAILED: sendFailed,
      ARRIVALS: path.arrivals && path.arrivals.received + path.arrivals.lost,
      LOSS: target.lossPercent === undefined ? undefined : fixed(target.lossPercent, DECIMALS.percent),
      LOSSLOW: interval && fixed(interval.lowPercent, DECIMALS.percent),
      LOSSHIGH: interval && fixed(interval.highPercent, DECIMALS.percent),
      LONGESTBURST: lossRuns?.longestBurst,
      OUTAGETIME: timeText(lossRuns?.outageUs),
      ...timeAttributes(target),
      RFACTOR: scoreText(rFactorOf(target)),
      MOS: scoreText(mosOf(target)),
      LASTHOP: last?.ttl,
      LASTADDR: last?.address,
      LASTROUNDS: last?.rounds,
    },
  }];
}

/** Behind the hops over all flows: those of each, or what all paths look like. */
function pathsElements(path: PathFigures, access: TargetRecord["access"], run: RunRecord): readonly Element[] {
  const multipath = multipathOf(path, run);
  return multipath === undefined ? flowElements(path, access, run) : [multipathElement(multipath)];
}

function multipathElement(multipath: Multipath): Element {
  const { isComplete, flows, probes, unfinishedTtls, mixedTtls, nodes, links, diamonds } = multipath;
  const addressOf = (node: GraphNode | undefined): string | undefined => node && (node.responder?.address ?? UNKNOWN);
  return {
    name: "MULTIPATH",
    attributes: {
      COMPLETE: isComplete,
      FLOWS: flows,
      PROBES: probes,
      UNFINISHED: unfinishedTtls.join(" ") || undefined,
      MIXED: mixedTtls.join(" ") || undefined,
    },
    content: [
      ...nodes.map((node) => ({
        name: "NODE",
        attributes: { COUNT: node.ttl, ADDR: addressOf(node), FLOWS: node.flows, END: node.isEnd },
      })),
      ...links.map(({ from, to, flows }) => ({
        name: "LINK",
        attributes: { COUNT: to.ttl, FROM: addressOf(from), TO: addressOf(to), FLOWS: flows },
      })),
      ...diamonds.map(({ firstTtl, lastTtl, width, opens, closes }) => ({
        name: "DIAMOND",
        attributes: {
          FIRST: firstTtl,
          LAST: lastTtl,
          WIDTH: width,
          OPENS: addressOf(opens),
          CLOSES: addressOf(closes),
        },
      })),
    ],
  };
}

/** Behind the hops over all flows, those of each. */
function flowElements({ flows = [] }: PathFigures, access: TargetRecord["access"], run: RunRecord): readonly Element[] {
  return flows.map((path, index) => ({
    name: "FLOW",
    attributes: { NUMBER: index + 1, REACHEDHOP: path.reachedTtl },
    content: hubElements(path, toldVerdicts({ path, access }, run.counts), run),
  }));
}

function momentText(unixMs: number | undefined, offsetMinutes: number): string | undefined {
  return unixMs === undefined ? undefined : rfc3339(unixMs, offsetMinutes);
}

/** One attribute and no element, since readers of mtr's documents expect hops only. */
function optionsText(plan: ToldPlan): string {
  const settings = Object.entries(settingsOf(plan)).filter(([, value]) => value !== undefined);
  return settings.map(([name, value]) => `${name}=${typeof value === "number" && isTime(name) ? real(value) : value}`)
    .join(" ");
}

function verdictElement({ word, sentence, numbers }: ToldVerdict): Element {
  const attributes = Object.entries(numbers).map(([name, text]) => [name.toUpperCase(), text]);
  return { name: "VERDICT", attributes: { WORD: word, ...Object.fromEntries(attributes) }, content: sentence };
}

function hubElements(path: PathFigures, verdicts: readonly ToldVerdict[], run: RunRecord): readonly Element[] {
  return toldHops(path).map((hop) => {
    const own = verdicts.filter(({ ttl }) => ttl === hop.ttl);
    const { content, attributes, ...hub } = hubElement(hop, path, { run, word: own[0]?.word });
    return {
      ...hub,
      attributes: { ...attributes, LOSSREACHESTARGET: lossReachesTarget(hop, verdicts) },
      content: [...content, ...own.map(verdictElement)],
    };
  });
}

function hubElement(
  hop: HopFigures,
  path: PathFigures,
  { run, word }: { readonly run: RunRecord; readonly word: string | undefined },
): Element & { readonly content: readonly Element[] } {
  const { lossRuns } = hop;
  const interval = lossIntervalOf(hop);
  return {
    name: "HUB",
    attributes: {
      COUNT: hop.ttl,
      HOST: nameOf(hop.main, run),
      ADDR: hop.main?.isNameOnly ? UNKNOWN : hop.main?.address ?? UNKNOWN,
      HOSTNAME: hop.main && hostNameOf(hop.main.address, run),
      ...ipInfoAttributes(hop.main, run),
      RECEIVED: hop.received,
      LOST: hop.lost,
      INFLIGHT: hop.inFlight,
      LATE: hop.late,
      DUPLICATES: hop.duplicates,
      REORDERED: hop.reordered,
      SHARED: run.plan.share ? hop.shared : undefined,
      REFUSED: hop.refused || undefined,
      SENDFAILED: hop.sendFailed,
      LOSSLOW: interval && fixed(interval.lowPercent, DECIMALS.percent),
      LOSSHIGH: interval && fixed(interval.highPercent, DECIMALS.percent),
      BURSTS: lossRuns?.bursts,
      LONGESTBURST: lossRuns?.longestBurst,
      OUTAGETIME: timeText(lossRuns?.outageUs),
      OUTAGES: lossRuns?.outages && lossRuns.outageCount,
      RFACTOR: scoreText(rFactorOf(hop)),
      MOS: scoreText(mosOf(hop)),
      OTHERS: hop.answersFromOthers,
      REWRITTEN: hop.rewritten?.join(" ") || undefined,
    },
    content: [
      ...columnsOf(run.view.order).filter(({ unit }) => unit !== "blank").map((field) =>
        valueElement(field, hop, word)
      ),
      ...icmpElements(hop, path),
      ...labelElements(hop.main),
      ...loadElements(hop),
      ...hop.responders.map((responder) => responderElement(responder, run)),
      ...(lossRuns?.outages ?? []).map(outageElement),
    ],
  };
}

function ipInfoAttributes(responder: ResponderFigures | undefined, run: RunRecord): Element["attributes"] {
  return {
    ...Object.fromEntries(ipInfoOf(responder, run).map(({ column, text }) => [column.key.toUpperCase(), text])),
    ORGANIZATION: organizationOf(responder, run),
  };
}

/** Of an outage that lasted to the end of the run there is no end. */
function outageElement({ beginUs, endUs, lost }: Outage): Element {
  return { name: "OUTAGE", attributes: { BEGIN: timeText(beginUs), END: timeText(endUs), COUNT: lost } };
}

function timeText(us: number | undefined): string | undefined {
  return us === undefined ? undefined : real(us / 1000);
}

function scoreText(score: number | undefined): string | undefined {
  return score === undefined ? undefined : fixed(score, DECIMALS.score);
}

function valueElement(field: Field, figures: Figures, word: string | undefined): Element {
  return { name: field.title.replace("%", ""), content: valueText(field, figures, word, DECIMALS) };
}

function icmpElements(hop: HopFigures, path: PathFigures): readonly Element[] {
  const refusal = path.refusalAt(hop);
  if (refusal === undefined) return [];
  const { icmpType, icmpCode, mtu, marker, words } = refusal;
  const attributes = { TYPE: icmpType, CODE: icmpCode, MTU: mtu > 0 ? mtu : undefined, MARKER: marker };
  return [{ name: "ICMP", attributes, content: words }];
}

function labelElements(responder: ResponderFigures | undefined): readonly Element[] {
  return (responder?.labels ?? []).map(({ label, trafficClass, bottomOfStack, ttl }) => ({
    name: "MPLS",
    attributes: { LABEL: label, TC: trafficClass, S: bottomOfStack ? 1 : 0, TTL: ttl },
  }));
}

/** How probes arrive at it, where that is not as expected, and in how many of its answers. */
function quotedElements({ quotedTtls, quotedTrafficClasses }: ResponderFigures): readonly Element[] {
  return [
    ...[...quotedTtls ?? []].map(([ttl, count]) => ({ name: "QUOTED", attributes: { TTL: ttl, COUNT: count } })),
    ...(quotedTrafficClasses ?? []).map(({ sent, arrived, count }) => ({
      name: "QUOTED",
      attributes: { SENTCLASS: sent, CLASS: arrived, COUNT: count },
    })),
  ];
}

function interfaceElements({ interfaces = [] }: ResponderFigures): readonly Element[] {
  return interfaces.map(({ role, index, address, name, mtu }) => ({
    name: "INTERFACE",
    attributes: { ROLE: role, INDEX: index, ADDR: address, NAME: wordText(name ?? ""), MTU: mtu },
  }));
}

function loadElements({ load }: HopFigures): readonly Element[] {
  if (load === undefined) return [];
  return LOAD_PHASES.map((phase) => {
    const { count, p50Us, p95Us, meanJitterUs } = load[phase];
    const attributes = { RECEIVED: count, P50: shortTime(p50Us), P95: shortTime(p95Us), JAVG: shortTime(meanJitterUs) };
    return { name: phase.toUpperCase(), attributes };
  });
}

function shortTime(us: number | undefined): string {
  return us === undefined ? "" : milliseconds(us, 1);
}

/** Its times are attributes: elements of mtr's names are the hop's own, wherever a reader looks for them. */
function responderElement(responder: ResponderFigures, run: RunRecord): Element {
  const { kinds } = responder;
  const content = [...labelElements(responder), ...quotedElements(responder), ...interfaceElements(responder)];
  return {
    name: "RESPONDER",
    attributes: {
      ADDR: responder.address,
      HOSTNAME: hostNameOf(responder.address, run),
      ...ipInfoAttributes(responder, run),
      RECEIVED: responder.received,
      ECHOREPLIES: kinds.echoReply ?? 0,
      TIMEEXCEEDED: kinds.timeExceeded ?? 0,
      UNREACHABLE: kinds.unreachable ?? 0,
      REPLYTTL: responder.replyTtl,
      ...timeAttributes(responder),
    },
    ...(content.length > 0 && { content }),
  };
}

function timeAttributes(figures: Figures): Element["attributes"] {
  return Object.fromEntries(
    RESPONDER_TIMES.map((field) => [field.title.toUpperCase(), valueText(field, figures, undefined, DECIMALS)]),
  );
}

function linesOf({ name, attributes = {}, content }: Element, indent: string): readonly string[] {
  const cells = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const start = [name, ...cells.map(([key, value]) => `${key}="${xmlText(String(value))}"`)].join(" ");
  if (content === undefined) return [`${indent}<${start}/>`];
  if (typeof content === "string") return [`${indent}<${start}>${xmlText(content)}</${name}>`];
  const inner = content.flatMap((element) => linesOf(element, indent + INDENT));
  return [`${indent}<${start}>`, ...inner, `${indent}</${name}>`];
}
