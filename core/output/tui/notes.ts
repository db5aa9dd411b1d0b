/**
 * What must be known of the run to read its figures right: load that is sent beside the probes, messages that were
 * dropped, and probes that count for several targets.
 */
import { printable } from "../../name/text.ts";
import { loadBlockRounds } from "../../plan.ts";
import { loadRateText, loadSentence } from "../load.ts";
import { overflowSentence, portsSentence } from "../sentence.ts";
import { sharedSentence } from "../shared.ts";
import type { Around } from "./around.ts";
import type { Line, Style } from "./frame.ts";
import { span, wrapped } from "./line.ts";

interface Note {
  readonly text: (around: Around) => string | undefined;
  readonly style: Style;
}

/** Before what the figures mean: they may mean less. */
const WARNINGS: readonly Note[] = [{ text: dropped, style: { colour: "yellow" } }];
/** Behind it. */
const NOTES: readonly Note[] = [
  { text: load, style: { colour: "yellow" } },
  { text: shared, style: { dim: true } },
  { text: ports, style: { dim: true } },
];

export function warningLines(around: Around): readonly Line[] {
  return linesOf(WARNINGS, around);
}

export function noteLines(around: Around): readonly Line[] {
  return linesOf(NOTES, around);
}

function linesOf(notes: readonly Note[], around: Around): readonly Line[] {
  return notes.flatMap(({ text, style }) => {
    const words = text(around);
    return words === undefined
      ? []
      : wrapped(printable(words), around.scene.columns, 2).map((line) => [span(line, style)]);
  });
}

/** `LOAD 10.0 Mbit/s` while it is sent; `undefined` while it is not. */
export function loadWords({ scene, subject }: Pick<Around, "scene" | "subject">): string | undefined {
  const { loadBps } = scene.record.plan;
  return loadBps === undefined || !subject.isLoaded ? undefined : `LOAD ${loadRateText(loadBps)}`;
}

function load({ scene, subject: { target, isLoaded, latestRound } }: Around): string | undefined {
  const { path, typed } = target;
  const { loadBps, rounds } = scene.record.plan;
  if (loadBps === undefined || path === undefined) return undefined;
  const rate = `${loadRateText(loadBps)} to ${path.address ?? typed}`;
  const sent = path.load === undefined ? "" : `; ${loadSentence(path.load)}`;
  if (isLoaded) return `LOAD: ${rate} beside the probes now: these figures are with load, too${sent}`;
  if (scene.isPaused) return `LOAD: none while probing is paused${sent}`;
  const block = loadBlockRounds({ rounds });
  const next = (2 * Math.floor(Math.max(0, latestRound) / (2 * block)) + 1) * block;
  if (next <= latestRound) return `LOAD: none any more${sent}`;
  return `LOAD: none now; ${rate} from cycle ${next + 1} on${sent}`;
}

function dropped({ scene: { record: { counts } } }: Around): string | undefined {
  return !counts?.overflowed ? undefined : `DROPPED: ${overflowSentence(counts.overflowed)}`;
}

function shared({ subject: { path } }: Around): string | undefined {
  const sentence = path && sharedSentence(path);
  return sentence && `SHARED: ${sentence}`;
}

function ports({ subject: { path } }: Around): string | undefined {
  const sentence = path && portsSentence(path);
  return sentence && `PORTS: ${sentence}`;
}
