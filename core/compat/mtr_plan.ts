/** From mtr's settings to a plan for mtr's engine. */
import type { MtrPlan } from "./mtr_engine.ts";
import type { CompatOutputName, CompatSettings } from "./settings.ts";

const SECOND_US = 1e6;
/** Outputs that somebody watches: they go on until told otherwise. */
const ENDLESS: readonly CompatOutputName[] = ["split"];

export function planOf(settings: CompatSettings, sourceAddress: string | undefined, seed: number): MtrPlan {
  const { dialect, output, cycles, hasCycles, packetBytes, bitPattern, cacheSeconds } = settings;
  return {
    protocol: settings.protocol,
    firstTtl: settings.firstTtl,
    maxTtl: settings.maxTtl,
    maxUnknown: settings.maxUnknown,
    rounds: ENDLESS.includes(output) && !hasCycles ? undefined : cycles,
    intervalUs: Math.fround(settings.intervalSeconds) * SECOND_US,
    graceUs: Math.fround(settings.graceSeconds) * SECOND_US,
    timeoutUs: settings.timeoutSeconds * SECOND_US,
    packetBytes: Math.abs(packetBytes),
    randomPacketBytes: packetBytes < 0,
    bitPattern,
    randomBitPattern: bitPattern < 0,
    trafficClass: settings.tos,
    remotePort: settings.remotePort,
    localPort: settings.localPort,
    sourceAddress,
    device: settings.device,
    mark: settings.mark,
    dueTtl: settings.dueTtl,
    cacheUs: cacheSeconds === undefined ? undefined : cacheSeconds * SECOND_US,
    flow: "varying",
    flows: 1,
    multipath: false,
    loadBps: undefined,
    probesPerSecond: Infinity,
    share: false,
    seed,
    mtr: dialect,
  };
}
