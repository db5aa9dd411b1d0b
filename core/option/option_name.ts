/** How messages name an option. */
import type { Flag } from "./flag.ts";

/** `-c`, or `--asn-file` where there is no letter. */
export function optionName({ short, long }: Pick<Flag, "short" | "long">): string {
  return short === undefined ? `--${long}` : `-${short}`;
}
