/**
 * Event streams from scripted scenarios (`mtr/scenario/`), the same that the real mtr was given.
 *
 * A line is `TTL: ANSWER; ANSWER; …` (`*` is any other ttl, `#` begins a comment): the k-th probe of that ttl gets the k-th
 * answer, the last one repeats. An answer is `reply|ttl-expired|no-route ADDRESS RTT_US [mpls LABEL,TC,S,TTL,…]`; anything
 * else is silence.
 */
import { EventScript } from "../../core/path/_script.ts";
import type { AnswerKind } from "../../core/messages.ts";
import type { MplsLabel } from "../../core/packet/extension.ts";
import { readFixture } from "./recording.ts";

const KINDS: Readonly<Record<string, AnswerKind>> = {
  "reply": "echoReply",
  "ttl-expired": "timeExceeded",
  "no-route": "unreachable",
};

/** Deepest ttl that is probed while nothing answers: mtr gives up behind that many silent hops. */
const SILENT_ROWS = 14;

export interface ScenarioOptions {
  readonly rounds: number;
  readonly firstTtl: number;
  readonly maxTtl: number;
}

/** A round goes from the first ttl to the first answer of the target, or a refusal. */
export function playScenario(name: string, { rounds, firstTtl, maxTtl }: ScenarioOptions): EventScript {
  const rules = readRules(readFixture(`mtr/scenario/${name}.scenario`));
  const events = new EventScript();
  for (let round = 0; round < rounds; round++) {
    for (let ttl = firstTtl; ttl <= Math.min(maxTtl, firstTtl + SILENT_ROWS); ttl++) {
      const answers = rules.get(String(ttl)) ?? rules.get("*") ?? [];
      const kind = play(events, ttl, answers[Math.min(round, answers.length - 1)] ?? "-");
      if (kind === "echoReply" || kind === "unreachable") break;
    }
  }
  return events;
}

function readRules(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const [, ttl = "", answers = ""] = /^([^:]*):(.*)$/.exec(line) ?? [];
    return [ttl.trim(), answers.split(";").map((answer) => answer.trim())];
  }));
}

function play(events: EventScript, ttl: number, text: string): AnswerKind | undefined {
  const [word = "", from = "", rttUs = "", , labels = ""] = text.split(/ +/);
  const kind = KINDS[word];
  if (kind === undefined) {
    events.lost(ttl);
    return undefined;
  }
  events.reply(ttl, from, Number(rttUs), { kind, icmpCode: kind === "unreachable" ? 1 : 0, labels: labelsOf(labels) });
  return kind;
}

/** A broken list is none. */
function labelsOf(text: string): readonly MplsLabel[] {
  const numbers = text === "" ? [] : text.split(",").map(Number);
  if (numbers.some(Number.isNaN) || numbers.length % 4 !== 0) return [];
  return Array.from({ length: numbers.length / 4 }, (_, index) => {
    const [label = 0, trafficClass = 0, bottom = 0, ttl = 0] = numbers.slice(4 * index);
    return { label, trafficClass, bottomOfStack: bottom === 1, ttl };
  });
}
