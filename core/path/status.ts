/**
 * How the record of a target ends: one word of a fixed list, for scripts. Every output shows the word, the program's
 * exit status comes from it. Words are added at the end of the list, never renamed.
 */
import { EXITS, type ExitStatus, worstOf } from "./exit.ts";
import type { PathFigures } from "./figures.ts";

/** 0: the target answered. 1: it did not. 2: it could not even be asked. */
export type StatusExit = 0 | 1 | 2;

interface StatusMeaning {
  readonly meaning: string;
  readonly exit: StatusExit;
}

export const STATUSES = {
  OK: { exit: 0, meaning: "all rounds were measured and the target answered" },
  UNREACHED: { exit: 1, meaning: "all rounds were measured and the target never answered" },
  UNREACHABLE: { exit: 1, meaning: "the target never answered and a router says that it cannot be reached" },
  PARTIAL: { exit: 1, meaning: "the run was ended early; what had been measured until then is shown" },
  NO_ROUTE: {
    exit: 2,
    meaning: "nothing could be sent: this host has no route to the target, or nobody answers at its next hop",
  },
  SEND_FAILED: { exit: 2, meaning: "nothing could be sent for another reason" },
  PROHIBITED: { exit: 1, meaning: "the target never answered and a router says that going there is prohibited" },
  FAILED: { exit: 2, meaning: "the target could not be traced, for example because its name is unknown" },
} as const satisfies Record<string, StatusMeaning>;

/** Marker of all "administratively prohibited" codes. */
const PROHIBITION = "!X";

export type Status = keyof typeof STATUSES;

/** The status of a measured path. `complete`: all of its rounds were sent and decided. */
export function statusOf(path: PathFigures, complete: boolean): Status {
  if (!complete) return "PARTIAL";
  if (path.reached) return "OK";
  if (path.refusal !== undefined) return path.refusal.marker === PROHIBITION ? "PROHIBITED" : "UNREACHABLE";
  const { sent, sendFailed } = path.counts;
  if (sent > sendFailed || path.sendFailure === undefined) return "UNREACHED";
  const { reason } = path.sendFailure;
  return reason === "noRoute" || reason === "hostUnreachable" ? "NO_ROUTE" : "SEND_FAILED";
}

/** What else decides over the exit status of a run. */
export interface RunEnd {
  readonly hasCrossedLimit?: boolean;
  /** By the deadline. */
  readonly isCutShort?: boolean;
}

/** The exit status of a run: the worst of its targets and of what became of it, by the order of `exit.ts`. */
export function worstExit(statuses: readonly Status[], { hasCrossedLimit, isCutShort }: RunEnd = {}): ExitStatus {
  return worstOf([
    ...statuses.map((status) => STATUSES[status].exit),
    ...(hasCrossedLimit ? [EXITS.limitCrossed.status] : []),
    ...(isCutShort ? [EXITS.cutShort.status] : []),
  ]);
}
