/** What must be known of the run to read its figures right: load that is sent beside the probes, and messages that were dropped. */
import { printable } from "../../name/text.ts";
import { loadBlockRounds } from "../../plan.ts";
import { loadRateText, loadSentence } from "../load.ts";
import { overflowSentence } from "../sentence.ts";
import type { Around } from "./around.ts";
import type { Line, Style } from "./frame.ts";
import { span, wrapped } from "./line.ts";

const NOTE: Style = { colour: "yellow" };

const NOTES: readonly ((around: Around) => string | undefined)[] = [load, dropped];

export function noteLines(around: Around): readonly Line[] {
  return NOTES.map((note) => note(around)).filter((text) => text !== undefined).flatMap((text) =>
    wrapped(printable(text), around.scene.columns, 2).map((line) => [span(line, NOTE)])
  );
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
