/** Routes that become others, in short: a digit or a letter a router, and who is at the end. */
import { near, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import type { Hop, Path, RouteSince } from "./world.ts";

const FIREWALL = "10.7.0.1";
const REFUSES = { refuses: { code: 13 } } as const;

/** Until so many seconds, this way. */
export type Part = readonly [untilS: number, way: string];

/** `loss`: of packets that go further than to the second hop. */
export function routesOf(parts: readonly Part[], loss = 0): readonly RouteSince[] {
  return parts.map(([, way], index) => ({
    sinceUs: (parts[index - 1]?.[0] ?? 0) * SECOND,
    path: pathOf(way, loss),
  }));
}

/**
 * A digit or a letter is a router, `_` a silent one; the last is the target (`T`), nobody (`X`), a router's refusal (`P`), or a
 * firewall (`F`) that is silent, and refuses what goes further.
 */
function pathOf(way: string, loss: number): Path {
  const hops = [...way.slice(0, -1)].map((name, index): Hop => ({
    ...near(name === "_" ? `10.8.${index}.1` : /\d/.test(name) ? router(Number(name)) : `10.9.${name.charCodeAt(0)}.1`),
    silent: name === "_",
    forwardLoss: index === 1 ? loss : 0,
  }));
  if (way.endsWith("F")) {
    hops.push({ ...near(FIREWALL), silent: true }, { ...near(FIREWALL), ...REFUSES, passesZeroTtl: true });
  }
  const last = hops.pop()!;
  const end = { X: { forwardLoss: 1 }, P: REFUSES }[way.at(-1)!] ?? {};
  return { hops: [...hops, { ...last, ...end }], target: { rttUs: 30 * MS } };
}
