/**
 * Names in the path of a file: `{date}` and others become what they are at the start of the run. `{{` is a brace. What
 * comes from elsewhere is made safe as a part of a file name, so that a target cannot choose the folder.
 */

/** What the names stand for. */
export interface NameFacts {
  /** Unix time in ms of the start of the run. */
  readonly startedAtMs: number;
  /** Local time minus UTC at the start. */
  readonly utcOffsetMinutes: number;
  /** This host. */
  readonly localHost: string;
  /** The first target as typed. */
  readonly target: string;
  /** What files of the format end with, without a dot. */
  readonly extension: string;
}

const MINUTE_MS = 60_000;
/** Characters; in any script they fit into the 255 bytes of a file name. */
const LONGEST_PART = 60;

const NAMES: Readonly<Record<string, (facts: NameFacts) => string>> = {
  date: (facts) => localTime(facts).slice(0, "2026-11-21".length),
  time: (facts) => localTime(facts).slice("2026-11-21T".length, "2026-11-21T16:28:42".length).replaceAll(":", ""),
  host: ({ localHost }) => safePart(localHost),
  target: ({ target }) => safePart(target),
  format: ({ extension }) => extension,
};

/** A brace that opens, its name, and the one that closes; or two that stand for one. */
const NAME = /\{\{|\{([^{}]*)\}?/g;

/** What a path with names must be, in words, if `text` is not that. */
export function fileNameRequirement(text: string): string | undefined {
  if (text === "" || text.endsWith("/")) return "it must have a name";
  for (const [written, name] of text.matchAll(NAME)) {
    if (written === "{{" || (written.endsWith("}") && Object.hasOwn(NAMES, name ?? ""))) continue;
    const known = Object.keys(NAMES).map((name) => `{${name}}`);
    return `names in it must be ${known.slice(0, -1).join(", ")} or ${known.at(-1)}, and {{ stands for a brace`;
  }
  return undefined;
}

/** The path that a text which meets the requirement stands for. */
export function expandFileName(text: string, facts: NameFacts): string {
  return text.replace(NAME, (written: string, name: string | undefined) => {
    return written === "{{" ? "{" : NAMES[name ?? ""]?.(facts) ?? written;
  });
}

function localTime({ startedAtMs, utcOffsetMinutes }: NameFacts): string {
  return new Date(startedAtMs + utcOffsetMinutes * MINUTE_MS).toISOString();
}

/** Neither a slash nor what a terminal acts on, and no dot or dash in front: never a folder, hidden, or an option. */
function safePart(text: string): string {
  const safe = text.replace(/[\p{C}\p{Z}/\\]/gu, "_").replace(/^[.-]/, "_");
  return safe === "" ? "_" : [...safe].slice(0, LONGEST_PART).join("");
}
