/** Single measurements of another program, and the archive that they make. */
import { ARCHIVE_SCHEMA, type ArchiveLine } from "../archive/line.ts";
import type { Answer, CountName, TraceEvent } from "../messages.ts";
import type { Family, SendFailure } from "../network.ts";
import type { ToldPlan } from "../plan.ts";

/** A trace to one target. What the source does not tell is absent. */
export interface Measured {
  readonly program: string;
  readonly version: string;
  /** Name of the host that probed. */
  readonly host: string;
  readonly plan: ToldPlan;
  readonly typed: string;
  readonly address?: string;
  readonly family: Family;
  readonly source?: string;
  readonly startUnixMs?: number;
  readonly endUnixMs?: number;
  readonly names: ReadonlyMap<string, string>;
  readonly infos: ReadonlyMap<string, string>;
  readonly probes: readonly MeasuredProbe[];
  /** What it does not count. */
  readonly unknown: readonly CountName[];
}

export interface MeasuredProbe {
  readonly ttl: number;
  readonly round: number;
  /** Since the start; 0 of every probe where times are not told. */
  readonly atUs: number;
  readonly packetBytes?: number;
  /** It did not leave. */
  readonly failure?: { readonly reason: SendFailure; readonly detail: string };
  /** In their order; without a `reply` it is lost. */
  readonly answers: readonly MeasuredAnswer[];
}

export interface MeasuredAnswer {
  readonly kind: "reply" | "late" | "duplicate";
  readonly from: string;
  readonly rttUs: number;
  readonly replyTtl?: number;
  readonly answer: Answer;
}

/** Several traces that one host made in the same way are one run. */
export function* runsOf(traces: Iterable<Measured>): Generator<readonly Measured[]> {
  let run: Measured[] = [];
  for (const trace of traces) {
    if (run[0] !== undefined && keyOf(run[0]) !== keyOf(trace)) {
      yield run;
      run = [];
    }
    run.push(trace);
  }
  if (run.length > 0) yield run;
}

function keyOf({ program, version, host, plan }: Measured): string {
  return JSON.stringify([program, version, host, plan]);
}

export function* linesOf(traces: readonly Measured[]): Generator<ArchiveLine> {
  const [first] = traces;
  if (first === undefined) return;
  const { program, version, host, plan } = first;
  yield { kind: "run", schema: ARCHIVE_SCHEMA, program, version, host, plan };
  for (const [target, trace] of traces.entries()) yield targetLine(trace, target);
  let probe = 0;
  for (const [target, trace] of traces.entries()) {
    for (const [address, name] of trace.names) yield { kind: "name", address, name };
    for (const [address, asn] of trace.infos) yield { kind: "origin", address, asn };
    for (const measured of trace.probes) yield* eventsOf(measured, { target, probe: probe++, ttl: measured.ttl });
    yield { kind: "finished", target, atUs: lastUs(trace) };
    yield { kind: "status", target, status: "", ...(trace.endUnixMs !== undefined && { endUnixMs: trace.endUnixMs }) };
  }
  yield { kind: "end" };
}

function targetLine(trace: Measured, target: number): ArchiveLine {
  const { typed, address, family, source, startUnixMs, unknown } = trace;
  return {
    kind: "target",
    target,
    typed,
    ...(address !== undefined && { address }),
    family,
    ...(source !== undefined && { source }),
    unknown,
    ...(startUnixMs !== undefined && { startUnixMs, utcOffsetMinutes: 0 }),
  };
}

function* eventsOf(
  { round, atUs, packetBytes, failure, answers }: MeasuredProbe,
  of: { readonly target: number; readonly probe: number; readonly ttl: number },
): Generator<TraceEvent> {
  if (failure !== undefined) {
    yield { kind: "sendFailed", ...of, round, ...failure };
    return;
  }
  yield { kind: "sent", ...of, round, atUs, packetBytes };
  if (answers.every(({ kind }) => kind !== "reply")) yield { kind: "lost", ...of };
  for (const { kind, from, rttUs, replyTtl, answer } of answers) {
    const stamps = { sentBy: "helper", receivedBy: "helper" } as const;
    yield { kind, ...of, from, atUs: atUs + rttUs, rttUs, ...stamps, replyTtl, answer };
  }
}

/** When the latest happened that is told. */
function lastUs({ startUnixMs, endUnixMs, probes }: Measured): number {
  const spanUs = startUnixMs !== undefined && endUnixMs !== undefined ? (endUnixMs - startUnixMs) * 1_000 : 0;
  return probes.reduce(
    (latest, { atUs, answers }) =>
      answers.reduce((later, { rttUs }) => Math.max(later, atUs + rttUs), Math.max(latest, atUs)),
    Math.max(0, spanUs),
  );
}

/** An answer by its ICMP type and code. */
export function icmpAnswer(family: Family, icmpType: number, icmpCode: number): Answer {
  const [echoReply, timeExceeded] = family === 4 ? [0, 11] : [129, 3];
  const kind = icmpType === echoReply ? "echoReply" : icmpType === timeExceeded ? "timeExceeded" : "unreachable";
  return { kind, icmpType, icmpCode, mtu: 0, labels: [] };
}

/** An answer of which no more is told than who gave it. */
export function bareAnswer(family: Family, isTarget: boolean): Answer {
  if (isTarget) return { kind: "reached", icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
  return icmpAnswer(family, family === 4 ? 11 : 3, 0);
}
