/**
 * The language of mtr-packet as its server speaks it: reads a line for each command, writes a line for each reply. The
 * other side is `client_lines.ts`.
 */
import type { Family } from "../network.ts";
import type { MplsLabel } from "../packet/extension.ts";
import { readLong, toInt } from "../text/c_integer.ts";

export type Argument = readonly [name: string, value: string];

export interface CommandLine {
  /** The client's name for its command, of 32 bits. */
  readonly token: number;
  readonly name: string;
  readonly args: readonly Argument[];
}

const MOST_ARGUMENTS = 16;
const MOST_LABELS = 8;

/** What is said of lines that are no commands. They have no token. */
export const PARSE_ERROR = "0 command-parse-error\n";
export const BUFFER_OVERFLOW = "0 command-buffer-overflow\n";

/** Reads a command; `undefined` if the line is none. Nothing that a client writes throws. */
export function readCommandLine(line: string): CommandLine | undefined {
  const [number, name, ...words] = line.split(/[ \t\v\f\r]+/).filter((word) => word !== "");
  if (number === undefined || name === undefined) return undefined;
  if (words.length % 2 !== 0 || words.length > 2 * MOST_ARGUMENTS) return undefined;
  const token = readLong(number);
  if (token.isOutOfRange) return undefined;
  const args: Argument[] = [];
  for (let at = 0; at < words.length; at += 2) args.push([words[at]!, words[at + 1]!]);
  return { token: toInt(token.value), name, args };
}

/** A reply without anybody's answer: `words` are its name, and what else it says. */
export function replyLine(token: number, words: string): string {
  return `${token} ${words}\n`;
}

export function supportReply(token: number, support: string): string {
  return replyLine(token, `feature-support support ${support}`);
}

export interface AnswerHeard {
  readonly name: string;
  readonly family: Family;
  readonly from: string;
  readonly rttUs: number;
  readonly labels: readonly MplsLabel[];
}

/** A reply with who answered and when. */
export function answerLine(token: number, { name, family, from, rttUs, labels }: AnswerHeard): string {
  const stack = labels.slice(0, MOST_LABELS).map(({ label, trafficClass, bottomOfStack, ttl }) =>
    `${label},${trafficClass},${bottomOfStack ? 1 : 0},${ttl}`
  );
  const mpls = stack.length === 0 ? "" : ` mpls ${stack.join(",")}`;
  return replyLine(token, `${name} ip-${family} ${from} round-trip-time ${Math.round(rttUs)}${mpls}`);
}
