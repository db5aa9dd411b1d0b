/** Settings of a run in mtr's words. */
import { sprintf } from "@std/fmt/printf";
import { LIMITS, type TracePlan } from "../plan.ts";

/** `64`, or `rand(28-64)` for sizes that change from round to round. */
export function sizeText({ packetBytes, randomPacketBytes }: TracePlan): string {
  return randomPacketBytes ? `rand(${LIMITS.packetBytes.least}-${packetBytes})` : String(packetBytes);
}

/** `0x00`, or `rand(0x00-FF)`. */
export function patternText({ bitPattern, randomBitPattern }: TracePlan): string {
  return randomBitPattern ? "rand(0x00-FF)" : sprintf("0x%02X", bitPattern);
}
