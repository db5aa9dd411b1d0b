/** The plain input of every output: one run over one or more targets, measured and named. */
import type { Access, TraceEvent } from "../messages.ts";
import type { Judgement } from "../limit/mod.ts";
import type { IpInfo } from "../name/ip_info.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RunCounts } from "../path/run_counts.ts";
import type { Status } from "../path/status.ts";
import type { ToldPlan } from "../plan.ts";
import type { View } from "../view.ts";

export interface RunRecord {
  readonly program: { readonly name: string; readonly version: string };
  /** Name of this host as the system gives it; may be empty. */
  readonly localHost: string;
  readonly plan: ToldPlan;
  readonly view: View;
  readonly names: Names;
  /** In the order in which they were asked for, those that could not be traced included. */
  readonly targets: readonly TargetRecord[];
  /** What came that belongs to no target; absent where nobody tells. */
  readonly counts?: RunCounts;
  /** Exit status of the program, once it is known. */
  readonly exit?: number;
}

/** What has been looked up; text from the network, made printable by the outputs. */
export interface Names {
  /** Host name of an address; `undefined` if there is none or it is not known. */
  host(address: string): string | undefined;
  /** What is known of the network of an address; `undefined` if nothing, or not yet. */
  ipInfo(address: string): IpInfo | undefined;
}

export interface TargetRecord {
  /** The target as it was asked for. */
  readonly typed: string;
  readonly status: Status;
  /** Its probes go on: the record is of a moment. */
  readonly isRunning?: true;
  /** Unix time in ms; `undefined` where the source of a record does not tell it. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Local time minus UTC at the start. */
  readonly utcOffsetMinutes: number;
  /** Absent if the target was never probed (its name is unknown). */
  readonly path?: PathFigures;
  /** What became of the limits that it was measured against; absent without any. */
  readonly limits?: readonly Judgement[];
  /** Why it was never probed. */
  readonly failure?: string;
  /** How its probes were sent. */
  readonly access?: Access | undefined;
  /** The one port that was probed, where there is one. */
  readonly port?: number;
  /** Address that its probes left from, if it is known. */
  readonly source?: string;
}

export interface OutputFormat {
  /** What the format is for, in one line of the help. */
  readonly help: string;
  /** The text at the end of the run, line ends included; of a format with a stream there is none left. */
  readonly render: (run: RunRecord) => string;
  /** The text of one target, where that of a run is the header and those of its targets. */
  readonly target?: (target: TargetRecord, run: Omit<RunRecord, "targets">) => string;
  /** What its files end with, where that is not its name. */
  readonly extension?: string;
  /** What the text begins with, line end included, and a file with several runs has once. */
  readonly header?: (run: Pick<RunRecord, "view" | "plan">) => string;
  /**
   * Exit status of a run, where it is not the program's own: whoever reads the format looks at nothing else, so what others
   * tell on the standard error is in the text.
   */
  readonly exitStatus?: (run: RunRecord) => number;
  /** It shows hosts as they were typed: nothing needs to be looked up. */
  readonly showsNoNames?: true;
  /** Whoever reads it may type keys on the standard input. */
  readonly hearsKeys?: true;
  /** Only a format that is written as things happen has it: begins one run. */
  readonly stream?: (setup: RunSetup) => OutputStream;
}

/** What is known of a run before its first event. */
export interface RunSetup {
  readonly view: View;
  /** Asked again and again: it knows more as the run goes on. */
  readonly names: Names;
  /** Those that are traced; `target` of an event is the index here. */
  readonly targets: readonly TargetSetup[];
  /** The record as it stands now. */
  run(): RunRecord;
}

export interface TargetSetup {
  /** The target as it was asked for. */
  readonly typed: string;
  readonly address: string;
}

/** An event that belongs to a target. */
export type TargetEvent = Extract<TraceEvent, { readonly target: number }>;

/** Each call gives whole lines to be written at once, or "". */
export interface OutputStream {
  /** What stands before everything else. */
  begin?(): string;
  /** `path` is that of the event's target, the same with each call, and has taken the event in. */
  event(event: TargetEvent, path: PathFigures): string;
  /** An event that belongs to no target. */
  aside?(event: Exclude<TraceEvent, TargetEvent>): string;
  /** The names know more of this address than before. */
  named(address: string): string;
  /** `TICK_MS` have passed: the clock of what is not written with each event. */
  tick(): string;
  /** The run is over: what is left. */
  end(): string;
}

/** As often as mtr draws its split view. */
export const TICK_MS = 100;
