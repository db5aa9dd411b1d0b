/** What the flags of a file for the output mean. */
import { type Destination, DESTINATION_MODES } from "../destination/destination.ts";
import { KEEP_LIMITS, parseRotationLimit, type Rotation } from "../destination/rotation.ts";
import { WHY_NO_LOG } from "../output/no_log.ts";
import type { View } from "../view.ts";
import type { Use } from "./normalise.ts";
import { type Mistake, quoted } from "./problem.ts";
import type { Settings } from "./to_plan.ts";

/** As everywhere in a shell. */
const STANDARD_OUTPUT = "-";

/** `undefined`: the standard output. */
export function destinationOf({ text }: Settings): Destination | undefined {
  const mode = DESTINATION_MODES.find((name) => name === text.destinationMode);
  if (mode === undefined || text.destination === undefined || text.destination === STANDARD_OUTPUT) return undefined;
  return { mode, name: text.destination, rotation: mode === "append" ? rotationOf(text) : undefined };
}

function rotationOf({ rotation, rotationKeep }: Settings["text"]): Rotation | undefined {
  const limit = parseRotationLimit(rotation ?? "");
  return limit && { limit, keep: Number(rotationKeep ?? KEEP_LIMITS.initial) };
}

/**
 * Two files in one place: the command line, `MTR_OPTIONS`, or a configuration. A later place replaces what an earlier one
 * says; in the same one the first file would be lost unseen.
 */
export function mistakeOfTwoFiles(uses: readonly Use[]): Mistake | undefined {
  const [first, second] = uses.flatMap((use) =>
    "value" in use && use.flag.sets === "destination" ? `${quoted(use.value)} (--${use.flag.long})` : []
  );
  if (first === undefined || second === undefined) return undefined;
  return { cannot: `write to ${first} and to ${second}`, because: "a run has one output; leave one of them out" };
}

/** Flags that are right, each for itself, and wrong together. */
export function mistakeOfDestination(settings: Settings, { output }: View): Mistake | undefined {
  const { rotation, rotationKeep } = settings.text;
  const destination = destinationOf(settings);
  if (settings.on.has("gzip") && destination !== undefined) {
    return {
      cannot: "compress a file (--gzip)",
      because: "that is for the standard output; leave out --output and --append",
    };
  }
  const whyNoLog = WHY_NO_LOG[output];
  if (rotation !== undefined && destination?.mode !== "append") {
    return { cannot: `rotate at ${rotation} (--rotate)`, because: "that is for a file of --append" };
  }
  if (rotationKeep !== undefined && rotation === undefined) {
    return { cannot: `keep ${rotationKeep} files (--keep)`, because: "that is for files of --rotate" };
  }
  if (destination?.mode === "append" && whyNoLog !== undefined) {
    const because = `${whyNoLog}; choose another format, or --output`;
    return { cannot: `append ${output} to ${quoted(destination.name)} (--append)`, because };
  }
  return undefined;
}
