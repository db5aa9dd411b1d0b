/** What stands at a hop before its figures: number, sign, network and name; and the lines below. */
import { toldHops } from "../../path/target.ts";
import type { HopFigures, ResponderFigures } from "../../path/hop_figures.ts";
import type { PathFigures, SendFailed } from "../../path/figures.ts";
import { IP_INFO_COLUMNS, ipInfoOf } from "../ip_info.ts";
import { labelText } from "../label.ts";
import { nameOf } from "../naming.ts";
import { secondsText } from "./alarm.ts";
import type { Line, Span } from "./frame.ts";
import { columnsOfText, span, styled } from "./line.ts";
import { ALARM, markAt } from "./marks.ts";
import type { Subject } from "./subject.ts";

export interface HopName {
  readonly hop: HopFigures;
  /** ` 1. AS64496 router.example` */
  readonly line: Line;
  /** Nothing is known of the hop: it has no figures. */
  readonly isSilent: boolean;
  /** Its further addresses, and the labels of all. */
  readonly below: readonly Line[];
}

/** mtr's words, by the sign of the refusal. */
const REFUSAL_WORDS: Readonly<Record<string, string>> = { "!H": "no route to host", "!N": "no route to network" };

const FAILURE_WORDS: Readonly<Record<SendFailed["reason"], string>> = {
  noRoute: "no route to network",
  hostUnreachable: "no route to host",
  networkDown: "network is down",
  permissionDenied: "this host may not send it",
  tooLarge: "too long for this host's interface",
  addressNotAvailable: "no such source address",
  addressInUse: "source port in use",
  noBuffer: "this host has no room to send",
  invalid: "this host cannot send it",
  other: "this host could not send it",
};

const WAITING = "(waiting for reply)";
const BOLD = { bold: true } as const;
const INDENT = "    ";

export function hopNames(subject: Subject): readonly HopName[] {
  const { path } = subject;
  if (path === undefined) return [];
  const hops = toldHops(path);
  const digits = Math.max(2, String(hops.at(-1)?.ttl).length);
  const widths = infoWidths(hops, subject);
  return hops.map((hop) => {
    const first = firstOf(hop);
    const others = hop.responders.slice(1, subject.naming.view.addressesShown);
    const lead = leadOf(hop, digits, subject);
    return {
      hop,
      line: [
        ...lead,
        ...(first === undefined ? [] : infoSpans(first, widths, subject)),
        ...nameSpans(hop, path, subject),
      ],
      isSilent: first === undefined,
      below: [
        ...labelLines(first, subject),
        ...others.flatMap((other) => [
          [span(INDENT), ...infoSpans(other, widths, subject), span(nameOf(other, subject.naming))],
          ...labelLines(other, subject),
        ]),
        ...moreLines(hop, others.length),
      ],
    };
  });
}

/** The room that network fields take before a name. */
export function infoColumns(subject: Subject): number {
  const widths = subject.path === undefined ? [] : infoWidths(toldHops(subject.path), subject);
  return widths.reduce((sum, width) => sum + width, 0) + Math.max(0, widths.length - 1);
}

/** In the order of mtr's development head: an address keeps its row when another one answers. */
function firstOf({ responders, main }: HopFigures): ResponderFigures | undefined {
  return responders[0] ?? main;
}

function leadOf({ ttl }: HopFigures, digits: number, { verdicts, alarm }: Subject): Line {
  const mark = alarm.has(ttl) ? ALARM : markAt(ttl, verdicts);
  const number = span(`${String(ttl).padStart(digits)}.`);
  return mark === undefined ? [span(`${number.text} `)] : [number, span(mark.sign, mark.style)];
}

function nameSpans(hop: HopFigures, path: PathFigures, { naming, samples, alarm }: Subject): Line {
  const first = firstOf(hop);
  if (first === undefined) return [span(failureWords(hop, path) ?? WAITING, BOLD)];
  const latest = samples(hop.ttl, LATEST_SAMPLES).findLast((sample) => typeof sample === "number" || sample === "lost");
  const name: Line = [span(nameOf(first, naming))];
  const shown = latest === "lost" ? styled(name, BOLD) : name;
  const silent = alarm.get(hop.ttl);
  if (silent !== undefined) return [...shown, span(` (no answer for ${secondsText(silent)})`, ALARM.style)];
  const refusal = path.refusalAt(hop);
  if (refusal === undefined) return shown;
  return [span(`(${REFUSAL_WORDS[refusal.marker] ?? refusal.words}) `, BOLD), ...shown];
}

/** A probe is decided before so many further ones are sent, unless the interval is a fraction of a second. */
const LATEST_SAMPLES = 128;

function failureWords({ sent, sendFailed }: HopFigures, { sendFailure }: PathFigures): string | undefined {
  if (sendFailure === undefined || !sendFailed || sendFailed !== sent) return undefined;
  return `(${FAILURE_WORDS[sendFailure.reason]})`;
}

function infoSpans(responder: ResponderFigures, widths: readonly number[], { naming }: Subject): readonly Span[] {
  const cells = ipInfoOf(responder, naming).map(({ text }, index) => {
    const missing = (widths[index] ?? 0) - columnsOfText(text);
    return text + " ".repeat(Math.max(0, missing));
  });
  return cells.length === 0 ? [] : [span(cells.join(" "))];
}

/** mtr's widths, and more where a text would touch what follows. */
function infoWidths(hops: readonly HopFigures[], { naming }: Subject): readonly number[] {
  const { ipinfo, addressesShown } = naming.view;
  if (ipinfo.length === 0) return [];
  const texts = hops.flatMap(({ responders }) => responders.slice(0, addressesShown))
    .map((responder) => ipInfoOf(responder, naming).map(({ text }) => columnsOfText(text)));
  return ipinfo.map((field, index) => {
    const longest = Math.max(0, ...texts.map((widths) => widths[index] ?? 0));
    return Math.max(IP_INFO_COLUMNS[field].width, index === ipinfo.length - 1 ? longest + 1 : longest);
  });
}

function labelLines(responder: ResponderFigures | undefined, { naming }: Subject): readonly Line[] {
  if (!naming.view.mpls || responder === undefined) return [];
  return responder.labels.map((label) => [span(`${INDENT}${labelText(label)}`)]);
}

function moreLines({ responders, answersFromOthers }: HopFigures, others: number): readonly Line[] {
  const more = responders.length - 1 - others;
  if (answersFromOthers > 0) return [[span(`${INDENT}(more than ${responders.length} addresses)`)]];
  return more > 0 ? [[span(`${INDENT}(${more} more)`)]] : [];
}
