/** Where whoever reads a path finds the target's own figures. */
import type { HopFigures } from "./hop.ts";
import type { PathFigures } from "./figures.ts";

/** The target's own figures; `undefined` if it has never answered, or nobody can tell them. */
export function targetOf(path: PathFigures): HopFigures | undefined {
  if (!path.reached || isUnknown(path.target)) return undefined;
  return path.target ?? path.hops().find(({ ttl }) => ttl === path.reachedTtl);
}

/** Nothing of it counts. */
function isUnknown(target: HopFigures | undefined): boolean {
  return target?.received === 0 && target.lost === 0;
}

/** The same where they are those of no row; `undefined` where they are a row's. */
export function targetByRounds(path: PathFigures): HopFigures | undefined {
  return path.target !== undefined && path.hops().includes(path.target) ? undefined : path.target && targetOf(path);
}
