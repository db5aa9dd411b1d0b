/** What is told of load of this host's own. */
import { printable } from "../name/text.ts";
import type { LoadCounts } from "../path/figures.ts";
import { fixed } from "./number.ts";

/** `10.0 Mbit/s` */
export function loadRateText(bps: number): string {
  return `${fixed(bps / 1e6, 1)} Mbit/s`;
}

/** One printable line without full stop. */
export function loadSentence({ packets, bytes, durationUs, failed, detail }: LoadCounts): string {
  const rate = durationUs > 0 ? `, at ${loadRateText(8e6 * bytes / durationUs)}` : "";
  const sent = `${fixed(bytes / 1e6, 1)} MB in ${packets} packets were sent to the target beside the probes${rate}`;
  if (failed === 0) return sent;
  return `${sent}; ${failed} more did not leave this host${detail === undefined ? "" : `: ${printable(detail)}`}`;
}
