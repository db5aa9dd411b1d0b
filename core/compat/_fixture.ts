/** For tests: settings, a run of a few probes, and names. */
import type { Answer, TraceEvent } from "../messages.ts";
import type { MplsLabel } from "../packet/extension.ts";
import type { DialectName } from "./dialect.ts";
import { initialSettings } from "./draft.ts";
import { MtrPath } from "./mtr_path.ts";
import type { CompatEnd, CompatNames, CompatRun } from "./output/run.ts";
import type { CompatSettings } from "./settings.ts";

export const TARGET = "192.0.2.9";
export const NO_NAMES: CompatNames = { host: () => ({ kind: "none" }), origin: () => undefined };

/** What the release has without options, but for these. */
export function settingsOf(dialect: DialectName, changes: Partial<CompatSettings> = {}): CompatSettings {
  return { ...initialSettings(dialect), ...changes };
}

/** The names of these addresses, and the texts of the AS lookup; the others have none. */
export function namesOf(
  names: Readonly<Record<string, string>>,
  origins: Readonly<Record<string, string>> = {},
): CompatNames {
  return {
    host: (address) => {
      const name = names[address];
      return name === undefined ? { kind: "none" } : { kind: "named", name };
    },
    origin: (address) => origins[address],
  };
}

/** A probe of this ttl, answered by `from` unless that is absent. */
export interface Step {
  readonly ttl: number;
  readonly from?: string;
  readonly rttUs?: number;
  readonly answer?: Partial<Answer>;
}

/** A probe each 10 ms, answered a millisecond later. */
export function eventsOf(steps: readonly Step[]): readonly TraceEvent[] {
  return steps.flatMap(({ ttl, from, rttUs = 1000, answer }, probe): TraceEvent[] => {
    const atUs = (probe + 1) * 10_000;
    const of = { target: 0, probe, ttl };
    const sent: TraceEvent = { kind: "sent", ...of, round: 0, atUs, packetBytes: 64 };
    if (from === undefined) return [sent];
    const plain: Answer = { kind: "timeExceeded", icmpType: 11, icmpCode: 0, mtu: 0, labels: [] };
    const stamps = { sentBy: "driver", receivedBy: "driver", replyTtl: undefined } as const;
    const heard = { from, atUs: atUs + 1000, rttUs, answer: { ...plain, ...answer }, ...stamps };
    return [sent, { kind: "reply", ...of, ...heard }];
  });
}

/** A run that has not begun. */
export function runOf(settings: CompatSettings, names: CompatNames = NO_NAMES): CompatRun & CompatEnd {
  const path = new MtrPath({ ...settings, target: TARGET });
  return { settings, path, names, localHost: "vm", target: TARGET, endedAtUnixMs: 1_700_000_000_999 };
}

/** A run that is over. */
export function finishedRun(
  settings: CompatSettings,
  steps: readonly Step[],
  names: CompatNames = NO_NAMES,
): CompatRun & CompatEnd {
  const run = runOf(settings, names);
  for (const event of eventsOf(steps)) run.path.apply(event);
  run.path.closeTransit();
  return run;
}

export function label(label: number, changes: Partial<MplsLabel> = {}): MplsLabel {
  return { label, trafficClass: 0, bottomOfStack: false, ttl: 1, ...changes };
}
