/** What the exit status of a run says: the one table, for help, manual, documents and tests. */

interface ExitMeaning {
  readonly status: number;
  readonly meaning: string;
}

export const EXITS = {
  good: { status: 0, meaning: "every target answered, and no limit was crossed" },
  unreached: { status: 1, meaning: "a target did not answer" },
  unusable: { status: 2, meaning: "an option, a host name, a missing privilege or the environment was in the way" },
  limitCrossed: { status: 3, meaning: "a limit (--fail-if) was crossed" },
  // 4 is not used.
  cutShort: { status: 5, meaning: "--deadline cut the run short" },
} as const satisfies Record<string, ExitMeaning>;

export type ExitStatus = typeof EXITS[keyof typeof EXITS]["status"];

/** By signals, which go before all of those. */
export const SIGNAL_EXITS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Where several hold, the first of these: what could not be measured at all goes before what was measured in part, and
 * both before what was found, since more might have been; a silent target goes before one that is merely slow.
 */
export const WORST_FIRST = ["unusable", "cutShort", "unreached", "limitCrossed", "good"] as const satisfies readonly (
  keyof typeof EXITS
)[];

/** The worst of them; 0 of none. */
export function worstOf(exits: readonly ExitStatus[]): ExitStatus {
  const worst = WORST_FIRST.find((name) => exits.includes(EXITS[name].status));
  return EXITS[worst ?? "good"].status;
}
