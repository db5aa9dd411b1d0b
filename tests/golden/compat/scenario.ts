/**
 * Scenarios: what each probe is answered, by its ttl. A file has one rule a line:
 *
 *     TTL: ANSWER; ANSWER; …          the k-th probe of that ttl gets the k-th answer, the last one repeats
 *
 * `*` is any other ttl, `#` starts a comment, and an answer is one of
 *
 *     NAME ADDRESS USEC [mpls L,T,S,TTL,…]     a reply of mtr-packet with this name
 *     NAME                                     one without arguments
 *     raw TEXT                                 this line, with %T for the token
 *     -                                        nothing
 */
import type { MplsLabel } from "../../../core/packet/extension.ts";

export type ScenarioAnswer =
  | {
    readonly kind: "answer";
    readonly name: string;
    readonly address: string;
    readonly rttUs: number;
    readonly labels: readonly MplsLabel[];
  }
  | { readonly kind: "bare"; readonly name: string }
  | { readonly kind: "raw"; readonly text: string }
  | { readonly kind: "nothing" };

/** By ttl, `*` for any other. */
export type Scenario = ReadonlyMap<string, readonly ScenarioAnswer[]>;

export function parseScenario(text: string): Scenario {
  const rules = new Map<string, readonly ScenarioAnswer[]>();
  for (const line of text.split("\n")) {
    const rule = line.split("#")[0]!.trim();
    const colon = rule.indexOf(":");
    if (colon < 0) continue;
    rules.set(
      rule.slice(0, colon).trim(),
      rule.slice(colon + 1).split(";").map((answer) => parseAnswer(answer.trim())),
    );
  }
  return rules;
}

/** What the probe of this ttl gets that `before` others of the same ttl have preceded. */
export function answerOf(scenario: Scenario, ttl: number, before: number): ScenarioAnswer {
  const answers = scenario.get(String(ttl)) ?? scenario.get("*") ?? [];
  return answers[Math.min(before, answers.length - 1)] ?? { kind: "nothing" };
}

function parseAnswer(text: string): ScenarioAnswer {
  const [name = "", address, rtt, mpls, labels = ""] = text.split(/\s+/);
  if (name === "-") return { kind: "nothing" };
  if (name === "raw") return { kind: "raw", text: text.slice("raw".length).trim() };
  if (address === undefined) return { kind: "bare", name };
  return { kind: "answer", name, address, rttUs: Number(rtt), labels: mpls === "mpls" ? parseLabels(labels) : [] };
}

const VALUES_OF_LABEL = 4;
const LABEL_LIMIT = 8;

/** As mtr reads them: a broken list is none. */
function parseLabels(text: string): readonly MplsLabel[] {
  const values = text.split(",");
  const labels: MplsLabel[] = [];
  for (let at = 0; at < values.length && labels.length < LABEL_LIMIT; at += VALUES_OF_LABEL) {
    const group = values.slice(at, at + VALUES_OF_LABEL);
    if (group.length < VALUES_OF_LABEL || !group.every((value) => /^\d+$/.test(value))) return [];
    const [label = 0, trafficClass = 0, bottom = 0, ttl = 0] = group.map(Number);
    labels.push({ label, trafficClass, bottomOfStack: bottom === 1, ttl });
  }
  return labels;
}
