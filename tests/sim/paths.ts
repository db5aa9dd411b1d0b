/** Worlds that many scenarios start from. */
import type { Hop, Path, TargetHost } from "./world.ts";
import { MS } from "./run.ts";

export const TARGET = "203.0.113.9";
export const TARGET6 = "2001:db8:9::9";

/** The address of the router at a ttl. */
export function router(ttl: number): string {
  return `10.0.${ttl}.1`;
}

export function router6(ttl: number): string {
  return `2001:db8:${ttl.toString(16)}::1`;
}

/** A path of `length` hops, the target included; hop n answers in n x 10 ms. Each change concerns the hop of that ttl. */
export function path(length: number, changes: Readonly<Record<number, Partial<Hop> & Partial<TargetHost>>> = {}): Path {
  return pathOf(router, length, changes);
}

export function path6(
  length: number,
  changes: Readonly<Record<number, Partial<Hop> & Partial<TargetHost>>> = {},
): Path {
  return pathOf(router6, length, changes);
}

function pathOf(
  address: (ttl: number) => string,
  length: number,
  changes: Readonly<Record<number, Partial<Hop> & Partial<TargetHost>>>,
): Path {
  return {
    hops: Array.from({ length: length - 1 }, (_, index): Hop => ({
      address: address(index + 1),
      rttUs: (index + 1) * 10 * MS,
      ...changes[index + 1],
    })),
    target: { rttUs: length * 10 * MS, ...changes[length] },
  };
}
