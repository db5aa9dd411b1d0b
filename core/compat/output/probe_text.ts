/** How JSON and XML tell the size and content of the probes. */
import { sprintf } from "@std/fmt/printf";
import type { CompatSettings } from "../settings.ts";

/** Bytes, or the range that sizes are drawn from. */
export function packetSizeText({ packetBytes }: CompatSettings): string {
  return packetBytes < 0 ? `rand(28-${-packetBytes})` : String(packetBytes);
}

export function bitPatternText({ bitPattern }: CompatSettings): string {
  return bitPattern < 0 ? "rand(0x00-FF)" : sprintf("0x%02X", bitPattern);
}
