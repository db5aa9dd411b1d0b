/** Plays scripts into a stream of an output. */
import type { TraceEvent } from "../../core/messages.ts";
import { OUTPUTS, type OutputStream, type RunRecord, type TargetEvent } from "../../core/output/mod.ts";
import { type EventScript, TARGET } from "../../core/path/_script.ts";
import { Path, type PathOptions } from "../../core/path/path.ts";

export type PathSettings = Partial<PathOptions>;

/**
 * What the output of the view writes while these scripts happen, an event of each in turn; "" of a format that has no
 * stream. Time passes with each event but that of a probe that leaves, so every probe is decided when a table is drawn.
 */
export function streamed(
  run: RunRecord,
  scripts: readonly (EventScript | undefined)[],
  settings: PathSettings = {},
): string {
  const { view, names, targets } = run;
  const options: PathOptions = { address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, ...settings };
  const courses = scripts.flatMap((script, index) => {
    const typed = targets[index]?.typed ?? "";
    return script === undefined ? [] : [{ typed, address: options.address ?? "", events: script.events }];
  });
  const stream = OUTPUTS[view.output].stream?.({ view, names, targets: courses, run: () => run });
  if (stream === undefined) return "";
  const paths = courses.map(() => new Path(options));
  const longest = Math.max(0, ...courses.map(({ events }) => events.length));
  let text = stream.begin?.() ?? "";
  for (let at = 0; at < longest; at++) {
    courses.forEach(({ events }, target) => {
      const event = events[at];
      const path = paths[target];
      if (event !== undefined && path !== undefined) text += step(stream, { ...event, target }, path);
    });
  }
  return text + stream.end();
}

function step(stream: OutputStream, event: TraceEvent & { readonly target: number }, path: Path): string {
  if (!isOfTarget(event)) return stream.aside?.(event) ?? "";
  path.apply(event);
  const text = stream.event(event, path);
  return event.kind === "sent" ? text : text + stream.tick();
}

function isOfTarget(event: TraceEvent): event is TargetEvent {
  return "target" in event;
}
