/**
 * Counts that a run cannot know, by how it hears what comes: the one place that decides. Such a count is `undefined`, or a
 * number once it has seen some: then there may be more.
 */
import { type Access, COUNT_NAMES, type CountName, RUN_COUNT_NAMES } from "../messages.ts";

/** Through which a run hears; `helper` is another program that sends the probes. */
export type Hearing = Access | "helper";

const UNKNOWN: Readonly<Record<Hearing, readonly CountName[]>> = {
  raw: [],
  // The kernel keeps from these sockets whatever does not name them, and what it cannot read.
  datagram: ["foreign", "forged", "malformed"],
  // The first answer ends a connection, and a later one finds it closed.
  connect: ["late", "duplicates", ...RUN_COUNT_NAMES],
  // It tells one answer a probe.
  helper: ["late", "duplicates", ...RUN_COUNT_NAMES],
};

/** Files of other programs tell answers by the probe, and not in the order in which they came. */
export const UNKNOWN_OF_IMPORTED: readonly CountName[] = COUNT_NAMES;

/** A count of a run, by what it cannot count. */
export function knownCount(unknown: readonly CountName[], name: CountName, count: number): number | undefined {
  return count === 0 && unknown.includes(name) ? undefined : count;
}

export function unknownCounts(hearing: Hearing | undefined): readonly CountName[] {
  return hearing === undefined ? [] : UNKNOWN[hearing];
}
