/** What an answer is to mtr: a plain reply, an error of a hop, or nothing. */
import type { Answer } from "../messages.ts";
import type { DialectName } from "./dialect.ts";

/** The errors of a hop, by their names in C. */
export type MtrError = "ENETDOWN" | "ENETUNREACH" | "EHOSTUNREACH" | "EHOSTDOWN";

const DEFAULT_WORDS = { "0.95": "no-route", "0.96": "no-route-host" } as const satisfies Record<DialectName, string>;

/** The names of mtr-packet's error replies that a release knows; the others are nothing to it. */
const ERRORS: Readonly<Record<DialectName, ReadonlyMap<string, MtrError>>> = {
  "0.95": new Map([
    ["network-down", "ENETDOWN"],
    ["no-route", "ENETUNREACH"],
  ]),
  "0.96": new Map([
    ["network-down", "ENETDOWN"],
    ["no-route-network", "ENETUNREACH"],
    ["no-route-host", "EHOSTUNREACH"],
    ["host-down", "EHOSTDOWN"],
  ]),
};

const ICMP4_UNREACHABLE = { type: 3, port: 3 } as const;
const ICMP6_UNREACHABLE = { type: 1, port: 4 } as const;

/** `"reply"` if there is no error; `undefined` if mtr does not take it for an answer at all. */
export function meaningOf(answer: Answer, dialect: DialectName): "reply" | MtrError | undefined {
  if (answer.kind !== "unreachable") return "reply";
  const word = answer.word ?? wordOf(answer, dialect);
  return word === "reply" ? word : ERRORS[dialect].get(word ?? "");
}

/** What mtr-packet would have called a message of ICMP. */
function wordOf({ icmpType, icmpCode }: Answer, dialect: DialectName): string | undefined {
  // The types of the two families do not meet: ICMPv4 has no 1, and ICMPv6's 3 is a time exceeded.
  const known = [ICMP4_UNREACHABLE, ICMP6_UNREACHABLE].find(({ type }) => type === icmpType);
  if (known === undefined) return undefined;
  return icmpCode === known.port ? "reply" : DEFAULT_WORDS[dialect];
}
