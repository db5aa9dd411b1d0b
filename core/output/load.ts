/** What is told of load of this host's own. */
import { printable } from "../name/text.ts";
import type { LoadCounts } from "../path/path.ts";
import { fixed } from "./number.ts";

/** One printable line without full stop. */
export function loadSentence({ packets, bytes, durationUs, failed, detail }: LoadCounts): string {
  // Bits a µs are Mbit/s.
  const rate = durationUs > 0 ? `, at ${fixed(8 * bytes / durationUs, 1)} Mbit/s` : "";
  const sent = `${fixed(bytes / 1e6, 1)} MB in ${packets} packets were sent to the target beside the probes${rate}`;
  if (failed === 0) return sent;
  return `${sent}; ${failed} more did not leave this host${detail === undefined ? "" : `: ${printable(detail)}`}`;
}
