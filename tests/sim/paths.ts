/** Worlds that many scenarios start from. */
import type { Fork, Hop, Path, TargetHost } from "./world.ts";
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

/** More hops than any probe passes. */
const ENDLESS = 255;

export function near(address: string, forwardLoss = 0): Hop {
  return { address, rttUs: 20 * MS, forwardLoss };
}

/** Two ways of five hops and of six, which packets take by chance: this part of them the longer one. */
export function uneven(longer: number, lost: { shorter?: number; longer?: number } = {}): Path<Hop | Fork> {
  return {
    hops: [near(router(1)), {
      ways: [
        [near("10.2.2.1"), near("10.2.3.1"), near(router(4), lost.shorter)],
        [near("10.3.2.1"), near("10.3.3.1"), near("10.3.4.1"), near(router(4), lost.longer)],
      ],
      chances: [1 - longer, longer],
    }],
    target: { rttUs: 50 * MS },
  };
}

/** Five hops; this part of the packets goes round behind the second one. */
export function looping(part: number): Path<Hop | Fork> {
  const round = Array.from({ length: ENDLESS }, (_, index) => near(`10.9.${index % 2}.1`));
  return {
    hops: [near(router(1)), near(router(2)), {
      ways: [[near(router(3)), near(router(4))], round],
      chances: [1 - part, part],
    }],
    target: { rttUs: 50 * MS },
  };
}
