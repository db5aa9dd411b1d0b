/**
 * The archive of a run: JSON Lines, an object a line, in the order in which things happened. Everything that any output
 * shows can be made from it again.
 *
 *     run      what was to be done: program, host, start, every setting
 *     target   one of the hosts; `target` of every later line is its number
 *     …        the events of core/messages.ts, times in µs since the start
 *     name     the host name of an address, when it became known
 *     origin   the same of what is known of its network
 *     status   what became of a target
 *     end      the run is over; without this line it was cut off
 *
 * A further `run` begins another run. A reader passes over kinds and keys that it does not know. No host is named by
 * more than its number, so that a line stays short however many there are.
 */
import type { Access, CountName, TraceEvent } from "../messages.ts";
import type { IpInfo } from "../name/ip_info.ts";
import type { Family } from "../network.ts";
import type { ToldPlan } from "../plan.ts";

/** Grows with every change that a reader of today would misunderstand. */
export const ARCHIVE_SCHEMA = 1;
/** More than any line has. */
export const LONGEST_LINE_BYTES = 1 << 20;
export const MOST_TARGETS = 100_000;

/** A moment of the calendar: RFC 3339 for people, Unix time for programs. Absent where nobody knows. */
export interface Start {
  readonly start?: string;
  readonly startUnixMs?: number;
  /** Local time minus UTC. */
  readonly utcOffsetMinutes?: number;
}

export interface End {
  readonly end?: string;
  readonly endUnixMs?: number;
}

export interface RunLine extends Start {
  readonly kind: "run";
  readonly schema: number;
  readonly program: string;
  readonly version: string;
  /** Name of the host that probed; may be empty. */
  readonly host: string;
  readonly plan: ToldPlan;
}

export interface TargetLine extends Start {
  readonly kind: "target";
  readonly target: number;
  readonly typed: string;
  /** Both absent of a target that was not probed; the address alone where it is not told. */
  readonly address?: string;
  readonly family?: Family;
  readonly port?: number;
  readonly source?: string;
  readonly access?: Access;
  /** Counts that nobody could know; absent where all are. */
  readonly unknown?: readonly CountName[];
  /** Why it was not probed. */
  readonly failure?: string;
}

export interface NameLine {
  readonly kind: "name";
  readonly address: string;
  readonly name: string;
}

export type OriginLine = IpInfo & { readonly kind: "origin"; readonly address: string };

export interface StatusLine extends End {
  readonly kind: "status";
  readonly target: number;
  /** A word of core/path/status.ts. */
  readonly status: string;
  /** The same in a sentence. */
  readonly message?: string;
  readonly source?: string;
}

export interface EndLine extends End {
  readonly kind: "end";
  /** Exit status of the program. */
  readonly exit?: number;
}

export type ArchiveLine = RunLine | TargetLine | TraceEvent | NameLine | OriginLine | StatusLine | EndLine;

export function lineText(line: ArchiveLine): string {
  return `${JSON.stringify(line.kind === "run" ? { ...line, plan: everySetting(line.plan) } : line)}\n`;
}

/** JSON has no word for what is not set but null. */
function everySetting(plan: ToldPlan): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(plan).map(([name, value]) => [name, value ?? null]));
}
