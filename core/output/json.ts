/**
 * JSON: mtr's document (`report.mtr`, `report.hubs`) with its keys and types, and further keys of ours beside them.
 *
 * One run is one valid document: `{"report": …}` of a single target, `{"reports": […]}` of several. Reals always have a
 * decimal point, whole numbers never; "no sample" is null. Times are in ms, and the keys of ours end in their unit.
 */
import { type Judgement, METRICS } from "../limit/mod.ts";
import type { Answer } from "../messages.ts";
import { wordText } from "../name/text.ts";
import { columnsOf, type Field, lossIntervalOf, RESPONDER_TIMES } from "../path/fields.ts";
import type { Figures, HopFigures, ResponderFigures, StampCount } from "../path/hop_figures.ts";
import type { Outage } from "../path/loss_runs.ts";
import type { PhaseFigures } from "../path/load.ts";
import type { LoadCounts, PathFigures, Refusal } from "../path/figures.ts";
import { targetByRounds, toldHops } from "../path/target.ts";
import { lossReachesTarget } from "../path/verdict.ts";
import { mosOf, rFactorOf } from "../path/voice.ts";
import type { RunCounts } from "../path/run_counts.ts";
import type { ToldPlan } from "../plan.ts";
import { ipInfoOf, organizationOf } from "./ip_info.ts";
import { UNITS } from "./limit.ts";
import { multipathOf, multipathValues } from "./multipath.ts";
import { localHostOf, nameOf } from "./naming.ts";
import { fixed, real } from "./number.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { isTime, patternText, settingsOf, sizeText } from "./setting.ts";
import { sentenceOf } from "./sentence.ts";
import { rfc3339 } from "./time.ts";
import { type ToldVerdict, toldVerdicts } from "./verdict.ts";

/** Grows with every change that a reader could notice. */
export const JSON_SCHEMA = 1;

const INDENT = 4;

export const json: OutputFormat = {
  help: "JSON, one document per run",
  render: (run) => `${JSON.stringify(documentOf(run), undefined, INDENT)}\n`,
};

type JsonValue = string | number | boolean | null | RawNumber | readonly JsonValue[] | JsonObject;
interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A number with the digits that it is to be written with. */
interface RawNumber {
  readonly rawJSON: string;
}

declare global {
  interface JSON {
    /** Proposal "JSON.parse source text access": part of the language, not yet of its type library. */
    rawJSON(text: string): RawNumber;
  }
}

function documentOf(run: RunRecord): JsonObject {
  const reports = run.targets.map((target) => reportOf(target, run));
  const [only] = reports;
  return reports.length === 1 && only !== undefined ? { report: only } : { reports };
}

function reportOf(target: TargetRecord, run: RunRecord): JsonObject {
  const { path } = target;
  const verdicts = toldVerdicts(target, run.counts);
  const multipath = multipathOf(path, run);
  return {
    mtr: planOf(target, run),
    hubs: path === undefined ? [] : hubsOf(path, verdicts, run),
    ...(path && targetValue(path)),
    ...(multipath !== undefined && { multipath: multipathValues(multipath, run) }),
    ...(multipath === undefined && path?.flows !== undefined && path.flows.length > 0 && {
      flows: path.flows.map((flow, index) => ({
        flow: index + 1,
        reachedHop: flow.reachedTtl ?? null,
        hubs: hubsOf(flow, toldVerdicts({ ...target, path: flow }, run.counts), run),
      })),
    }),
    run: { ...runOf(target, run), verdict: verdicts[0] === undefined ? null : verdictOf(verdicts[0]) },
  };
}

/** What mtr tells of its settings. */
function planOf({ typed }: TargetRecord, run: RunRecord): JsonObject {
  const { plan } = run;
  return {
    src: localHostOf(run),
    dst: typed,
    tos: plan.trafficClass ?? null,
    tests: plan.rounds ?? null,
    psize: sizeText(plan) ?? null,
    bitpattern: patternText(plan) ?? null,
  };
}

function runOf(target: TargetRecord, run: RunRecord): JsonObject {
  const { path, utcOffsetMinutes } = target;
  const { program, plan } = run;
  return {
    schema: JSON_SCHEMA,
    program: program.name,
    version: program.version,
    host: localHostOf(run),
    target: target.typed,
    address: path?.address ?? null,
    family: path?.family ?? null,
    protocol: plan.protocol ?? null,
    port: target.port ?? null,
    source: target.source ?? null,
    access: target.access ?? null,
    status: target.status,
    message: sentenceOf(target) ?? null,
    reached: path?.reached ?? false,
    reachedHop: path?.reachedTtl ?? null,
    started: timeOf(target.startedAtMs, utcOffsetMinutes),
    ended: timeOf(target.endedAtMs, utcOffsetMinutes),
    durationMs: msOf(path?.durationUs),
    ...(path?.portsVary && { portsVary: true }),
    messages: run.counts === undefined ? null : messagesOf(run.counts),
    ...(path?.load && { load: loadOf(path.load) }),
    limits: (target.limits ?? []).map(limitOf),
    options: optionsOf(plan),
  };
}

function messagesOf({ foreign, forged, malformed, overflowed }: RunCounts): JsonObject {
  return {
    foreign: foreign ?? null,
    forged: forged ?? null,
    malformed: malformed ?? null,
    overflowed: overflowed ?? null,
  };
}

function loadOf({ packets, bytes, durationUs, failed, detail }: LoadCounts): JsonObject {
  return { packets, bytes, durationMs: msOf(durationUs), failed, message: detail ?? null };
}

function verdictOf({ word, ttl, sentence, numbers }: ToldVerdict): JsonObject {
  const values = Object.entries(numbers).map(([name, text]) => [name, JSON.rawJSON(text)]);
  return { word, hop: ttl, sentence, numbers: Object.fromEntries(values) };
}

function limitOf({ limit, measured, isCrossed }: Judgement): JsonObject {
  const { unit } = METRICS[limit.metric];
  const number = (value: number): JsonValue =>
    unit === "count" ? value : JSON.rawJSON(real(unit === "microseconds" ? value / 1000 : value));
  return {
    limit: limit.text,
    metric: limit.metric,
    operator: limit.operator,
    threshold: number(limit.threshold),
    measured: measured === undefined ? null : number(measured),
    unit: UNITS[unit].name,
    crossed: isCrossed,
  };
}

function timeOf(unixMs: number | undefined, offsetMinutes: number): string | null {
  return unixMs === undefined ? null : rfc3339(unixMs, offsetMinutes);
}

function optionsOf(plan: ToldPlan): JsonObject {
  return Object.fromEntries(
    Object.entries(settingsOf(plan)).map(([name, value]) => [
      name,
      typeof value === "number" && isTime(name) ? JSON.rawJSON(real(value)) : value ?? null,
    ]),
  );
}

function hubsOf(path: PathFigures, verdicts: readonly ToldVerdict[], run: RunRecord): readonly JsonObject[] {
  return toldHops(path).map((hop) => {
    const own = verdicts.filter(({ ttl }) => ttl === hop.ttl);
    return {
      ...hubOf(hop, path, { run, word: own[0]?.word }),
      lossReachesTarget: lossReachesTarget(hop, verdicts) ?? null,
      verdicts: own.map(verdictOf),
    };
  });
}

/** There only where it is no hop's. */
function targetValue(path: PathFigures): JsonObject {
  const target = targetByRounds(path);
  if (target === undefined) return {};
  const { sent, received, lost, late, refused, sendFailed, lossRuns } = target;
  const interval = lossIntervalOf(target);
  const last = path.lastAnswer;
  return {
    target: {
      rounds: sent ?? null,
      received: received ?? null,
      lost: lost ?? null,
      late: late ?? null,
      refused: refused ?? null,
      sendFailed: sendFailed ?? null,
      arrivals: path.arrivals === undefined ? 0 : path.arrivals.received + path.arrivals.lost,
      lossPercent: realOf(target.lossPercent),
      lossLowPercent: realOf(interval?.lowPercent),
      lossHighPercent: realOf(interval?.highPercent),
      longestBurst: lossRuns?.longestBurst ?? null,
      outageMs: msOf(lossRuns?.outageUs),
      ...timesOf(target),
      rFactor: realOf(rFactorOf(target)),
      mos: realOf(mosOf(target)),
      lastAnswer: last === undefined ? null : { hop: last.ttl, address: last.address, rounds: last.rounds },
    },
  };
}

interface Around {
  readonly run: RunRecord;
  /** First verdict of the hop. */
  readonly word: string | undefined;
}

function hubOf(hop: HopFigures, path: PathFigures, { run, word }: Around): JsonObject {
  const { lossRuns } = hop;
  const interval = lossIntervalOf(hop);
  const refusal = path.refusalAt(hop);
  return {
    count: hop.ttl,
    host: nameOf(hop.main, run),
    ...ipInfoValues(hop.main, run),
    ...columnValues(hop, { run, word }),
    address: addressOf(hop.main),
    ...organizationValue(hop.main, run),
    received: hop.received ?? null,
    lost: hop.lost ?? null,
    inFlight: hop.inFlight ?? null,
    late: hop.late ?? null,
    duplicates: hop.duplicates ?? null,
    reordered: hop.reordered ?? null,
    refused: hop.refused ?? null,
    sendFailed: hop.sendFailed ?? null,
    lossLowPercent: realOf(interval?.lowPercent),
    lossHighPercent: realOf(interval?.highPercent),
    bursts: lossRuns?.bursts ?? null,
    longestBurst: lossRuns?.longestBurst ?? null,
    outageMs: msOf(lossRuns?.outageUs),
    outageCount: lossRuns?.outages === undefined ? null : lossRuns.outageCount,
    outages: lossRuns?.outages?.map(outageOf) ?? null,
    rFactor: realOf(rFactorOf(hop)),
    mos: realOf(mosOf(hop)),
    icmp: refusal === undefined ? null : icmpOf(refusal),
    labels: labelsOf(hop.main?.labels ?? []),
    stamps: hop.stamps.map(stampsOf),
    responders: hop.responders.map((responder) => responderOf(responder, run)),
    answersFromOthers: hop.answersFromOthers,
    rewritten: hop.rewritten ?? null,
    ...(run.plan.share && { shared: hop.shared ?? null }),
    ...(hop.load && { load: { idle: phaseOf(hop.load.idle), loaded: phaseOf(hop.load.loaded) } }),
  };
}

function phaseOf({ count, p50Us, p95Us, meanJitterUs }: PhaseFigures): JsonObject {
  return { received: count, medianMs: msOf(p50Us), p95Ms: msOf(p95Us), meanJitterMs: msOf(meanJitterUs) };
}

function stampsOf({ sentBy, receivedBy, count, meanErrorUs, worstErrorUs }: StampCount): JsonObject {
  return { sentBy, receivedBy, count, meanErrorMs: errorMs(meanErrorUs), worstErrorMs: errorMs(worstErrorUs) };
}

/** To the nanosecond: a bound of some µs has few digits in ms. */
function errorMs(us: number | undefined): JsonValue {
  return us === undefined ? null : JSON.rawJSON(fixed(us / 1_000, 6));
}

function addressOf(responder: ResponderFigures | undefined): string | null {
  return responder === undefined || responder.isNameOnly ? null : responder.address;
}

/** The columns of the order under mtr's titles; a repeated one stands once. */
function columnValues(hop: HopFigures, { run: { view }, word }: Around): JsonObject {
  const columns = columnsOf(view.order).filter((field) => field.unit !== "blank");
  return Object.fromEntries(
    columns.map((field) => [field.title, field.unit === "word" ? word ?? null : valueOf(field, hop)]),
  );
}

function responderOf(responder: ResponderFigures, run: RunRecord): JsonObject {
  const { quotedTtls, quotedTrafficClasses, interfaces } = responder;
  return {
    address: addressOf(responder),
    host: nameOf(responder, run),
    ...ipInfoValues(responder, run),
    ...organizationValue(responder, run),
    received: responder.received ?? null,
    ...timesOf(responder),
    answers: { ...responder.kinds },
    ...(responder.flows !== undefined && responder.flows.length > 0 && { flows: responder.flows }),
    replyTtl: responder.replyTtl ?? null,
    firstLabels: labelsOf(responder.firstLabels),
    labels: labelsOf(responder.labels),
    ...(quotedTtls && { quotedTtls: [...quotedTtls].map(([ttl, count]) => ({ ttl, count })) }),
    ...(quotedTrafficClasses && {
      quotedTrafficClasses: quotedTrafficClasses.map(({ sent, arrived, count }) => ({ sent, arrived, count })),
    }),
    ...(interfaces && { interfaces: interfaces.map(interfaceOf) }),
  };
}

function ipInfoValues(responder: ResponderFigures | undefined, run: RunRecord): JsonObject {
  return Object.fromEntries(ipInfoOf(responder, run).map(({ column, text }) => [column.key, text]));
}

/** There only if something of the kind was asked for. */
function organizationValue(responder: ResponderFigures | undefined, run: RunRecord): JsonObject {
  return run.view.ipinfo.length > 0 ? { organization: organizationOf(responder, run) ?? null } : {};
}

function timesOf(figures: Figures): JsonObject {
  return Object.fromEntries(RESPONDER_TIMES.map((field) => [`${field.key}Ms`, valueOf(field, figures)]));
}

function outageOf({ beginUs, endUs, lost }: Outage): JsonObject {
  return { beginMs: msOf(beginUs), endMs: msOf(endUs), lost };
}

function msOf(us: number | undefined): JsonValue {
  return realOf(us === undefined ? undefined : us / 1000);
}

function realOf(value: number | undefined): JsonValue {
  return value === undefined ? null : JSON.rawJSON(real(value));
}

function valueOf(field: Field, figures: Figures): JsonValue {
  const value = field.value(figures);
  if (field.unit === "count") return value ?? null;
  return field.unit === "microseconds" ? msOf(value) : realOf(value);
}

function icmpOf({ icmpType, icmpCode, mtu, marker, words }: Refusal): JsonObject {
  return { type: icmpType, code: icmpCode, mtu: mtu > 0 ? mtu : null, marker, words };
}

/** Of the parts of an interface those that the router tells. */
function interfaceOf({ name, ...info }: NonNullable<Answer["interfaces"]>[number]): JsonObject {
  const text = wordText(name ?? "");
  return { ...info, ...(text !== undefined && { name: text }) };
}

function labelsOf(labels: Answer["labels"]): readonly JsonObject[] {
  return labels.map(({ label, trafficClass, bottomOfStack, ttl }) => ({ label, trafficClass, bottomOfStack, ttl }));
}
