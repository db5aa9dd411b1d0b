/** How verdicts show in the table: a sign beside the hop, and how its loss is written. Signs tell the same as colours. */
import type { VerdictWord } from "../../path/verdict.ts";
import type { Style } from "./frame.ts";
import type { ScreenVerdict } from "./moment.ts";

export interface Mark {
  /** One column. */
  readonly sign: string;
  readonly style: Style;
  readonly meaning: string;
}

const TROUBLE: Mark = { sign: "!", style: { bold: true, colour: "red" }, meaning: "trouble begins here" };
/** Of hops that have fallen silent, whatever the figures say by now. */
export const ALARM = TROUBLE;
const CHANGE: Mark = { sign: "*", style: { colour: "magenta" }, meaning: "the path has changed" };
const SLOWER: Mark = { sign: "+", style: { colour: "yellow" }, meaning: "from here on it is slower" };
const LIMIT: Mark = {
  sign: "~",
  style: { dim: true },
  meaning: "only a router's limit: no loss",
};

export const MARKS: readonly Mark[] = [TROUBLE, CHANGE, SLOWER, LIMIT];

const MARK_OF: Readonly<Partial<Record<VerdictWord, Mark>>> = {
  REFUSED: TROUBLE,
  MTU: TROUBLE,
  LOOP: TROUBLE,
  UNANSWERED: TROUBLE,
  LOSS: TROUBLE,
  CHANGED: CHANGE,
  LATENCY: SLOWER,
  RATE_LIMIT: LIMIT,
};

/** What is told of a word that has no sign. */
const OTHER: Style = { dim: true };

export function styleOf({ word }: ScreenVerdict): Style {
  return MARK_OF[word]?.style ?? OTHER;
}

/** The mark of the worst verdict at a hop. */
export function markAt(ttl: number, verdicts: readonly ScreenVerdict[]): Mark | undefined {
  return verdicts.filter((verdict) => verdict.ttl === ttl).map(({ word }) => MARK_OF[word]).find((mark) => mark);
}

/** What a look at a whole path is to find: a router's limit is no trouble. */
export function worstMark(verdicts: readonly ScreenVerdict[]): Mark | undefined {
  const found = new Set(verdicts.map(({ word }) => MARK_OF[word]));
  return MARKS.find((mark) => mark !== LIMIT && found.has(mark));
}

/** Loss that reaches the target stands out; what a router alone does not answer steps back. */
export function lossStyle(ttl: number, verdicts: readonly ScreenVerdict[]): Style | undefined {
  const has = (word: VerdictWord, holds: (at: number) => boolean): boolean =>
    verdicts.some((verdict) => verdict.word === word && holds(verdict.ttl));
  // Of the target it may be loss.
  if (has("RATE_LIMIT", (at) => at === ttl) && !has("LOSS", (at) => at === ttl)) return LIMIT.style;
  return has("LOSS", (at) => at <= ttl) ? TROUBLE.style : undefined;
}
