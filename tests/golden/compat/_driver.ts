/** mtr's schedule over a scenario, in virtual time: the events of the run that a recording is of. */
import { MtrPath } from "../../../core/compat/mtr_path.ts";
import type { CompatSettings } from "../../../core/compat/settings.ts";
import type { Answer, TraceEvent } from "../../../core/messages.ts";
import { answerOf, type Scenario, type ScenarioAnswer } from "./scenario.ts";

export interface DrivenRun {
  readonly events: readonly TraceEvent[];
  readonly endedAtUs: number;
  /** An answer ended the run. */
  readonly isFatal: boolean;
}

const FATAL = new Set([
  "probes-exhausted",
  "invalid-argument",
  "permission-denied",
  "address-in-use",
  "address-not-available",
  "unexpected-error",
]);
const FIRST_HOSTS = 10;
/** The scripted prober answers at once. */
const ANSWER_AFTER_US = 300;

export function drive(scenario: Scenario, settings: CompatSettings, target: string): DrivenRun {
  const { dialect, firstTtl, maxTtl, maxUnknown, cycles, dueTtl = 0 } = settings;
  const isHead = dialect === "0.96";
  const first = firstTtl - 1;
  const events: TraceEvent[] = [];
  const path = new MtrPath({ ...settings, target });
  const addresses = new Map<number, string>();
  const sentByTtl = new Map<number, number>();
  const take = (event: TraceEvent): void => {
    events.push(event);
    const change = path.apply(event);
    if (change?.kind === "answered" && change.latest) addresses.set(change.hop.index, change.latest.address);
  };

  let atUs = 0;
  let hosts = FIRST_HOSTS;
  let batchAt = first;
  let round = 0;
  for (let probe = 0;; probe++) {
    atUs += Math.trunc(1e6 * Math.fround(settings.intervalSeconds) / hosts);
    if (round >= cycles) return { events, endedAtUs: atUs + settings.graceSeconds * 1e6, isFatal: false };
    const ttl = batchAt + 1;
    take({ kind: "sent", target: 0, probe, ttl, round, atUs, packetBytes: settings.packetBytes });

    const isTarget = (index: number): boolean => addresses.get(index) === target && (!isHead || dueTtl <= index + 1);
    let unknown = 0;
    let end: number | undefined;
    for (let index = first; index < batchAt && end === undefined; index++) {
      if (!addresses.has(index)) unknown++;
      if (isTarget(index)) end = index + 1;
    }
    const isSilent = unknown > maxUnknown && (!isHead || dueTtl <= batchAt + 1);
    if (end === undefined && (isTarget(batchAt) || isSilent || batchAt >= maxTtl - 1)) end = batchAt + 1;

    const before = sentByTtl.get(ttl) ?? 0;
    sentByTtl.set(ttl, before + 1);
    const answer = answerOf(scenario, ttl, before);
    if (answer.kind === "bare" && FATAL.has(answer.name)) return { events, endedAtUs: atUs, isFatal: true };
    if (answer.kind === "answer") take(replyOf(answer, { probe, ttl, atUs: atUs + ANSWER_AFTER_US }));

    if (end === undefined) batchAt++;
    else {
      take({ kind: "round", target: 0, round });
      hosts = isHead ? end - first : end;
      batchAt = first;
      round++;
    }
  }
}

const KINDS: Readonly<Record<string, Pick<Answer, "kind" | "icmpType">>> = {
  reply: { kind: "echoReply", icmpType: 0 },
  "ttl-expired": { kind: "timeExceeded", icmpType: 11 },
};

function replyOf(
  { name, address, rttUs, labels }: Extract<ScenarioAnswer, { kind: "answer" }>,
  heard: { probe: number; ttl: number; atUs: number },
): TraceEvent {
  const known = KINDS[name];
  const answer: Answer = known === undefined
    ? { kind: "unreachable", icmpType: 3, icmpCode: 1, mtu: 0, labels, word: name }
    : { ...known, icmpCode: 0, mtu: 0, labels };
  const stamps = { sentBy: "helper", receivedBy: "helper", replyTtl: undefined } as const;
  return { kind: "reply", target: 0, from: address, rttUs, answer, ...heard, ...stamps };
}
