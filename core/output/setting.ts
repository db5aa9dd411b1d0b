/** Settings of a run in mtr's words. */
import { sprintf } from "@std/fmt/printf";
import { LIMITS, type ToldPlan } from "../plan.ts";

const US_PER_MS = 1000;

/** A setting under its own name, with its unit at the end of it; `undefined` where nothing is set. */
export type SettingValue = number | boolean | string | undefined;

/** Every setting of a run. Times are in ms, as everywhere in outputs. */
export function settingsOf(plan: ToldPlan): Readonly<Record<string, SettingValue>> {
  return {
    firstTtl: plan.firstTtl,
    maxTtl: plan.maxTtl,
    dueTtl: plan.dueTtl,
    maxUnknown: plan.maxUnknown,
    rounds: plan.rounds,
    intervalMs: inMs(plan.intervalUs),
    timeoutMs: inMs(plan.timeoutUs),
    graceMs: inMs(plan.graceUs),
    cacheMs: inMs(plan.cacheUs),
    packetBytes: plan.packetBytes,
    randomPacketBytes: plan.randomPacketBytes,
    bitPattern: plan.bitPattern,
    randomBitPattern: plan.randomBitPattern,
    seed: plan.seed,
    trafficClass: plan.trafficClass,
    remotePort: plan.remotePort,
    localPort: plan.localPort,
    sourceAddress: plan.sourceAddress,
    device: plan.device,
    flow: plan.flow,
    flows: plan.flows,
    multipath: plan.multipath,
    loadBps: plan.loadBps,
    probesPerSecond: plan.probesPerSecond,
    share: plan.share,
    mark: plan.mark,
  };
}

function inMs(us: number | undefined): number | undefined {
  return us === undefined ? undefined : us / US_PER_MS;
}

/** Whether a setting is a time, and so a real number in JSON. */
export function isTime(name: string): boolean {
  return name.endsWith("Ms");
}

/** `64`, or `rand(28-64)` for sizes that change from round to round. */
export function sizeText({ packetBytes, randomPacketBytes }: ToldPlan): string | undefined {
  if (packetBytes === undefined) return undefined;
  return randomPacketBytes ? `rand(${LIMITS.packetBytes.least}-${packetBytes})` : String(packetBytes);
}

/** `0x00`, or `rand(0x00-FF)`. */
export function patternText({ bitPattern, randomBitPattern }: ToldPlan): string | undefined {
  if (bitPattern === undefined) return undefined;
  return randomBitPattern ? "rand(0x00-FF)" : sprintf("0x%02X", bitPattern);
}
