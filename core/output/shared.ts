/** What is told of probes for other targets that count as this one's, too. */
import type { PathFigures } from "../path/figures.ts";

/** One printable line without full stop; `undefined` without any. */
export function sharedSentence(path: PathFigures): string | undefined {
  const hops = path.hops().filter(({ shared = 0 }) => shared > 0);
  const [first, last] = [hops[0], hops.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const total = (counts: readonly (number | undefined)[]): number =>
    counts.reduce<number>((sum, n) => sum + (n ?? 0), 0);
  const place = first === last ? `hop ${first.ttl}` : `hops ${first.ttl} to ${last.ttl}`;
  return `${total(hops.map(({ shared }) => shared))} of ${
    total(hops.map(({ sent }) => sent))
  } probes to ${place} are ` +
    "those to other targets over the same routers";
}
