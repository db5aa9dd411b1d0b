/** What the flags of the live screen mean, and when it is one that is asked for. */
import { DEFAULT_SCREEN_VIEW, SCALES_MS, type ScreenView } from "../view.ts";
import { type Mistake, quoted } from "./problem.ts";
import { destinationOf } from "./to_destination.ts";
import type { Settings } from "./to_plan.ts";

/** The output that is no text. */
export const SCREEN = "screen";

/** A run that somebody watches: what it has of its own. */
export interface ScreenSetting {
  /** Asked for by its name, and not only the rule on a terminal. */
  readonly isAsked: boolean;
  readonly view: ScreenView;
  /** `undefined`: without end, unless a number was asked for. */
  readonly rounds: number | undefined;
  /** A report is printed when the screen is left. */
  readonly reportOnExit: boolean;
}

/** `undefined`: text was asked for. */
export function screenOf(settings: Settings): ScreenSetting | undefined {
  const { text, on } = settings;
  const isAsked = text.output === SCREEN;
  const isText = text.output !== undefined || destinationOf(settings) !== undefined || on.has("gzip");
  if (isText && !isAsked) return undefined;
  return {
    isAsked,
    view: {
      displayMode: Number(text.displayMode ?? DEFAULT_SCREEN_VIEW.displayMode),
      compact: on.has("compact"),
      scaleMs: text.scale === undefined ? undefined : limitsOf(text.scale),
    },
    rounds: text.rounds === undefined ? undefined : Number(text.rounds),
    reportOnExit: on.has("reportOnExit"),
  };
}

export function mistakeOfScreen(settings: Settings): Mistake | undefined {
  const destination = destinationOf(settings);
  if (destination === undefined || settings.text.output !== SCREEN) return undefined;
  return {
    cannot: `show a screen (-t) and write to ${quoted(destination.name)}`,
    because: "a run has one output; leave out -t, or choose --output -",
  };
}

/** In ms: those of a named scale, or as they were given. */
function limitsOf(scale: string): readonly number[] {
  return Object.entries(SCALES_MS).find(([name]) => name === scale)?.[1] ?? scale.split(":").map(Number);
}
