/**
 * The language of mtr-packet as its user speaks it: a line for each command, a line for each reply. The other side is
 * `server_lines.ts`.
 */
import type { Family } from "../network.ts";
import { canonicalAddress } from "../packet/address.ts";
import type { MplsLabel } from "../packet/extension.ts";
import type { ProtocolName } from "../plan.ts";
import { readLong, toInt } from "../text/c_integer.ts";

export interface ProbeCommand {
  readonly family: Family;
  readonly to: string;
  /** Address to send from; absent where it is not known. */
  readonly source: string | undefined;
  readonly protocol: ProtocolName;
  /** Length of the whole IP packet. */
  readonly packetBytes: number;
  readonly fill: number;
  readonly trafficClass: number;
  readonly ttl: number;
  /** Whole seconds: the language has no fractions. */
  readonly timeoutSeconds: number;
  readonly port: number | undefined;
  readonly localPort: number | undefined;
  /** 0 is none. */
  readonly mark: number;
  readonly device: string | undefined;
}

/** What a helper may be asked whether it can do it. */
export type Feature = "send-probe" | "ip-4" | "ip-6" | "mark" | ProtocolName;

export type ReplyLine =
  | { readonly kind: "support"; readonly token: number; readonly isSupported: boolean }
  /** A probe's fate under mtr-packet's name for it, and who answered, where somebody did. */
  | {
    readonly kind: "probe";
    readonly token: number;
    readonly name: string;
    readonly answer: AnswerWords | undefined;
    /** The number behind `unexpected-error`, or what else the line says. */
    readonly detail: string;
  };

export interface AnswerWords {
  readonly family: Family;
  readonly from: string;
  /** As the helper says: below 0, too, and 0 where it says no number. */
  readonly rttUs: number;
  /** It could be a time. */
  readonly isTime: boolean;
  readonly labels: readonly MplsLabel[];
}

// Lines that are longer were not written by any helper.
export const MOST_LINE_CHARACTERS = 4_096;
const MOST_LABELS = 8;
// As many as mtr takes.
const MOST_PAIRS = 16;
const BYTE = 0xff;
const WORDS_A_LABEL = 4;
const FAMILIES = { "ip-4": 4, "ip-6": 6 } as const satisfies Record<string, Family>;

export function supportLine(token: number, feature: Feature): string {
  return `${token} check-support feature ${feature}`;
}

/** The arguments are in the order in which mtr writes them. */
export function probeLine(token: number, probe: ProbeCommand): string {
  const { family, to, source, protocol, packetBytes, fill, trafficClass, ttl, timeoutSeconds } = probe;
  const from = source === undefined ? "" : ` local-ip-${family} ${source}`;
  const optional = [
    ["port", probe.port],
    ["local-port", probe.localPort],
    ["mark", probe.mark === 0 ? undefined : probe.mark],
    ["local-device", probe.device],
  ].filter(([, value]) => value !== undefined).map(([name, value]) => ` ${name} ${value}`);
  return `${token} send-probe ip-${family} ${to}${from} protocol ${protocol} size ${packetBytes}` +
    ` bit-pattern ${fill} tos ${trafficClass} ttl ${ttl} timeout ${timeoutSeconds}${optional.join("")}`;
}

/**
 * Reads a reply; `undefined` if the line is none. A helper is a stranger: nothing that it writes throws. Numbers are read as
 * mtr reads them, by the digits that they begin with, and kept in 32 bits: one without digits is 0.
 */
export function readReplyLine(line: string): ReplyLine | undefined {
  if (line.length > MOST_LINE_CHARACTERS) return undefined;
  const [number = "", name = "", ...rest] = line.trim().split(/\s+/);
  if (name === "" || rest.length % 2 !== 0 || rest.length > 2 * MOST_PAIRS) return undefined;
  const token = intOf(number);
  const words = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) words.set(rest[at]!, rest[at + 1]!);
  if (name === "feature-support") return { kind: "support", token, isSupported: words.get("support") === "ok" };
  return { kind: "probe", token, name, answer: answerOf(words), detail: rest.join(" ") };
}

/** Who answered; `undefined` unless there is a time, and an address that can be. */
function answerOf(words: ReadonlyMap<string, string>): AnswerWords | undefined {
  const rtt = words.get("round-trip-time");
  if (rtt === undefined) return undefined;
  for (const [name, family] of Object.entries(FAMILIES)) {
    const from = canonicalAddress(words.get(name) ?? "");
    if (from === undefined || from.includes(":") !== (family === 6)) continue;
    const rttUs = intOf(rtt);
    const isTime = rttUs >= 0 && /^[0-9]/.test(rtt);
    return { family, from, rttUs, isTime, labels: labelsOf(words.get("mpls")) };
  }
  return undefined;
}

/**
 * Groups of label, traffic class, bottom of stack and TTL: numbers with commas between, and perhaps one behind. What is
 * behind the last whole group is nothing; a list with anything else in it is none.
 */
function labelsOf(text: string | undefined): readonly MplsLabel[] {
  const numbers = text?.replace(/,$/, "").split(",") ?? [];
  if (!numbers.every((number) => /^[+-]?[0-9]+$/.test(number))) return [];
  const labels: MplsLabel[] = [];
  for (let at = 0; at + WORDS_A_LABEL <= numbers.length && labels.length < MOST_LABELS; at += WORDS_A_LABEL) {
    const [label = 0, trafficClass = 0, bottom = 0, ttl = 0] = numbers.slice(at, at + WORDS_A_LABEL).map(intOf);
    labels.push({
      label: label >>> 0,
      trafficClass: trafficClass & BYTE,
      bottomOfStack: bottom !== 0,
      ttl: ttl & BYTE,
    });
  }
  return labels;
}

function intOf(text: string): number {
  return toInt(readLong(text).value);
}
