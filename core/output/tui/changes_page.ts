/** The log of a path's changes, the latest first. */
import { printable } from "../../name/text.ts";
import type { PlanChange } from "../../plan.ts";
import { nameOf } from "../naming.ts";
import { fixed } from "../number.ts";
import { timeOfDay } from "../time.ts";
import type { Change } from "./changes.ts";
import type { Line } from "./frame.ts";
import { span, wrapped } from "./line.ts";
import type { Page } from "./page.ts";
import { type Subject, subjectOf, unixMsOf } from "./subject.ts";

interface Told {
  /** How an address is called. */
  name(address: string): string;
  /** The time of day of an event. */
  clock(atUs: number): string;
}

export const CHANGES_PAGE: Page = {
  title: () => "Changes of the path, the latest first; escape goes back",
  lines(state, scene): readonly Line[] {
    const subject = subjectOf(state, scene);
    const changes = scene.histories[state.target]?.changes.entries(state.frozen?.atUs) ?? [];
    if (subject === undefined || changes.length === 0) return [[span("None so far")]];
    const clock = (atUs: number): string => timeOfDay(unixMsOf(atUs, subject.target, scene), scene.utcOffsetMinutes);
    const told = { clock, name: (address: string) => addressName(address, subject) };
    return changes.toReversed().flatMap((change) =>
      wrapped(printable(`${clock(change.atUs)}  ${wordsOf(change, told)}`), scene.columns, INDENT).map((
        text,
      ) => [span(text)])
    );
  },
};

/** Behind the time. */
const INDENT = "16:28:42  ".length;

function wordsOf(change: Change, { name, clock }: Told): string {
  switch (change.kind) {
    case "turn": {
      const place = `hop ${change.ttl}${change.flow === undefined ? "" : `, flow ${change.flow}`}`;
      const names = change.addresses.map(name);
      if (change.count === 1) return `${place}: ${names.join(" -> ")}`;
      return `${place}: ${names.join(", ")} take turns, ${change.count} changes until ${clock(change.latestAtUs)}`;
    }
    case "refusal": {
      const times = change.count > 1 ? `, ${change.count} times until ${clock(change.latestAtUs)}` : "";
      return `hop ${change.ttl}: ${name(change.from)} says: ${change.words} (${change.marker})${times}`;
    }
    case "silence": {
      const late = change.late === 0 ? "" : `, of which ${change.late} were answered too late`;
      const verb = change.late === 0 ? "silent" : "too slow, or silent,";
      return change.isOver
        ? `the target was ${verb} for ${change.count} probes${late}, ${
          fixed((change.latestAtUs - change.atUs) / 1e6, 1)
        } s: it answers those sent from ${clock(change.latestAtUs)} on`
        : `the target is ${verb} for ${change.count} probes by now${late}`;
    }
    case "setting":
      return settingWords(change.change);
    case "distance":
      return change.ttl === undefined
        ? `hop ${change.was} is the target's place no more: a router answers from behind it`
        : `the target answers at hop ${change.ttl}; before it was hop ${change.was}`;
    default:
      return change satisfies never;
  }
}

const SETTING_WORDS: readonly ((change: PlanChange) => string | number | undefined)[] = [
  ({ protocol }) => protocol && `protocol ${protocol.toUpperCase()}`,
  ({ intervalUs }) => intervalUs && `interval ${intervalUs / 1e6} s`,
  ({ packetBytes, randomPacketBytes }) =>
    packetBytes && `size of packets ${randomPacketBytes ? "up to " : ""}${packetBytes} bytes`,
  ({ bitPattern, randomBitPattern }) =>
    randomBitPattern ? "bit pattern: a random one" : bitPattern === undefined ? undefined : `bit pattern ${bitPattern}`,
  ({ trafficClass }) => trafficClass === undefined ? undefined : `type of service ${trafficClass}`,
  ({ firstTtl }) => firstTtl && `first hop ${firstTtl}`,
  ({ maxTtl }) => maxTtl && `last hop ${maxTtl}`,
];

/** `protocol UDP`: what a key has changed. */
function settingWords(change: PlanChange): string {
  return SETTING_WORDS.map((words) => words(change)).filter(Boolean).join(", ");
}

function addressName(address: string, { naming }: Subject): string {
  return nameOf({ address }, naming);
}
