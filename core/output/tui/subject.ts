/** What is shown: one target, as it is or as it was. */
import { isLoaded } from "../../plan.ts";
import type { PathFigures } from "../../path/figures.ts";
import type { Naming } from "../naming.ts";
import type { TargetRecord } from "../record.ts";
import type { Alarm } from "./alarm.ts";
import type { ScreenVerdict } from "./moment.ts";
import type { Sample } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { decodedName } from "./shown_name.ts";
import type { State } from "./state.ts";

export interface Subject {
  readonly target: TargetRecord;
  /** `undefined` of a target that is not probed. */
  readonly path: PathFigures | undefined;
  readonly naming: Naming;
  readonly verdicts: readonly ScreenVerdict[];
  readonly alarm: Alarm;
  readonly unixMs: number;
  /** The latest round of the picture. */
  readonly round: number;
  /** The latest round that has begun, whatever the picture shows; -1 before the first. */
  readonly latestRound: number;
  /** Load is being sent to it beside the probes. */
  readonly isLoaded: boolean;
  /** The latest samples of a hop, oldest first. */
  samples(ttl: number, count: number): readonly Sample[];
}

const NO_ALARM: Alarm = new Map();

/** `undefined` if there is no target at all. */
export function subjectOf(state: State, scene: Scene): Subject | undefined {
  const target = scene.record.targets[state.target] ?? scene.record.targets[0];
  if (target === undefined) return undefined;
  const history = scene.histories[state.target];
  const samples = history?.samples;
  const { frozen } = state;
  const { plan } = scene.record;
  const latestRound = samples?.latestRound ?? -1;
  const isProbed = latestRound >= 0 && !scene.isPaused && (history?.sentRound ?? 0) + 1 < (plan.rounds ?? Infinity);
  const path = frozen?.path ?? target.path;
  const verdicts = frozen?.verdicts ?? (path && history?.verdicts(path)) ?? [];
  const alarm = frozen?.alarm ?? (path && history?.alarm(path)) ?? NO_ALARM;
  return {
    target,
    path,
    naming: {
      view: state.view,
      names: scene.record.names,
      ...(scene.terminal.isUnicode && { spell: decodedName }),
    },
    // What routers leave out is no reassurance while nobody answers behind them.
    verdicts: alarm.size === 0 ? verdicts : verdicts.filter(({ word }) => word !== "RATE_LIMIT"),
    alarm,
    unixMs: frozen === undefined ? scene.nowUnixMs : unixMsOf(frozen.atUs, target, scene),
    round: frozen?.round ?? latestRound,
    latestRound,
    isLoaded: plan.loadBps !== undefined && isProbed && isLoaded(latestRound, plan),
    samples: (ttl, count) => samples?.latest(ttl, count, frozen?.round) ?? [],
  };
}

/** The calendar's time of an event. */
export function unixMsOf(atUs: number, { startedAtMs }: TargetRecord, { nowUnixMs }: Scene): number {
  return (startedAtMs ?? nowUnixMs) + atUs / 1000;
}
