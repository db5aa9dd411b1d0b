/** What keys change of the probes, and what the numbers that are typed for it must be. */
import { DEFAULT_PLAN, LIMITS, type PlanChange, type ToldPlan } from "../../plan.ts";
import { fixed } from "../number.ts";
import type { Prompt, Reading } from "./prompt.ts";
import { pressed } from "./state.ts";

interface NumberPrompt {
  readonly label: string;
  readonly initial: (plan: ToldPlan) => string;
  /** What the number must be. */
  readonly range: (plan: ToldPlan) => string;
  readonly hint: (plan: ToldPlan) => string;
  /** `undefined` if the number cannot be used. */
  readonly change: (value: number, plan: ToldPlan) => PlanChange | undefined;
}

const INTEGER = /^-?\d{1,9}$/;
const DECIMAL = /^(?:\d{1,9}(?:\.\d{0,6})?|\.\d{1,6})$/;
/** As mtr hears. */
const MOST_DIGITS = 20;
const SECOND_US = 1_000_000;

const { packetBytes, bitPattern, intervalUs, firstTtl, maxTtl, trafficClass } = LIMITS;

/** By the key that asks for it. */
export const SETTING_PROMPTS = {
  s: numberPrompt({
    label: "Change Packet Size: ",
    hint: () => `Bytes with the IP header: ${packetBytes.least} to ${packetBytes.most}; below 0: random up to that`,
    initial: ({ packetBytes = LIMITS.packetBytes.initial, randomPacketBytes }) =>
      `${randomPacketBytes ? "-" : ""}${packetBytes}`,
    range: () =>
      `${packetBytes.least} to ${packetBytes.most}, or -${packetBytes.most} to -${packetBytes.least} (random)`,
    change: (value) =>
      isWithin(Math.abs(value), packetBytes)
        ? { packetBytes: Math.abs(value), randomPacketBytes: value < 0 }
        : undefined,
  }),
  b: numberPrompt({
    label: "Ping Bit Pattern: ",
    hint: () => `The byte that fills the packets: ${bitPattern.least} to ${bitPattern.most}; -1: a random one`,
    initial: ({ bitPattern = LIMITS.bitPattern.initial, randomBitPattern }) =>
      randomBitPattern ? "-1" : String(bitPattern),
    range: () => `${bitPattern.least} to ${bitPattern.most}, or -1 for a random one`,
    change(value): PlanChange | undefined {
      if (value === -1) return { randomBitPattern: true };
      return isWithin(value, bitPattern) ? { bitPattern: value, randomBitPattern: false } : undefined;
    },
  }),
  i: numberPrompt({
    label: "Interval : ",
    hint: () => `Seconds from round to round: ${seconds(intervalUs.least)} to ${seconds(intervalUs.most)}`,
    initial: ({ intervalUs = LIMITS.intervalUs.initial }) => seconds(intervalUs),
    range: () => `${seconds(intervalUs.least)} to ${seconds(intervalUs.most)} seconds`,
    change(value): PlanChange | undefined {
      const us = Math.round(value * SECOND_US);
      return isWithin(us, intervalUs) ? { intervalUs: us } : undefined;
    },
  }, DECIMAL),
  f: numberPrompt({
    label: "First TTL: ",
    hint: (plan) => `The hop to begin with: ${firstTtl.least} to ${ttlOf(plan, "maxTtl")}`,
    initial: (plan) => String(ttlOf(plan, "firstTtl")),
    range: (plan) => `${firstTtl.least} to ${ttlOf(plan, "maxTtl")}, the last one`,
    change: (value, plan) =>
      isWithin(value, { least: firstTtl.least, most: ttlOf(plan, "maxTtl") }) ? { firstTtl: value } : undefined,
  }),
  m: numberPrompt({
    label: "Max TTL: ",
    hint: (plan) => `The hop to end with: ${ttlOf(plan, "firstTtl")} to ${maxTtl.most}`,
    initial: (plan) => String(ttlOf(plan, "maxTtl")),
    range: (plan) => `${ttlOf(plan, "firstTtl")}, the first one, to ${maxTtl.most}`,
    change: (value, plan) =>
      isWithin(value, { least: ttlOf(plan, "firstTtl"), most: maxTtl.most }) ? { maxTtl: value } : undefined,
  }),
  Q: numberPrompt({
    label: "Type of Service(tos): ",
    hint: () => `${trafficClass.least} to ${trafficClass.most}: the DSCP in the upper six bits, ECN in the lower two`,
    initial: ({ trafficClass = LIMITS.trafficClass.initial }) => String(trafficClass),
    range: () => `${trafficClass.least} to ${trafficClass.most}`,
    change: (value) => isWithin(value, trafficClass) ? { trafficClass: value } : undefined,
  }),
} as const satisfies Record<string, Prompt>;

function numberPrompt({ label, initial, range, hint, change }: NumberPrompt, pattern = INTEGER): Prompt {
  return {
    label,
    hint,
    most: MOST_DIGITS,
    initial: (_, { record }) => initial(record.plan),
    read(text, state, { record: { plan } }): Reading {
      const wanted = pattern.test(text.trim()) ? change(Number(text), plan) : undefined;
      if (wanted === undefined) return { problem: `Cannot use "${text}": it must be ${range(plan)}` };
      return pressed(state, {}, { kind: "change", change: wanted });
    },
  };
}

function isWithin(value: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return value >= least && value <= most;
}

function ttlOf(plan: ToldPlan, name: "firstTtl" | "maxTtl"): number {
  return plan[name] ?? DEFAULT_PLAN[name];
}

function seconds(us: number): string {
  return fixed(us / SECOND_US, 6).replace(/\.?0+$/, "");
}
